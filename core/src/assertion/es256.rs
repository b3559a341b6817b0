//! ES256: ECDSA over P-256 (RFC 7518 §3.4).
//!
//! The nonce is that of RFC 6979 §3.2, so no random numbers are needed. No public key is derived
//! from the private one, which would cost as much as a signature.

use core::fmt;

use ecdsa::hazmat::SignPrimitive;
use p256::{
    Scalar, SecretKey, U256,
    elliptic_curve::{ff::PrimeField, ops::Reduce},
};
use sha2::{Digest, Sha256};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::{
    algorithm::Algorithm,
    private_key::{KeyError, ec::Curve},
    signer::{AssertionSigner, SigningError},
};

/// `secp256r1`, 1.2.840.10045.3.1.7 (RFC 5480 §2.1.1.1).
const CURVE: Curve = Curve {
    oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
    scalar_len: 32,
};

/// A private key on P-256, loaded once.
///
/// Redacted in `Debug`, zeroed on drop.
///
/// # Examples
/// ```
/// use snow_token_core::assertion::{Assertion, Es256};
///
/// let signer = Es256::from_bytes(&[7; 32])?;
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
pub struct Es256(SecretKey);

impl Es256 {
    /// Loads the private key's number itself, 32 bytes in big-endian order.
    ///
    /// # Errors
    /// [`KeyError::OutOfRange`] where it is zero or not below the curve's order.
    pub fn from_bytes(key: &[u8; 32]) -> Result<Self, KeyError> {
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

fn load(key: &[u8]) -> Result<Es256, KeyError> {
    let key = <&[u8; 32]>::try_from(key).map_err(|_| KeyError::OutOfRange)?;
    let key = SecretKey::from_bytes(key.into());
    key.map(Es256).map_err(|_| KeyError::OutOfRange)
}

impl AssertionSigner for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        let hash = Sha256::digest(signing_input);
        // RFC 6979 §2.3.4 wants the hash reduced.
        let reduced = <Scalar as Reduce<U256>>::reduce_bytes(&hash).to_repr();
        let key = Zeroizing::new(*self.0.to_nonzero_scalar().as_ref());
        let (raw, _) = key
            .try_sign_prehashed_rfc6979::<Sha256>(&reduced, &[])
            .map_err(|_| SigningError)?;
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

impl ZeroizeOnDrop for Es256 {}

impl fmt::Debug for Es256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Es256([redacted])")
    }
}

redacted_format!(Es256);
