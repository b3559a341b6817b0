//! What the blocking and the asynchronous exchange have in common: all but the waiting.

use super::{Exchange, ExchangeError, ResponseError};

/// How many bytes are read from a stream at once.
pub(super) const READ_LEN: usize = 256;

/// What is still to be written after the stream took `written` bytes of `rest`.
pub(super) fn after_write<E>(rest: &[u8], written: usize) -> Result<&[u8], ExchangeError<E>> {
    match written {
        0 => Err(ExchangeError::WriteZero),
        _ => Ok(rest.get(written..).unwrap_or_default()),
    }
}

/// Hands on the `read` bytes of `input` that the stream gave; none are its end.
pub(super) fn after_read<const HEADERS: usize>(
    exchange: &mut Exchange<'_, HEADERS>,
    input: &[u8],
    read: usize,
) -> Result<(), ResponseError> {
    match input.get(..read).unwrap_or_default() {
        [] => exchange.end_of_stream(),
        bytes => exchange.feed(bytes).map(|_| ()),
    }
}
