//! base64url without padding (RFC 7515 §2), encoded as it goes.

use base64ct::{Base64UrlUnpadded, Encoding};
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

/// Takes text piece by piece and passes it on encoded, so that the text itself never needs a
/// buffer.
pub(super) struct Encoder<'w, 'b> {
    out: &'w mut Writer<'b>,
    group: [u8; GROUP],
    filled: usize,
}

impl<'w, 'b> Encoder<'w, 'b> {
    pub(super) fn new(out: &'w mut Writer<'b>) -> Self {
        Self {
            out,
            group: [0; GROUP],
            filled: 0,
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
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
    pub(super) fn finish(mut self) {
        self.flush();
    }

    fn flush(&mut self) {
        let group = self.group.get(..self.filled).unwrap_or_default();
        let mut encoded = [0; ENCODED_GROUP];
        if let Ok(encoded) = Base64UrlUnpadded::encode(group, &mut encoded) {
            self.out.push(encoded.as_bytes());
        }
        self.filled = 0;
    }
}

/// Encodes the last `len` bytes of `region` into its first [`encoded_len`] bytes, which may
/// overlap: no write reaches what is still to be read, as long as `region` holds `encoded_len`
/// bytes. The last group's text is then the end of the region.
pub(super) fn encode_tail_in_place(region: &mut [u8], len: usize) {
    let mut read = region.len().saturating_sub(len);
    let mut write = 0_usize;
    while read < region.len() {
        let group_end = read.saturating_add(GROUP).min(region.len());
        let mut group = [0; GROUP];
        let group_len = group_end.saturating_sub(read);
        for (to, from) in group
            .iter_mut()
            .zip(region.get(read..group_end).unwrap_or_default())
        {
            *to = *from;
        }
        let mut encoded = [0; ENCODED_GROUP];
        let group = group.get(..group_len).unwrap_or_default();
        let text = Base64UrlUnpadded::encode(group, &mut encoded).unwrap_or_default();
        for (to, from) in region.iter_mut().skip(write).zip(text.bytes()) {
            *to = from;
        }
        write = write.saturating_add(text.len());
        read = group_end;
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
