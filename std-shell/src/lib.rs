//! Tokens for ServiceNow, for desktop users, scripts and gateways on Linux: a blocking client on
//! ureq around [`snow_token_core`], which decides everything about the protocol.
//!
//! # In scope
//! Every way into an instance (see [`Method`]) over verified TLS; a token that renews itself, shared by
//! threads, and by processes through a [store](store::TokenStore); requests to the instance with it, and
//! [authorization](Client::authorize) for any ureq agent; a [login] through the browser; an [outbox] whose
//! records are written once, whatever happens. The command `snow-token` is made of the same parts.
//!
//! # Out of scope
//! Asynchronous I/O, and what an API's records mean.
//!
//! # The way of a token
//! ```text
//! Sources -> Settings -> Client::token -> SharedToken::get --> held, and good
//! settings/              client.rs        renewal.rs       |   core's session says so
//!                                                          '-> Tokens::obtain --> the store
//!                                                              grant.rs       |   store/
//!                                                                             '-> the instance
//!                                                                                 transport/
//! ```
//!
//! # Secrets in memory
//! What is held of a secret here is wiped when it is dropped. The buffers of ureq and rustls are not: a
//! token can lie in memory that was given back. A program that minds has an allocator that wipes, as the
//! command does with `ZeroAlloc` of the crate `zeroizing-alloc`; then nothing is left.
//!
//! # Examples
//! ```no_run
//! use snow_token::Client;
//!
//! // SERVICENOW_INSTANCE, SERVICENOW_CLIENT_ID, SERVICENOW_CLIENT_SECRET
//! let client = Client::from_env()?;
//! let incident = client
//!     .post("/api/now/table/incident", br#"{"short_description":"Fan 3 stands still"}"#)?
//!     .into_success()?;
//! println!("{}", String::from_utf8_lossy(incident.body()));
//! # Ok::<(), snow_token::Error>(())
//! ```

mod assertion;
mod client;
mod clock;
#[cfg(feature = "doctor")]
pub mod doctor;
mod error;
mod folders;
mod grant;
mod instance;
mod jwt;
#[cfg(feature = "keys")]
pub mod key;
pub mod login;
mod logout;
mod middleware;
pub mod outbox;
mod proof;
mod renewal;
mod request;
mod response;
pub mod settings;
mod signer;
pub mod store;
mod token;
mod transport;
mod words;

pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind};
pub use instance::{InstanceUrl, InvalidInstance};
pub use jwt::{InvalidJwt, Jwt, JwtFault};
pub use logout::{Status, TokenStatus};
pub use request::Request;
pub use response::Response;
pub use secrecy::{ExposeSecret, SecretString};
pub use settings::{Method, Settings};
pub use signer::{InvalidKey, JwtKey};
pub use snow_token_core::{Cause, assertion::Algorithm, refusal::Answer};
pub use token::{Token, TokenSource};
