//! Escapes within a string.

use super::Fault;

/// Reads the escape that `bytes` begin with: its character and its length in bytes.
pub(super) fn read(bytes: &[u8]) -> Result<(char, usize), Fault> {
    let simple = match bytes.get(1).ok_or(Fault::Truncated)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes),
        _ => return Err(Fault::Escape),
    };
    Ok((simple, 2))
}

/// RFC 8259 §7: beyond the Basic Multilingual Plane a character is a pair of UTF-16 surrogates.
fn unicode(bytes: &[u8]) -> Result<(char, usize), Fault> {
    let first = hex4(bytes)?;
    let (code, len) = match first {
        0xd800..=0xdbff => {
            let rest = bytes.get(6..).unwrap_or_default();
            if !b"\\u".starts_with(rest.get(..2).unwrap_or(rest)) {
                return Err(Fault::Escape);
            }
            let second = hex4(rest)?;
            if !(0xdc00..=0xdfff).contains(&second) {
                return Err(Fault::Escape);
            }
            let offset = (first & 0x3ff) << 10 | second & 0x3ff;
            (offset.wrapping_add(0x10000), 12)
        }
        code => (code, 6),
    };
    char::from_u32(code)
        .map(|char| (char, len))
        .ok_or(Fault::Escape)
}

/// The value of `\uXXXX` at the start of `bytes`.
fn hex4(bytes: &[u8]) -> Result<u32, Fault> {
    let mut value = 0;
    for at in 2..6 {
        let digit = bytes.get(at).ok_or(Fault::Truncated)?;
        let digit = char::from(*digit).to_digit(16).ok_or(Fault::Escape)?;
        value = value << 4 | digit;
    }
    Ok(value)
}
