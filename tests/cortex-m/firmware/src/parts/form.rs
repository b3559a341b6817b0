//! The body of a token request by client credentials.

use core::hint::black_box;

use snow_token_core::{ClientAuthentication, Secret, TokenRequest};

use super::given;
use crate::Part;

/// The token request that all parts send.
pub(super) fn token_request() -> TokenRequest<'static> {
    TokenRequest::client_credentials(ClientAuthentication::Body {
        client_id: black_box(given::CLIENT_ID),
        client_secret: Secret::new(black_box(given::CLIENT_SECRET)),
    })
}

/// The form, into its own memory.
#[derive(Debug)]
pub struct Form {
    body: [u8; 256],
}

impl Form {
    /// With its memory.
    pub const NEW: Self = Self { body: [0; 256] };
}

impl Part for Form {
    fn name(&self) -> &'static str {
        "client_credentials_form"
    }

    fn run(&mut self) -> &[u8] {
        token_request().body(&mut self.body).unwrap_or_default()
    }
}
