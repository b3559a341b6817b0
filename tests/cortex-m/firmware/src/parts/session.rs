//! The steps of a session around one token.

use core::hint::black_box;

use snow_token_core::{
    Secret, Session, TokenResponse,
    session::{Action, Settings, Unkept},
};

use super::given;
use crate::Part;

/// With memory for an opaque token. No refresh token comes by client credentials.
pub(super) type OpaqueTokenSession = Session<heapless::String<128>, Unkept>;

/// What to do, the token comes, what to do, the header.
#[derive(Debug)]
pub struct Steps {
    session: OpaqueTokenSession,
    response: Option<TokenResponse<'static>>,
    header: [u8; 160],
}

impl Steps {
    /// With its memory.
    pub const NEW: Self = Self {
        session: Session::new(Settings::DEFAULT, 0),
        response: None,
        header: [0; 160],
    };
}

impl Part for Steps {
    fn name(&self) -> &'static str {
        "session_steps"
    }

    fn prepare(&mut self) {
        self.response = TokenResponse::handed_in(Secret::new(black_box(given::TOKEN))).ok();
    }

    fn run(&mut self) -> &[u8] {
        let Self {
            session,
            response: Some(response),
            header,
        } = self
        else {
            return b"";
        };
        let Action::Request { flight } = session.next(black_box(2_000)) else {
            return b"";
        };
        if session
            .token_received(flight, black_box(2_300), response)
            .is_err()
        {
            return b"";
        }
        match session.next(black_box(2_400)) {
            Action::UseToken { token, .. } => session
                .authorization(token, black_box(2_500), header)
                .map_or(b"", str::as_bytes),
            _ => b"",
        }
    }
}
