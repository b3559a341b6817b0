//! Writing into memory that the caller owns.

use core::fmt;

use zeroize::Zeroize;

/// The caller's buffer is too small; nothing of the result is left in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BufferTooSmall {
    /// The length in bytes that would do.
    pub needed: usize,
}

impl fmt::Display for BufferTooSmall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "buffer too small: {} bytes are needed", self.needed)
    }
}

impl core::error::Error for BufferTooSmall {}

/// Appends to a buffer and goes on counting once it is full, so that one piece of code both
/// writes a thing and tells its length.
pub(crate) struct Writer<'b> {
    buf: &'b mut [u8],
    needed: usize,
}

impl<'b> Writer<'b> {
    pub(crate) fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, needed: 0 }
    }

    /// Writes nothing, only counts.
    pub(crate) fn counting() -> Writer<'static> {
        Writer {
            buf: &mut [],
            needed: 0,
        }
    }

    // Once on a microcontroller: at each place it would be larger.
    #[cfg_attr(target_arch = "arm", inline(never))]
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let end = self.needed.saturating_add(bytes.len());
        if let Some(free) = self.buf.get_mut(self.needed..end) {
            for (to, from) in free.iter_mut().zip(bytes) {
                *to = *from;
            }
        }
        self.needed = end;
    }

    /// [`push`](Self::push), of a few bytes whose number is known: without a call to copy them.
    pub(crate) fn push_array<const N: usize>(&mut self, bytes: [u8; N]) {
        let free = self.buf.get_mut(self.needed..);
        if let Some(to) = free.and_then(<[u8]>::first_chunk_mut) {
            *to = bytes;
        }
        self.needed = self.needed.saturating_add(N);
    }

    /// Appends each byte that `bytes` hands on.
    pub(crate) fn push_each(&mut self, bytes: impl FnOnce(&mut dyn FnMut(u8))) {
        let Self { buf, needed } = self;
        let mut end = *needed;
        bytes(&mut |byte| {
            if let Some(to) = buf.get_mut(end) {
                *to = byte;
            }
            end = end.wrapping_add(1);
        });
        *needed = end;
    }

    /// Appends a number in decimal.
    #[cfg(any(feature = "http1", feature = "outbox"))]
    pub(crate) fn push_decimal(&mut self, number: usize) {
        let mut digits = [0; 20];
        let mut rest = number;
        let mut len = 0_usize;
        for digit in digits.iter_mut().rev() {
            *digit = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or_default());
            len = len.saturating_add(1);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let start = digits.len().saturating_sub(len);
        self.push(digits.get(start..).unwrap_or_default());
    }

    /// Makes what was written from `start` on `len` bytes long, and lends it; empty once the buffer is
    /// full.
    pub(crate) fn resize_from(&mut self, start: usize, len: usize) -> &mut [u8] {
        self.needed = start.saturating_add(len);
        self.buf.get_mut(start..self.needed).unwrap_or_default()
    }

    pub(crate) fn needed(&self) -> usize {
        self.needed
    }

    /// What was written, or the length that would have done; in that case the buffer is zeroed,
    /// for it may hold a part of a secret.
    pub(crate) fn finish(self) -> Result<&'b mut [u8], BufferTooSmall> {
        let Self { buf, needed } = self;
        if needed > buf.len() {
            buf.zeroize();
            return Err(BufferTooSmall { needed });
        }
        buf.get_mut(..needed).ok_or(BufferTooSmall { needed })
    }
}

/// Bytes as text that this crate wrote itself from `str` pieces or ASCII.
// Not inlined: once is enough of what checks UTF-8.
#[inline(never)]
pub(crate) fn as_text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

/// The digit of a value below 16.
pub(crate) const fn lower_hex_digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'a'.wrapping_add(nibble.wrapping_sub(10)),
    }
}
