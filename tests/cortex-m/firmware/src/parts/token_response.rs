//! A token response.

use core::hint::black_box;

use snow_token_core::TokenResponse;

use super::given;
use crate::Part;

/// The body of an answer that grants a token, read.
#[derive(Debug)]
pub struct Granted {
    texts: [u8; 128],
}

impl Granted {
    /// With its memory.
    pub const NEW: Self = Self { texts: [0; 128] };
}

impl Part for Granted {
    fn name(&self) -> &'static str {
        "token_response"
    }

    fn run(&mut self) -> &[u8] {
        match TokenResponse::read(black_box(given::TOKEN_RESPONSE.as_bytes()), &mut self.texts) {
            Ok(response) if black_box(response.expires_in_secs) == Some(1799) => {
                response.access_token().expose().as_bytes()
            }
            _ => b"",
        }
    }
}
