//! base64url without padding (RFC 7515 §2), in place.

use crate::{
    base64::{ENCODED_GROUP, GROUP},
    buffer::Writer,
};

/// The length of `len` bytes once they are encoded.
pub(super) const fn encoded_len(len: usize) -> usize {
    let whole = (len / GROUP).saturating_mul(ENCODED_GROUP);
    match len % GROUP {
        0 => whole,
        rest => whole.saturating_add(rest.saturating_add(1)),
    }
}

/// Encodes what was written from `start` on.
pub(super) fn encode_written(out: &mut Writer<'_>, start: usize) {
    let len = out.needed().saturating_sub(start);
    encode_in_place(out.resize_from(start, encoded_len(len)), len);
}

/// Encodes the first `len` bytes of `region`, which is [`encoded_len`] bytes long, into all of it.
///
/// From the end on: what is written reaches no byte that is still to be read.
pub(super) fn encode_in_place(region: &mut [u8], len: usize) {
    // Not by the length of a group of bytes: some chips have no instruction that divides.
    let groups = region.len() / ENCODED_GROUP;
    let mut read = groups.wrapping_mul(GROUP);
    let mut write = groups.wrapping_mul(ENCODED_GROUP);
    let rest = match *region.get(read..len).unwrap_or_default() {
        [first, second] => [first, second, 0],
        [first] => [first, 0, 0],
        _ => [0; GROUP],
    };
    // Where there is no rest, the region ends here.
    for (to, from) in region.iter_mut().skip(write).zip(step::encode(rest)) {
        *to = from;
    }
    step::encode_pairs(region, &mut read, &mut write);
    while encode_last(region, &mut read, &mut write, step::encode).is_some() {}
    step::finish(region);
}

/// Encodes the bytes that end at `read` into what ends at `write`, and moves both to where they began.
fn encode_last<const BYTES: usize, const TEXT: usize>(
    region: &mut [u8],
    read: &mut usize,
    write: &mut usize,
    encode: impl Fn([u8; BYTES]) -> [u8; TEXT],
) -> Option<()> {
    let from = read.checked_sub((TEXT / ENCODED_GROUP).wrapping_mul(GROUP))?;
    let to = write.checked_sub(TEXT)?;
    let text = encode(*region.get(from..)?.first_chunk()?);
    *region.get_mut(to..)?.first_chunk_mut()? = text;
    (*read, *write) = (from, to);
    Some(())
}

/// Where there are vectors: two groups at once become eight values, and all values characters at last,
/// of which the compiler makes a few instructions for many.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod step {
    use super::{ENCODED_GROUP, GROUP, encode_last};
    use crate::base64::{Url, Variant};

    pub(super) fn encode([first, second, third]: [u8; GROUP]) -> [u8; ENCODED_GROUP] {
        let [a, b, c, d, ..] = values([first, second, third, 0, 0, 0, 0, 0]).to_be_bytes();
        [a, b, c, d]
    }

    pub(super) fn encode_pairs(region: &mut [u8], read: &mut usize, write: &mut usize) {
        // Read as one word: the last two of its bytes count for nothing.
        while encode_last(region, read, write, |pair| values(pair).to_be_bytes()).is_some() {}
    }

    pub(super) fn finish(region: &mut [u8]) {
        for place in region {
            *place = character(*place);
        }
    }

    /// The first 48 bits, six in each byte.
    const fn values(bytes: [u8; 8]) -> u64 {
        let word = u64::from_be_bytes(bytes);
        let halves = word >> 8 & 0x00ff_ffff_0000_0000 | word >> 16 & 0x00ff_ffff;
        let quarters = halves << 4 & 0x0fff_0000_0fff_0000 | halves & 0x0fff_0000_0fff;
        quarters << 2 & 0x3f00_3f00_3f00_3f00 | quarters & 0x003f_003f_003f_003f
    }

    fn character(value: u8) -> u8 {
        let from = |first: u8, step: u8| if value >= first { step } else { 0 };
        value
            .wrapping_add(b'A')
            .wrapping_add(from(26, 6))
            .wrapping_sub(from(52, 75))
            .wrapping_sub(from(62, Url::DOWN_TO_62))
            .wrapping_add(from(63, Url::UP_TO_63))
    }
}

/// Elsewhere a group at once becomes characters.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod step {
    use super::{ENCODED_GROUP, GROUP};
    use crate::base64::{Url, Variant};

    pub(super) fn encode([first, second, third]: [u8; GROUP]) -> [u8; ENCODED_GROUP] {
        Url::encode_group(u32::from_be_bytes([0, first, second, third]))
    }

    pub(super) const fn encode_pairs(_: &mut [u8], _: &mut usize, _: &mut usize) {}

    pub(super) const fn finish(_: &mut [u8]) {}
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]
mod tests {
    use base64ct::{Base64UrlUnpadded, Encoding};

    use super::*;

    #[test]
    fn in_place_becomes_what_another_encoder_makes_for_every_length() {
        let bytes: [u8; 200] = core::array::from_fn(|i| (i * 37 + 11) as u8);
        for len in 0..=bytes.len() {
            let mut expected = [0; 300];
            let expected = Base64UrlUnpadded::encode(&bytes[..len], &mut expected).unwrap();
            assert_eq!(expected.len(), encoded_len(len));

            let mut region = [0xff; 300];
            let region = &mut region[..encoded_len(len)];
            region[..len].copy_from_slice(&bytes[..len]);
            encode_in_place(region, len);
            assert_eq!(region, expected.as_bytes());
        }
    }

    #[test]
    fn every_value_has_its_character() {
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for text in [ALPHABET, &ALPHABET.repeat(3)] {
            // In blocks of every length, which go through words and groups.
            for block in 1..=text.len() / ENCODED_GROUP {
                for text in text.as_bytes().chunks(block * ENCODED_GROUP) {
                    let mut region = [0; 192];
                    let region = &mut region[..text.len()];
                    let len = Base64UrlUnpadded::decode(text, region).unwrap().len();
                    encode_in_place(region, len);
                    assert_eq!(region, text);
                }
            }
        }
    }
}
