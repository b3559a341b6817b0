//! Why there is no assertion.

use core::fmt;

use super::signer::SigningError;
use crate::buffer::BufferTooSmall;

/// Why an assertion was not made. Nothing of it is left in the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AssertionError {
    /// The time that was given lies before this crate's release year: the clock was never set.
    ClockNotSet,
    /// The caller's own claims cannot be written.
    CustomClaims(CustomClaimsError),
    /// The signature has a length that its algorithm does not have.
    SignatureLength,
    /// The signer failed.
    Signing(SigningError),
    /// The caller's buffer is too small.
    BufferTooSmall(BufferTooSmall),
}

impl fmt::Display for AssertionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ClockNotSet => f.write_str("the clock is not set"),
            Self::CustomClaims(error) => error.fmt(f),
            Self::SignatureLength => {
                f.write_str("the signature is not as long as its algorithm makes it")
            }
            Self::Signing(error) => error.fmt(f),
            Self::BufferTooSmall(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AssertionError {}

impl From<BufferTooSmall> for AssertionError {
    fn from(error: BufferTooSmall) -> Self {
        Self::BufferTooSmall(error)
    }
}

impl From<SigningError> for AssertionError {
    fn from(error: SigningError) -> Self {
        Self::Signing(error)
    }
}

impl From<CustomClaimsError> for AssertionError {
    fn from(error: CustomClaimsError) -> Self {
        Self::CustomClaims(error)
    }
}

/// Why the caller's own claims cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CustomClaimsError {
    /// Something other than a struct or a map: it has no members to add.
    NotAnObject,
    /// A claim that the assertion itself writes: RFC 7519 §4 wants each name once.
    Reserved,
    /// A key of a map that is not text.
    KeyNotText,
    /// A number that JSON does not have: infinity or not-a-number.
    NotANumber,
    /// The type's own `Serialize` gave an error.
    Refused,
}

impl fmt::Display for CustomClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "custom claims must be a struct or a map",
            Self::Reserved => "a custom claim has the name of a standard one",
            Self::KeyNotText => "a custom claim's name is not text",
            Self::NotANumber => "a custom claim is a number that JSON does not have",
            Self::Refused => "the custom claims could not be serialized",
        })
    }
}

impl core::error::Error for CustomClaimsError {}
