//! The parts: a module for each kind, and what they are given.

#[cfg(any(
    feature = "es256",
    feature = "es384",
    feature = "hs256",
    feature = "rs256"
))]
pub mod assertion;
pub mod client_credentials;
pub mod form;
mod given;
#[cfg(feature = "http1")]
pub mod http1;
pub mod refusal;
pub mod session;
pub mod token_response;
