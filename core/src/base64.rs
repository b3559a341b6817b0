//! Base64 (RFC 4648 §4, §5), encoded as it goes.
//!
//! Secrets pass through here: no branch is taken and no table read by what a byte is.

#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "es512",
    feature = "rs256",
    feature = "rs384",
    feature = "rs512"
))]
mod decode;

#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "es512",
    feature = "rs256",
    feature = "rs384",
    feature = "rs512"
))]
pub(crate) use decode::decode_group;

use zeroize::Zeroize;

use crate::buffer::Writer;

/// The bytes that stand for one whole group, and the characters that they become.
pub(crate) const GROUP: usize = 3;
pub(crate) const ENCODED_GROUP: usize = 4;

/// How a value becomes a character, and what becomes of a group that is not whole.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Variant {
    /// RFC 4648 §4, with padding.
    Standard,
    /// RFC 4648 §5, without padding (RFC 7515 §2).
    Url,
}

impl Variant {
    /// The characters of one group, of which `len` bytes are there.
    pub(crate) fn encode_group(
        self,
        group: [u8; GROUP],
        len: usize,
    ) -> ([u8; ENCODED_GROUP], usize) {
        let [a, b, c] = group;
        let values = [
            a >> 2,
            (a << 4 | b >> 4) & 63,
            (b << 2 | c >> 6) & 63,
            c & 63,
        ];
        let mut characters = values.map(|value| self.character(value));
        let used = match len {
            0 => 0,
            len => len.saturating_add(1).min(ENCODED_GROUP),
        };
        match self {
            Self::Standard if used > 0 => {
                for unused in characters.iter_mut().skip(used) {
                    *unused = PADDING;
                }
                (characters, ENCODED_GROUP)
            }
            _ => (characters, used),
        }
    }

    /// The character of a value below 64.
    fn character(self, value: u8) -> u8 {
        let value = i16::from(value);
        // What is to be added above each value: the next range begins there.
        let steps: [(i16, i16); 4] = match self {
            Self::Standard => [(25, 6), (51, -75), (61, -15), (62, 3)],
            Self::Url => [(25, 6), (51, -75), (61, -13), (62, 49)],
        };
        let mut character = value.wrapping_add(i16::from(b'A'));
        for (last, offset) in steps {
            character = character.wrapping_add(last.wrapping_sub(value) >> 8 & offset);
        }
        character.to_le_bytes()[0]
    }
}

const PADDING: u8 = b'=';

/// Takes bytes piece by piece and passes them on encoded, so that they never need a buffer.
pub(crate) struct Encoder<'w, 'b> {
    out: &'w mut Writer<'b>,
    variant: Variant,
    group: [u8; GROUP],
    filled: usize,
}

impl<'w, 'b> Encoder<'w, 'b> {
    pub(crate) fn new(out: &'w mut Writer<'b>, variant: Variant) -> Self {
        Self {
            out,
            variant,
            group: [0; GROUP],
            filled: 0,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(slot) = self.group.get_mut(self.filled) {
                *slot = *byte;
            }
            self.filled = self.filled.saturating_add(1);
            if self.filled == GROUP {
                self.flush();
            }
        }
    }

    /// Writes the last group, which can be a part of one.
    pub(crate) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        let (characters, len) = self.variant.encode_group(self.group, self.filled);
        self.out.push(characters.get(..len).unwrap_or_default());
        self.group = [0; GROUP];
        self.filled = 0;
    }
}

impl Drop for Encoder<'_, '_> {
    fn drop(&mut self) {
        self.group.zeroize();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding};

    use super::*;

    fn encoded<'b>(variant: Variant, pieces: &[&[u8]], buf: &'b mut [u8]) -> &'b [u8] {
        let mut out = Writer::new(buf);
        let mut encoder = Encoder::new(&mut out, variant);
        for piece in pieces {
            encoder.push(piece);
        }
        encoder.finish();
        out.finish().unwrap()
    }

    /// RFC 4648 §10.
    #[test]
    fn the_text_is_that_of_the_rfc() {
        for (bytes, padded, unpadded) in [
            ("", "", ""),
            ("f", "Zg==", "Zg"),
            ("fo", "Zm8=", "Zm8"),
            ("foo", "Zm9v", "Zm9v"),
            ("foob", "Zm9vYg==", "Zm9vYg"),
            ("fooba", "Zm9vYmE=", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
            ("\u{7fb}\u{7ff}", "37vfvw==", "37vfvw"),
        ] {
            let bytes = bytes.as_bytes();
            let mut buf = [0; 16];
            assert_eq!(
                encoded(Variant::Standard, &[bytes], &mut buf),
                padded.as_bytes()
            );
            assert_eq!(
                encoded(Variant::Url, &[bytes], &mut buf),
                unpadded.as_bytes()
            );
        }
    }

    #[test]
    fn bytes_become_what_another_encoder_makes_of_them_however_they_are_cut() {
        let bytes: [u8; 256] = core::array::from_fn(|at| (at * 37 + 11) as u8);
        for len in 0..=bytes.len() {
            for piece_len in [1, 2, 7, 256] {
                let (mut buf, mut expected) = ([0; 400], [0; 400]);
                let mut out = Writer::new(&mut buf);
                let mut encoder = Encoder::new(&mut out, Variant::Standard);
                bytes[..len]
                    .chunks(piece_len)
                    .for_each(|piece| encoder.push(piece));
                encoder.finish();
                let text = Base64::encode(&bytes[..len], &mut expected).unwrap();
                assert_eq!(out.finish().unwrap(), text.as_bytes());

                let mut out = Writer::new(&mut buf);
                let mut encoder = Encoder::new(&mut out, Variant::Url);
                bytes[..len]
                    .chunks(piece_len)
                    .for_each(|piece| encoder.push(piece));
                encoder.finish();
                let text = Base64UrlUnpadded::encode(&bytes[..len], &mut expected).unwrap();
                assert_eq!(out.finish().unwrap(), text.as_bytes());
            }
        }
    }
}
