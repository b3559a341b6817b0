//! The header by which a request proves who sends it.

use base64ct::{Base64, Encoder};
use zeroize::Zeroize;

use super::request::RequestError;
use crate::{
    access_token::{AccessToken, AccessTokenError},
    buffer::Writer,
    secret::Secret,
    token_request::TokenRequest,
    token_response::is_bearer_token,
};

/// The proof of who sends a request: a token, an API key, or name and password.
///
/// # Examples
/// ```
/// use snow_token_core::{Secret, http1::{Authorization, Method, Request}};
///
/// let key = Authorization::api_key(Secret::new("now_x1"));
/// let request = Request::new(Method::Get, "example.service-now.com", "/api/now/table/incident")
///     .with_authorization(key);
/// let mut buf = [0; 256];
/// let head = core::str::from_utf8(request.head(&mut buf)?).unwrap();
/// assert!(head.contains("\r\nx-sn-apikey: now_x1\r\n"));
/// assert!(!format!("{request:?}").contains("now_x1"));
/// # Ok::<(), snow_token_core::http1::RequestError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Authorization<'a>(Kind<'a>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Kind<'a> {
    Bearer(Secret<'a>),
    ApiKey(Secret<'a>),
    Basic { user: &'a str, password: Secret<'a> },
    Client(&'a TokenRequest<'a>),
}

impl<'a> Authorization<'a> {
    /// `Authorization: Bearer` with a token that is kept (RFC 6750 §2.1).
    ///
    /// # Errors
    /// [`AccessTokenError::Expired`].
    pub fn bearer<S: AsRef<str> + Zeroize>(
        token: &'a AccessToken<S>,
        now: u64,
    ) -> Result<Self, AccessTokenError> {
        if token.expiry().is_over(now) {
            return Err(AccessTokenError::Expired);
        }
        Ok(Self::foreign_bearer(token.secret()))
    }

    /// `Authorization: Bearer` with a token that another identity provider issued. Whether it is
    /// still good is the caller's to know.
    pub const fn foreign_bearer(token: Secret<'a>) -> Self {
        Self(Kind::Bearer(token))
    }

    /// `x-sn-apikey`.
    pub const fn api_key(key: Secret<'a>) -> Self {
        Self(Kind::ApiKey(key))
    }

    /// `Authorization: Basic` with a user's name and password (RFC 7617), in UTF-8. The name has no
    /// colon in it.
    pub const fn basic(user: &'a str, password: Secret<'a>) -> Self {
        Self(Kind::Basic { user, password })
    }

    /// That of a token request, which has none where the secret stands in its body.
    pub(super) const fn client(request: &'a TokenRequest<'a>) -> Self {
        Self(Kind::Client(request))
    }

    /// Whether it can be written, so that nothing in it breaks out of its line.
    pub(super) fn is_valid(&self) -> bool {
        match self.0 {
            Kind::Bearer(token) => is_bearer_token(token.expose().as_bytes()),
            Kind::ApiKey(key) => {
                !key.expose().is_empty() && key.expose().bytes().all(|byte| byte.is_ascii_graphic())
            }
            // RFC 7617 §2: "a user-id containing a colon character is invalid", and both "MUST NOT
            // contain any control characters".
            Kind::Basic { user, password } => {
                !user.contains(|char: char| char == ':' || char.is_control())
                    && !password.expose().contains(char::is_control)
            }
            Kind::Client(_) => true,
        }
    }

    /// Writes the header, and tells at which place [`fill`](Self::fill) has to go on.
    pub(super) fn write(&self, out: &mut Writer<'_>) -> usize {
        let value_len = match self.0 {
            Kind::Bearer(token) => {
                out.push(b"Authorization: Bearer ");
                out.push(token.expose().as_bytes());
                0
            }
            Kind::ApiKey(key) => {
                out.push(b"x-sn-apikey: ");
                out.push(key.expose().as_bytes());
                0
            }
            Kind::Basic { user, password } => {
                out.push(b"Authorization: Basic ");
                let len = user.len().saturating_add(password.expose().len());
                len.saturating_add(1).div_ceil(3).saturating_mul(4)
            }
            Kind::Client(request) => match request.authorization_len() {
                0 => return out.needed(),
                len => {
                    out.push(b"Authorization: ");
                    len
                }
            },
        };
        let at = out.needed();
        // Reserves the room.
        (0..value_len).for_each(|_| out.push(b"="));
        out.push(b"\r\n");
        at
    }

    /// Fills the room that [`write`](Self::write) reserved, at the beginning of `room`.
    pub(super) fn fill(&self, room: &mut [u8]) -> Result<(), RequestError> {
        match self.0 {
            Kind::Bearer(_) | Kind::ApiKey(_) => Ok(()),
            Kind::Basic { user, password } => {
                basic(user, password, room).map_err(|_| RequestError::Authorization)
            }
            Kind::Client(request) => {
                let room = room.get_mut(..request.authorization_len());
                request.authorization(room.unwrap_or_default())?;
                Ok(())
            }
        }
    }
}

fn basic(user: &str, password: Secret<'_>, room: &mut [u8]) -> Result<(), base64ct::Error> {
    let mut encoder = Encoder::<Base64>::new(room)?;
    for piece in [user, ":", password.expose()] {
        if !piece.is_empty() {
            encoder.encode(piece.as_bytes())?;
        }
    }
    encoder.finish().map(|_| ())
}
