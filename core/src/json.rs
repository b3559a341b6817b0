//! A strict JSON reader (RFC 8259) that hands out one event at a time.
//!
//! It borrows from the input, needs no memory of its own beside one bit for each level of nesting,
//! and does not recurse: a hundred thousand opening brackets end at [`MAX_DEPTH`] in an error.
//!
//! # Examples
//! ```
//! use snow_token_core::json::{Event, Reader};
//!
//! let mut reader = Reader::new(br#"{"a\/b": 1799.0}"#);
//! assert_eq!(reader.next()?, Some(Event::ObjectStart));
//! let Some(Event::Key(key)) = reader.next()? else { panic!() };
//! assert_eq!(key, *"a/b");
//! let Some(Event::Number(number)) = reader.next()? else { panic!() };
//! assert_eq!(number.to_u32(), Some(1799));
//! assert_eq!(reader.next()?, Some(Event::ObjectEnd));
//! assert_eq!(reader.next()?, None);
//! # Ok::<(), snow_token_core::json::JsonError>(())
//! ```

mod error;
mod escape;
mod number;
mod text;

pub use error::{Fault, JsonError};
pub use number::Number;
pub use text::Text;

use core::fmt;

use crate::alphabet::TOKEN_CHARACTERS;
use text::Form;

/// How deep objects and arrays may be nested.
pub const MAX_DEPTH: u32 = u32::BITS;

/// One step through a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
// A word, so that a move is one of words: what a byte leaves over is moved in pieces.
#[repr(usize)]
pub enum Event<'a> {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// The name of a member; its value comes next.
    Key(Text<'a>),
    /// A string.
    String(Text<'a>),
    /// A number.
    Number(Number<'a>),
    /// `true` or `false`
    Bool(bool),
    /// `null`
    Null,
}

/// Reads one JSON text, event by event. After an error it must not be used further.
#[derive(Clone)]
pub struct Reader<'a> {
    input: &'a [u8],
    at: usize,
    depth: u32,
    /// A bit for each level, the innermost lowest: 1 for an object, 0 for an array.
    objects: u32,
    expect: Expect,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The input may hold a token.
        f.debug_struct("Reader")
            .field("input_len", &self.input.len())
            .field("at", &self.at)
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Reader<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reader(at {} of {} bytes)", self.at, self.input.len());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of the array that has just begun.
    FirstElement,
    Key,
    /// A key, or the end of the object that has just begun.
    FirstKey,
    /// A comma, or the end of what surrounds.
    Separator,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `input`.
    pub const fn new(input: &'a [u8]) -> Self {
        Self {
            input,
            at: 0,
            depth: 0,
            objects: 0,
            expect: Expect::Value,
        }
    }

    /// How many objects and arrays are open.
    pub const fn depth(&self) -> u32 {
        self.depth
    }

    /// The next event; `None` once, when the text is complete and nothing follows it.
    ///
    /// # Errors
    /// [`JsonError`] where the input is not JSON, or nested deeper than [`MAX_DEPTH`].
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results would go on after the first error"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'a>>, JsonError> {
        let mut byte = self.skip_white_space();
        if self.expect == Expect::Separator {
            match byte {
                _ if self.depth == 0 => return self.end(),
                b',' => {
                    self.advance(1);
                    byte = self.skip_white_space();
                    self.expect = match self.in_object() {
                        true => Expect::Key,
                        false => Expect::Value,
                    };
                }
                b'}' | b']' => return self.close(byte),
                _ => return Err(self.unexpected()),
            }
        }
        let event = match (self.expect, byte) {
            (Expect::FirstKey, b'}') | (Expect::FirstElement, b']') => return self.close(byte),
            (expect, b'"') => {
                let text = self.string()?;
                if let Expect::Key | Expect::FirstKey = expect {
                    return self.end_of_key(text);
                }
                Event::String(text)
            }
            (Expect::Key | Expect::FirstKey, _) => return Err(self.unexpected()),
            (_, b'{' | b'[') => return self.open(byte == b'{'),
            (_, b'-' | b'0'..=b'9') => Event::Number(self.number()?),
            (_, b't') => self.literal(b"true", Event::Bool(true))?,
            (_, b'f') => self.literal(b"false", Event::Bool(false))?,
            (_, b'n') => self.literal(b"null", Event::Null)?,
            _ => return Err(self.unexpected()),
        };
        self.expect = Expect::Separator;
        Ok(Some(event))
    }

    /// The value of the key that was just read. Of an object or an array this is the start; the
    /// rest is passed over, however deep it is nested.
    pub(crate) fn value_of_key(&mut self) -> Result<Option<Event<'a>>, JsonError> {
        let outside = self.depth;
        let value = self.next()?;
        while self.depth > outside {
            self.next()?;
        }
        Ok(value)
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn end_of_key(&mut self, key: Text<'a>) -> Result<Option<Event<'a>>, JsonError> {
        if self.skip_white_space() != b':' {
            return Err(self.unexpected());
        }
        self.advance(1);
        self.expect = Expect::Value;
        Ok(Some(Event::Key(key)))
    }

    fn open(&mut self, object: bool) -> Result<Option<Event<'a>>, JsonError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(Fault::TooDeep));
        }
        self.advance(1);
        self.depth = self.depth.wrapping_add(1);
        self.objects = self.objects << 1 | u32::from(object);
        let (event, expect) = match object {
            true => (Event::ObjectStart, Expect::FirstKey),
            false => (Event::ArrayStart, Expect::FirstElement),
        };
        self.expect = expect;
        Ok(Some(event))
    }

    fn close(&mut self, bracket: u8) -> Result<Option<Event<'a>>, JsonError> {
        let (event, wanted) = match self.in_object() {
            true => (Event::ObjectEnd, b'}'),
            false => (Event::ArrayEnd, b']'),
        };
        if bracket != wanted {
            return Err(self.unexpected());
        }
        self.advance(1);
        self.depth = self.depth.wrapping_sub(1);
        self.objects >>= 1;
        self.expect = Expect::Separator;
        Ok(Some(event))
    }

    fn end(&self) -> Result<Option<Event<'a>>, JsonError> {
        match self.rest() {
            [] => Ok(None),
            _ => Err(self.error(Fault::TrailingData)),
        }
    }

    fn literal(&mut self, word: &[u8], event: Event<'a>) -> Result<Event<'a>, JsonError> {
        for expected in word {
            if self.peek() != *expected {
                return Err(self.unexpected());
            }
            self.advance(1);
        }
        Ok(event)
    }

    fn number(&mut self) -> Result<Number<'a>, JsonError> {
        let rest = self.rest();
        match number::len(rest) {
            Ok(len) => {
                self.advance(len);
                Ok(Number(rest.get(..len).unwrap_or_default()))
            }
            Err(at) => {
                self.advance(at);
                Err(self.unexpected())
            }
        }
    }

    fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.advance(1);
        let start = self.at;
        let mut form = Form::Token;
        let mut is_ascii = true;
        loop {
            // Of these most texts of an answer consist alone.
            self.advance(TOKEN_CHARACTERS.span(self.rest()));
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    form = Form::Escaped;
                    self.escape()?;
                    continue;
                }
                0x00..=0x1f => {
                    return Err(self.error(match self.rest() {
                        [] => Fault::Truncated,
                        _ => Fault::ControlCharacter,
                    }));
                }
                byte => is_ascii &= byte.is_ascii(),
            }
            form = form.max(Form::Plain);
            self.advance(1);
        }
        let raw = self.input.get(start..self.at).unwrap_or_default();
        // ASCII, which most texts are, needs no look at how its bytes go together.
        if !is_ascii && let Err(error) = core::str::from_utf8(raw) {
            return Err(JsonError {
                fault: Fault::Utf8,
                at: start.wrapping_add(error.valid_up_to()),
            });
        }
        self.advance(1);
        Ok(Text { raw, form })
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match escape::read(self.rest()) {
            Ok((_, len)) => {
                self.advance(len);
                Ok(())
            }
            Err(fault) => Err(self.error(fault)),
        }
    }

    /// The byte behind white space, of which there is none in most answers.
    fn skip_white_space(&mut self) -> u8 {
        match self.peek() {
            0..=b' ' => self.skip_more_white_space(),
            byte => byte,
        }
    }

    #[cold]
    #[inline(never)]
    fn skip_more_white_space(&mut self) -> u8 {
        loop {
            match self.peek() {
                b' ' | b'\t' | b'\n' | b'\r' => self.advance(1),
                byte => return byte,
            }
        }
    }

    /// The byte that is next; at the end a NUL, which JSON has nowhere.
    fn peek(&self) -> u8 {
        self.input.get(self.at).copied().unwrap_or_default()
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.at..).unwrap_or_default()
    }

    /// By no more than there is.
    fn advance(&mut self, by: usize) {
        self.at = self.at.wrapping_add(by);
    }

    fn unexpected(&self) -> JsonError {
        self.error(match self.rest() {
            [] => Fault::Truncated,
            _ => Fault::Unexpected,
        })
    }

    fn error(&self, fault: Fault) -> JsonError {
        JsonError { fault, at: self.at }
    }
}
