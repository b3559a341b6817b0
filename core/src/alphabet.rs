//! Which characters a text of OAuth is made of.

use crate::{characters::Characters, json::Text};

/// From narrow to wide: each has all characters of those before it. The first two are those of tokens,
/// which are not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Alphabet {
    /// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
    BearerToken,
    /// RFC 6749 Appendix A: `1*VSCHAR`, `VSCHAR = %x20-7E`
    Visible,
    /// Anything but control characters.
    Printable,
    /// Anything.
    Any,
}

impl Alphabet {
    /// The narrowest that `text` can be written in.
    pub(crate) fn of(text: Text<'_>) -> Self {
        let mut search = Search::new(text.raw());
        if !text.is_token() {
            text.each_piece(&mut |piece| search.feed(piece));
        }
        search.narrowest
    }
}

/// The characters that a bearer token has before its padding.
pub(crate) const TOKEN_CHARACTERS: Characters<6> = Characters::new([
    b'a'..=b'z',
    b'A'..=b'Z',
    // `-`, `.`, `/` and the digits.
    b'-'..=b'9',
    b'_'..=b'_',
    b'~'..=b'~',
    b'+'..=b'+',
]);

/// RFC 6750 §2.1.
pub(crate) fn is_bearer_token(token: &[u8]) -> bool {
    let len = TOKEN_CHARACTERS.span(token);
    let padding = token.get(len..).unwrap_or_default();
    len > 0 && padding.iter().all(|byte| *byte == b'=')
}

/// The narrowest alphabet for what was seen of a text that comes in pieces.
struct Search {
    narrowest: Alphabet,
    before: u8,
}

impl Search {
    fn new(text: &[u8]) -> Self {
        Self {
            narrowest: match text {
                [] => Alphabet::Printable,
                _ => Alphabet::BearerToken,
            },
            // Padding alone is no token.
            before: 0,
        }
    }

    fn feed(&mut self, piece: &[u8]) {
        let mut rest = piece;
        if self.before != b'=' {
            let (token, others) = piece
                .split_at_checked(TOKEN_CHARACTERS.span(piece))
                .unwrap_or_default();
            self.before = token.last().copied().unwrap_or(self.before);
            rest = others;
        }
        for byte in rest {
            let alphabet = match (self.before, byte) {
                (1.., b'=') => Alphabet::BearerToken,
                (b'=', b' '..=b'~') => Alphabet::Visible,
                (_, byte) if TOKEN_CHARACTERS.contains(*byte) => Alphabet::BearerToken,
                (_, b' '..=b'~') => Alphabet::Visible,
                // U+0080 to U+009F.
                (0xc2, 0x80..=0x9f) => Alphabet::Any,
                (_, 0x80..) => Alphabet::Printable,
                _ => Alphabet::Any,
            };
            self.narrowest = self.narrowest.max(alphabet);
            self.before = *byte;
        }
    }
}
