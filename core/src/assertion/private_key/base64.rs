//! Base64 (RFC 4648 §4), decoded a group at a time.

use crate::base64::{ENCODED_GROUP, GROUP, PADDING};

/// The bytes of one group of the standard alphabet, and how many they are. Of a group that is not
/// whole the bits that are left must be zero (RFC 4648 §3.5).
pub(super) fn decode_group(characters: [u8; ENCODED_GROUP]) -> Option<([u8; GROUP], usize)> {
    let [_, _, third, last] = characters;
    let len = match (third, last) {
        (PADDING, PADDING) => 1,
        (_, PADDING) => 2,
        _ => GROUP,
    };
    let mut values = [0_i16; ENCODED_GROUP];
    let used = len.saturating_add(1);
    for (to, character) in values.iter_mut().zip(characters).take(used) {
        *to = value(character);
    }
    let [a, b, c, d] = values;
    let [low, middle, high] =
        [c << 6 | d, b << 4 | c >> 2, a << 2 | b >> 4].map(|bits| bits.to_le_bytes()[0]);
    let bytes = [high, middle, low];
    // A value of -1 sets the sign of all.
    let is_valid = (a | b | c | d) >= 0;
    let is_canonical = bytes.iter().skip(len).all(|left| *left == 0);
    (is_valid && is_canonical).then_some((bytes, len))
}

/// The value of a character of the standard alphabet, or -1.
fn value(character: u8) -> i16 {
    /// The first and the last of each range, and what makes their value, and one, of them.
    const RANGES: [(u8, u8, i16); 5] = [
        (b'A', b'Z', -64),
        (b'a', b'z', -70),
        (b'0', b'9', 5),
        (b'+', b'+', 20),
        (b'/', b'/', 17),
    ];
    let character = i16::from(character);
    let mut value = -1_i16;
    for (first, last, offset) in RANGES {
        let above = i16::from(first).wrapping_sub(1).wrapping_sub(character);
        let below = character.wrapping_sub(i16::from(last).wrapping_add(1));
        let within = (above & below) >> 8;
        value = value.wrapping_add(within & character.wrapping_add(offset));
    }
    value
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test")]
mod tests {
    use base64ct::{Base64, Encoding};

    use super::*;

    /// Each byte at each place, beside characters of every kind.
    #[test]
    fn groups_become_what_another_decoder_makes_of_them() {
        for place in 0..ENCODED_GROUP {
            for byte in 0..=u8::MAX {
                for others in [
                    b"AAAA", b"Zm9v", b"////", b"+z9=", b"Zg==", b"A===", b"====",
                ] {
                    let mut group = *others;
                    group[place] = byte;
                    let mut expected = [0; GROUP];
                    let expected = Base64::decode(group, &mut expected).ok();
                    let decoded = decode_group(group);
                    let decoded = decoded.as_ref().map(|(bytes, len)| &bytes[..*len]);
                    assert_eq!(decoded, expected, "{group:?}");
                }
            }
        }
    }
}
