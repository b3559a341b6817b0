//! What is wrong, and where.

use core::fmt;

/// What is wrong with a text that should be JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct JsonError {
    /// What is wrong.
    pub fault: Fault,
    /// The offset in bytes from the start of the input.
    pub at: usize,
}

/// The ways in which a text can fail to be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fault {
    /// The input ends within a value: it was cut off.
    Truncated,
    /// A byte that cannot stand here.
    Unexpected,
    /// More than [`MAX_DEPTH`](super::MAX_DEPTH) levels of objects and arrays.
    TooDeep,
    /// A control character within a string (RFC 8259 §7 wants it escaped).
    ControlCharacter,
    /// An unknown escape, or half of a surrogate pair.
    Escape,
    /// A string that is not UTF-8.
    Utf8,
    /// Something follows the value.
    TrailingData,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Truncated => "ends too early",
            Fault::Unexpected => "has an unexpected character",
            Fault::TooDeep => "is nested too deep",
            Fault::ControlCharacter => "has a control character in a string",
            Fault::Escape => "has an invalid escape in a string",
            Fault::Utf8 => "has a string that is not UTF-8",
            Fault::TrailingData => "goes on after its end",
        };
        write!(f, "the JSON {fault} (byte {})", self.at)
    }
}

impl core::error::Error for JsonError {}
