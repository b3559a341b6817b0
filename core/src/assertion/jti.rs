//! The name of one assertion (RFC 7519 §4.1.7).

use crate::buffer::{as_text, lower_hex_digit};

/// A `jti` in the form of a version-4 UUID (RFC 9562 §5.4), made of the caller's random bytes.
///
/// **ServiceNow** verifies the `jti` by default: every attempt needs a fresh one, retries too.
///
/// # Examples
/// ```
/// use snow_token_core::assertion::Jti;
///
/// let random = [0xff; 16]; // from the hardware's random number generator
/// let jti = Jti::from_random(&random);
/// assert_eq!(jti.as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Jti([u8; Self::LEN]);

impl Jti {
    /// The length of the text in bytes.
    pub const LEN: usize = 36;

    /// 122 of the 128 bits are kept; the others say "version 4".
    pub fn from_random(random: &[u8; 16]) -> Self {
        let mut text = [b'-'; Self::LEN];
        let mut slots = text.iter_mut();
        for (at, byte) in random.iter().enumerate() {
            let byte = match at {
                6 => byte & 0x0f | 0x40,
                8 => byte & 0x3f | 0x80,
                _ => *byte,
            };
            if matches!(at, 4 | 6 | 8 | 10) {
                slots.next();
            }
            for nibble in [byte >> 4, byte & 0xf] {
                if let Some(slot) = slots.next() {
                    *slot = lower_hex_digit(nibble);
                }
            }
        }
        Self(text)
    }

    /// The UUID's text.
    pub fn as_str(&self) -> &str {
        as_text(&self.0)
    }
}

impl AsRef<str> for Jti {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}
