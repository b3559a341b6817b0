//! ES384 and ES512: ECDSA over P-384 and P-521 (RFC 7518 §3.4).
//!
//! The nonce is that of RFC 6979 §3.2, so no random numbers are needed. No public key is derived
//! from the private one, which would cost as much as a signature.

use core::fmt;

use ecdsa_next::{DigestAlgorithm, elliptic_curve::SecretKey, hazmat::sign_prehashed_rfc6979};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    algorithm::Algorithm,
    private_key::{KeyError, ec::Curve},
    signer::{AssertionSigner, SigningError},
};

macro_rules! ecdsa_signer {
    ($name:ident, $feature:literal, $module:ident::$curve:ident, $parameters:expr, $len:literal, $text:literal) => {
        #[doc = concat!("A private key on ", $text, ", loaded once.")]
        ///
        /// Redacted in `Debug`, zeroed on drop.
        ///
        /// # Examples
        /// ```
        #[doc = concat!("use snow_token_core::assertion::{Assertion, ", stringify!($name), "};")]
        ///
        #[doc = concat!("let signer = ", stringify!($name), "::from_bytes(&[1; ", $len, "])?;")]
        /// let mut buf = [0; 512];
        /// let jws = Assertion::new("gateway", "sensor@example.com").sign(
        ///     1_795_000_000,
        ///     "fresh",
        ///     &signer,
        ///     &mut buf,
        /// )?;
        /// assert_eq!(jws.split('.').count(), 3);
        /// # Ok::<(), Box<dyn core::error::Error>>(())
        /// ```
        #[cfg(feature = $feature)]
        pub struct $name(SecretKey<$module::$curve>);

        #[cfg(feature = $feature)]
        impl $name {
            #[doc = concat!("Loads the private key's number itself, ", $len, " bytes in big-endian order.")]
            ///
            /// # Errors
            /// [`KeyError::OutOfRange`] where it is zero or not below the curve's order.
            pub fn from_bytes(key: &[u8; $len]) -> Result<Self, KeyError> {
                Self::load(key)
            }

            /// Loads a private key from the DER of PKCS#8 (RFC 5958) or SEC1 (RFC 5915).
            ///
            /// # Errors
            /// [`KeyError`].
            pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
                $parameters.load_der(der, Self::load)
            }

            /// Loads the first private key of a PEM file (RFC 7468): `PRIVATE KEY` or
            /// `EC PRIVATE KEY`.
            ///
            /// # Errors
            /// [`KeyError`].
            pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
                $parameters.load_pem(pem, Self::load)
            }

            fn load(key: &[u8]) -> Result<Self, KeyError> {
                let key = <&[u8; $len]>::try_from(key).map_err(|_| KeyError::OutOfRange)?;
                let key = SecretKey::from_bytes(key.into());
                key.map(Self).map_err(|_| KeyError::OutOfRange)
            }
        }

        #[cfg(feature = $feature)]
        impl AssertionSigner for $name {
            fn algorithm(&self) -> Algorithm {
                Algorithm::$name
            }

            fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
                use $module::ecdsa::signature::digest::Digest;

                type Hash = <$module::$curve as DigestAlgorithm>::Digest;
                let hash = Hash::digest(signing_input);
                let key = Zeroizing::new(self.0.to_nonzero_scalar());
                let (raw, _) = sign_prehashed_rfc6979::<$module::$curve, Hash>(&key, &hash, &[]);
                let raw = raw.to_bytes();
                if signature.len() != raw.len() {
                    return Err(SigningError);
                }
                for (to, from) in signature.iter_mut().zip(raw) {
                    *to = from;
                }
                Ok(())
            }
        }

        #[cfg(feature = $feature)]
        impl ZeroizeOnDrop for $name {}

        #[cfg(feature = $feature)]
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        #[cfg(feature = $feature)]
        redacted_format!($name);
    };
}

/// `secp384r1`, 1.3.132.0.34 (RFC 5480 §2.1.1.1).
#[cfg(feature = "es384")]
const P384: Curve = Curve {
    oid: &[0x2b, 0x81, 0x04, 0x00, 0x22],
    scalar_len: 48,
};

/// `secp521r1`, 1.3.132.0.35 (RFC 5480 §2.1.1.1).
#[cfg(feature = "es512")]
const P521: Curve = Curve {
    oid: &[0x2b, 0x81, 0x04, 0x00, 0x23],
    scalar_len: 66,
};

ecdsa_signer!(Es384, "es384", p384::NistP384, P384, 48, "P-384");
ecdsa_signer!(Es512, "es512", p521::NistP521, P521, 66, "P-521");
