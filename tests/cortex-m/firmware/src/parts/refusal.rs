//! What an answer that refuses means.

use core::hint::black_box;

use snow_token_core::{
    refusal::Answer,
    token_endpoint::{self, TokenEndpointError},
};

use super::given;
use crate::Part;

/// The token endpoint's answer.
fn answer() -> Answer<'static> {
    Answer {
        status: black_box(401),
        content_type: black_box(Some("application/json;charset=UTF-8")),
        retry_after: black_box(None),
        date: black_box(None),
        body: black_box(given::REFUSAL.as_bytes()),
        cut: black_box(None),
    }
}

/// Its error.
#[derive(Debug)]
pub struct Refused {
    texts: [u8; 128],
}

impl Refused {
    /// With its memory.
    pub const NEW: Self = Self { texts: [0; 128] };
}

impl Part for Refused {
    fn name(&self) -> &'static str {
        "refusal"
    }

    fn run(&mut self) -> &[u8] {
        use snow_token_core::Cause;

        match token_endpoint::read(&answer(), &mut self.texts) {
            Err(TokenEndpointError::Refused(refusal)) => match black_box(refusal.cause) {
                Cause::AccessDenied => b"AccessDenied",
                _ => b"",
            },
            _ => b"",
        }
    }
}

/// What can lie behind its error, in words.
#[cfg(feature = "explain")]
#[derive(Debug)]
pub struct Explained {
    texts: [u8; 128],
}

#[cfg(feature = "explain")]
impl Explained {
    /// With its memory.
    pub const NEW: Self = Self { texts: [0; 128] };
}

#[cfg(feature = "explain")]
impl Part for Explained {
    fn name(&self) -> &'static str {
        "explain"
    }

    fn run(&mut self) -> &[u8] {
        use snow_token_core::explain::explain;

        let explanations = match token_endpoint::read(&answer(), &mut self.texts) {
            Err(TokenEndpointError::Refused(refusal)) => explain(refusal.cause),
            _ => &[],
        };
        explanations
            .first()
            .map_or(b"", |likeliest| likeliest.reason.as_bytes())
    }
}
