//! A token that is kept: with its expiry, and zeroed when it is dropped.

use core::fmt;

use zeroize::Zeroize;

use crate::{
    buffer::{BufferTooSmall, Writer, as_text},
    expiry::Expiry,
    secret::Secret,
    token_response::TokenResponse,
};

/// An access token in memory of the caller's choice: `heapless::String<N>` on a device
/// ([`FixedAccessToken`]), `String` where there is a heap (feature `alloc`).
///
/// It can only be made from a response that was read, so it is fit for a header; and it turns
/// into a header only while it is good. Redacted in `Debug`, zeroed on drop; moving it, as any
/// value, can leave a copy behind, so let it stay where it is made.
///
/// # Examples
/// ```
/// use snow_token_core::{FixedAccessToken, TokenResponse};
///
/// let body = br#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#;
/// let mut buf = [0; 64];
/// let response = TokenResponse::read(body, &mut buf).unwrap();
///
/// // Opaque tokens of an instance have 75 to 86 characters, JWT access tokens up to some 4,000.
/// let token = FixedAccessToken::<128>::new(&response, 0, 60)?;
/// let mut header = [0; 128];
/// assert_eq!(token.authorization(1_799, &mut header)?, "Bearer 2YotnFZ_");
/// assert!(token.authorization(1_800, &mut header).is_err());
/// # Ok::<(), snow_token_core::AccessTokenError>(())
/// ```
pub struct AccessToken<S: AsRef<str> + Zeroize> {
    text: S,
    expiry: Expiry,
}

/// An access token of at most `N` bytes, without a heap.
pub type FixedAccessToken<const N: usize> = AccessToken<heapless::String<N>>;

/// Why a token cannot be kept, or cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AccessTokenError {
    /// The token's lifetime is over.
    Expired,
    /// The token, or its header, is longer than the memory for it.
    BufferTooSmall(BufferTooSmall),
}

impl fmt::Display for AccessTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Expired => f.write_str("the access token has expired"),
            Self::BufferTooSmall(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for AccessTokenError {}

impl From<BufferTooSmall> for AccessTokenError {
    fn from(error: BufferTooSmall) -> Self {
        Self::BufferTooSmall(error)
    }
}

impl<S: AsRef<str> + Zeroize> AccessToken<S> {
    /// Keeps the token of `response`, which was asked for at `requested_at` and is to be renewed
    /// `margin_secs` before its end, as [`TokenResponse::expiry`] says.
    ///
    /// # Errors
    /// [`BufferTooSmall`] where `S` cannot take it.
    pub fn new(
        response: &TokenResponse<'_>,
        requested_at: u64,
        margin_secs: u32,
    ) -> Result<Self, BufferTooSmall>
    where
        S: for<'t> TryFrom<&'t str>,
    {
        let expiry = response.expiry(requested_at, margin_secs);
        let text = response.access_token().expose();
        match S::try_from(text) {
            Ok(text) => Ok(Self { text, expiry }),
            Err(_) => Err(BufferTooSmall { needed: text.len() }),
        }
    }

    /// When the token should be renewed and when it is over.
    pub const fn expiry(&self) -> Expiry {
        self.expiry
    }

    /// Puts a renewal that failed off, as [`Expiry::postponed`] says.
    pub const fn postpone_renewal(&mut self, now: u64) {
        self.expiry = self.expiry.postponed(now);
    }

    /// The token itself.
    pub fn secret(&self) -> Secret<'_> {
        Secret::new(self.text.as_ref())
    }

    /// The length in bytes of [`authorization`](Self::authorization).
    pub fn authorization_len(&self) -> usize {
        BEARER.len().saturating_add(self.text.as_ref().len())
    }

    /// Writes the value of the `Authorization` header (RFC 6750 §2.1). Zero `buf` after use.
    ///
    /// # Errors
    /// [`AccessTokenError::Expired`], or [`AccessTokenError::BufferTooSmall`] with
    /// [`authorization_len`](Self::authorization_len); `buf` is zeroed then.
    pub fn authorization<'b>(
        &self,
        now: u64,
        buf: &'b mut [u8],
    ) -> Result<&'b str, AccessTokenError> {
        if self.expiry.is_over(now) {
            buf.zeroize();
            return Err(AccessTokenError::Expired);
        }
        let mut out = Writer::new(buf);
        out.push(BEARER.as_bytes());
        out.push(self.text.as_ref().as_bytes());
        Ok(as_text(out.finish()?))
    }
}

const BEARER: &str = "Bearer ";

impl<S: AsRef<str> + Zeroize> fmt::Debug for AccessToken<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("text", &self.secret())
            .field("expiry", &self.expiry)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl<S: AsRef<str> + Zeroize> defmt::Format for AccessToken<S> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "AccessToken({}, {})", self.secret(), self.expiry);
    }
}

impl<S: AsRef<str> + Zeroize> Drop for AccessToken<S> {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}
