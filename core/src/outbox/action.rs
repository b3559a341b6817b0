//! What a queue asks for.

use core::fmt;

use super::{OldestError, RecordId};

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Action {
    /// Write this record into the instance.
    Send(Record),
    /// Look up whether this record is in the instance: its answer was lost, or the device started
    /// anew while it was the oldest.
    Check(Record),
    /// It is too early: call again after `ms`.
    Wait {
        /// The wait in milliseconds; at most
        /// [`LONGEST_WAIT_MS`](crate::session::LONGEST_WAIT_MS).
        ms: u32,
    },
    /// There is no record: call again once one was put in.
    Empty,
    /// A record is out: wait for its outcome.
    AwaitOutcome,
}

/// The one record that is out.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Record {
    /// To be handed back with the outcome.
    pub flight: Flight,
    /// By what it is told from all others.
    pub id: RecordId,
    /// How many bytes its payload has, at the front of the caller's buffer.
    pub len: usize,
}

/// The right to report what became of a record. Whoever drops it, a future that is cancelled for
/// instance, reports [`Outcome::Lost`](super::Outcome::Lost) with it before.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the queue waits for the outcome"]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Flight(pub(super) u32);

/// Why there is no telling what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum NextError<E> {
    /// The caller's buffer is too small for the oldest record.
    BufferTooSmall {
        /// The length in bytes that would do.
        needed: usize,
    },
    /// The storage failed.
    Storage(E),
}

impl<E: fmt::Display> fmt::Display for NextError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => {
                write!(f, "buffer too small: {needed} bytes are needed")
            }
            Self::Storage(error) => write!(f, "the storage failed: {error}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for NextError<E> {}

impl<E> From<OldestError<E>> for NextError<E> {
    fn from(error: OldestError<E>) -> Self {
        match error {
            OldestError::BufferTooSmall { needed } => Self::BufferTooSmall { needed },
            OldestError::Storage(error) => Self::Storage(error),
        }
    }
}
