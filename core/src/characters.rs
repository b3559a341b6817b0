//! Sets of characters of ASCII, and how far a text goes on with those of one.

use core::ops::RangeInclusive;

/// Whether words are long enough for many bytes to be looked at as one.
pub(crate) const BY_WORDS: bool = cfg!(target_pointer_width = "64");

/// A set of ASCII characters.
pub(crate) struct Characters<const N: usize> {
    ranges: [RangeInclusive<u8>; N],
    /// A bit for each byte: as many words as bytes can ask for.
    members: [u32; 8],
}

impl<const N: usize> Characters<N> {
    /// Those in `ranges`, of ASCII. For constants alone.
    #[expect(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        reason = "the compiler evaluates it, and would stop"
    )]
    pub(crate) const fn new(ranges: [RangeInclusive<u8>; N]) -> Self {
        let mut members = [0; 8];
        let mut byte = 0_u8;
        while byte < 0x80 {
            let mut range = 0;
            while range < N {
                if *ranges[range].start() <= byte && byte <= *ranges[range].end() {
                    members[byte as usize / 32] |= 1 << (byte % 32);
                }
                range += 1;
            }
            byte += 1;
        }
        Self { ranges, members }
    }

    /// Whether `byte` is one of them.
    #[inline]
    pub(crate) fn contains(&self, byte: u8) -> bool {
        contains(&self.members, byte)
    }

    /// How many of them `bytes` begin with.
    #[inline]
    pub(crate) fn span(&self, bytes: &[u8]) -> usize {
        if BY_WORDS {
            words::span(bytes, &self.ranges, &self.members)
        } else {
            span(bytes, &self.members)
        }
    }
}

#[inline]
fn contains(members: &[u32; 8], byte: u8) -> bool {
    let word = members.get(usize::from(byte >> 5));
    // A rotation goes by the lowest five bits.
    word.is_some_and(|word| word.rotate_right(byte.into()) & 1 == 1)
}

/// A byte at a time. One function for all sets, where flash counts.
#[inline(never)]
fn span(bytes: &[u8], members: &[u32; 8]) -> usize {
    let len = bytes.iter().position(|byte| !contains(members, *byte));
    len.unwrap_or(bytes.len())
}

/// Eight bytes at a time, as a number of 64 bits.
mod words {
    use core::ops::RangeInclusive;

    use super::contains;

    /// One in each byte.
    const ONES: u64 = u64::MAX / 0xff;
    const HIGHEST_BITS: u64 = ONES << 7;

    #[inline]
    pub(super) fn span(bytes: &[u8], ranges: &[RangeInclusive<u8>], members: &[u32; 8]) -> usize {
        let (words, rest) = bytes.as_chunks();
        let mut len = 0_usize;
        for word in words {
            let others = others(u64::from_le_bytes(*word), ranges);
            if others != 0 {
                return len.wrapping_add(first(others));
            }
            len = len.wrapping_add(size_of::<u64>());
        }
        let more = rest.iter().take_while(|byte| contains(members, **byte));
        len.wrapping_add(more.count())
    }

    /// Which byte is the first that has a bit set.
    #[inline]
    fn first(word: u64) -> usize {
        (word.trailing_zeros() / u8::BITS) as usize
    }

    /// The highest bit in each byte that is in none of `ranges`.
    ///
    /// No byte of a sum is carried into the next one: each is below 0x80 beforehand, and what is
    /// added at most 0x80.
    #[inline]
    fn others(word: u64, ranges: &[RangeInclusive<u8>]) -> u64 {
        let low = word & !HIGHEST_BITS;
        let add = |byte: u8| low.wrapping_add(ONES.wrapping_mul(byte.into()));
        let mut within = 0;
        for range in ranges {
            let from_start_on = add(0x80_u8.wrapping_sub(*range.start()));
            let behind_end = add(0x7f_u8.wrapping_sub(*range.end()));
            within |= from_start_on & !behind_end;
        }
        (!within | word) & HIGHEST_BITS
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test")]
mod tests {
    use super::*;

    const RANGES: [RangeInclusive<u8>; 3] = [1..=1, b'0'..=b'9', b'a'..=0x7f];
    const CHARACTERS: Characters<3> = Characters::new(RANGES);

    fn both_spans(bytes: &[u8]) -> [usize; 2] {
        [
            words::span(bytes, &CHARACTERS.ranges, &CHARACTERS.members),
            span(bytes, &CHARACTERS.members),
        ]
    }

    #[test]
    fn each_byte_is_in_the_set_or_not_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            let good = RANGES.iter().any(|range| range.contains(&byte));
            assert_eq!(CHARACTERS.contains(byte), good, "{byte:#x}");
            for at in 0..20 {
                let mut bytes = [b'5'; 20];
                bytes[at] = byte;
                let expected = if good { bytes.len() } else { at };
                assert_eq!(both_spans(&bytes), [expected; 2], "{byte:#x} at {at}");
            }
        }
    }

    #[test]
    fn a_span_ends_with_the_text_whatever_its_length() {
        for len in 0..40 {
            assert_eq!(both_spans(&[b'~'; 40][..len]), [len; 2]);
            assert_eq!(both_spans(&[0xff; 40][..len]), [0; 2]);
        }
    }
}
