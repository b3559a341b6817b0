//! The way through the browser: the authorization request (RFC 6749 §4.1.1), its `state` and PKCE
//! (RFC 7636), and the redirect that answers it.
//!
//! # Examples
//! ```
//! use snow_token_core::authorization::{AuthorizationRequest, Callback, State};
//!
//! let state = State::from_random([7; 16]);
//! let request = AuthorizationRequest::code("app", "http://127.0.0.1:8765/callback", &state);
//! let mut buf = [0; 256];
//! assert_eq!(
//!     request.url("https://dev12345.service-now.com", &mut buf)?,
//!     "https://dev12345.service-now.com/oauth_auth.do?response_type=code&client_id=app\
//!      &redirect_uri=http%3A%2F%2F127.0.0.1%3A8765%2Fcallback\
//!      &state=07070707070707070707070707070707",
//! );
//!
//! // The user logs in, and the browser is sent to the redirect URI:
//! let query = "code=c0de&state=07070707070707070707070707070707";
//! let Callback::Code(code) = Callback::read(query, &state, &mut buf)? else { panic!() };
//! assert_eq!(code.expose(), "c0de");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod callback;
#[cfg(feature = "pkce")]
mod pkce;

pub use callback::{Callback, CallbackError, Parameter};
#[cfg(feature = "pkce")]
pub use pkce::{CodeChallenge, CodeVerifier};

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    buffer::{BufferTooSmall, Writer, as_text},
    form,
};

/// The path of an instance's authorization endpoint.
pub const AUTHORIZATION_PATH: &str = "/oauth_auth.do";

/// The `state` that ties a redirect to its request (RFC 6749 §10.12): 32 hexadecimal digits, for
/// ServiceNow takes no special characters in it. Redacted in `Debug`, zeroed on drop.
#[derive(Clone)]
pub struct State([u8; 32]);

impl State {
    /// From 16 random bytes of the caller's, fresh for each request.
    pub fn from_random(mut random: [u8; 16]) -> Self {
        let mut digits = [0; 32];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(random) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 0xf]) {
                *digit = form::hex_digit(nibble).to_ascii_lowercase();
            }
        }
        random.zeroize();
        Self(digits)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        as_text(&self.0)
    }

    /// Whether `text` is this state, in a time that does not tell where it differs.
    pub fn matches(&self, text: &str) -> bool {
        self.0.as_slice().ct_eq(text.as_bytes()).into()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State([redacted])")
    }
}

redacted_format!(State);

impl Drop for State {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for State {}

/// A request for the user's consent, to be opened in a browser.
#[derive(Clone, Copy)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct AuthorizationRequest<'a> {
    response_type: &'static str,
    client_id: &'a str,
    redirect_uri: &'a str,
    state: &'a State,
    scope: Option<&'a str>,
    code_challenge: Option<&'a str>,
}

impl fmt::Debug for AuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_fields!(
            f,
            self,
            AuthorizationRequest {
                response_type,
                client_id,
                redirect_uri,
                state,
                scope,
                code_challenge
            }
        )
    }
}

impl<'a> AuthorizationRequest<'a> {
    /// For an authorization code (RFC 6749 §4.1.1).
    ///
    /// ServiceNow compares `redirect_uri` with the registered one character by character, port
    /// included.
    pub const fn code(client_id: &'a str, redirect_uri: &'a str, state: &'a State) -> Self {
        Self {
            response_type: "code",
            client_id,
            redirect_uri,
            state,
            scope: None,
            code_challenge: None,
        }
    }

    /// For a token straight away (RFC 6749 §4.2.1, implicit). **Legacy**: OAuth 2.1 has dropped it,
    /// for the token passes through the browser's history.
    pub const fn implicit(client_id: &'a str, redirect_uri: &'a str, state: &'a State) -> Self {
        Self {
            response_type: "token",
            ..Self::code(client_id, redirect_uri, state)
        }
    }

    /// Asks for `scope`: names with a space between them.
    #[must_use]
    pub const fn with_scope(mut self, scope: &'a str) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sends the challenge of a verifier along (RFC 7636 §4.3).
    #[cfg(feature = "pkce")]
    #[must_use]
    pub fn with_challenge(mut self, challenge: &'a CodeChallenge) -> Self {
        self.code_challenge = Some(challenge.as_str());
        self
    }

    /// The length in bytes of [`url`](Self::url).
    pub fn url_len(&self, origin: &str) -> usize {
        let mut out = Writer::counting();
        self.write(origin, &mut out);
        out.needed()
    }

    /// Writes the URL, at `origin` such as `https://dev12345.service-now.com`.
    ///
    /// # Errors
    /// [`BufferTooSmall`] with [`url_len`](Self::url_len); `buf` is zeroed then.
    pub fn url<'b>(&self, origin: &str, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
        let mut out = Writer::new(buf);
        self.write(origin, &mut out);
        out.finish().map(|url| as_text(url))
    }

    fn write(&self, origin: &str, out: &mut Writer<'_>) {
        let parameters = [
            Some(("response_type", self.response_type)),
            Some(("client_id", self.client_id)),
            Some(("redirect_uri", self.redirect_uri)),
            Some(("state", self.state.as_str())),
            self.scope.map(|scope| ("scope", scope)),
            self.code_challenge.map(|text| ("code_challenge", text)),
            self.code_challenge
                .map(|_| ("code_challenge_method", "S256")),
        ];
        out.push(origin.as_bytes());
        out.push(AUTHORIZATION_PATH.as_bytes());
        out.push(b"?");
        form::write_pairs(parameters.into_iter().flatten(), out);
    }
}
