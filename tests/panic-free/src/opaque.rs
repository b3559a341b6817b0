//! Values that the compiler knows nothing of, and what takes the results.

use core::{
    fmt::{self, Debug, Display, Write},
    hint::black_box,
};

/// Any value of its type, instead of the one that is given.
pub(crate) fn any<T>(value: T) -> T {
    black_box(value)
}

/// Any value of a type, or none: also of one that only core can make.
pub(crate) fn perhaps<T>() -> Option<T> {
    any(None)
}

/// Bytes of any number.
pub(crate) fn bytes() -> &'static [u8] {
    any(&[])
}

/// Text of any length.
pub(crate) fn text() -> &'static str {
    any("")
}

/// Pairs of texts, any number of them.
pub(crate) fn pairs() -> &'static [(&'static str, &'static str)] {
    any(&[])
}

/// Is told a result, so that it is computed, and drops it.
pub(crate) fn used<T>(value: T) {
    black_box(value);
}

/// What is written to.
pub(crate) struct Output;

impl Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        used(text);
        any(Ok(()))
    }
}

/// Formats by `Debug`, in one line and in many.
pub(crate) fn debug<T: Debug>(value: &T) {
    used(write!(Output, "{:?}", any(value)));
    used(write!(Output, "{:#?}", any(value)));
}

/// Formats by `Display`, whole, padded and cut.
pub(crate) fn display<T: Display>(value: &T) {
    used(write!(Output, "{}", any(value)));
    used(write!(Output, "{:40.20}", any(value)));
}
