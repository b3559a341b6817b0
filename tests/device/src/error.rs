//! Why a device does not start.

use core::{error::Error, fmt};
use std::io;

/// Why a device does not start, and what helps.
#[derive(Debug)]
#[non_exhaustive]
pub enum BootError {
    /// QEMU is not there.
    NoQemu,
    /// Rust has no core library for the device.
    NoTarget {
        /// The target that is missing.
        target: &'static str,
    },
    /// The firmware is not in the folder that was named, or does not build.
    Firmware(String),
    /// QEMU does not run; what it said.
    Qemu(String),
    /// A file or a socket.
    Io(io::Error),
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQemu => f.write_str(
                "qemu-system-arm is missing: install it, on Debian and Ubuntu by 'apt-get install \
                 qemu-system-arm', on macOS by 'brew install qemu'",
            ),
            Self::NoTarget { target } => write!(
                f,
                "Rust cannot build for the device yet: 'rustup target add {target}', or on Debian \
                 'apt-get install rustc-web rust-web-src binutils-arm-none-eabi'"
            ),
            Self::Firmware(why) => write!(f, "no firmware: {why}"),
            Self::Qemu(why) => write!(f, "QEMU does not run: {why}"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl Error for BootError {}

impl From<io::Error> for BootError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
