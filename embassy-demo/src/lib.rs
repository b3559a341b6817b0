//! A gateway that pushes readings into a ServiceNow instance, for any board with a network.
//!
//! It gets its token by client credentials, or by JWT bearer with ES256, over TLS 1.3 with a server
//! that has proved who it is, keeps it good, and loses no reading while the network, the instance
//! or the token is away. No `std`, no heap, no `unsafe`.
//!
//! # What is needed
//! - a [`Network`](network::Network): `embassy-net` brings one (feature `embassy-net`), a desktop
//!   has another (`embassy-demo/host`);
//! - random numbers from hardware, an [`Indicator`](indicator::Indicator), and a driver of
//!   `embassy-time`;
//! - a [`Config`](config::Config), from a text that is provisioned beside the firmware;
//! - [`Readings`](readings::Readings), the queue between who takes readings and the gateway, and
//!   [`Memory`] for the connection.
//!
//! ```text
//!     sensor -> Readings::push -> outbox (core) -> Gateway -> http1 (core) -> tls -> Network
//!                                     session (core) -^
//! ```
//!
//! # What it does when
//! - **No link or address**: waits.
//! - **No time**: asks the time server, with growing waits. Without the time no TLS is tried.
//! - **No connection, no TLS, no answer**: growing waits with jitter, at most `backoff_cap_s`.
//! - **A token is due**: it waits for a random part of `spread_s` first, so that a fleet does not ask
//!   in step.
//! - **The token is refused** for good: it stops, says so, keeps the readings, and asks again after
//!   `retry_stopped_s`.
//! - **An answer is lost**: the reading is looked up before it is sent again, or goes out again under
//!   the same name where the instance folds repeats.
//!
//! # Out of scope
//! TLS 1.2, IPv6, proxies, client certificates.

#![no_std]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

#[macro_use]
mod macros;

mod apart;
pub mod clock;
pub mod config;
pub mod demo;
#[cfg(feature = "embassy-net")]
pub mod embassy_network;
mod gateway;
pub mod indicator;
mod login;
mod memory;
pub mod network;
pub mod readings;
pub mod record;
pub mod tls;

pub use gateway::{Gateway, StartError};
pub use memory::{MAX_TOKEN_LEN, Memory};

/// The monotonic clock of session and queue, which may wrap.
fn now_ms() -> u32 {
    embassy_time::Instant::now().as_millis() as u32
}
