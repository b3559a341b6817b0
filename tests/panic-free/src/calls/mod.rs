//! The calls, a module for each of core's.

mod access_token;
mod assertion;
mod authorization;
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
mod signers;
mod timestamp;
mod token_endpoint;
mod token_request;
mod token_response;

use crate::Call;

/// All calls.
pub(crate) const ALL: &[&[Call]] = &[
    access_token::CALLS,
    assertion::CALLS,
    authorization::CALLS,
    authorization::PKCE,
    explain::CALLS,
    expiry::CALLS,
    form::CALLS,
    http1::EXCHANGE,
    http1::REQUEST,
    http1::STREAM,
    http_date::CALLS,
    json::CALLS,
    log::CALLS,
    outbox::CALLS,
    refusal::CALLS,
    secret::CALLS,
    session::CALLS,
    signers::es256::CALLS,
    signers::es384::CALLS,
    signers::es512::CALLS,
    signers::hs256::CALLS,
    signers::hs384::CALLS,
    signers::hs512::CALLS,
    signers::rs256::CALLS,
    signers::rs384::CALLS,
    signers::rs512::CALLS,
    timestamp::CALLS,
    token_endpoint::CALLS,
    token_request::CALLS,
    token_response::CALLS,
];
