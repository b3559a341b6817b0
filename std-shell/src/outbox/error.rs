//! Why a file of records failed.

use core::fmt;
use std::{io, path::Path};

/// Why a file of records cannot be opened, read or written. `Display` names the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskError {
    what: String,
    is_busy: bool,
}

impl DiskError {
    pub(super) fn io(verb: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {verb} {}: {error}", path.display()))
    }

    pub(super) const fn new(what: String) -> Self {
        Self {
            what,
            is_busy: false,
        }
    }

    pub(super) fn busy(path: &Path) -> Self {
        Self {
            is_busy: true,
            ..Self::new(format!("another process has {} open", path.display()))
        }
    }

    /// Whether another process has the file open.
    pub const fn is_busy(&self) -> bool {
        self.is_busy
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for DiskError {}
