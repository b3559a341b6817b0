//! The calls, a module for each of core's.

mod access_token;
mod assertion;
mod authorization;
mod expiry;
#[cfg(feature = "explain")]
mod explain;
mod form;
#[cfg(feature = "http1")]
mod http1;
mod http_date;
mod json;
#[cfg(feature = "log")]
mod log;
#[cfg(feature = "outbox")]
mod outbox;
mod refusal;
mod secret;
mod session;
#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "es512",
    feature = "hs256",
    feature = "hs384",
    feature = "hs512",
    feature = "rs256",
    feature = "rs384",
    feature = "rs512"
))]
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
    #[cfg(feature = "pkce")]
    authorization::PKCE,
    #[cfg(feature = "explain")]
    explain::CALLS,
    expiry::CALLS,
    form::CALLS,
    #[cfg(feature = "http1")]
    http1::EXCHANGE,
    #[cfg(feature = "http1")]
    http1::REQUEST,
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    http1::STREAM,
    http_date::CALLS,
    json::CALLS,
    #[cfg(feature = "log")]
    log::CALLS,
    #[cfg(feature = "outbox")]
    outbox::CALLS,
    refusal::CALLS,
    secret::CALLS,
    session::CALLS,
    #[cfg(feature = "es256")]
    signers::es256::CALLS,
    #[cfg(feature = "es384")]
    signers::es384::CALLS,
    #[cfg(feature = "es512")]
    signers::es512::CALLS,
    #[cfg(feature = "hs256")]
    signers::hs256::CALLS,
    #[cfg(feature = "hs384")]
    signers::hs384::CALLS,
    #[cfg(feature = "hs512")]
    signers::hs512::CALLS,
    #[cfg(feature = "rs256")]
    signers::rs256::CALLS,
    #[cfg(feature = "rs384")]
    signers::rs384::CALLS,
    #[cfg(feature = "rs512")]
    signers::rs512::CALLS,
    timestamp::CALLS,
    token_endpoint::CALLS,
    token_request::CALLS,
    token_response::CALLS,
];
