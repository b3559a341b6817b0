//! Strings.

use core::fmt::{self, Write};

use super::escape;

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
    pub(super) raw: &'a [u8],
    pub(super) form: Form,
}

/// What was seen of a text while it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
// A word, as in `Event`.
#[repr(usize)]
pub(super) enum Form {
    /// Nothing but [characters of a token](crate::alphabet::TOKEN_CHARACTERS).
    Token,
    /// Nothing that stands for something else.
    Plain,
    Escaped,
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
                '\\' => escape::read(rest.as_bytes()).ok()?,
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
        if self.form < Form::Escaped {
            return out(self.raw);
        }
        let mut rest = self.raw;
        while let Some(first) = rest.first() {
            let len = match first {
                b'\\' => {
                    let Ok((char, len)) = escape::read(rest) else {
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

    /// Whether it has nothing but [characters of a token](crate::alphabet::TOKEN_CHARACTERS).
    pub(crate) fn is_token(self) -> bool {
        self.form == Form::Token
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
        if self.form < Form::Escaped {
            return same(self.raw, other.as_bytes());
        }
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
        self.is_made_of(other, |one, other| one == other)
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
