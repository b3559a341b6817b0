//! `snow-token-simulator`: a simulated ServiceNow instance on a loopback port.
//!
//! Prints one line of JSON when it is ready, and runs until it is stopped.

use std::{io, process::ExitCode};

use clap::Parser;
use snow_token_simulator::Arguments;

/// A simulated ServiceNow instance over real TLS: OAuth, the REST APIs, and faults on demand.
///
/// Prints one line of JSON when it is ready: "url", "ca_file", "clients", "users" and more, with
/// their made-up secrets. Runs until it is stopped.
#[derive(Debug, Parser)]
#[command(version)]
struct Program {
    #[command(flatten)]
    arguments: Arguments,
}

fn main() -> ExitCode {
    match Program::parse().arguments.run(&mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("snow-token-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}
