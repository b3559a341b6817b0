//! `token_endpoint`.

use snow_token_core::token_endpoint::{self, TokenEndpointError};

use super::{refusal, token_response};
use crate::{
    Call,
    opaque::{any, debug, display, used},
};

pub(super) const CALLS: &[Call] = &[read, show];

/// Any error.
pub(super) fn error() -> TokenEndpointError<'static> {
    any(TokenEndpointError::Malformed(token_response::error()))
}

fn read(buf: &mut [u8]) {
    used(token_endpoint::read(&refusal::answer(), buf));
}

fn show(_: &mut [u8]) {
    debug::<TokenEndpointError<'_>>(&error());
    display::<TokenEndpointError<'_>>(&error());
}
