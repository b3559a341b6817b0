//! The branches of Thumb-2 code: what a function calls, or ends in.
//!
//! The encodings are those of the Armv7-M Architecture Reference Manual, A7.7.12 (`B`) and A7.7.18
//! (`BL`). `CBZ` and `CBNZ` are left out: they reach 126 bytes, and never another function.

/// Where a branch stands, and where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Branch {
    pub(super) at: u64,
    pub(super) to: u64,
}

/// The branches in code that stands at an address. `is_data` tells of constants within it.
pub(super) fn branches(code: &[u8], start: u64, is_data: impl Fn(u64) -> bool) -> Vec<Branch> {
    let branches = encodings(code, start, is_data).filter_map(|(at, first, second)| {
        let offset = match second {
            Some(second) => wide(first, second),
            None => narrow(first),
        };
        let to = target(at, offset?);
        Some(Branch { at, to })
    });
    branches.collect()
}

/// The instructions in code that stands at an address: where each stands, and its one or two halves.
pub(super) fn encodings(
    code: &[u8],
    start: u64,
    is_data: impl Fn(u64) -> bool,
) -> impl Iterator<Item = (u64, u16, Option<u16>)> {
    let (halves, _) = code.as_chunks::<2>();
    let halves = halves.iter().copied().map(u16::from_le_bytes);
    let mut halves = (start..).step_by(2).zip(halves);
    core::iter::from_fn(move || {
        let (at, first) = halves.find(|(at, _)| !is_data(*at))?;
        // The second half of the last one may be cut off.
        let second = (first >> 11 >= 0b11101).then(|| halves.next().map_or(0, |(_, half)| half));
        Some((at, first, second))
    })
}

/// Where an instruction leads that counts from itself.
pub(super) fn target(at: u64, offset: i64) -> u64 {
    at.wrapping_add(4).wrapping_add_signed(offset)
}

/// `B`, T1 and T2.
pub(super) fn narrow(half: u16) -> Option<i64> {
    let half = u32::from(half);
    match (half >> 12, half >> 11) {
        // The other two conditions are UDF and SVC.
        (0b1101, _) if (half >> 8) & 0xF < 14 => Some(signed((half & 0xFF) << 1, 9)),
        (_, 0b11100) => Some(signed((half & 0x7FF) << 1, 12)),
        _ => None,
    }
}

/// `BL`, and `B`, T3 and T4.
pub(super) fn wide(first: u16, second: u16) -> Option<i64> {
    let (first, second) = (u32::from(first), u32::from(second));
    if first >> 11 != 0b11110 || second >> 15 == 0 {
        return None;
    }
    let sign = (first >> 10) & 1;
    let (j1, j2) = ((second >> 13) & 1, (second >> 11) & 1);
    let low = (second & 0x7FF) << 1;
    match (second >> 14 & 1, second >> 12 & 1) {
        (0, 0) if (first >> 6) & 0xF < 14 => {
            let high = (sign << 20) | (j2 << 19) | (j1 << 18) | ((first & 0x3F) << 12);
            Some(signed(high | low, 21))
        }
        (_, 1) => {
            let (i1, i2) = (1 ^ j1 ^ sign, 1 ^ j2 ^ sign);
            let high = (sign << 24) | (i1 << 23) | (i2 << 22) | ((first & 0x3FF) << 12);
            Some(signed(high | low, 25))
        }
        _ => None,
    }
}

fn signed(value: u32, bits: u32) -> i64 {
    let unused = u32::BITS - bits;
    i64::from((value << unused).cast_signed() >> unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(halves: &[u16], start: u64) -> Option<u64> {
        let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let found = branches(&code, start, |_| false);
        assert!(found.len() <= 1);
        found.first().map(|branch| branch.to)
    }

    /// As the GNU assembler writes them.
    #[test]
    fn each_encoding_leads_where_it_should() {
        // bl forwards by 0x1000, and back to itself.
        assert_eq!(only(&[0xF000, 0xFFFE], 0x8000), Some(0x9000));
        assert_eq!(only(&[0xF7FF, 0xFFFE], 0x8000), Some(0x8000));
        // b.w forwards by 0x1000.
        assert_eq!(only(&[0xF000, 0xBFFE], 0x8000), Some(0x9000));
        // beq.w to itself.
        assert_eq!(only(&[0xF43F, 0xAFFE], 0x8000), Some(0x8000));
        // b.n to itself, beq.n over one instruction.
        assert_eq!(only(&[0xE7FE], 0x8000), Some(0x8000));
        assert_eq!(only(&[0xD000], 0x8000), Some(0x8004));
    }

    #[test]
    fn what_is_no_branch_is_passed_over() {
        // nop; udf #254; svc 0; ldr.w r0, [pc, #0]; dsb sy; mrs r0, primask.
        for halves in [
            &[0xBF00][..],
            &[0xDEFE],
            &[0xDF00],
            &[0xF8DF, 0x0000],
            &[0xF3BF, 0x8F4F],
            &[0xF3EF, 0x8010],
        ] {
            assert_eq!(only(halves, 0x8000), None, "{halves:x?}");
        }
    }

    #[test]
    fn constants_are_no_code() {
        let code = [0xFE, 0xE7, 0xFE, 0xE7];
        let found = branches(&code, 0, |at| at == 0);
        assert_eq!(found, [Branch { at: 2, to: 2 }]);
    }
}
