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
//! TCP -> TLS -> fault layer -> HTTP library -> Instance::handle -> token endpoint or Table API
//! server.rs     fault.rs       hyper            instance.rs        oauth.rs, table_api.rs
//! ```
//!
//! # In scope
//! The client-credentials grant, the Table API with equality queries, REST API auth scopes, rate
//! limits, hibernation, broken answers and connections.
//!
//! # Out of scope
//! Being a good server. All state is in memory, all secrets are made up.
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

mod answers;
mod certificates;
mod fault;
mod instance;
mod oauth;
mod server;
mod table_api;

pub use certificates::{KeyKind, LeafFlaw};
pub use fault::Fault;
pub use instance::{Instance, InstanceOptions, RateLimit, RecordedRequest};
pub use oauth::{RegisteredClient, Reissue};
pub use server::{Options, Simulator};
