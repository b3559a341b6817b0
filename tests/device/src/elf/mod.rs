//! What can be read off a firmware's ELF file without running it: its size, that it has no heap, where
//! it can panic, and how deep its stack can become.

mod branches;
mod heap;
mod locations;
mod panics;
mod sizes;
mod stack;
mod symbols;

pub use heap::{is_allocator, names_of_allocators};
pub use locations::{Location, locations};
pub use panics::{Frame, Origin, PanicCall, panic_calls};
pub use sizes::{Sizes, sizes};
pub use stack::{Bound, Stacks, Unbounded};

use core::{error::Error, fmt};

/// The file is not an ELF file, or its debug information is not understood.
#[derive(Debug)]
pub struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the ELF file is not understood: {}", self.0)
    }
}

impl Error for Unreadable {}

impl From<object::Error> for Unreadable {
    fn from(error: object::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<addr2line::gimli::Error> for Unreadable {
    fn from(error: addr2line::gimli::Error) -> Self {
        Self(error.to_string())
    }
}

/// Whether a function is a piece that the compiler has made of what several have in common, by its name.
pub fn is_outlined(name: &str) -> bool {
    name.starts_with("OUTLINED_FUNCTION")
}

/// The name of a symbol as it was written; without the hash that tells versions of a crate apart.
fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}
