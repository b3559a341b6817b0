//! Division of 64 bits, also on a chip that has it for 32 bits at most.

/// `number / DIVISOR` and `number % DIVISOR`.
///
/// On a Cortex-M the operators would bring in a routine of almost a kilobyte, for divisors of any
/// size.
#[expect(clippy::arithmetic_side_effects, reason = "the divisor is not zero")]
pub(crate) const fn div_rem<const DIVISOR: u16>(number: u64) -> (u64, u16) {
    const { assert!(DIVISOR > 0) };
    if cfg!(target_pointer_width = "64") {
        let divisor = DIVISOR as u64;
        return (number / divisor, (number % divisor) as u16);
    }
    by_digits::<DIVISOR>(number)
}

#[expect(clippy::arithmetic_side_effects, reason = "the divisor is not zero")]
const fn by_digits<const DIVISOR: u16>(number: u64) -> (u64, u16) {
    let mut quotient = 0;
    let mut remainder = 0_u32;
    // Times, in seconds and in milliseconds of some days, have a word.
    let mut shift = if number >> u32::BITS == 0 {
        u32::BITS
    } else {
        u64::BITS
    };
    while shift > 0 {
        // Long division, a digit of 16 bits at a time. The remainder is below the divisor, so it all
        // fits into 32 bits.
        shift = shift.saturating_sub(u16::BITS);
        let dividend = remainder << u16::BITS | (number >> shift) as u16 as u32;
        quotient = quotient << u16::BITS | (dividend / DIVISOR as u32) as u64;
        remainder = dividend % DIVISOR as u32;
    }
    (quotient, remainder as u16)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test")]
mod tests {
    use super::*;

    fn it_is_what_the_operators_say<const DIVISOR: u16>() {
        for number in [
            0,
            1,
            9,
            10,
            999,
            1_000,
            65_535,
            65_536,
            1_795_000_000,
            u64::MAX - 1,
            u64::MAX,
        ] {
            let divisor = u64::from(DIVISOR);
            let expected = (number / divisor, (number % divisor) as u16);
            for result in [div_rem::<DIVISOR>(number), by_digits::<DIVISOR>(number)] {
                assert_eq!(result, expected, "{number} by {divisor}");
            }
        }
    }

    #[test]
    fn quotient_and_remainder_are_what_the_operators_say() {
        it_is_what_the_operators_say::<1>();
        it_is_what_the_operators_say::<10>();
        it_is_what_the_operators_say::<1_000>();
        it_is_what_the_operators_say::<{ u16::MAX }>();
    }
}
