//! The whole way of a token by client credentials, but for the connection: session, form, response,
//! and the header with the token.

use core::hint::black_box;

use snow_token_core::{
    Session, TokenResponse,
    session::{Action, Failure, Settings},
};
use zeroize::Zeroize;

use super::{form::token_request, given, session::OpaqueTokenSession};
use crate::Part;

/// The run loop of [`snow_token_core::session`], until there is a header.
#[derive(Debug)]
pub struct ClientCredentials {
    session: OpaqueTokenSession,
    /// The request's body, the response's texts and the header, one after the other.
    buf: [u8; 256],
}

impl ClientCredentials {
    /// With its memory.
    pub const NEW: Self = Self {
        session: Session::new(Settings::DEFAULT, 0),
        buf: [0; 256],
    };
}

impl Part for ClientCredentials {
    fn name(&self) -> &'static str {
        "client_credentials"
    }

    fn run(&mut self) -> &[u8] {
        let Self { session, buf } = self;
        let mut now_ms = black_box(2_000);
        loop {
            match session.next(now_ms) {
                Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                    let sent = token_request().body(buf).map(|body| _ = black_box(body));
                    buf.zeroize();
                    now_ms = black_box(now_ms + 300);
                    let answer = black_box(given::TOKEN_RESPONSE.as_bytes());
                    match sent.map(|()| TokenResponse::read(answer, buf)) {
                        Ok(Ok(response)) => {
                            // The session stops by itself where there is no memory for it.
                            let _ = session.token_received(flight, now_ms, &response);
                        }
                        Ok(Err(_)) => {
                            session.failed(flight, now_ms, Failure::Malformed, black_box(7))
                        }
                        Err(_) => {
                            session.failed(flight, now_ms, Failure::BufferTooSmall, black_box(7))
                        }
                    }
                    buf.zeroize();
                }
                Action::UseToken { token, .. } => {
                    return session
                        .authorization(token, now_ms, buf)
                        .map_or(b"", str::as_bytes);
                }
                Action::Wait { ms } => now_ms = black_box(now_ms + ms),
                Action::AwaitOutcome | Action::Stop(_) => return b"",
            }
        }
    }
}
