//! Secrets that the caller holds: redacted where they are printed, compared in constant time.

use core::fmt;

use subtle::ConstantTimeEq;

/// A borrowed secret, such as a client secret or a token.
///
/// `Debug` shows `[redacted]`, there is no `Display`, and equality takes the same time wherever
/// the first difference is (the lengths are not hidden). Zeroing the memory is its owner's task.
///
/// # Examples
/// ```
/// use snow_token_core::Secret;
///
/// let secret = Secret::new("hunter2");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// assert_eq!(secret, Secret::new("hunter2"));
/// assert_eq!(secret.expose(), "hunter2");
/// ```
#[derive(Clone, Copy)]
pub struct Secret<'a>(&'a str);

impl<'a> Secret<'a> {
    /// Marks `text` as a secret.
    pub const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The secret itself. Each call is a place to review.
    pub const fn expose(self) -> &'a str {
        self.0
    }
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Secret<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "[redacted]");
    }
}

impl PartialEq for Secret<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret<'_> {}
