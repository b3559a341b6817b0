//! JSON text (RFC 8259) into the base64url encoder.

use crate::base64::Encoder;
use crate::buffer::lower_hex_digit;

/// A string in quotes, with everything escaped that RFC 8259 §7 wants escaped.
pub(super) fn push_string(out: &mut Encoder<'_, '_>, text: &str) {
    out.push(b"\"");
    push_escaped(out, text);
    out.push(b"\"");
}

/// The inside of a string.
pub(super) fn push_escaped(out: &mut Encoder<'_, '_>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'"' => out.push(b"\\\""),
            b'\\' => out.push(b"\\\\"),
            b'\n' => out.push(b"\\n"),
            b'\r' => out.push(b"\\r"),
            b'\t' => out.push(b"\\t"),
            0..0x20 => out.push(&[
                b'\\',
                b'u',
                b'0',
                b'0',
                b'0'.wrapping_add(byte >> 4),
                lower_hex_digit(byte & 0xf),
            ]),
            byte => out.push(&[byte]),
        }
    }
}

/// The decimal digits of `number`.
pub(super) fn push_number(out: &mut Encoder<'_, '_>, number: u64) {
    // u64::MAX has 20 digits.
    let mut digits = [0; 20];
    let mut rest = number;
    let mut used = 0_usize;
    for digit in digits.iter_mut().rev() {
        *digit = b'0'.wrapping_add((rest % 10) as u8);
        rest /= 10;
        used = used.saturating_add(1);
        if rest == 0 {
            break;
        }
    }
    let start = digits.len().saturating_sub(used);
    out.push(digits.get(start..).unwrap_or_default());
}
