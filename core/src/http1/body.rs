//! Where a body ends: RFC 9112 §6 (length and connection's end) and §7.1 (chunks).

use super::error::ResponseError;

/// How many bytes of chunk extensions and trailers a body may have. They are skipped.
pub const MAX_OVERHEAD_LEN: u16 = 4_096;

/// A `usize` has at most as many digits on any machine.
const MAX_SIZE_DIGITS: u8 = 16;

/// How the end of a body is found (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Framing {
    /// There is none: the answer to HEAD, 204 and 304.
    None,
    /// By `Content-Length`, in bytes.
    Length(u64),
    /// By `Transfer-Encoding: chunked`.
    Chunked,
    /// By the end of the connection. That a body was cut off cannot be noticed then.
    UntilClose,
}

/// Takes the framing off a body, whatever the pieces in which it arrives.
///
/// # Examples
/// ```
/// use snow_token_core::http1::body::{BodyReader, Framing};
///
/// let mut reader = BodyReader::new(Framing::Chunked);
/// let mut input: &[u8] = b"4;ext=1\r\nsnow\r\n0\r\nTrailer: x\r\n\r\nnext";
/// let mut body = Vec::new();
/// while !reader.is_done() {
///     let (consumed, data) = reader.step(input)?;
///     body.extend_from_slice(data);
///     input = &input[consumed..];
/// }
/// assert_eq!(body, b"snow");
/// assert_eq!(input, b"next");
/// # Ok::<(), snow_token_core::http1::ResponseError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct BodyReader {
    state: State,
    overhead_len: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum State {
    /// So many bytes are left, and nothing follows.
    Length(u64),
    UntilClose,
    /// Within the hexadecimal size of a chunk.
    Size {
        size: u64,
        digits: u8,
    },
    /// After the size: white space before an extension or the line's end.
    AfterSize {
        size: u64,
    },
    Extension {
        size: u64,
    },
    /// The line feed that ends the line of the size.
    SizeLineFeed {
        size: u64,
    },
    /// So many bytes are left of this chunk.
    Data(u64),
    DataReturn,
    DataLineFeed,
    /// The first byte of a trailer, or the return that ends the body.
    TrailerStart,
    Trailer,
    TrailerLineFeed,
    EndLineFeed,
    Done,
}

impl BodyReader {
    /// A body that has not begun yet.
    pub const fn new(framing: Framing) -> Self {
        let state = match framing {
            Framing::None | Framing::Length(0) => State::Done,
            Framing::Length(len) => State::Length(len),
            Framing::Chunked => State::Size { size: 0, digits: 0 },
            Framing::UntilClose => State::UntilClose,
        };
        Self {
            state,
            overhead_len: 0,
        }
    }

    /// Whether the body is complete.
    pub const fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Takes some bytes from the beginning of `input`: how many, and those of them that belong to
    /// the body. Only when the body is complete, or `input` empty, none are taken.
    ///
    /// # Errors
    /// [`ResponseError::Chunk`] and [`ResponseError::ChunkOverhead`]. The reader must not be used
    /// further then.
    pub fn step<'i>(&mut self, input: &'i [u8]) -> Result<(usize, &'i [u8]), ResponseError> {
        match self.state {
            State::Length(left) => {
                let data = up_to(input, left);
                self.state = match left.saturating_sub(len_of(data)) {
                    0 => State::Done,
                    left => State::Length(left),
                };
                Ok((data.len(), data))
            }
            State::Data(left) => {
                let data = up_to(input, left);
                self.state = match left.saturating_sub(len_of(data)) {
                    0 => State::DataReturn,
                    left => State::Data(left),
                };
                Ok((data.len(), data))
            }
            State::UntilClose => Ok((input.len(), input)),
            State::Done => Ok((0, &[])),
            _ => {
                let Some(byte) = input.first() else {
                    return Ok((0, &[]));
                };
                self.state = self.after(*byte)?;
                Ok((1, &[]))
            }
        }
    }

    /// The connection has ended.
    ///
    /// # Errors
    /// [`ResponseError::Truncated`] unless the body may end here.
    pub fn end_of_stream(&mut self) -> Result<(), ResponseError> {
        match self.state {
            State::Done | State::UntilClose => {
                self.state = State::Done;
                Ok(())
            }
            _ => Err(ResponseError::Truncated),
        }
    }

    /// The state after one byte of a chunked body that is not data.
    fn after(&mut self, byte: u8) -> Result<State, ResponseError> {
        Ok(match (self.state, byte) {
            (State::Size { size, digits }, _) if byte.is_ascii_hexdigit() => {
                if digits >= MAX_SIZE_DIGITS {
                    return Err(ResponseError::Chunk);
                }
                State::Size {
                    size: (size << 4) | u64::from(hex_value(byte)),
                    digits: digits.saturating_add(1),
                }
            }
            (State::Size { size, digits: 1.. } | State::AfterSize { size }, b'\r') => {
                State::SizeLineFeed { size }
            }
            (State::Size { size, digits: 1.. } | State::AfterSize { size }, b';') => {
                State::Extension { size }
            }
            (State::Size { size, digits: 1.. } | State::AfterSize { size }, b' ' | b'\t') => {
                self.count_overhead()?;
                State::AfterSize { size }
            }
            (State::Extension { size }, b'\r') => State::SizeLineFeed { size },
            (State::Extension { size }, _) if is_text(byte) => {
                self.count_overhead()?;
                State::Extension { size }
            }
            (State::SizeLineFeed { size: 0 }, b'\n') => State::TrailerStart,
            (State::SizeLineFeed { size }, b'\n') => State::Data(size),
            (State::DataReturn, b'\r') => State::DataLineFeed,
            (State::DataLineFeed, b'\n') => State::Size { size: 0, digits: 0 },
            (State::TrailerStart, b'\r') => State::EndLineFeed,
            (State::Trailer, b'\r') => State::TrailerLineFeed,
            (State::TrailerStart | State::Trailer, _) if is_text(byte) => {
                self.count_overhead()?;
                State::Trailer
            }
            (State::TrailerLineFeed, b'\n') => State::TrailerStart,
            (State::EndLineFeed, b'\n') => State::Done,
            _ => return Err(ResponseError::Chunk),
        })
    }

    fn count_overhead(&mut self) -> Result<(), ResponseError> {
        if self.overhead_len >= MAX_OVERHEAD_LEN {
            return Err(ResponseError::ChunkOverhead);
        }
        self.overhead_len = self.overhead_len.saturating_add(1);
        Ok(())
    }
}

/// The first `left` bytes, or as many as there are.
fn up_to(input: &[u8], left: u64) -> &[u8] {
    let end = usize::try_from(left).map_or(input.len(), |left| left.min(input.len()));
    input.get(..end).unwrap_or(input)
}

fn len_of(data: &[u8]) -> u64 {
    u64::try_from(data.len()).unwrap_or(u64::MAX)
}

/// What may stand in an extension or a trailer: anything but control characters.
const fn is_text(byte: u8) -> bool {
    byte == b'\t' || !byte.is_ascii_control()
}

/// The value of a hexadecimal digit.
const fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}
