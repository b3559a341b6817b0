//! ES384: ECDSA over P-384 (RFC 7518 §3.4).
//!
//! The nonce is that of RFC 6979 §3.2, so no random numbers are needed. No public key is derived
//! from the private one, which would cost as much as a signature.

use core::fmt;

use ecdsa_next::{DigestAlgorithm, hazmat::sign_prehashed_rfc6979};
use p384::{NistP384, SecretKey, ecdsa::signature::digest::Digest};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    algorithm::Algorithm,
    ec_key::Curve,
    key_error::KeyError,
    signer::{AssertionSigner, SigningError},
};

/// `secp384r1`, 1.3.132.0.34 (RFC 5480 §2.1.1.1).
const CURVE: Curve = Curve {
    oid: &[0x2b, 0x81, 0x04, 0x00, 0x22],
    scalar_len: 48,
};

/// A private key on P-384, loaded once.
///
/// Redacted in `Debug`, zeroed on drop.
///
/// # Examples
/// ```
/// use snow_token_core::assertion::{Assertion, Es384};
///
/// let signer = Es384::from_bytes(&[7; 48])?;
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
pub struct Es384(SecretKey);

impl Es384 {
    /// Loads the private key's number itself, 48 bytes in big-endian order.
    ///
    /// # Errors
    /// [`KeyError::OutOfRange`] where it is zero or not below the curve's order.
    pub fn from_bytes(key: &[u8; 48]) -> Result<Self, KeyError> {
        load(key)
    }

    /// Loads a private key from the DER of PKCS#8 (RFC 5958) or SEC1 (RFC 5915).
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        CURVE.load_der(der, load)
    }

    /// Loads the first private key of a PEM file (RFC 7468): `PRIVATE KEY` or `EC PRIVATE KEY`.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        CURVE.load_pem(pem, load)
    }
}

fn load(key: &[u8]) -> Result<Es384, KeyError> {
    SecretKey::from_slice(key)
        .map(Es384)
        .map_err(|_| KeyError::OutOfRange)
}

impl AssertionSigner for Es384 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es384
    }

    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        let hash = <NistP384 as DigestAlgorithm>::Digest::digest(signing_input);
        let key = Zeroizing::new(self.0.to_nonzero_scalar());
        let (raw, _) = sign_prehashed_rfc6979::<NistP384, <NistP384 as DigestAlgorithm>::Digest>(
            &key,
            &hash,
            &[],
        );
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

impl ZeroizeOnDrop for Es384 {}

impl fmt::Debug for Es384 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Es384([redacted])")
    }
}
