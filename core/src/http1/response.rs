//! An answer: its head, by RFC 9112 §4 (status line), §5 (headers) and §6.3 (the body's length), and
//! what is left of it in the end.

use core::fmt;

use super::{body::Framing, error::ResponseError, request::Method};
use crate::refusal::{Answer, Cut};

/// How many header lines an answer may have unless the caller says otherwise.
pub const MAX_HEADERS: usize = 64;

/// How many bytes the head of an answer may have.
pub const MAX_HEAD_LEN: usize = 16_384;

/// The head of an answer, as far as it matters here.
///
/// Of a header that should stand once and stands twice the first counts, but for those that frame
/// the body. A value that is not UTF-8 counts as left out.
///
/// # Examples
/// ```
/// use snow_token_core::http1::{Head, MAX_HEADERS, Method, body::Framing};
///
/// let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n";
/// let head = Head::read::<MAX_HEADERS>(head, Method::Get)?;
/// assert_eq!((head.status, head.framing), (200, Framing::Length(7)));
/// assert_eq!(head.content_type, Some("application/json"));
/// assert!(head.keep_alive);
/// # Ok::<(), snow_token_core::http1::ResponseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Head<'a> {
    /// The status code.
    pub status: u16,
    /// How the end of the body is found.
    pub framing: Framing,
    /// Whether the connection may serve another request after this answer.
    pub keep_alive: bool,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The `Date` header.
    pub date: Option<&'a str>,
    /// The `Location` header.
    pub location: Option<&'a str>,
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_fields!(
            f,
            self,
            Head {
                status,
                framing,
                keep_alive,
                content_type,
                retry_after,
                date,
                location
            }
        )
    }
}

impl<'a> Head<'a> {
    /// Reads a whole head, the empty line at its end included, of an answer to `method`. `HEADERS`
    /// is the number of header lines that it may have; each takes four words of stack.
    ///
    /// # Errors
    /// [`ResponseError`].
    pub fn read<const HEADERS: usize>(
        head: &'a [u8],
        method: Method,
    ) -> Result<Self, ResponseError> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        match response.parse(head) {
            Ok(httparse::Status::Complete(len)) if len == head.len() => {}
            Err(httparse::Error::TooManyHeaders) => return Err(ResponseError::TooManyHeaders),
            _ => return Err(ResponseError::Head),
        }
        let (Some(version), Some(status @ 100..)) = (response.version, response.code) else {
            return Err(ResponseError::Head);
        };
        let fields = Fields(response.headers);
        let body = fields.framing(version)?;
        let has_none = method == Method::Head || matches!(status, 100..=199 | 204 | 304);
        let framing = if has_none { Framing::None } else { body };
        Ok(Self {
            status,
            framing,
            keep_alive: fields.keep_alive(version) && framing != Framing::UntilClose,
            content_type: fields.text("Content-Type"),
            retry_after: fields.text("Retry-After"),
            date: fields.text("Date"),
            location: fields.text("Location"),
        })
    }
}

/// A complete answer: what [`Exchange::finish`](super::Exchange::finish) gives.
///
/// Its texts and its body stand in the exchange's buffer; `Debug` shows the body's length alone.
///
/// # Examples
/// ```
/// use snow_token_core::{Refusal, Retry, http1::{Exchange, Method}};
///
/// let mut buf = [0; 128];
/// let mut exchange = Exchange::new(Method::Post, &mut buf);
/// exchange.feed(b"HTTP/1.1 429 \r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n")?;
/// let response = exchange.finish()?;
/// let refusal = Refusal::read(&response.answer());
/// assert_eq!(refusal.cause.retry(), Retry::After { secs: 30 });
/// # Ok::<(), snow_token_core::http1::ResponseError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response<'b> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<&'b str>,
    /// The `Retry-After` header; [`http_date::retry_after_secs`](crate::http_date::retry_after_secs)
    /// reads it.
    pub retry_after: Option<&'b str>,
    /// The `Date` header; [`http_date::parse`](crate::http_date::parse) reads it.
    pub date: Option<&'b str>,
    /// The `Location` header.
    pub location: Option<&'b str>,
    /// The body, without its framing; its beginning alone where it [is cut](Self::is_cut).
    pub body: &'b [u8],
    /// What is known of the rest of the body, where it was too long for the buffer and the exchange
    /// [keeps what fits](super::Exchange::keeping_what_fits).
    pub cut: Option<Cut>,
    /// Whether the connection may serve another request. Not if the request asked to close it.
    pub keep_alive: bool,
}

impl<'b> Response<'b> {
    /// Whether `body` is the beginning alone. What [`cut`](Self::cut) tells of the whole is its
    /// length, and what it means if it is a page.
    pub const fn is_cut(&self) -> bool {
        self.cut.is_some()
    }

    /// What [`token_endpoint`](crate::token_endpoint) and [`refusal`](crate::refusal) read.
    pub const fn answer(&self) -> Answer<'b> {
        Answer {
            status: self.status,
            content_type: self.content_type,
            retry_after: self.retry_after,
            date: self.date,
            body: self.body,
            cut: self.cut,
        }
    }
}

impl fmt::Debug for Response<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold a token.
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("retry_after", &self.retry_after)
            .field("date", &self.date)
            .field("location", &self.location)
            .field("body_len", &self.body.len())
            .field("cut", &self.cut)
            .field("keep_alive", &self.keep_alive)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Response<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Response({}, {}, {}, {}, {}, {} bytes, {}, keep-alive {})",
            self.status,
            self.content_type,
            self.retry_after,
            self.date,
            self.location,
            self.body.len(),
            self.cut,
            self.keep_alive,
        );
    }
}

struct Fields<'h, 'a>(&'h [httparse::Header<'a>]);

impl<'a> Fields<'_, 'a> {
    fn all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        let named = self
            .0
            .iter()
            .filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| header.value.trim_ascii())
    }

    /// The elements of a list, on however many lines (RFC 9110 §5.6.1).
    fn elements(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.all(name)
            .flat_map(|value| value.split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        core::str::from_utf8(self.all(name).next()?).ok()
    }

    /// RFC 9112 §6.3, for an answer that can have a body.
    fn framing(&self, version: u8) -> Result<Framing, ResponseError> {
        let length = self.content_length()?;
        let mut codings = self.all("Transfer-Encoding");
        match (codings.next(), length) {
            (None, Some(length)) => Ok(Framing::Length(length)),
            (None, None) => Ok(Framing::UntilClose),
            // §6.1: a transfer coding in HTTP/1.0 means that the framing is faulty. §6.3: beside a
            // length it "might indicate an attempt to perform request smuggling or response
            // splitting and ought to be handled as an error".
            (Some(coding), None)
                if version == 1
                    && coding.eq_ignore_ascii_case(b"chunked")
                    && codings.next().is_none() =>
            {
                Ok(Framing::Chunked)
            }
            _ => Err(ResponseError::TransferEncoding),
        }
    }

    /// §6.3: a list of equal numbers counts as one, anything else is "an unrecoverable error".
    fn content_length(&self) -> Result<Option<u64>, ResponseError> {
        let mut length = None;
        for element in self.elements("Content-Length") {
            let value = decimal(element).ok_or(ResponseError::ContentLength)?;
            if *length.get_or_insert(value) != value {
                return Err(ResponseError::ContentLength);
            }
        }
        Ok(length)
    }

    /// RFC 9112 §9.3.
    fn keep_alive(&self, version: u8) -> bool {
        let says = |option: &[u8]| {
            self.elements("Connection")
                .any(|element| element.eq_ignore_ascii_case(option))
        };
        !says(b"close") && (version == 1 || says(b"keep-alive"))
    }
}

/// Digits alone, no sign.
fn decimal(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| digit.wrapping_sub(b'0'))?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}
