//! Everything that goes wrong around the command, each fault a test: it ends in its exit code, in words
//! that say what was wrong and what to do, in its time, after one request, with no secret in its log of
//! any level, and with what was kept before as it was.
//!
//! | Group | Faults |
//! |---|---|
//! | [`connection`] | names, addresses, proxies; connections that are refused, reset, cut, silent, slow |
//! | [`tls`] | certificates, versions, ciphers, alerts; client certificates |
//! | [`framing`] | HTTP that is none, too long, without an end, or says two things; redirects |
//! | [`json`] | bodies that are no JSON, no token, or a token that breaks out of a header |
//! | [`oauth`] | refusals, limits and waits, lifetimes, scopes |
//! | [`clock`] | a machine that lives in another time, or goes back in it |
//! | [`disk`] | full, read-only, without locks; files that are torn, foreign, or none |
//! | [`process`] | killed, interrupted, without standard streams, many at once |
//!
//! What goes wrong with settings is in `settings.rs`, with logins in `login.rs`, with API requests in
//! `request.rs`, and in a client that lives on in `client.rs`.

#![cfg(target_os = "linux")]

mod clock;
mod connection;
mod disk;
mod framing;
mod json;
mod oauth;
mod process;
mod system;
mod tls;
mod trial;
