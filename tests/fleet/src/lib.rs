//! A fleet of gateways and one instance, simulated event by event.
//!
//! Each gateway is the session and the queue of `snow-token-core`, driven as the firmware drives them
//! (`embassy-demo/src/gateway`): one task, one request at a time. Simulated are the clock, the network,
//! and what the instance answers: its rate limit, its queue, and that it hands the same token out to
//! the end of its life. Each run is the same to the last request.
//!
//! ```text
//!     scenario -> simulation: the next event -> gateway: session, outbox of core
//!                      ^                            | a token request, a call of the API
//!                      '-- when, and with what --  instance: up? too many? which token?
//! ```

pub mod bound;
mod gateway;
pub mod instance;
pub mod plot;
pub mod report;
pub mod scenario;
mod simulation;
pub mod traffic;

pub use simulation::{Fleet, Outcome, simulate};
