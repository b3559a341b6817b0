//! The client side of ServiceNow's inbound OAuth 2.0, for devices that count bytes.
//!
//! No `std`, no `alloc`, no `unsafe`, and no input or output: a function takes bytes, the time
//! and a buffer, and gives back a slice of that buffer or a typed error. What carries the bytes
//! (a TLS stream, an HTTP client) is the caller's.
//!
//! # In scope
//! The client-credentials grant, whole: the [request](TokenRequest), its
//! [form encoding](form), the [response](TokenResponse), the [token that is kept](AccessToken)
//! and [its expiry](Expiry), and [what a refusal means](refusal). A [session] keeps a token good:
//! it says when to ask for one, when to use it, when to wait and when to give up.
//!
//! The [other grants](Grant): [assertions](assertion) for JWT bearer, signed here or outside, and the
//! [way through the browser](authorization) for authorization codes with PKCE.
//!
//! The [dates of HTTP](http_date), and with the feature `http1` HTTP/1.1 as far as a client needs
//! it.
//!
//! With the feature `outbox` a [queue](outbox) of records that loses none and writes none twice.
//!
//! # Out of scope
//! Sockets, TLS, clocks and random numbers.
//!
//! # The way of a token
//! ```
//! use snow_token_core::{
//!     ClientAuthentication, FixedAccessToken, Secret, TokenRequest, TOKEN_PATH,
//!     expiry::DEFAULT_MARGIN_SECS, form, refusal::Answer, token_endpoint,
//! };
//! use zeroize::Zeroize;
//!
//! # fn post(_: &str, _: &str, _: &[u8]) -> &'static [u8] {
//! #     br#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#
//! # }
//! # let uptime_secs = || 7;
//! let request = TokenRequest::client_credentials(ClientAuthentication::Body {
//!     client_id: "gateway",
//!     client_secret: Secret::new("hunter2"),
//! });
//! let mut buf = [0; 256];
//! let requested_at = uptime_secs();
//! let body = post(TOKEN_PATH, form::CONTENT_TYPE, request.body(&mut buf)?);
//! buf.zeroize(); // the secret was in it
//!
//! let answer = Answer {
//!     status: 200,
//!     content_type: Some("application/json"),
//!     retry_after: None,
//!     date: None,
//!     body,
//!     cut: None,
//! };
//! let response = token_endpoint::read(&answer, &mut buf)?;
//! let token = FixedAccessToken::<128>::new(&response, requested_at, DEFAULT_MARGIN_SECS)?;
//! buf.zeroize();
//!
//! let mut header = [0; 128];
//! let authorization = token.authorization(uptime_secs(), &mut header)?;
//! assert_eq!(authorization, "Bearer 2YotnFZ_");
//! header.zeroize();
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

#![no_std]
#![warn(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[macro_use]
mod macros;

pub mod access_token;
mod alphabet;
pub mod assertion;
pub mod authorization;
mod base64;
mod buffer;
mod characters;
mod division;
pub mod expiry;
#[cfg(feature = "explain")]
pub mod explain;
pub mod form;
#[cfg(feature = "http1")]
pub mod http1;
pub mod http_date;
pub mod json;
#[cfg(feature = "outbox")]
pub mod outbox;
pub mod refusal;
mod secret;
pub mod session;
mod split;
pub mod timestamp;
pub mod token_endpoint;
pub mod token_request;
pub mod token_response;

pub use access_token::{AccessToken, AccessTokenError, FixedAccessToken};
pub use buffer::BufferTooSmall;
pub use expiry::Expiry;
pub use refusal::{Cause, Refusal, Retry};
pub use secret::Secret;
pub use session::{FixedSession, Session};
pub use token_request::{ClientAuthentication, Grant, TOKEN_PATH, TokenRequest};
pub use token_response::{Member, TokenResponse, TokenResponseError};
