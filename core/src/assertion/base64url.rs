//! base64url without padding (RFC 7515 §2), encoded as it goes.

use zeroize::Zeroize;

use crate::buffer::Writer;

/// The bytes that stand for one whole group, and the characters that they become.
const GROUP: usize = 3;
const ENCODED_GROUP: usize = 4;

/// The length of `len` bytes once they are encoded.
pub(super) const fn encoded_len(len: usize) -> usize {
    let whole = (len / GROUP).saturating_mul(ENCODED_GROUP);
    match len % GROUP {
        0 => whole,
        rest => whole.saturating_add(rest.saturating_add(1)),
    }
}

/// The four characters for the lower 24 bits of `group`: all at once, each in a byte of one word, and
/// without a table or a branch, for the time must not tell what a secret is.
const fn encode_group(group: u32) -> [u8; ENCODED_GROUP] {
    let values = (group << 6) & 0x3f00_0000
        | (group << 4) & 0x003f_0000
        | (group << 2) & 0x0000_3f00
        | group & 0x3f;
    // In each byte 1 where the value is at least `from`. None reaches from one byte into the next.
    const fn at_least(values: u32, from: u8) -> u32 {
        let up_to_the_highest_bit = 0x80_u8.wrapping_sub(from) as u32;
        values.wrapping_add(up_to_the_highest_bit.wrapping_mul(EACH_BYTE)) >> 7 & EACH_BYTE
    }
    const EACH_BYTE: u32 = 0x0101_0101;
    values
        .wrapping_add((b'A' as u32).wrapping_mul(EACH_BYTE))
        // From one range of the alphabet to the next: `Z` to `a`, `z` to `0`, `9` to `-`, `-` to `_`.
        .wrapping_add(at_least(values, 26).wrapping_mul(6))
        .wrapping_sub(at_least(values, 52).wrapping_mul(75))
        .wrapping_sub(at_least(values, 62).wrapping_mul(13))
        .wrapping_add(at_least(values, 63).wrapping_mul(49))
        .to_be_bytes()
}

/// Takes text piece by piece and passes it on encoded, so that the text itself never needs a
/// buffer.
pub(super) struct Encoder<'w, 'b> {
    out: &'w mut Writer<'b>,
    /// The bytes of the group so far, the last one lowest, and above them a bit that tells how many
    /// there are.
    group: u32,
}

/// No byte yet.
const EMPTY_GROUP: u32 = 1;

impl<'w, 'b> Encoder<'w, 'b> {
    pub(super) fn new(out: &'w mut Writer<'b>) -> Self {
        Self {
            out,
            group: EMPTY_GROUP,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let mut group = self.group;
        for byte in bytes {
            group = group << 8 | u32::from(*byte);
            if group >= EMPTY_GROUP << 24 {
                self.out.push_array(encode_group(group));
                group = EMPTY_GROUP;
            }
        }
        self.group = group;
    }

    /// Writes the last group, which can be a part of one.
    pub(super) fn finish(self) {
        let (group, len) = match self.group {
            ..0x100 => return,
            0x100..0x1_0000 => (self.group << 16, 2),
            _ => (self.group << 8, 3),
        };
        self.out
            .push(encode_group(group).get(..len).unwrap_or_default());
    }
}

/// Encodes the last `len` bytes of `region` into its first [`encoded_len`] bytes, which may
/// overlap: no write reaches what is still to be read, as long as `region` holds `encoded_len`
/// bytes. The last group's text is then the end of the region.
pub(super) fn encode_tail_in_place(region: &mut [u8], len: usize) {
    let mut read = region.len().saturating_sub(len);
    let mut write = 0_usize;
    while read < region.len() {
        let mut group = 0;
        for at in 0..GROUP {
            let byte = region.get(read.saturating_add(at)).copied();
            group = group << 8 | u32::from(byte.unwrap_or_default());
        }
        let text = encode_group(group);
        for (to, from) in region.iter_mut().skip(write).zip(text) {
            *to = from;
        }
        read = read.saturating_add(GROUP);
        write = write.saturating_add(ENCODED_GROUP);
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
    use base64ct::{Base64UrlUnpadded, Encoding};

    use super::*;

    /// RFC 4648 §10, in the alphabet of §5 and without padding.
    #[test]
    fn the_text_is_that_of_the_rfc() {
        for (bytes, expected) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
            ("\u{7fb}\u{7ff}", "37vfvw"),
        ] {
            let mut buf = [0; 16];
            let mut out = Writer::new(&mut buf);
            let mut encoder = Encoder::new(&mut out);
            encoder.push(bytes.as_bytes());
            encoder.finish();
            assert_eq!(out.finish().unwrap(), expected.as_bytes());
        }
    }

    #[test]
    fn every_value_has_its_character_at_every_place() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (value, character) in (0..).zip(alphabet) {
            for place in 0..ENCODED_GROUP {
                for others in [0, 0x00ff_ffff_u32] {
                    let shift = 18 - 6 * place;
                    let group = others & !(0x3f << shift) | value << shift;
                    assert_eq!(encode_group(group)[place], *character);
                }
            }
        }
    }

    #[test]
    fn in_place_piecewise_and_at_once_agree_for_every_length() {
        let bytes: [u8; 200] = core::array::from_fn(|i| (i * 37 + 11) as u8);
        for len in 0..=bytes.len() {
            let mut expected = [0; 300];
            let expected = Base64UrlUnpadded::encode(&bytes[..len], &mut expected).unwrap();
            assert_eq!(expected.len(), encoded_len(len));

            let mut region = [0; 300];
            let region = &mut region[..encoded_len(len)];
            let start = region.len() - len;
            region[start..].copy_from_slice(&bytes[..len]);
            encode_tail_in_place(region, len);
            assert_eq!(region, expected.as_bytes());

            let mut buf = [0; 300];
            let mut out = Writer::new(&mut buf);
            let mut encoder = Encoder::new(&mut out);
            for piece in bytes[..len].chunks(7) {
                encoder.push(piece);
            }
            encoder.finish();
            assert_eq!(out.finish().unwrap(), expected.as_bytes());
        }
    }
}
