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

use core::fmt::{self, Write};

use crate::scan::leading;

/// How deep objects and arrays may be nested.
pub const MAX_DEPTH: u32 = u32::BITS;

/// What is wrong with a text that should be JSON, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct JsonError {
    /// What is wrong.
    pub fault: Fault,
    /// The offset in bytes from the start of the input.
    pub at: usize,
}

/// The ways in which a text can fail to be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fault {
    /// The input ends within a value: it was cut off.
    Truncated,
    /// A byte that cannot stand here.
    Unexpected,
    /// More than [`MAX_DEPTH`] levels of objects and arrays.
    TooDeep,
    /// A control character within a string (RFC 8259 §7 wants it escaped).
    ControlCharacter,
    /// An unknown escape, or half of a surrogate pair.
    Escape,
    /// A string that is not UTF-8.
    Utf8,
    /// Something follows the value.
    TrailingData,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = match self.fault {
            Fault::Truncated => "ends too early",
            Fault::Unexpected => "has an unexpected character",
            Fault::TooDeep => "is nested too deep",
            Fault::ControlCharacter => "has a control character in a string",
            Fault::Escape => "has an invalid escape in a string",
            Fault::Utf8 => "has a string that is not UTF-8",
            Fault::TrailingData => "goes on after its end",
        };
        write!(f, "the JSON {fault} (byte {})", self.at)
    }
}

impl core::error::Error for JsonError {}

/// One step through a JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
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
    rest: &'a [u8],
    input_len: usize,
    depth: u32,
    /// A bit for each level, the innermost lowest: 1 for an object, 0 for an array.
    objects: u32,
    expect: Expect,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The input may hold a token.
        f.debug_struct("Reader")
            .field("input_len", &self.input_len)
            .field("at", &self.at())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Reader<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Reader(at {} of {} bytes)", self.at(), self.input_len);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of the array that has just begun.
    FirstElement,
    /// A key, or the end of the object that has just begun.
    FirstKey,
    /// A comma, or the end of what surrounds.
    Separator,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `input`.
    pub const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            input_len: input.len(),
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
        self.skip_white_space();
        match self.expect {
            Expect::Value => self.value().map(Some),
            Expect::FirstElement if self.peek() == Some(b']') => self.close().map(Some),
            Expect::FirstElement => self.value().map(Some),
            Expect::FirstKey if self.peek() == Some(b'}') => self.close().map(Some),
            Expect::FirstKey => self.key().map(Some),
            Expect::Separator if self.depth == 0 => match self.peek() {
                None => Ok(None),
                Some(_) => Err(self.error(Fault::TrailingData)),
            },
            Expect::Separator => match self.peek() {
                Some(b',') => {
                    self.advance(1);
                    self.skip_white_space();
                    if self.in_object() {
                        self.key().map(Some)
                    } else {
                        self.value().map(Some)
                    }
                }
                Some(b'}' | b']') => self.close().map(Some),
                _ => Err(self.unexpected()),
            },
        }
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

    fn value(&mut self) -> Result<Event<'a>, JsonError> {
        let event = match self.peek() {
            Some(b'{') => return self.open(true),
            Some(b'[') => return self.open(false),
            Some(b'"') => Event::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => Event::Number(self.number()?),
            Some(b't') => self.literal(b"true", Event::Bool(true))?,
            Some(b'f') => self.literal(b"false", Event::Bool(false))?,
            Some(b'n') => self.literal(b"null", Event::Null)?,
            _ => return Err(self.unexpected()),
        };
        self.expect = Expect::Separator;
        Ok(event)
    }

    fn key(&mut self) -> Result<Event<'a>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.unexpected());
        }
        let key = self.string()?;
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return Err(self.unexpected());
        }
        self.advance(1);
        self.expect = Expect::Value;
        Ok(Event::Key(key))
    }

    fn in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn open(&mut self, object: bool) -> Result<Event<'a>, JsonError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(Fault::TooDeep));
        }
        self.advance(1);
        self.depth = self.depth.saturating_add(1);
        self.objects = self.objects << 1 | u32::from(object);
        if object {
            self.expect = Expect::FirstKey;
            Ok(Event::ObjectStart)
        } else {
            self.expect = Expect::FirstElement;
            Ok(Event::ArrayStart)
        }
    }

    fn close(&mut self) -> Result<Event<'a>, JsonError> {
        let event = match self.peek() {
            Some(b'}') if self.in_object() => Event::ObjectEnd,
            Some(b']') if !self.in_object() => Event::ArrayEnd,
            _ => return Err(self.unexpected()),
        };
        self.advance(1);
        self.depth = self.depth.saturating_sub(1);
        self.objects >>= 1;
        self.expect = Expect::Separator;
        Ok(event)
    }

    fn literal(&mut self, word: &[u8], event: Event<'a>) -> Result<Event<'a>, JsonError> {
        for expected in word {
            if self.peek() != Some(*expected) {
                return Err(self.unexpected());
            }
            self.advance(1);
        }
        Ok(event)
    }

    /// RFC 8259 §6: `[ minus ] int [ frac ] [ exp ]`, an `int` of more than one digit not
    /// beginning with 0.
    fn number(&mut self) -> Result<Number<'a>, JsonError> {
        let from_start = self.rest;
        if self.peek() == Some(b'-') {
            self.advance(1);
        }
        if self.peek() == Some(b'0') {
            self.advance(1);
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.advance(1);
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.advance(1);
            if let Some(b'+' | b'-') = self.peek() {
                self.advance(1);
            }
            self.digits()?;
        }
        Ok(Number(self.passed(from_start)))
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit());
        match digits.count() {
            0 => Err(self.unexpected()),
            len => {
                self.advance(len);
                Ok(())
            }
        }
    }

    fn string(&mut self) -> Result<Text<'a>, JsonError> {
        self.advance(1);
        let from_start = self.rest;
        let mut has_escapes = false;
        let mut all_bits = 0;
        loop {
            self.advance(leading(self.rest, |byte| {
                all_bits |= byte;
                stands_for_itself(byte)
            }));
            match self.peek() {
                None => return Err(self.error(Fault::Truncated)),
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    self.escape()?;
                }
                Some(_) => return Err(self.error(Fault::ControlCharacter)),
            }
        }
        let raw = self.passed(from_start);
        // ASCII, which most texts are, needs no look at how its bytes go together.
        if !all_bits.is_ascii()
            && let Err(error) = core::str::from_utf8(raw)
        {
            let start = self.input_len.saturating_sub(from_start.len());
            return Err(JsonError {
                fault: Fault::Utf8,
                at: start.saturating_add(error.valid_up_to()),
            });
        }
        self.advance(1);
        Ok(Text { raw, has_escapes })
    }

    fn escape(&mut self) -> Result<(), JsonError> {
        match unescape(self.rest) {
            Ok((_, len)) => {
                self.advance(len);
                Ok(())
            }
            Err(fault) => Err(self.error(fault)),
        }
    }

    fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.advance(1);
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    fn advance(&mut self, by: usize) {
        self.rest = self.rest.get(by..).unwrap_or_default();
    }

    /// What was read since `from_start` was the rest.
    fn passed(&self, from_start: &'a [u8]) -> &'a [u8] {
        let len = from_start.len().saturating_sub(self.rest.len());
        from_start.get(..len).unwrap_or_default()
    }

    fn at(&self) -> usize {
        self.input_len.saturating_sub(self.rest.len())
    }

    fn unexpected(&self) -> JsonError {
        self.error(match self.peek() {
            None => Fault::Truncated,
            Some(_) => Fault::Unexpected,
        })
    }

    fn error(&self, fault: Fault) -> JsonError {
        JsonError {
            fault,
            at: self.at(),
        }
    }
}

/// Whether a byte within a string is neither its end nor an escape, nor must be one (RFC 8259 §7).
pub(crate) const fn stands_for_itself(byte: u8) -> bool {
    (byte != b'"') & (byte != b'\\') & (byte >= 0x20)
}

/// Reads the escape that `bytes` begin with: its character and its length in bytes.
fn unescape(bytes: &[u8]) -> Result<(char, usize), Fault> {
    let simple = match bytes.get(1).ok_or(Fault::Truncated)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unescape_unicode(bytes),
        _ => return Err(Fault::Escape),
    };
    Ok((simple, 2))
}

/// RFC 8259 §7: beyond the Basic Multilingual Plane a character is a pair of UTF-16 surrogates.
fn unescape_unicode(bytes: &[u8]) -> Result<(char, usize), Fault> {
    let first = hex4(bytes)?;
    let (code, len) = match first {
        0xd800..=0xdbff => {
            let rest = bytes.get(6..).unwrap_or_default();
            if !b"\\u".starts_with(rest.get(..2).unwrap_or(rest)) {
                return Err(Fault::Escape);
            }
            let second = hex4(rest)?;
            if !(0xdc00..=0xdfff).contains(&second) {
                return Err(Fault::Escape);
            }
            let offset = (first & 0x3ff) << 10 | second & 0x3ff;
            (offset.wrapping_add(0x10000), 12)
        }
        code => (code, 6),
    };
    char::from_u32(code)
        .map(|char| (char, len))
        .ok_or(Fault::Escape)
}

/// The value of `\uXXXX` at the start of `bytes`.
fn hex4(bytes: &[u8]) -> Result<u32, Fault> {
    let mut value = 0;
    for at in 2..6 {
        let digit = bytes.get(at).ok_or(Fault::Truncated)?;
        let digit = char::from(*digit).to_digit(16).ok_or(Fault::Escape)?;
        value = value << 4 | digit;
    }
    Ok(value)
}

/// A JSON string as it stands in the input, its escapes checked but not yet resolved.
///
/// `Display` resolves them and makes characters visible that command a terminal or reorder a line
/// (`\n` as `\n`), so that a text from a server can be printed without harm; a precision (`{:.80}`)
/// cuts it after that many characters. Comparison resolves them too.
///
/// `Debug` shows the length alone: the text may be a token.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    /// UTF-8.
    raw: &'a [u8],
    has_escapes: bool,
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} bytes)", self.raw.len())
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Text({} bytes)", self.raw.len());
    }
}

impl<'a> Text<'a> {
    /// The characters, escapes resolved.
    pub fn chars(self) -> impl Iterator<Item = char> + 'a {
        let mut rest = crate::buffer::as_text(self.raw);
        core::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let (char, len) = match first {
                '\\' => unescape(rest.as_bytes()).ok()?,
                char => (char, char.len_utf8()),
            };
            rest = rest.get(len..).unwrap_or_default();
            Some(char)
        })
    }

    /// Hands the text to `out`, escapes resolved, in pieces of whole characters; one without escapes
    /// in a single piece.
    #[inline(never)]
    pub(crate) fn each_piece(self, out: &mut dyn FnMut(&[u8])) {
        if !self.has_escapes {
            return out(self.raw);
        }
        let mut rest = self.raw;
        while let Some(first) = rest.first() {
            let len = match first {
                b'\\' => {
                    let Ok((char, len)) = unescape(rest) else {
                        return;
                    };
                    out(char.encode_utf8(&mut [0; 4]).as_bytes());
                    len
                }
                _ => {
                    let plain = rest.iter().take_while(|byte| **byte != b'\\').count();
                    out(rest.get(..plain).unwrap_or_default());
                    plain
                }
            };
            rest = rest.get(len..).unwrap_or_default();
        }
    }

    /// The text with its escapes as they stand in the input.
    pub(crate) const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// What follows `part` in upper or lower case: a plain text of ASCII that a server is known to
    /// write without escapes.
    pub(crate) fn after_ignore_case(self, part: &str) -> Option<Self> {
        let mut ends = part.len()..=self.raw.len();
        let end = ends.find(|end| {
            let start = end.saturating_sub(part.len());
            let found = self.raw.get(start..*end);
            !part.is_empty()
                && found.is_some_and(|found| found.eq_ignore_ascii_case(part.as_bytes()))
        })?;
        let raw = self.raw.get(end..)?;
        Some(Self { raw, ..self })
    }

    /// Whether `part` occurs in it, a plain text that a server is known to write without escapes.
    pub(crate) fn contains(self, part: &str) -> bool {
        crate::split::contains(self.raw, part)
    }

    pub(crate) fn write_to(self, out: &mut crate::buffer::Writer<'_>) {
        self.each_piece(&mut |piece| out.push(piece));
    }

    /// Whether it is `other`, a text of ASCII, in upper or lower case.
    pub(crate) fn eq_ignore_case(self, other: &str) -> bool {
        self.is_made_of(other, <[u8]>::eq_ignore_ascii_case)
    }

    /// Whether its pieces, side by side, are the same as `other`.
    fn is_made_of(self, other: &str, same: fn(&[u8], &[u8]) -> bool) -> bool {
        let mut rest = Some(other.as_bytes());
        self.each_piece(&mut |piece| {
            let split = rest.and_then(|rest| rest.split_at_checked(piece.len()));
            rest = split
                .filter(|(head, _)| same(head, piece))
                .map(|(_, tail)| tail);
        });
        rest.is_some_and(<[u8]>::is_empty)
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw || self.chars().eq(other.chars())
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        if self.has_escapes {
            self.is_made_of(other, |one, other| one == other)
        } else {
            self.raw == other.as_bytes()
        }
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = f.precision().unwrap_or(usize::MAX);
        for (index, char) in self.chars().enumerate() {
            if index >= most {
                return f.write_char('…');
            }
            if is_command(char) {
                write!(f, "{}", char.escape_default())?;
            } else {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

/// Whether a character acts on what surrounds it: control characters, and Unicode's separators of
/// lines and marks of direction.
fn is_command(char: char) -> bool {
    let marks = matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    marks || char.is_control()
}

/// A JSON number as it stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(&'a [u8]);

#[cfg(feature = "defmt")]
impl defmt::Format for Number<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Number({=str})", self.as_str());
    }
}

impl<'a> Number<'a> {
    /// The number as it is written.
    pub fn as_str(self) -> &'a str {
        crate::buffer::as_text(self.0)
    }

    /// Reads `text` as one JSON number, with nothing before or after it.
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// [`parse`](Self::parse), of bytes.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(text);
        let number = reader.number().ok()?;
        reader.peek().is_none().then_some(number)
    }

    /// The value, if it is a whole number and not negative: `1799`, `1799.0` and `1.799e3` are
    /// the same. What does not fit is [`u32::MAX`].
    pub fn to_u32(self) -> Option<u32> {
        let (mantissa, exponent) = match self.0.iter().position(|byte| matches!(byte, b'e' | b'E'))
        {
            Some(at) => (self.0.get(..at)?, decimal(self.0.get(at..)?.get(1..)?)),
            None => (self.0, 0),
        };
        let negative = mantissa.starts_with(b"-");
        let point = mantissa.iter().position(|byte| *byte == b'.');
        let digits = mantissa.iter().filter(|byte| byte.is_ascii_digit());

        // How many of the digits stand before the point, once the exponent has moved it.
        let whole = point
            .unwrap_or(mantissa.len())
            .saturating_sub(usize::from(negative));
        let whole = i32::try_from(whole).ok()?.saturating_add(exponent);
        let mut value = 0_u32;
        let mut seen = 0_i32;
        for digit in digits {
            let digit = u32::from(digit & 0xf);
            if seen < whole {
                value = value.saturating_mul(10).saturating_add(digit);
            } else if digit != 0 {
                return None;
            }
            seen = seen.saturating_add(1);
        }
        while seen < whole && value != 0 && value != u32::MAX {
            value = value.saturating_mul(10);
            seen = seen.saturating_add(1);
        }
        (!negative || value == 0).then_some(value)
    }
}

/// The value of an optional sign and digits, at the bounds of `i32` if it does not fit.
fn decimal(text: &[u8]) -> i32 {
    let negative = text.starts_with(b"-");
    let digits = text.iter().filter(|byte| byte.is_ascii_digit());
    let value = digits.fold(0_i32, |value, digit| {
        value
            .saturating_mul(10)
            .saturating_add(i32::from(digit & 0xf))
    });
    if negative {
        value.saturating_neg()
    } else {
        value
    }
}
