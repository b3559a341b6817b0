//! The calls, a module for each of core's.

mod access_token;
mod assertion;
mod authorization;
mod buffer;
mod expiry;
mod explain;
mod form;
mod http1;
mod http_date;
mod json;
mod log;
mod outbox;
mod refusal;
mod secret;
mod session;
mod timestamp;
mod token_endpoint;
mod token_request;
mod token_response;

use crate::Call;

/// What links without a panic.
pub(crate) const ALL: &[&[Call]] = &[
    access_token::CALLS,
    assertion::CALLS,
    authorization::CALLS,
    authorization::PKCE,
    buffer::CALLS,
    explain::CALLS,
    expiry::CALLS,
    form::CALLS,
    http1::EXCHANGE,
    http1::REQUEST,
    http1::STREAM,
    http_date::CALLS,
    json::CALLS,
    outbox::CALLS,
    refusal::CALLS,
    secret::CALLS,
    session::CALLS,
    assertion::signers::CALLS,
    assertion::signers::es256::CALLS,
    assertion::signers::es384::CALLS,
    assertion::signers::es512::CALLS,
    assertion::signers::hs256::CALLS,
    assertion::signers::hs384::CALLS,
    assertion::signers::hs512::CALLS,
    assertion::signers::rs256::CALLS,
    assertion::signers::rs384::CALLS,
    assertion::signers::rs512::CALLS,
    timestamp::CALLS,
    token_endpoint::CALLS,
    token_request::CALLS,
    token_response::CALLS,
];

/// What needs an excuse: other people's code whose panics the compiler does not see through.
pub(crate) const EXCUSED: &[&[Call]] = &[
    assertion::EXCUSED,
    authorization::EXCUSED,
    explain::EXCUSED,
    http1::EXCUSED_EXCHANGE,
    http1::EXCUSED_REQUEST,
    http1::EXCUSED_STREAM,
    log::EXCUSED,
    refusal::EXCUSED,
    assertion::signers::es256::EXCUSED,
    assertion::signers::es384::EXCUSED,
    assertion::signers::es512::EXCUSED,
    assertion::signers::hs256::EXCUSED,
    assertion::signers::hs384::EXCUSED,
    assertion::signers::hs512::EXCUSED,
    assertion::signers::rs256::EXCUSED,
    assertion::signers::rs384::EXCUSED,
    assertion::signers::rs512::EXCUSED,
    token_request::EXCUSED,
    token_response::EXCUSED,
];
