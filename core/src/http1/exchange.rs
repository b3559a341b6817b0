//! One answer, from its first byte to its last, in the caller's buffer.

use core::{fmt, mem};

use zeroize::Zeroize;

use super::{
    body::{BodyReader, Framing},
    error::ResponseError,
    request::Method,
    response::{Head, MAX_HEAD_LEN, MAX_HEADERS, Response},
};
use crate::refusal::{Cut, PageSearch};

/// With what every answer begins; the digit after it is 0 or 1.
const START: &[u8] = b"HTTP/1.";

/// How many interim answers (1xx) are skipped.
const MAX_INTERIM: u8 = 8;

/// How many bytes a body may have of which the buffer takes only a part.
pub const MAX_CUT_BODY_LEN: usize = 65_536;

/// How many headers are kept: those of [`Response`].
const KEPT: usize = 4;

/// Takes the bytes of an answer, in pieces of any size, until it is complete.
///
/// 1. Send the request.
/// 2. Read from the connection and [`feed`](Self::feed) what comes; at its end call
///    [`end_of_stream`](Self::end_of_stream).
/// 3. As soon as it [is done](Self::is_done), [`finish`](Self::finish).
///
/// The buffer takes the head while that is read, and after it the body beside the few headers that
/// are kept: it must be as long as the longer of the two. An instance sends heads of one to three
/// kilobytes. If the exchange fails or is dropped, the buffer is zeroed.
///
/// Where the buffer takes the head but not every body, the exchange can
/// [keep what fits](Self::keeping_what_fits).
///
/// An answer can have up to `HEADERS` header lines.
///
/// # Examples
/// ```
/// use snow_token_core::http1::{Exchange, Method};
///
/// let mut buf = [0; 128];
/// let mut exchange = Exchange::new(Method::Get, &mut buf);
/// exchange.feed(b"HTTP/1.1 200 OK\r\nContent-Le")?;
/// exchange.feed(b"ngth: 4\r\n\r\nsnow")?;
/// assert!(exchange.is_done());
/// let response = exchange.finish()?;
/// assert_eq!((response.status, response.body), (200, &b"snow"[..]));
/// assert!(response.keep_alive);
/// # Ok::<(), snow_token_core::http1::ResponseError>(())
/// ```
pub struct Exchange<'b, const HEADERS: usize = MAX_HEADERS> {
    buf: &'b mut [u8],
    method: Method,
    /// How much of `buf` is in use.
    filled: usize,
    interim_answers: u8,
    has_excess: bool,
    keeps_what_fits: bool,
    /// The length of the body so far, and what it says; both only if it may be cut.
    body_len: usize,
    page: PageSearch,
    state: State,
}

#[derive(Clone)]
enum State {
    Head {
        /// Whether the current line has nothing yet, its end not counted.
        line_is_empty: bool,
    },
    Body {
        summary: Summary,
        reader: BodyReader,
    },
    Failed(ResponseError),
}

/// What is known after the head. The headers that are kept stand at the beginning of the buffer,
/// each a range.
#[derive(Clone, Copy)]
struct Summary {
    status: u16,
    keep_alive: bool,
    kept: [Option<(usize, usize)>; KEPT],
    kept_len: usize,
}

impl<'b> Exchange<'b> {
    /// Waits for the answer to a request of this method.
    pub const fn new(method: Method, buf: &'b mut [u8]) -> Self {
        Self::with_header_limit(method, buf)
    }
}

impl<'b, const HEADERS: usize> Exchange<'b, HEADERS> {
    /// As [`new`](Exchange::new), with another number of header lines.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http1::{Exchange, Method};
    ///
    /// let mut buf = [0; 128];
    /// let exchange = Exchange::<16>::with_header_limit(Method::Get, &mut buf);
    /// # drop(exchange);
    /// ```
    pub const fn with_header_limit(method: Method, buf: &'b mut [u8]) -> Self {
        Self {
            buf,
            method,
            filled: 0,
            interim_answers: 0,
            has_excess: false,
            keeps_what_fits: false,
            body_len: 0,
            page: PageSearch::new(),
            state: State::Head {
                line_is_empty: true,
            },
        }
    }

    /// Keeps of a body that is longer than the buffer what fits, and reads it to its end all the
    /// same: the answer is complete, the connection kept alive, and [`Response::cut`] tells the
    /// length of the whole and what it means if it is a page.
    ///
    /// For a device that has no room for an answer of several kilobytes, and is content to know
    /// that a record was created, or that the instance is hibernating. The body may have
    /// [`MAX_CUT_BODY_LEN`] bytes; one that the buffer takes may be longer.
    ///
    /// Without it such a body is [`ResponseError::BufferTooSmall`].
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{Cause, Refusal, http1::{Exchange, Method}};
    ///
    /// let mut buf = [0; 128];
    /// let mut exchange = Exchange::new(Method::Get, &mut buf).keeping_what_fits();
    /// exchange.feed(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5900\r\n\r\n")?;
    /// exchange.feed(&[b' '; 5_000])?;
    /// exchange.feed(b"<h1>Your instance is hibernating</h1>")?;
    /// exchange.feed(&[b' '; 863])?;
    /// let response = exchange.finish()?;
    /// assert!(response.keep_alive);
    /// assert_eq!(response.cut.map(|cut| cut.body_len), Some(5_900));
    /// assert_eq!(Refusal::read(&response.answer()).cause, Cause::Hibernating);
    /// # Ok::<(), snow_token_core::http1::ResponseError>(())
    /// ```
    #[must_use]
    pub const fn keeping_what_fits(mut self) -> Self {
        self.keeps_what_fits = true;
        self
    }

    /// Whether the answer is complete.
    pub const fn is_done(&self) -> bool {
        match &self.state {
            State::Body { reader, .. } => reader.is_done(),
            State::Head { .. } | State::Failed(_) => false,
        }
    }

    /// Takes bytes that arrived, and tells how many: all, unless the answer is complete with fewer.
    /// What is left then belongs to no answer, and the connection is not kept alive.
    ///
    /// # Errors
    /// [`ResponseError`], and the same again on every further call.
    pub fn feed(&mut self, input: &[u8]) -> Result<usize, ResponseError> {
        let mut rest = input;
        while !rest.is_empty() && !self.is_done() {
            let consumed = self.step(rest).map_err(|error| self.failed(error))?;
            rest = rest.get(consumed..).unwrap_or_default();
        }
        self.has_excess |= !rest.is_empty();
        Ok(input.len().saturating_sub(rest.len()))
    }

    /// The connection has ended.
    ///
    /// # Errors
    /// [`ResponseError::NoAnswer`] or [`ResponseError::Truncated`], unless the answer is complete.
    pub fn end_of_stream(&mut self) -> Result<(), ResponseError> {
        let outcome = match &mut self.state {
            State::Body { reader, .. } => reader.end_of_stream(),
            State::Head { .. } if self.filled == 0 && self.interim_answers == 0 => {
                Err(ResponseError::NoAnswer)
            }
            State::Head { .. } => Err(ResponseError::Truncated),
            State::Failed(error) => Err(*error),
        };
        outcome.map_err(|error| self.failed(error))
    }

    /// The answer. It stands in the buffer: zero that after use.
    ///
    /// # Errors
    /// [`ResponseError::Truncated`] if it is not complete, or what failed before. The buffer is
    /// zeroed then.
    pub fn finish(mut self) -> Result<Response<'b>, ResponseError> {
        let summary = match &self.state {
            State::Body { summary, reader } if reader.is_done() => *summary,
            State::Failed(error) => return Err(*error),
            _ => return Err(ResponseError::Truncated),
        };
        let buf: &'b [u8] = mem::take::<&'b mut [u8]>(&mut self.buf);
        let [content_type, retry_after, date, location] = summary.kept.map(|range| {
            let (start, end) = range?;
            core::str::from_utf8(buf.get(start..end)?).ok()
        });
        let body = buf.get(summary.kept_len..self.filled).unwrap_or_default();
        log_line!(
            debug,
            "HTTP {}, a body of {} bytes",
            summary.status,
            self.body_len.max(body.len())
        );
        let is_cut = body.len() < self.body_len;
        Ok(Response {
            status: summary.status,
            content_type,
            retry_after,
            date,
            location,
            body,
            cut: is_cut.then(|| Cut {
                body_len: self.body_len,
                needed: summary.kept_len.saturating_add(self.body_len),
                page: self.page,
            }),
            keep_alive: summary.keep_alive && !self.has_excess,
        })
    }

    fn failed(&mut self, error: ResponseError) -> ResponseError {
        self.state = State::Failed(error);
        error
    }

    /// Takes at least one byte, if the answer is not complete.
    fn step(&mut self, input: &[u8]) -> Result<usize, ResponseError> {
        match &mut self.state {
            State::Failed(error) => Err(*error),
            State::Head { line_is_empty } => {
                // As far as the line goes. It ends in the same way however it is cut into pieces: each
                // byte has the one error that it would have alone.
                let line_feed = input.iter().position(|byte| *byte == b'\n');
                let len = line_feed.map_or(input.len(), |at| at.saturating_add(1));
                let line = input.get(..len).unwrap_or_default();
                let is_ending = |byte: &u8| matches!(byte, b'\r' | b'\n');
                let is_empty = *line_is_empty && line.iter().all(is_ending);
                let is_end = is_empty && line_feed.is_some();
                *line_is_empty = is_empty || line_feed.is_some();
                let room = self.buf.len().min(MAX_HEAD_LEN).saturating_sub(self.filled);
                let due = START.get(self.filled..).unwrap_or_default();
                if line
                    .iter()
                    .take(room)
                    .zip(due)
                    .any(|(byte, due)| byte != due)
                {
                    return Err(ResponseError::NotHttp);
                }
                if len > room && self.buf.len() >= MAX_HEAD_LEN {
                    return Err(ResponseError::HeadTooLong);
                }
                self.push(line)?;
                if is_end {
                    self.head_is_complete()?;
                }
                Ok(len)
            }
            State::Body { reader, .. } => {
                let (consumed, data) = reader.step(input)?;
                match self.keeps_what_fits {
                    true => self.push_what_fits(data)?,
                    false => self.push(data)?,
                }
                Ok(consumed)
            }
        }
    }

    fn push(&mut self, data: &[u8]) -> Result<(), ResponseError> {
        let end = self.filled.saturating_add(data.len());
        let free = self
            .buf
            .get_mut(self.filled..end)
            .ok_or(ResponseError::BufferTooSmall { needed: None })?;
        for (to, from) in free.iter_mut().zip(data) {
            *to = *from;
        }
        self.filled = end;
        Ok(())
    }

    fn push_what_fits(&mut self, data: &[u8]) -> Result<(), ResponseError> {
        self.page.feed(data);
        self.body_len = self.body_len.saturating_add(data.len());
        let free = self.buf.len().saturating_sub(self.filled);
        if data.len() > free && self.body_len > MAX_CUT_BODY_LEN {
            return Err(ResponseError::BodyTooLong);
        }
        self.push(data.get(..free).unwrap_or(data))
    }

    fn head_is_complete(&mut self) -> Result<(), ResponseError> {
        let bytes = self.buf.get(..self.filled).unwrap_or_default();
        let head = Head::read::<HEADERS>(bytes, self.method)?;
        match head.status {
            101 => return Err(ResponseError::Upgrade),
            100..=199 if self.interim_answers >= MAX_INTERIM => {
                return Err(ResponseError::TooManyInterimAnswers);
            }
            100..=199 => {
                self.interim_answers = self.interim_answers.saturating_add(1);
                self.filled = 0;
                self.state = State::Head {
                    line_is_empty: true,
                };
                return Ok(());
            }
            _ => {}
        }
        let (status, framing, keep_alive) = (head.status, head.framing, head.keep_alive);
        let values = [
            head.content_type,
            head.retry_after,
            head.date,
            head.location,
        ];
        let kept = values.map(|value| range_within(bytes, value?));
        let (kept, kept_len) = self.keep(kept);
        self.filled = kept_len;
        if let Framing::Length(len) = framing {
            let len = usize::try_from(len).unwrap_or(usize::MAX);
            let needed = kept_len.saturating_add(len);
            // It is more than the head has, which fits.
            if needed > self.buf.len() {
                if !self.keeps_what_fits {
                    let needed = Some(needed);
                    return Err(ResponseError::BufferTooSmall { needed });
                }
                if len > MAX_CUT_BODY_LEN {
                    return Err(ResponseError::BodyTooLong);
                }
            }
        }
        self.state = State::Body {
            summary: Summary {
                status,
                keep_alive,
                kept,
                kept_len,
            },
            reader: BodyReader::new(framing),
        };
        Ok(())
    }

    /// Moves the headers that are kept to the beginning of the buffer: where they are then, and
    /// their length together.
    fn keep(
        &mut self,
        kept: [Option<(usize, usize)>; KEPT],
    ) -> ([Option<(usize, usize)>; KEPT], usize) {
        let mut moved = [None; KEPT];
        let mut at = 0_usize;
        for _ in 0..KEPT {
            // In the order in which they stand, so that none is overwritten before it was moved.
            let left = kept.iter().zip(&mut moved).filter_map(|(from, to)| {
                let from = (*from).filter(|_| to.is_none())?;
                Some((from, to))
            });
            let Some(((start, end), to)) = left.min_by_key(|(from, _)| *from) else {
                break;
            };
            *to = Some((at, at.saturating_add(end.saturating_sub(start))));
            for from in start..end {
                let byte = self.buf.get(from).copied().unwrap_or_default();
                if let Some(to) = self.buf.get_mut(at) {
                    *to = byte;
                }
                at = at.saturating_add(1);
            }
        }
        (moved, at)
    }
}

impl<const HEADERS: usize> fmt::Debug for Exchange<'_, HEADERS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("method", &self.method)
            .field("filled", &self.filled)
            .field("is_done", &self.is_done())
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl<const HEADERS: usize> defmt::Format for Exchange<'_, HEADERS> {
    fn format(&self, f: defmt::Formatter<'_>) {
        let is_done = self.is_done();
        defmt::write!(
            f,
            "Exchange({}, {} bytes, done {})",
            self.method,
            self.filled,
            is_done
        );
    }
}

impl<const HEADERS: usize> Drop for Exchange<'_, HEADERS> {
    fn drop(&mut self) {
        self.buf.zeroize();
    }
}

/// Where `part`, a piece of `whole`, begins and ends in it.
fn range_within(whole: &[u8], part: &str) -> Option<(usize, usize)> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some((start, end))
}
