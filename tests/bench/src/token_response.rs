//! Reading the answer that carries a token.

use std::hint::black_box;

use oauth2::{TokenResponse as _, basic::BasicTokenResponse};
use serde::Deserialize;
use snow_token_core::TokenResponse;

use crate::{Contender, Contest, NO_SLOWER, Output};

/// How many times as fast as `serde_json`.
const AIM: f64 = 2.0;

/// As an instance answers.
pub const PLAIN: &[u8] = br#"{"access_token":"kq3bT0vE9WcNf6yJmZ1xRuHsL8aPgD2oQiV5tYw7XeKjB4rCnMzFhSlUGdAp0I6E-yTqW_9OvZbNc3xRk1HmJg","refresh_token":"w8RfYzL2uQnVtXc5hBjKpM7sDgA0eIo4ZrNyUvTkGxHqW1lJmCb6SaPdE3FiO9_c-RzXvYtKuNhQwJgLsBmAe2","scope":"useraccount","token_type":"Bearer","expires_in":1799}"#;

/// With escapes, white space and members that nobody asked for.
pub const ESCAPED: &[u8] = br#"{
  "access_token": "kq3bT0vE9WcNf6yJ\/mZ1xRuHsL8aPgD2oQiV5tYw7XeKjB4rCnMz\/FhSlUGdAp0I6E-yTqW_9OvZbNc3xRk1HmJg\u003d",
  "format": {"version": 2, "claims": ["aud", "sub", null, true], "note": "a \"quoted\" text \u00e9"},
  "issued_at": 1795000000.25,
  "refresh_token": "w8RfYzL2uQnVtXc5hBjK\/pM7sDgA0eIo4ZrNyUvTkGxHqW1lJmCb6SaPdE3FiO9_c-RzXvYtKuNhQwJgLsBmAe2",
  "scope": "useraccount r\u00e9seau",
  "token_type": "Bearer",
  "expires_in": 1799
}"#;

/// What all readers can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said<'a> {
    /// The access token.
    pub access_token: &'a str,
    /// The refresh token.
    pub refresh_token: Option<&'a str>,
    /// The lifetime in seconds.
    pub expires_in: Option<u64>,
}

/// Both answers, against each reader that can read them.
pub fn contests() -> Vec<Contest> {
    [
        ("token_response", PLAIN),
        ("token_response_escaped", ESCAPED),
    ]
    .map(|(what, body)| {
        Contest::new(what, core(body))
            .against(AIM, serde_json(body))
            .against(NO_SLOWER, serde_json_core(body))
            .against(NO_SLOWER, oauth2(body))
    })
    .into()
}

/// Checks that the token can stand in a header, and that no member stands there twice; copies the
/// texts out of the answer.
fn core(body: &'static [u8]) -> Contender {
    let mut buf = [0; 1024];
    Contender::new("core", move |out| {
        let token = TokenResponse::read(black_box(body), &mut buf).unwrap();
        out(Output::Token(Said {
            access_token: token.access_token().expose(),
            refresh_token: token.refresh_token.map(|token| token.expose()),
            expires_in: token.expires_in_secs.map(u64::from),
        }));
    })
}

#[derive(Deserialize)]
struct Owned {
    access_token: String,
    #[expect(dead_code, reason = "read like the others")]
    token_type: String,
    expires_in: Option<u64>,
    refresh_token: Option<String>,
    #[expect(dead_code, reason = "read like the others")]
    scope: Option<String>,
}

fn serde_json(body: &'static [u8]) -> Contender {
    Contender::new("serde_json", move |out| {
        let token: Owned = serde_json::from_slice(black_box(body)).unwrap();
        out(Output::Token(Said {
            access_token: &token.access_token,
            refresh_token: token.refresh_token.as_deref(),
            expires_in: token.expires_in,
        }));
    })
}

/// Owned texts, for it lends none out whose escapes are resolved.
#[derive(Deserialize)]
struct OnTheStack {
    access_token: heapless::String<128>,
    #[expect(dead_code, reason = "read like the others")]
    token_type: heapless::String<16>,
    expires_in: Option<u64>,
    refresh_token: Option<heapless::String<128>>,
    #[expect(dead_code, reason = "read like the others")]
    scope: Option<heapless::String<64>>,
}

fn serde_json_core(body: &'static [u8]) -> Contender {
    let mut unescaped = [0; 256];
    Contender::new("serde-json-core", move |out| {
        let (token, _): (OnTheStack, _) =
            serde_json_core::from_slice_escaped(black_box(body), &mut unescaped).unwrap();
        out(Output::Token(Said {
            access_token: &token.access_token,
            refresh_token: token.refresh_token.as_deref(),
            expires_in: token.expires_in,
        }));
    })
}

fn oauth2(body: &'static [u8]) -> Contender {
    Contender::new("oauth2", move |out| {
        let token: BasicTokenResponse = serde_json::from_slice(black_box(body)).unwrap();
        out(Output::Token(Said {
            access_token: token.access_token().secret(),
            refresh_token: token.refresh_token().map(|token| token.secret().as_str()),
            expires_in: token.expires_in().map(|expires_in| expires_in.as_secs()),
        }));
    })
}
