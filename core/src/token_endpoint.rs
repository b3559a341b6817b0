//! The token endpoint's answer as a whole: a token (RFC 6749 §5.1), a refusal (§5.2), or something
//! that is neither.

use core::fmt;

use crate::{
    buffer::BufferTooSmall,
    refusal::{Answer, Cut, Refusal},
    token_response::{TokenResponse, TokenResponseError},
};

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum TokenEndpointError<'a> {
    /// The endpoint said no, or something else answered in its place.
    Refused(Refusal<'a>),
    /// HTTP 200 with JSON that is not a good token.
    Malformed(TokenResponseError),
    /// The caller's buffer is too small: the one for the texts, or, where the answer
    /// [is cut](Answer::cut), the one that it was received in.
    BufferTooSmall(BufferTooSmall),
}

impl fmt::Display for TokenEndpointError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Malformed(error) => error.fmt(f),
            Self::BufferTooSmall(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for TokenEndpointError<'_> {}

/// Reads the token endpoint's answer, its texts into `buf`. A buffer of the body's length always
/// does. Zero it after use: the token is in it.
///
/// The status and the content type are looked at before the JSON: a hibernating instance answers
/// HTTP 200 with a page. JSON of which only the beginning was kept is no token, whatever it says.
///
/// # Examples
/// ```
/// use snow_token_core::{
///     Cause,
///     refusal::Answer,
///     token_endpoint::{self, TokenEndpointError},
/// };
///
/// let granted = Answer {
///     status: 200,
///     content_type: Some("application/json"),
///     retry_after: None,
///     date: None,
///     body: br#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#,
///     cut: None,
/// };
/// let mut buf = [0; 128];
/// let token = token_endpoint::read(&granted, &mut buf)?;
/// assert_eq!(token.access_token().expose(), "2YotnFZ_");
/// buf.fill(0);
///
/// let page = Answer {
///     content_type: Some("text/html"),
///     body: b"<h1>Your instance is hibernating</h1>",
///     ..granted
/// };
/// let Err(TokenEndpointError::Refused(refusal)) = token_endpoint::read(&page, &mut buf) else {
///     panic!()
/// };
/// assert_eq!(refusal.cause, Cause::Hibernating);
/// # Ok::<(), TokenEndpointError<'_>>(())
/// ```
///
/// # Errors
/// [`TokenEndpointError`]. Nothing of the answer is in `buf` then.
pub fn read<'a, 'b>(
    answer: &Answer<'a>,
    buf: &'b mut [u8],
) -> Result<TokenResponse<'b>, TokenEndpointError<'a>> {
    if answer.status != 200 || !answer.is_json() {
        return Err(TokenEndpointError::Refused(Refusal::read(answer)));
    }
    if let Some(Cut { needed, .. }) = answer.cut {
        let error = BufferTooSmall { needed };
        return Err(TokenEndpointError::BufferTooSmall(error));
    }
    TokenResponse::read(answer.body, buf).map_err(|error| match error {
        TokenResponseError::IsAnError => TokenEndpointError::Refused(Refusal::read(answer)),
        TokenResponseError::BufferTooSmall(error) => TokenEndpointError::BufferTooSmall(error),
        error => TokenEndpointError::Malformed(error),
    })
}
