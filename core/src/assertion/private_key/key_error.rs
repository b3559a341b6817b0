//! Why a private key cannot be used.

use core::fmt;

use super::{der::NotDer, pem::PemError};

/// Why a private key cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum KeyError {
    /// Not a private key of a form that is read here, or one that is cut off.
    Malformed,
    /// The key is encrypted with a password: decrypt it beforehand.
    Encrypted,
    /// A key for something else, such as an RSA key where an EC key should be.
    WrongAlgorithm,
    /// An EC key on another curve than the algorithm's, or one whose curve is written out.
    WrongCurve,
    /// An RSA key of other than 2048, 3072 or 4096 bits.
    WrongSize,
    /// The numbers do not make a key: an EC key that is zero or not below the curve's order, an
    /// RSA key whose modulus is not the product of its primes.
    OutOfRange,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the private key is malformed",
            Self::Encrypted => "the private key is encrypted",
            Self::WrongAlgorithm => "the private key is for another algorithm",
            Self::WrongCurve => "the private key is on another curve than its algorithm",
            Self::WrongSize => "the private key has neither 2048 nor 3072 nor 4096 bits",
            Self::OutOfRange => "the private key's numbers do not make a key",
        })
    }
}

impl core::error::Error for KeyError {}

impl From<NotDer> for KeyError {
    fn from(_: NotDer) -> Self {
        Self::Malformed
    }
}

impl From<PemError> for KeyError {
    fn from(error: PemError) -> Self {
        match error {
            PemError::Malformed => Self::Malformed,
            PemError::Encrypted => Self::Encrypted,
        }
    }
}
