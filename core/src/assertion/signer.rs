//! What signs an assertion.

use core::fmt;

use super::algorithm::Algorithm;

/// A key that signs at once: one of this crate's, a secure element behind a blocking driver, or
/// the crypto library of a desktop.
///
/// Where the signature comes later, sign in [two steps](super::SigningInput).
///
/// # Examples
/// ```
/// use snow_token_core::assertion::{Algorithm, AssertionSigner, SigningError};
///
/// # struct Chip;
/// # impl Chip { fn sign(&self, _: &[u8]) -> Option<[u8; 64]> { Some([0; 64]) } }
/// /// A secure element that hashes and signs by itself.
/// struct SecureElement {
///     chip: Chip,
/// }
///
/// impl AssertionSigner for SecureElement {
///     fn algorithm(&self) -> Algorithm {
///         Algorithm::Es256
///     }
///
///     fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
///         let raw = self.chip.sign(signing_input).ok_or(SigningError)?;
///         signature.copy_from_slice(&raw);
///         Ok(())
///     }
/// }
/// ```
pub trait AssertionSigner {
    /// What stands in the header as `alg`.
    fn algorithm(&self) -> Algorithm;

    /// The length of a signature in bytes.
    ///
    /// Defaults to [`Algorithm::min_signature_len`], which is right for everything but RSA keys
    /// of more than 2048 bits.
    fn signature_len(&self) -> usize {
        self.algorithm().min_signature_len()
    }

    /// Signs `signing_input`, which is not hashed yet, and fills `signature`, which is
    /// [`signature_len`](Self::signature_len) bytes long. Of ECDSA that is R and S side by side,
    /// not DER (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`SigningError`] where there is no signature.
    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError>;
}

/// The signer could not sign. What the matter was is known to the signer alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SigningError;

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the assertion could not be signed")
    }
}

impl core::error::Error for SigningError {}
