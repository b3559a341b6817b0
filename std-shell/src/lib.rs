//! Tokens for ServiceNow, for desktop users, scripts and gateways on Linux: a blocking client on
//! ureq around [`snow_token_core`], which decides everything about the protocol.
//!
//! # In scope
//! The client-credentials grant over verified TLS, a token that renews itself, and requests to the
//! instance with it. The command `snow-token` does the same from a shell.
//!
//! # Out of scope
//! Other grants, and a store for tokens, are not here yet.
//!
//! # Examples
//! ```no_run
//! use snow_token::{Client, Settings};
//!
//! // SERVICENOW_INSTANCE, SERVICENOW_CLIENT_ID, SERVICENOW_CLIENT_SECRET
//! let client = Client::new(Settings::from_env()?)?;
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
pub use middleware::Authorize;
pub use request::Request;
pub use response::Response;
pub use secrecy::SecretString;
pub use settings::{Method, Settings};
pub use signer::{InvalidKey, JwtKey};
pub use snow_token_core::Cause;
pub use token::{Token, TokenSource};
