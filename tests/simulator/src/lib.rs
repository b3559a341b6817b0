//! A simulated ServiceNow instance, for tests and for development without an instance.
//!
//! It speaks real HTTP over real TLS on a loopback port, with certificates that it makes at its
//! start, and behaves like an instance where instances behave unlike other OAuth servers: the
//! same token comes back while it is valid, one 401 stands for a dozen faults, a sleeping
//! instance answers HTTP 200 with a page.
//!
//! A request goes this way:
//!
//! ```text
//! TCP -> TLS -> fault layer -> HTTP library -> Instance::handle -> OAuth, or caller -> REST API
//! server/       fault.rs       hyper            instance.rs        oauth/    access/   rest/
//! ```
//!
//! What it is told while it runs comes from Rust ([`Simulator::instance`], [`Simulator::inject`]),
//! from the timeline of a [scenario](Options::from_scenario), or from the admin endpoint:
//!
//! ```text
//! POST http://127.0.0.1:…/clock {"offset_secs":-120} -> Command::apply -> Instance, Faults
//! server/admin.rs, scenario/                            command.rs
//! ```
//!
//! # In scope
//! All grants: client credentials, JWT bearer with verifier maps, authorization code with PKCE from
//! log-in and consent pages, refresh tokens, password, implicit; revocation. The other ways in: API
//! keys with policies, ID tokens of trusted issuers with an identity provider to get them from, HTTP
//! Basic. The Table API with equality queries and pages, Import Sets, events; REST API auth scopes.
//! Client certificates as the load balancer judges them. Rate limits, hibernation, a clock that is
//! wrong, scripted answers, broken and slow answers and connections.
//!
//! # Out of scope
//! Being a good server: all state is in memory, all secrets are made up, codes and sessions are not
//! counted. JWKS URLs, the columns and roles of real tables, ACLs beyond one
//! table that refuses everybody, queries beyond equality, `insertMultiple`. Where the words of an
//! instance are not known, the answers keep to RFC 6749 §5.2.
//!
//! # Examples
//! ```
//! use snow_token_simulator::{Options, Simulator};
//!
//! let simulator = Simulator::start(Options::default())?;
//! assert!(simulator.url().starts_with("https://127.0.0.1:"));
//! assert!(simulator.ca_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//! let writer = simulator.client("writer");
//! assert_eq!(writer.scopes, ["table_read_write"]);
//! # Ok::<(), std::io::Error>(())
//! ```

#![expect(
    clippy::result_large_err,
    reason = "an answer that refuses is an answer like any other, and no hot path"
)]

mod access;
mod answers;
#[cfg(feature = "cli")]
mod arguments;
mod basic;
mod certificates;
mod client_certificates;
mod clock;
mod command;
mod describe;
mod fault;
mod instance;
mod jwt;
mod oauth;
mod options;
mod random;
mod rate_limit;
mod rest;
mod scenario;
mod scripted;
mod server;
mod users;

pub use access::{ApiKey, IdentityProvider, TrustedIssuer};
#[cfg(feature = "cli")]
pub use arguments::Arguments;
pub use certificates::{CipherSuites, KeyKind, LeafFlaw};
pub use client_certificates::ClientCertificates;
pub use command::Timeline;
pub use fault::Fault;
pub use instance::{Instance, RecordedRequest};
pub use jwt::{InvalidKey, VerifierKey};
pub use oauth::{
    AccessTokenFormat, AssertionRules, DEFAULT_REDIRECT_URI, GrantType, RefreshTokens,
    RegisteredClient, Reissue,
};
pub use options::InstanceOptions;
pub use rate_limit::RateLimit;
pub use rest::ImportSet;
pub use scenario::ScenarioError;
pub use scripted::{InvalidAnswer, ScriptedAnswer};
pub use server::{Options, Simulator};
pub use users::{User, UserField};
