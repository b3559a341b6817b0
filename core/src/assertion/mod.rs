//! Assertions for the JWT bearer grant (RFC 7523): claims, signed as a compact JWS (RFC 7515
//! §3.1), base64url-encoded on their way into the caller's buffer.
//!
//! # Parts
//! - [`Assertion`]: header and claims, and [`Jti`] for the name that each assertion has.
//! - [`AssertionSigner`]: the seam to what signs; [`SigningInput`] is the way in two steps.
//! - Signers of this crate, each behind a feature of its name: `hs256`, `hs384`, `hs512` (the
//!   key is a shared secret), `es256`, `es384`, `es512` (the key comes from PKCS#8 or SEC1, in DER
//!   or PEM) and `rs256`, `rs384`, `rs512` (from PKCS#8 or PKCS#1, of 2048, 3072 or 4096 bits).
//! - `custom-claims`: claims of the caller's own through `serde::Serialize`.
//!
//! # RSA is not blinded
//! Blinding hides the base from the time that an exponentiation takes. Here that time does not
//! depend on it: the exponentiation is by fixed windows over all bits of a prime's length, each
//! table read in whole, on Montgomery arithmetic that selects by masks; and the base is a padded
//! hash that is public anyway. What is left to a blinding is to make measurements of power and
//! radiation harder: a device that strangers can hold in their hands should keep its key in a
//! secure element. Blinding would also need random bytes at every signature.
//!
//! A fault within the arithmetic would give the key away, so a signature leaves only after it has
//! been verified with the public exponent.
//!
//! # Examples
//! ```
//! use snow_token_core::assertion::{Algorithm, Assertion, Jti};
//!
//! # fn secure_element(_: &[u8]) -> [u8; 64] { [0; 64] }
//! let assertion = Assertion::new("gateway", "sensor@example.com");
//! let jti = Jti::from_random(&[7; 16]);
//! let mut buf = [0; 512];
//! let input = assertion.signing_input(1_795_000_000, jti.as_str(), Algorithm::Es256, &mut buf)?;
//! let signature = secure_element(input.as_bytes());
//! let jws = input.finish(&signature)?;
//! assert_eq!(jws.split('.').count(), 3);
//! # Ok::<(), snow_token_core::assertion::AssertionError>(())
//! ```

mod algorithm;
mod base64url;
mod claims;
#[cfg(feature = "custom-claims")]
mod custom_claims;
mod error;
#[cfg(feature = "es256")]
mod es256;
#[cfg(any(feature = "es384", feature = "es512"))]
mod es384_es512;
#[cfg(any(feature = "hs256", feature = "hs384", feature = "hs512"))]
mod hmac;
mod jti;
#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "es512",
    feature = "rs256",
    feature = "rs384",
    feature = "rs512",
))]
mod private_key;
#[cfg(any(feature = "rs256", feature = "rs384", feature = "rs512"))]
mod rsa;
mod signer;
mod signing_input;
mod text;

#[cfg(feature = "es256")]
pub use self::es256::Es256;
#[cfg(feature = "es384")]
pub use self::es384_es512::Es384;
#[cfg(feature = "es512")]
pub use self::es384_es512::Es512;
#[cfg(feature = "hs256")]
pub use self::hmac::Hs256;
#[cfg(feature = "hs384")]
pub use self::hmac::Hs384;
#[cfg(feature = "hs512")]
pub use self::hmac::Hs512;
#[cfg(any(feature = "hs256", feature = "hs384", feature = "hs512"))]
pub use self::hmac::KeyTooShort;
#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "es512",
    feature = "rs256",
    feature = "rs384",
    feature = "rs512",
))]
pub use self::private_key::KeyError;
#[cfg(feature = "rs256")]
pub use self::rsa::Rs256;
#[cfg(feature = "rs384")]
pub use self::rsa::Rs384;
#[cfg(feature = "rs512")]
pub use self::rsa::Rs512;
pub use self::{
    algorithm::Algorithm,
    claims::{Assertion, DEFAULT_LIFETIME_SECS, RELEASE_YEAR_UNIX},
    error::{AssertionError, CustomClaimsError},
    jti::Jti,
    signer::{AssertionSigner, SigningError},
    signing_input::SigningInput,
};
