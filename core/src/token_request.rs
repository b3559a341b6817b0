//! The token request: a grant (RFC 6749 §4, RFC 7523 §2.1) and the client's authentication
//! (RFC 6749 §2.3.1).
//!
//! ServiceNow takes the parameters in the body of a POST only, form-encoded; a JSON body is
//! refused.

use crate::{
    base64::{Encoder, Standard},
    buffer::{BufferTooSmall, Writer, as_text},
    form::{self, Form},
    secret::Secret,
};

/// The path of an instance's token endpoint.
///
/// ServiceNow: *OAuth API request parameters* (`r_OAuthAPIRequestParameters`).
pub const TOKEN_PATH: &str = "/oauth_token.do";

/// What the token is asked for with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Grant<'a> {
    /// RFC 6749 §4.4. No refresh token comes back.
    ///
    /// The same request to another identity provider's token endpoint brings a third-party token
    /// that an instance can take as it is.
    ClientCredentials,
    /// RFC 7523 §2.1. No refresh token comes back: each renewal is a new assertion.
    JwtBearer {
        /// The signed JWT.
        assertion: Secret<'a>,
    },
    /// RFC 6749 §4.1.3, with the verifier of RFC 7636 §4.5 for a public client.
    AuthorizationCode {
        /// The code from the redirect.
        code: Secret<'a>,
        /// The same redirect URI as in the authorization request.
        redirect_uri: &'a str,
        /// The verifier whose challenge was sent.
        code_verifier: Option<Secret<'a>>,
        /// The state of the authorization request, which ServiceNow lists as required here too.
        state: Option<&'a str>,
    },
    /// RFC 6749 §6. The answer can bring another refresh token, which replaces this one.
    RefreshToken {
        /// The refresh token.
        refresh_token: Secret<'a>,
    },
    /// RFC 6749 §4.3. **Legacy**: OAuth 2.1 has dropped it, for the program sees the user's password.
    Password {
        /// The user's name.
        username: &'a str,
        /// The user's password.
        password: Secret<'a>,
    },
}

/// How the client proves who it is (RFC 6749 §2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ClientAuthentication<'a> {
    /// `client_id` and `client_secret` in the body: the form that ServiceNow documents.
    Body {
        /// The Client ID of the instance's application registry.
        client_id: &'a str,
        /// The Client Secret beside it.
        client_secret: Secret<'a>,
    },
    /// HTTP Basic, with name and secret form-encoded before base64.
    ///
    /// ServiceNow does not document that instances take it.
    Basic {
        /// The Client ID of the instance's application registry.
        client_id: &'a str,
        /// The Client Secret beside it.
        client_secret: Secret<'a>,
    },
    /// None, for a public client: `client_id` alone, in the body (RFC 6749 §3.2.1).
    None {
        /// The Client ID of the instance's application registry.
        client_id: &'a str,
    },
}

/// A request to the token endpoint.
///
/// # Examples
/// The length of each part is known beforehand, so a buffer can be sized once.
/// ```
/// use snow_token_core::{ClientAuthentication, Secret, TokenRequest};
///
/// let request = TokenRequest::client_credentials(ClientAuthentication::Body {
///     client_id: "gateway",
///     client_secret: Secret::new("p&ss"),
/// })
/// .with_scope("table_read");
///
/// let mut buf = [0; 128];
/// assert_eq!(
///     request.body(&mut buf)?,
///     b"grant_type=client_credentials&client_id=gateway&client_secret=p%26ss&scope=table_read",
/// );
/// assert_eq!(request.body_len(), 85);
/// # Ok::<(), snow_token_core::BufferTooSmall>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TokenRequest<'a> {
    grant: Grant<'a>,
    client: ClientAuthentication<'a>,
    scope: Option<&'a str>,
    extra: &'a [(&'a str, &'a str)],
}

impl<'a> TokenRequest<'a> {
    /// A request that names no scope: the instance gives what the client is registered for.
    pub const fn new(grant: Grant<'a>, client: ClientAuthentication<'a>) -> Self {
        Self {
            grant,
            client,
            scope: None,
            extra: &[],
        }
    }

    /// A request by client credentials.
    pub const fn client_credentials(client: ClientAuthentication<'a>) -> Self {
        Self::new(Grant::ClientCredentials, client)
    }

    /// Asks for `scope`: names with a space between them (RFC 6749 §3.3).
    #[must_use]
    pub const fn with_scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Adds parameters of the caller's own at the end. `Debug` shows them: a secret does not belong
    /// here.
    #[must_use]
    pub const fn with_parameters(mut self, extra: &'a [(&'a str, &'a str)]) -> Self {
        self.extra = extra;
        self
    }

    /// The length in bytes of the body.
    pub fn body_len(&self) -> usize {
        let mut out = Writer::counting();
        self.write_body(&mut out);
        out.needed()
    }

    /// Writes the body of the request. Its `Content-Type` is [`form::CONTENT_TYPE`].
    ///
    /// Secrets are in it: zero `buf` after use.
    ///
    /// # Errors
    /// [`BufferTooSmall`] with [`body_len`](Self::body_len); `buf` is zeroed then.
    pub fn body<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.write_body(&mut out);
        out.finish().map(|body| &*body)
    }

    fn write_body(&self, out: &mut Writer<'_>) {
        let mut form = Form::new(out);
        match self.grant {
            Grant::ClientCredentials => form.push("grant_type", "client_credentials"),
            Grant::JwtBearer { assertion } => {
                form.push("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
                form.push("assertion", assertion.expose());
            }
            Grant::AuthorizationCode {
                code,
                redirect_uri,
                code_verifier,
                state,
            } => {
                form.push("grant_type", "authorization_code");
                form.push("code", code.expose());
                form.push("redirect_uri", redirect_uri);
                if let Some(verifier) = code_verifier {
                    form.push("code_verifier", verifier.expose());
                }
                if let Some(state) = state {
                    form.push("state", state);
                }
            }
            Grant::RefreshToken { refresh_token } => {
                form.push("grant_type", "refresh_token");
                form.push("refresh_token", refresh_token.expose());
            }
            Grant::Password { username, password } => {
                form.push("grant_type", "password");
                form.push("username", username);
                form.push("password", password.expose());
            }
        }
        match self.client {
            ClientAuthentication::Body {
                client_id,
                client_secret,
            } => {
                form.push("client_id", client_id);
                form.push("client_secret", client_secret.expose());
            }
            ClientAuthentication::Basic { .. } => {}
            ClientAuthentication::None { client_id } => form.push("client_id", client_id),
        }
        if let Some(scope) = self.scope {
            form.push("scope", scope);
        }
        for (name, value) in self.extra {
            form.push(name, value);
        }
    }

    /// The length in bytes of the `Authorization` header's value; 0 where the request has none.
    pub fn authorization_len(&self) -> usize {
        let mut out = Writer::counting();
        self.write_authorization(&mut out);
        out.needed()
    }

    /// Writes the value of the `Authorization` header, where the request has one.
    ///
    /// The secret is in it: zero `buf` after use.
    ///
    /// # Errors
    /// [`BufferTooSmall`] with [`authorization_len`](Self::authorization_len); `buf` is zeroed
    /// then.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{ClientAuthentication, Secret, TokenRequest};
    ///
    /// let request = TokenRequest::client_credentials(ClientAuthentication::Basic {
    ///     client_id: "1PpG/1 :Z",
    ///     client_secret: Secret::new("a+b"),
    /// });
    /// let mut buf = [0; 64];
    /// // base64 of "1PpG%2F1+%3AZ:a%2Bb"
    /// assert_eq!(
    ///     request.authorization(&mut buf)?,
    ///     Some("Basic MVBwRyUyRjErJTNBWjphJTJCYg==")
    /// );
    /// assert_eq!(request.body(&mut buf)?, b"grant_type=client_credentials");
    /// # Ok::<(), snow_token_core::BufferTooSmall>(())
    /// ```
    pub fn authorization<'b>(&self, buf: &'b mut [u8]) -> Result<Option<&'b str>, BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.write_authorization(&mut out);
        let written = out.finish()?;
        Ok((!written.is_empty()).then(|| as_text(written)))
    }

    /// RFC 6749 §2.3.1: "The client identifier is encoded using the
    /// "application/x-www-form-urlencoded" encoding algorithm per Appendix B, and the encoded value
    /// is used as the username; the client password is encoded using the same algorithm and used as
    /// the password."
    pub(crate) fn write_authorization(&self, out: &mut Writer<'_>) {
        let ClientAuthentication::Basic {
            client_id,
            client_secret,
        } = self.client
        else {
            return;
        };
        out.push(b"Basic ");
        let mut base64 = Encoder::new(out, Standard);
        form::encode_each(client_id.as_bytes(), |byte| base64.push_byte(byte));
        base64.push(b":");
        form::encode_each(client_secret.expose().as_bytes(), |byte| {
            base64.push(&[byte])
        });
        base64.finish();
    }
}
