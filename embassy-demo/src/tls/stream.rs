//! The connection, once it is safe.

use core::{fmt, mem, pin::pin};

use embedded_io_async::{ErrorType, Read, Write};
use embedded_tls::{Aes128GcmSha256, Aes256GcmSha384, TlsConnection};
use rand_core::CryptoRngCore;
use snow_token_core::BufferTooSmall;
use zeroize::Zeroize as _;

use super::{
    Suite, TlsError, Trust, explain,
    guard::{Guard, Notes, Phase},
    open_either,
};
use crate::apart::Apart;

/// The memory of a connection. It is wiped when this is dropped, for the answers of an instance are
/// in it in plain text.
pub struct Buffers<'a> {
    pub(super) read: &'a mut [u8],
    pub(super) write: &'a mut [u8],
    pub(super) notes: Notes,
}

impl fmt::Debug for Buffers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffers")
            .field("read_len", &self.read.len())
            .field("write_len", &self.write.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Buffers<'a> {
    /// A read buffer of this length takes any record (RFC 8446 §5.2: 2^14 + 256 bytes).
    pub const READ_LEN: usize = 16_640;

    /// A read buffer of this length does with servers that heed max_fragment_length (RFC 6066 §4),
    /// which is asked for then: 4,096 bytes and 256. A load balancer may not heed it; its first large
    /// record is [`TlsError::RecordTooLarge`] then. Nor may the server's certificates be longer, for
    /// they have to come in one record.
    pub const SMALL_READ_LEN: usize = 4_352;

    /// A write buffer of this length has room for the handshake, and sends records of 1,920 bytes.
    pub const WRITE_LEN: usize = 2_048;

    /// # Errors
    /// Less than [`Buffers::SMALL_READ_LEN`] or [`Buffers::WRITE_LEN`] will not do.
    pub fn new(read: &'a mut [u8], write: &'a mut [u8]) -> Result<Self, BufferTooSmall> {
        for (len, needed) in [
            (read.len(), Self::SMALL_READ_LEN),
            (write.len(), Self::WRITE_LEN),
        ] {
            if len < needed {
                return Err(BufferTooSmall { needed });
            }
        }
        // embedded-tls fills a record as far as its buffer goes, and a record may not be longer than
        // the server takes.
        let write = write.get_mut(..Self::WRITE_LEN).unwrap_or_default();
        Ok(Self {
            read,
            write,
            notes: Notes::new(Suite::default()),
        })
    }

    /// Wipes them after a connection: its answers are in them in plain text.
    pub(crate) fn wipe(&mut self) {
        self.read.zeroize();
        self.write.zeroize();
    }
}

impl Drop for Buffers<'_> {
    fn drop(&mut self) {
        self.read.zeroize();
        self.write.zeroize();
    }
}

/// A TLS 1.3 connection to a server that has proved who it is.
///
/// After the server's close_notify [`read`](Read::read) gives `Ok(0)`. A connection that ends
/// without one is [`TlsError::Closed`], for then the end may be missing. After an error, and after a
/// read or write whose future was dropped half-way, the stream gives errors only.
pub struct TlsStream<'b, S: Read + Write + 'b> {
    connection: Connection<'b, S>,
    notes: &'b Notes,
    is_small: bool,
    state: State,
}

#[expect(
    clippy::large_enum_variant,
    reason = "there is no heap to put the larger one on"
)]
pub(super) enum Connection<'b, S: Read + Write + 'b> {
    Aes128(TlsConnection<'b, Guard<'b, S>, Aes128GcmSha256>),
    Aes256(TlsConnection<'b, Guard<'b, S>, Aes256GcmSha384>),
    Closed,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Open,
    /// The server has said that this is all.
    Ended,
    Failed(TlsError),
}

impl<S: Read + Write> fmt::Debug for TlsStream<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsStream")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl<'b, S: Read + Write + 'b> TlsStream<'b, S> {
    /// On a fresh connection of TCP, with nothing sent yet. [`open`](Self::open) comes next; until
    /// then reads and writes are [`TlsError::NotProved`].
    #[inline(never)]
    pub fn new(transport: S, suite: Suite, buffers: &'b mut Buffers<'_>) -> Self {
        let is_small = buffers.read.len() < Buffers::READ_LEN;
        buffers.notes = Notes::new(suite);
        let Buffers { read, write, notes } = buffers;
        let guard = Guard::new(transport, notes);
        Self {
            connection: match suite {
                Suite::Aes128GcmSha256 => {
                    Connection::Aes128(TlsConnection::new(guard, read, write))
                }
                Suite::Aes256GcmSha384 => {
                    Connection::Aes256(TlsConnection::new(guard, read, write))
                }
            },
            notes,
            is_small,
            state: State::Failed(TlsError::NotProved),
        }
    }

    /// The handshake, with the verification of the server. Once.
    ///
    /// `server_name` is a DNS name or an IP address. `now_unix` is the time in seconds, for the
    /// certificates' dates. Time-outs are the caller's, who drops the future.
    ///
    /// # Errors
    /// What is wrong with the server or the transport. If it
    /// [`wants_other_suite`](TlsError::wants_other_suite), try that on a new connection, and if it
    /// refuses that too, [`speaks_only_tls12`](super::speaks_only_tls12) says whether it is too old.
    pub async fn open<R: CryptoRngCore>(
        &mut self,
        trust: &Trust<'_>,
        server_name: &str,
        now_unix: u64,
        rng: &mut R,
    ) -> Result<(), TlsError> {
        let opened = match self.notes.phase.get() {
            Phase::Fresh => {
                self.notes.phase.set(Phase::Hello);
                open_either(
                    &mut self.connection,
                    self.is_small,
                    trust,
                    server_name,
                    now_unix,
                    rng,
                    self.notes,
                )
                .await
            }
            _ => Err(TlsError::Closed),
        };
        self.state = match opened {
            Ok(()) => State::Open,
            Err(error) => State::Failed(error),
        };
        opened
    }

    /// Sends what is still in the buffer, and close_notify; nothing more can be read or written. To
    /// close the transport as well is the caller's (who may have lent `&mut S`).
    ///
    /// # Errors
    /// What a write gives.
    pub async fn close(&mut self) -> Result<(), TlsError> {
        // embedded-tls cannot encrypt any more once the server has closed.
        if let State::Ended = self.state {
            return Ok(());
        }
        self.begin()?;
        let notes = self.notes;
        Apart(pin!(self.close_connection()))
            .await
            .map_err(|error| explain(error, notes))
    }

    async fn close_connection(&mut self) -> Result<(), embedded_tls::TlsError> {
        match mem::replace(&mut self.connection, Connection::Closed) {
            Connection::Aes128(connection) => connection.close().await.map(drop).map_err(|e| e.1),
            Connection::Aes256(connection) => connection.close().await.map(drop).map_err(|e| e.1),
            Connection::Closed => Ok(()),
        }
    }

    /// Before anything that may be dropped half-way: embedded-tls cannot go on from there.
    fn begin(&mut self) -> Result<(), TlsError> {
        match self.state {
            State::Open => {
                self.state = State::Failed(TlsError::Closed);
                Ok(())
            }
            State::Ended => Err(TlsError::Closed),
            State::Failed(error) => Err(error),
        }
    }

    /// After it.
    fn end<T>(&mut self, result: Result<T, embedded_tls::TlsError>) -> Result<T, TlsError> {
        match result {
            Ok(value) => {
                self.state = State::Open;
                Ok(value)
            }
            Err(error) => {
                let error = explain(error, self.notes);
                self.state = State::Failed(error);
                Err(error)
            }
        }
    }
}

impl<S: Read + Write> ErrorType for TlsStream<'_, S> {
    type Error = TlsError;
}

impl<S: Read + Write> Read for TlsStream<'_, S> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, TlsError> {
        if let State::Ended = self.state {
            return Ok(0);
        }
        self.begin()?;
        let result = match &mut self.connection {
            Connection::Aes128(connection) => connection.read(buf).await,
            Connection::Aes256(connection) => connection.read(buf).await,
            Connection::Closed => return Err(TlsError::Closed),
        };
        if let Err(embedded_tls::TlsError::ConnectionClosed) = result {
            self.state = State::Ended;
            return Ok(0);
        }
        self.end(result)
    }
}

impl<S: Read + Write> Write for TlsStream<'_, S> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, TlsError> {
        self.begin()?;
        let result = match &mut self.connection {
            Connection::Aes128(connection) => connection.write(buf).await,
            Connection::Aes256(connection) => connection.write(buf).await,
            Connection::Closed => return Err(TlsError::Closed),
        };
        self.end(result)
    }

    async fn flush(&mut self) -> Result<(), TlsError> {
        self.begin()?;
        let result = match &mut self.connection {
            Connection::Aes128(connection) => connection.flush().await,
            Connection::Aes256(connection) => connection.flush().await,
            Connection::Closed => return Err(TlsError::Closed),
        };
        self.end(result)
    }
}
