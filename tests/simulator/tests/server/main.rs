//! The simulator as a server: TLS, client certificates, faults, the clock, scenarios, commands.

mod admin;
mod client_certificates;
mod faults;
mod scenario;
mod support;
mod tls;
