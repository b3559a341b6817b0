//! base64url without padding (RFC 7515 §2), in place.

use crate::base64::{ENCODED_GROUP, GROUP, Url, Variant};

/// The length of `len` bytes once they are encoded.
pub(super) const fn encoded_len(len: usize) -> usize {
    let whole = (len / GROUP).saturating_mul(ENCODED_GROUP);
    match len % GROUP {
        0 => whole,
        rest => whole.saturating_add(rest.saturating_add(1)),
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
        let text = Url::encode_group(group);
        for (to, from) in region.iter_mut().skip(write).zip(text) {
            *to = from;
        }
        read = read.saturating_add(GROUP);
        write = write.saturating_add(ENCODED_GROUP);
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

            let mut region = [0; 300];
            let region = &mut region[..encoded_len(len)];
            let start = region.len() - len;
            region[start..].copy_from_slice(&bytes[..len]);
            encode_tail_in_place(region, len);
            assert_eq!(region, expected.as_bytes());
        }
    }
}
