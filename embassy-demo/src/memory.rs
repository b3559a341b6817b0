//! The memory of a gateway beside its queue and its sockets: where a connection's bytes are.

use core::fmt;

use zeroize::Zeroize;

use crate::{
    record::{MAX_BODY_LEN, MAX_QUEUED_LEN},
    tls::Buffers,
};

/// How long a token can be, in bytes.
pub const MAX_TOKEN_LEN: usize = 1_024;

/// A request's head: the token, a path with a table's and a record's name, and the rest.
const HEAD_LEN: usize = MAX_TOKEN_LEN + 768;

/// An answer's head, of one to three kilobytes with an instance, and of the body what fits. Before
/// it, the request has the same place: its head, and behind it a token request with an assertion, or
/// a record.
pub(crate) const EXCHANGE_LEN: usize = 4_096;

const _: () = assert!(MAX_BODY_LEN + HEAD_LEN <= EXCHANGE_LEN);

/// The memory of a [gateway](crate::Gateway), static or not: `READ` is the length of the TLS record
/// buffer, [`Buffers::READ_LEN`] for every record that there can be, or
/// [`Buffers::SMALL_READ_LEN`] where servers keep to the length that they are asked for.
pub struct Memory<const READ: usize = { Buffers::READ_LEN }> {
    pub(crate) tls_read: [u8; READ],
    pub(crate) tls_write: [u8; Buffers::WRITE_LEN],
    pub(crate) http: HttpMemory,
}

impl<const READ: usize> Memory<READ> {
    /// Zeroed.
    pub const fn new() -> Self {
        Self {
            tls_read: [0; READ],
            tls_write: [0; Buffers::WRITE_LEN],
            http: HttpMemory {
                exchange: [0; EXCHANGE_LEN],
                queued: [0; MAX_QUEUED_LEN],
            },
        }
    }
}

impl<const READ: usize> Default for Memory<READ> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const READ: usize> fmt::Debug for Memory<READ> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

/// Where a request is, and then its answer.
pub(crate) struct HttpMemory {
    pub(crate) exchange: [u8; EXCHANGE_LEN],
    /// The reading that is out.
    pub(crate) queued: [u8; MAX_QUEUED_LEN],
}

impl HttpMemory {
    /// The places of a request's head and of its body.
    pub(crate) fn request(exchange: &mut [u8; EXCHANGE_LEN]) -> (&mut [u8], &mut [u8]) {
        exchange.split_at_mut(HEAD_LEN)
    }

    /// Secrets passed through.
    pub(crate) fn wipe(&mut self) {
        self.exchange.zeroize();
    }
}
