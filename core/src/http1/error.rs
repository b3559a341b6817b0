//! What can go wrong between a request and its answer, and whose fault it is.

use core::fmt;

/// Why an answer is not a good one. But for [`BufferTooSmall`](Self::BufferTooSmall) the peer is at
/// fault, or something between it and this client; the connection is of no further use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ResponseError {
    /// The connection was closed before the first byte of the answer. A connection that was kept
    /// alive is closed like this when it was idle for too long.
    NoAnswer,
    /// The connection was closed before the answer's end.
    Truncated,
    /// What answers does not speak HTTP/1.
    NotHttp,
    /// The head of the answer is malformed.
    Head,
    /// The head has more than [`MAX_HEAD_LEN`](super::MAX_HEAD_LEN) bytes.
    HeadTooLong,
    /// The head has more header lines than were provided for.
    TooManyHeaders,
    /// More interim answers (1xx) than is reasonable.
    TooManyInterimAnswers,
    /// 101: the peer wants to speak another protocol, which nobody asked for.
    Upgrade,
    /// `Content-Length` is not a number, or there are two that differ.
    ContentLength,
    /// `Transfer-Encoding` is not exactly `chunked`, or it stands beside a `Content-Length`, or in
    /// an answer of HTTP/1.0.
    TransferEncoding,
    /// The chunks are malformed.
    Chunk,
    /// The chunks' extensions and trailers have more than
    /// [`MAX_OVERHEAD_LEN`](super::body::MAX_OVERHEAD_LEN) bytes.
    ChunkOverhead,
    /// The body has more than [`MAX_CUT_BODY_LEN`](super::MAX_CUT_BODY_LEN) bytes, of which the
    /// buffer would take only a part.
    BodyTooLong,
    /// The caller's buffer is too small.
    BufferTooSmall {
        /// The length in bytes that would do for this answer; `None` where its end is not known.
        needed: Option<usize>,
    },
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "the connection was closed before an answer came",
            Self::Truncated => "the connection was closed before the answer's end",
            Self::NotHttp => "the answer is not HTTP/1",
            Self::Head => "the answer's head is malformed",
            Self::HeadTooLong => "the answer's head is too long",
            Self::TooManyHeaders => "the answer has too many headers",
            Self::TooManyInterimAnswers => "too many interim answers",
            Self::Upgrade => "the peer changes to another protocol",
            Self::ContentLength => "the answer's Content-Length is malformed or contradicts itself",
            Self::TransferEncoding => "the answer's Transfer-Encoding cannot be relied on",
            Self::Chunk => "the answer's chunks are malformed",
            Self::ChunkOverhead => "the answer's chunk extensions or trailers are too long",
            Self::BodyTooLong => "the answer's body is too long",
            Self::BufferTooSmall { needed: None } => "buffer too small for the answer",
            Self::BufferTooSmall {
                needed: Some(needed),
            } => return write!(f, "buffer too small: {needed} bytes are needed"),
        })
    }
}

impl core::error::Error for ResponseError {}

/// Why an exchange over a stream failed.
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ExchangeError<E> {
    /// The stream failed: the network, or TLS.
    Transport(E),
    /// The stream takes no more bytes, without calling it an error.
    WriteZero,
    /// The answer is not a good one.
    Response(ResponseError),
}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl<E: fmt::Display> fmt::Display for ExchangeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Transport(error) => write!(f, "the connection failed: {error}"),
            Self::WriteZero => f.write_str("the connection takes no more bytes"),
            Self::Response(error) => error.fmt(f),
        }
    }
}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl<E: fmt::Debug + fmt::Display> core::error::Error for ExchangeError<E> {}

#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
impl<E> From<ResponseError> for ExchangeError<E> {
    fn from(error: ResponseError) -> Self {
        Self::Response(error)
    }
}
