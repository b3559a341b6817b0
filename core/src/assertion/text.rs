//! JSON text (RFC 8259).

use crate::{
    buffer::{Writer, lower_hex_digit},
    characters::Characters,
    division::div_rem,
};

/// A string in quotes, with everything escaped that RFC 8259 §7 wants escaped.
#[cfg(feature = "custom-claims")]
pub(super) fn push_string(out: &mut Writer<'_>, text: &str) {
    out.push(b"\"");
    push_escaped(out, text);
    out.push(b"\"");
}

/// The inside of a string.
pub(super) fn push_escaped(out: &mut Writer<'_>, text: &str) {
    let mut rest = text.as_bytes();
    loop {
        let plain = STANDS_FOR_ITSELF.span(rest);
        let Some((run, tail)) = rest.split_at_checked(plain) else {
            return;
        };
        out.push(run);
        let Some((special, tail)) = tail.split_first() else {
            return;
        };
        let escape: &[u8] = match *special {
            b'\n' => b"\\n",
            b'\r' => b"\\r",
            b'\t' => b"\\t",
            byte @ 0..0x20 => &[
                b'\\',
                b'u',
                b'0',
                b'0',
                b'0'.wrapping_add(byte >> 4),
                lower_hex_digit(byte & 0xf),
            ],
            // A part of a character that is not ASCII.
            byte @ 0x80.. => &[byte],
            // A quotation mark or a backslash.
            byte => &[b'\\', byte],
        };
        out.push(escape);
        rest = tail;
    }
}

/// What need not be escaped (RFC 8259 §7), of ASCII.
const STANDS_FOR_ITSELF: Characters<3> = Characters::new([0x20..=0x21, 0x23..=0x5b, 0x5d..=0x7f]);

/// The decimal digits of `number`.
pub(super) fn push_number(out: &mut Writer<'_>, number: u64) {
    // u64::MAX has 20 digits.
    let mut digits = [0; 20];
    let mut rest = number;
    let mut used = 0_usize;
    for slot in digits.iter_mut().rev() {
        let digit;
        (rest, digit) = div_rem::<10>(rest);
        *slot = b'0'.wrapping_add(digit as u8);
        used = used.saturating_add(1);
        if rest == 0 {
            break;
        }
    }
    let start = digits.len().saturating_sub(used);
    out.push(digits.get(start..).unwrap_or_default());
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_its_digits_and_no_others() {
        for (number, digits) in [
            (0, "0"),
            (9, "9"),
            (10, "10"),
            (105, "105"),
            (1_000, "1000"),
            (1_795_000_000, "1795000000"),
            (u64::MAX, "18446744073709551615"),
        ] {
            let mut buf = [0; 20];
            let mut out = Writer::new(&mut buf);
            push_number(&mut out, number);
            assert_eq!(out.finish().unwrap(), digits.as_bytes());
        }
    }
}
