//! Numbers.

/// A JSON number as it stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number<'a>(pub(super) &'a [u8]);

#[cfg(feature = "defmt")]
impl defmt::Format for Number<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Number({=str})", self.as_str());
    }
}

impl<'a> Number<'a> {
    /// The number as it is written.
    pub fn as_str(self) -> &'a str {
        crate::buffer::as_text(self.0)
    }

    /// Reads `text` as one JSON number, with nothing before or after it.
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::read(text.as_bytes())
    }

    /// [`parse`](Self::parse), of bytes.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        (len(text) == Ok(text.len())).then_some(Self(text))
    }

    /// The value, if it is a whole number and not negative: `1799`, `1799.0` and `1.799e3` are
    /// the same. What does not fit is [`u32::MAX`].
    pub fn to_u32(self) -> Option<u32> {
        // The digits up to the last that is not 0, as a whole number; by how many tens it is to be
        // multiplied.
        let mut value = 0_u32;
        let mut tens = 0_i32;
        let mut zeros = 0_i32;
        let mut is_fraction = false;
        let mut rest = self.0;
        while let Some((byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'-' => {}
                b'.' => is_fraction = true,
                b'e' | b'E' => {
                    tens = tens.saturating_add(exponent(rest));
                    break;
                }
                digit => {
                    tens = tens.wrapping_sub(i32::from(is_fraction));
                    zeros = zeros.wrapping_add(1);
                    let digit = u32::from(digit & 0xf);
                    if digit != 0 {
                        value = times_ten(value, zeros).saturating_add(digit);
                        zeros = 0;
                    }
                }
            }
        }
        let tens = tens.saturating_add(zeros);
        match value {
            0 => Some(0),
            _ if tens < 0 || self.0.starts_with(b"-") => None,
            value => Some(times_ten(value, tens)),
        }
    }
}

/// How long the number is that `bytes` begin with (RFC 8259 §6): `[ minus ] int [ frac ] [ exp ]`, an
/// `int` of more than one digit not beginning with 0. Otherwise, where it ends to be one.
pub(super) fn len(bytes: &[u8]) -> Result<usize, usize> {
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    at = match bytes.get(at) {
        Some(b'0') => at.wrapping_add(1),
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at.wrapping_add(1))?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at = at.wrapping_add(1);
        if let Some(b'+' | b'-') = bytes.get(at) {
            at = at.wrapping_add(1);
        }
        at = digits(bytes, at)?;
    }
    Ok(at)
}

/// Where the digits end that begin at `start`: one at least.
fn digits(bytes: &[u8], start: usize) -> Result<usize, usize> {
    let mut at = start;
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at = at.wrapping_add(1);
    }
    if at == start { Err(at) } else { Ok(at) }
}

/// The value of an optional sign and digits, at the bounds of `i32` if it does not fit.
fn exponent(text: &[u8]) -> i32 {
    let mut value = 0_i32;
    for digit in text.iter().filter(|byte| byte.is_ascii_digit()) {
        value = value
            .saturating_mul(10)
            .saturating_add(i32::from(digit & 0xf));
    }
    if text.starts_with(b"-") {
        value.wrapping_neg()
    } else {
        value
    }
}

/// `value` · 10^`tens`, or [`u32::MAX`].
fn times_ten(value: u32, tens: i32) -> u32 {
    let mut product = value;
    // Of one that is not 0, ten tens are too many.
    for _ in 0..tens.min(10) {
        product = product.saturating_mul(10);
    }
    product
}
