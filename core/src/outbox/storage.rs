//! Where the records wait.

use core::fmt;

use super::RecordId;

/// A memory for records, first in, first out: RAM ([`Ring`]), flash or a disk.
///
/// # What must hold
/// - [`append`](Self::append) that has returned `Ok` outlives what the storage is meant to outlive (a
///   reset, a power cut): until then the record is not there at all, half a record never is.
/// - So does [`remove_oldest`](Self::remove_oldest). Were the record back after a power cut, the one
///   behind it, which may have been on its way, would not be the oldest; and the oldest alone is
///   taken for one that may be in the instance.
/// - An empty storage has room for each record that it can ever take.
/// - The order is that in which the records were put in, across restarts too.
pub trait Storage {
    /// Why the memory failed; [`Infallible`](core::convert::Infallible) for RAM.
    type Error;

    /// Puts a record behind all others.
    ///
    /// # Errors
    /// [`AppendError`]; the record is not there then.
    fn append(&mut self, id: RecordId, payload: &[u8]) -> Result<(), AppendError<Self::Error>>;

    /// The oldest record, its payload at the front of `buf`.
    ///
    /// # Errors
    /// [`OldestError`].
    fn oldest(&mut self, buf: &mut [u8]) -> Result<Option<Stored>, OldestError<Self::Error>>;

    /// Takes the oldest record out, if there is one.
    ///
    /// # Errors
    /// What the memory says; the record is still there then.
    fn remove_oldest(&mut self) -> Result<(), Self::Error>;

    /// How many records there are.
    fn len(&self) -> usize;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A record as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// By what it is told from all others.
    pub id: RecordId,
    /// How many bytes its payload has.
    pub len: usize,
}

/// Why a record could not be put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AppendError<E> {
    /// There is no room for it now.
    Full,
    /// There never is.
    TooLong {
        /// The longest payload in bytes.
        max: usize,
    },
    /// The memory failed.
    Storage(E),
}

/// Why the oldest record could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldestError<E> {
    /// The caller's buffer is too small for it.
    BufferTooSmall {
        /// The length in bytes that would do.
        needed: usize,
    },
    /// The memory failed.
    Storage(E),
}

/// Records in `BYTES` bytes of RAM, each as long as it is and [`OVERHEAD`](Self::OVERHEAD) bytes
/// more. They outlive everything short of a reset.
///
/// # Examples
/// ```
/// use snow_token_core::outbox::{AppendError, RecordId, Ring, Storage};
///
/// let mut ring = Ring::<64>::new();
/// let id = RecordId { series: 7, sequence: 0 };
/// ring.append(id, b"81 degrees").unwrap();
/// let mut buf = [0; 16];
/// let oldest = ring.oldest(&mut buf).unwrap().unwrap();
/// assert_eq!((oldest.id, &buf[..oldest.len]), (id, &b"81 degrees"[..]));
/// assert_eq!(ring.append(id, &[0; 40]), Err(AppendError::Full));
/// assert_eq!(ring.append(id, &[0; 60]), Err(AppendError::TooLong { max: 54 }));
/// ```
#[derive(Clone)]
pub struct Ring<const BYTES: usize> {
    bytes: [u8; BYTES],
    start: usize,
    used: usize,
    len: usize,
}

/// A payload's length in two bytes, the series and the sequence number in four each.
const HEADER_LEN: usize = 10;

impl<const BYTES: usize> Ring<BYTES> {
    /// What a record takes beside its payload, in bytes.
    pub const OVERHEAD: usize = HEADER_LEN;

    /// The longest payload in bytes.
    pub const MAX_PAYLOAD_LEN: usize = {
        let most = BYTES.saturating_sub(HEADER_LEN);
        if most < 65_535 { most } else { 65_535 }
    };

    /// A ring without records.
    pub const fn new() -> Self {
        Self {
            bytes: [0; BYTES],
            start: 0,
            used: 0,
            len: 0,
        }
    }

    /// The place that lies `offset` bytes behind the start; neither is more than `BYTES`.
    const fn place(&self, offset: usize) -> usize {
        let place = self.start.saturating_add(offset);
        if place >= BYTES {
            place.saturating_sub(BYTES)
        } else {
            place
        }
    }

    fn write(&mut self, at: usize, bytes: &[u8]) {
        let first = self.place(at);
        let until_end = BYTES.saturating_sub(first);
        let (head, tail) = bytes.split_at_checked(until_end).unwrap_or((bytes, &[]));
        for (place, part) in [(first, head), (0, tail)] {
            let to = self.bytes.iter_mut().skip(place);
            for (to, from) in to.zip(part) {
                *to = *from;
            }
        }
    }

    fn read(&self, at: usize, buf: &mut [u8]) {
        let first = self.place(at);
        let from = self.bytes.iter().skip(first).chain(&self.bytes);
        for (to, from) in buf.iter_mut().zip(from) {
            *to = *from;
        }
    }

    fn header(&self) -> Stored {
        let mut header = [0; HEADER_LEN];
        self.read(0, &mut header);
        let [l0, l1, a, b, c, d, e, f, g, h] = header;
        Stored {
            len: u16::from_le_bytes([l0, l1]).into(),
            id: RecordId {
                series: u32::from_le_bytes([a, b, c, d]),
                sequence: u32::from_le_bytes([e, f, g, h]),
            },
        }
    }
}

impl<const BYTES: usize> Storage for Ring<BYTES> {
    type Error = core::convert::Infallible;

    fn append(&mut self, id: RecordId, payload: &[u8]) -> Result<(), AppendError<Self::Error>> {
        let max = Self::MAX_PAYLOAD_LEN;
        let too_long = AppendError::TooLong { max };
        if payload.len() > max || BYTES < HEADER_LEN {
            return Err(too_long);
        }
        let payload_len = u16::try_from(payload.len()).map_err(|_| too_long)?;
        let end = self.used.saturating_add(HEADER_LEN);
        let used = end.saturating_add(payload.len());
        if used > BYTES {
            return Err(AppendError::Full);
        }
        let [l0, l1] = payload_len.to_le_bytes();
        let [a, b, c, d] = id.series.to_le_bytes();
        let [e, f, g, h] = id.sequence.to_le_bytes();
        self.write(self.used, &[l0, l1, a, b, c, d, e, f, g, h]);
        self.write(end, payload);
        self.used = used;
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    fn oldest(&mut self, buf: &mut [u8]) -> Result<Option<Stored>, OldestError<Self::Error>> {
        if self.len == 0 {
            return Ok(None);
        }
        let stored = self.header();
        let payload = buf
            .get_mut(..stored.len)
            .ok_or(OldestError::BufferTooSmall { needed: stored.len })?;
        self.read(HEADER_LEN, payload);
        Ok(Some(stored))
    }

    fn remove_oldest(&mut self) -> Result<(), Self::Error> {
        if self.len > 0 {
            let taken = HEADER_LEN.saturating_add(self.header().len);
            self.start = self.place(taken);
            self.used = self.used.saturating_sub(taken);
            self.len = self.len.saturating_sub(1);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.len
    }
}

impl<const BYTES: usize> Default for Ring<BYTES> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const BYTES: usize> fmt::Debug for Ring<BYTES> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring")
            .field("len", &self.len)
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}
