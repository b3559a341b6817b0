//! base64url without padding (RFC 7515 §2), in place.

use crate::{
    base64::{ENCODED_GROUP, GROUP, Url, Variant},
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
    let groups = len / GROUP;
    let mut read = groups.wrapping_mul(GROUP);
    let mut write = groups.wrapping_mul(ENCODED_GROUP);
    encode_rest(region, read, write, len);
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    while let Some((before, text_before)) = blocks::encode_before(region, read, write) {
        (read, write) = (before, text_before);
    }
    while let Some((before, text_before)) = encode_group_before(region, read, write) {
        (read, write) = (before, text_before);
    }
}

/// Encodes the last group, which is not whole.
fn encode_rest(region: &mut [u8], read: usize, write: usize, len: usize) {
    let rest = region.get(read..len).unwrap_or_default();
    let group = match *rest {
        [first] => [0, first, 0, 0],
        [first, second] => [0, first, second, 0],
        _ => return,
    };
    let text = Url::encode_group(u32::from_be_bytes(group));
    for (to, from) in region.iter_mut().skip(write).zip(text) {
        *to = from;
    }
}

/// Encodes the group that ends at `read`, and tells where it began.
fn encode_group_before(region: &mut [u8], read: usize, write: usize) -> Option<(usize, usize)> {
    let read = read.checked_sub(GROUP)?;
    let write = write.checked_sub(ENCODED_GROUP)?;
    let [first, second, third] = *region.get(read..)?.first_chunk()?;
    let text = Url::encode_group(u32::from_be_bytes([0, first, second, third]));
    *region.get_mut(write..)?.first_chunk_mut()? = text;
    Some((read, write))
}

/// The same by blocks, of which the compiler makes a few instructions where there are vectors.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod blocks {
    use super::{ENCODED_GROUP, GROUP, Url, Variant};

    const GROUPS: usize = 4;
    const BLOCK: usize = GROUPS * GROUP;
    const ENCODED_BLOCK: usize = GROUPS * ENCODED_GROUP;

    /// Two groups are read as a word of eight bytes, whose last two count for nothing.
    const READ: usize = BLOCK + 2;

    /// Encodes the block that ends at `read`, and tells where it began.
    pub(super) fn encode_before(
        region: &mut [u8],
        read: usize,
        write: usize,
    ) -> Option<(usize, usize)> {
        let read = read.checked_sub(BLOCK)?;
        let write = write.checked_sub(ENCODED_BLOCK)?;
        let text = encode(region.get(read..)?.first_chunk()?)?;
        *region.get_mut(write..)?.first_chunk_mut()? = text;
        Some((read, write))
    }
    fn encode(bytes: &[u8; READ]) -> Option<[u8; ENCODED_BLOCK]> {
        let first = u64::from_be_bytes(*bytes.first_chunk()?);
        let second = u64::from_be_bytes(*bytes.last_chunk()?);
        let values = u128::from(values(first)) << 64 | u128::from(values(second));
        Some(values.to_be_bytes().map(character))
    }

    /// The upper 48 bits, six in each byte.
    const fn values(word: u64) -> u64 {
        let halves = word >> 8 & 0x00ff_ffff_0000_0000 | word >> 16 & 0x00ff_ffff;
        let quarters = halves << 4 & 0x0fff_0000_0fff_0000 | halves & 0x0fff_0000_0fff;
        quarters << 2 & 0x3f00_3f00_3f00_3f00 | quarters & 0x003f_003f_003f_003f
    }

    /// As [`Variant::encode_group`], but for one value. Of sixteen at once the compiler makes vectors.
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
}
