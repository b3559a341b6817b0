//! Base64 (RFC 4648 §4, §5), encoded as it goes.
//!
//! Secrets pass through here: no branch is taken and no table read by what a byte is.

use core::marker::PhantomData;

use zeroize::Zeroize;

use crate::buffer::Writer;

/// The bytes that stand for one whole group, and the characters that they become.
pub(crate) const GROUP: usize = 3;
pub(crate) const ENCODED_GROUP: usize = 4;

/// How values become characters, and what becomes of a group that is not whole.
pub(crate) trait Variant {
    /// From the digits to the character of 62, downwards.
    const DOWN_TO_62: u8;
    /// From there to the character of 63, upwards.
    const UP_TO_63: u8;
    /// Whether the last group is filled up to four characters.
    const IS_PADDED: bool;

    /// The four characters for the lower 24 bits of `group`: all at once, each in a byte of one word.
    fn encode_group(group: u32) -> [u8; ENCODED_GROUP] {
        let values = (group << 6) & 0x3f00_0000
            | (group << 4) & 0x003f_0000
            | (group << 2) & 0x0000_3f00
            | group & 0x3f;
        values
            .wrapping_add(u32::from(b'A').wrapping_mul(EACH_BYTE))
            // From one range of the alphabet to the next: `Z` to `a`, `z` to `0`, and on.
            .wrapping_add(at_least(values, 26).wrapping_mul(6))
            .wrapping_sub(at_least(values, 52).wrapping_mul(75))
            .wrapping_sub(at_least(values, 62).wrapping_mul(Self::DOWN_TO_62.into()))
            .wrapping_add(at_least(values, 63).wrapping_mul(Self::UP_TO_63.into()))
            .to_be_bytes()
    }
}

const EACH_BYTE: u32 = 0x0101_0101;

/// In each byte 1 where the value is at least `from`. None reaches from one byte into the next.
const fn at_least(values: u32, from: u8) -> u32 {
    let up_to_the_highest_bit = 0x80_u8.wrapping_sub(from) as u32;
    values.wrapping_add(up_to_the_highest_bit.wrapping_mul(EACH_BYTE)) >> 7 & EACH_BYTE
}

/// RFC 4648 §4, with padding.
pub(crate) struct Standard;

impl Variant for Standard {
    const DOWN_TO_62: u8 = 15;
    const UP_TO_63: u8 = 3;
    const IS_PADDED: bool = true;
}

/// RFC 4648 §5, without padding (RFC 7515 §2).
pub(crate) struct Url;

impl Variant for Url {
    const DOWN_TO_62: u8 = 13;
    const UP_TO_63: u8 = 49;
    const IS_PADDED: bool = false;
}

pub(crate) const PADDING: u8 = b'=';

/// Takes bytes piece by piece and passes them on encoded, so that they never need a buffer.
pub(crate) struct Encoder<'w, 'b, V: Variant> {
    out: &'w mut Writer<'b>,
    variant: PhantomData<V>,
    /// The bytes of the group so far, the last one lowest, and above them a bit that tells how many
    /// there are.
    group: u32,
}

/// No byte yet.
const EMPTY_GROUP: u32 = 1;

impl<'w, 'b, V: Variant> Encoder<'w, 'b, V> {
    pub(crate) fn new(out: &'w mut Writer<'b>, _: V) -> Self {
        Self {
            out,
            variant: PhantomData,
            group: EMPTY_GROUP,
        }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.push_byte(*byte);
        }
    }

    pub(crate) fn push_byte(&mut self, byte: u8) {
        self.group = self.group << 8 | u32::from(byte);
        if self.group >= EMPTY_GROUP << 24 {
            self.out.push_array(V::encode_group(self.group));
            self.group = EMPTY_GROUP;
        }
    }

    /// Writes the last group, which can be a part of one.
    pub(crate) fn finish(self) {
        let (group, used) = match self.group {
            ..0x100 => return,
            0x100..0x1_0000 => (self.group << 16, 2),
            _ => (self.group << 8, 3),
        };
        let mut characters = V::encode_group(group);
        let mut len = used;
        if V::IS_PADDED {
            for unused in characters.iter_mut().skip(used) {
                *unused = PADDING;
            }
            len = ENCODED_GROUP;
        }
        self.out.push(characters.get(..len).unwrap_or_default());
    }
}

impl<V: Variant> Drop for Encoder<'_, '_, V> {
    fn drop(&mut self) {
        self.group.zeroize();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
mod tests {
    use base64ct::{Base64, Base64UrlUnpadded, Encoding};

    use super::*;

    fn encoded<'p, 'b>(
        variant: impl Variant,
        pieces: impl IntoIterator<Item = &'p [u8]>,
        buf: &'b mut [u8],
    ) -> &'b [u8] {
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
            assert_eq!(encoded(Standard, [bytes], &mut buf), padded.as_bytes());
            assert_eq!(encoded(Url, [bytes], &mut buf), unpadded.as_bytes());
        }
    }

    #[test]
    fn every_value_has_its_character_at_every_place() {
        fn check<V: Variant>(alphabet: &[u8; 64]) {
            for (value, character) in (0..).zip(alphabet) {
                for place in 0..ENCODED_GROUP {
                    for others in [0, 0x00ff_ffff_u32] {
                        let shift = 18 - 6 * place;
                        let group = others & !(0x3f << shift) | value << shift;
                        assert_eq!(V::encode_group(group)[place], *character);
                    }
                }
            }
        }
        check::<Url>(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
        check::<Standard>(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
    }

    #[test]
    fn bytes_become_what_another_encoder_makes_of_them_however_they_are_cut() {
        let bytes: [u8; 256] = core::array::from_fn(|at| (at * 37 + 11) as u8);
        for len in 0..=bytes.len() {
            let bytes = &bytes[..len];
            let (mut standard, mut url) = ([0; 400], [0; 400]);
            let standard = Base64::encode(bytes, &mut standard).unwrap();
            let url = Base64UrlUnpadded::encode(bytes, &mut url).unwrap();
            for piece_len in [1, 2, 7, 256] {
                let mut buf = [0; 400];
                let pieces = || bytes.chunks(piece_len);
                assert_eq!(encoded(Standard, pieces(), &mut buf), standard.as_bytes());
                assert_eq!(encoded(Url, pieces(), &mut buf), url.as_bytes());
            }
        }
    }
}
