//! The header by which a request proves who sends it.

use zeroize::Zeroize;

use crate::{
    access_token::{AccessToken, AccessTokenError},
    alphabet::is_bearer_token,
    base64::{Encoder, Standard},
    buffer::Writer,
    secret::Secret,
    token_request::TokenRequest,
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

    /// Writes the header, if there is one.
    pub(super) fn write(&self, out: &mut Writer<'_>) {
        match self.0 {
            Kind::Bearer(token) => {
                out.push(b"Authorization: Bearer ");
                out.push(token.expose().as_bytes());
            }
            Kind::ApiKey(key) => {
                out.push(b"x-sn-apikey: ");
                out.push(key.expose().as_bytes());
            }
            Kind::Basic { user, password } => {
                out.push(b"Authorization: Basic ");
                let mut base64 = Encoder::new(out, Standard);
                for piece in [user, ":", password.expose()] {
                    base64.push(piece.as_bytes());
                }
                base64.finish();
            }
            Kind::Client(request) if request.authorization_len() == 0 => return,
            Kind::Client(request) => {
                out.push(b"Authorization: ");
                request.write_authorization(out);
            }
        }
        out.push(b"\r\n");
    }
}
