//! `application/x-www-form-urlencoded`, as the WHATWG URL Standard §5.2 serializes it.
//!
//! Letters, digits and `*-._` stand as they are, a space becomes `+`, every other byte `%XX` in
//! upper case. RFC 6749 Appendix B asks for this encoding in token requests, and §2.3.1 for the
//! same one on the client's name and secret before HTTP Basic.

use crate::{
    buffer::{BufferTooSmall, Writer},
    characters::{BY_WORDS, Characters},
};

/// The value of the `Content-Type` header of a form.
pub const CONTENT_TYPE: &str = "application/x-www-form-urlencoded";

/// The length in bytes that [`encode`] needs for `pairs`.
pub fn encoded_len<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> usize {
    let mut out = Writer::counting();
    write_pairs(pairs, &mut out);
    out.needed()
}

/// Encodes name-value pairs into `buf` and returns the part that was written.
///
/// # Errors
/// [`BufferTooSmall`] with the length that would do; `buf` is zeroed then.
///
/// # Examples
/// ```
/// use snow_token_core::form;
///
/// let pairs = [("grant_type", "client_credentials"), ("scope", "a b&c")];
/// let mut buf = [0; 64];
/// let body = form::encode(pairs, &mut buf)?;
/// assert_eq!(body, b"grant_type=client_credentials&scope=a+b%26c");
/// assert_eq!(body.len(), form::encoded_len(pairs));
/// # Ok::<(), snow_token_core::BufferTooSmall>(())
/// ```
pub fn encode<'b, 'p>(
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    buf: &'b mut [u8],
) -> Result<&'b [u8], BufferTooSmall> {
    let mut out = Writer::new(buf);
    write_pairs(pairs, &mut out);
    out.finish().map(|written| &*written)
}

pub(crate) fn write_pairs<'p>(
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    out: &mut Writer<'_>,
) {
    let mut form = Form::new(out);
    for (name, value) in pairs {
        form.push(name, value);
    }
}

/// Takes pair by pair.
pub(crate) struct Form<'w, 'b> {
    out: &'w mut Writer<'b>,
    is_empty: bool,
}

impl<'w, 'b> Form<'w, 'b> {
    pub(crate) fn new(out: &'w mut Writer<'b>) -> Self {
        let is_empty = true;
        Self { out, is_empty }
    }

    #[inline(never)]
    pub(crate) fn push(&mut self, name: &str, value: &str) {
        if !self.is_empty {
            self.out.push_array(*b"&");
        }
        self.is_empty = false;
        self.push_text(name);
        self.out.push_array(*b"=");
        self.push_text(value);
    }

    fn push_text(&mut self, text: &str) {
        // Most texts, a token first of all, are plain from end to end.
        let text = text.as_bytes();
        let plain_len = if BY_WORDS { STANDS_AS_IS.span(text) } else { 0 };
        let (plain, rest) = text.split_at_checked(plain_len).unwrap_or_default();
        self.out.push(plain);
        self.out.push_each(|push| encode_each(rest, push));
    }
}

/// Hands the encoded form of `text` to `out`, byte by byte.
#[inline]
pub(crate) fn encode_each(text: &[u8], mut out: impl FnMut(u8)) {
    for byte in text {
        match *byte {
            byte if STANDS_AS_IS.contains(byte) => out(byte),
            b' ' => out(b'+'),
            byte => {
                out(b'%');
                out(hex_digit(byte >> 4));
                out(hex_digit(byte & 0xf));
            }
        }
    }
}

/// A `%` without two hexadecimal digits.
pub(crate) struct InvalidEncoding;

/// Hands the bytes that the encoded `text` stands for to `out`, piece by piece.
pub(crate) fn decode_each(text: &str, out: &mut dyn FnMut(&[u8])) -> Result<(), InvalidEncoding> {
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => out(b" "),
            b'%' => {
                let (digits, tail) = rest.split_at_checked(2).ok_or(InvalidEncoding)?;
                let mut byte = 0;
                for digit in digits {
                    let value = char::from(*digit).to_digit(16).ok_or(InvalidEncoding)?;
                    byte = byte << 4 | u8::try_from(value).map_err(|_| InvalidEncoding)?;
                }
                out(&[byte]);
                rest = tail;
            }
            plain => out(&[*plain]),
        }
    }
    Ok(())
}

const STANDS_AS_IS: Characters<6> = Characters::new([
    b'a'..=b'z',
    b'A'..=b'Z',
    b'0'..=b'9',
    b'-'..=b'.',
    b'_'..=b'_',
    b'*'..=b'*',
]);

/// The digit of a value below 16.
pub(crate) const fn hex_digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0'.wrapping_add(nibble),
        _ => b'A'.wrapping_add(nibble.wrapping_sub(10)),
    }
}
