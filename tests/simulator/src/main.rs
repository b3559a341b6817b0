//! `snow-token-simulator`: a simulated ServiceNow instance on a loopback port.
//!
//! Prints one line of JSON when it is ready, and runs until it is stopped.

use core::{net::SocketAddr, time::Duration};
use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, ValueEnum};
use snow_token_simulator::{InstanceOptions, KeyKind, Options, RateLimit, Reissue, Simulator};

/// A simulated ServiceNow instance: token endpoint and Table API over real TLS.
///
/// Prints one line of JSON when it is ready: "url", "ca_file" and "clients" with their made-up
/// secrets. Runs until it is stopped.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Allow an address that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// A name or address by which clients reach it; the first one stands in its URL
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// The certificates' keys, and with them the TLS version
    #[arg(long, value_enum, default_value_t = Keys::EcdsaP384)]
    keys: Keys,
    /// Lifetime of an access token
    #[arg(long, default_value_t = 1800, value_name = "SECS")]
    token_lifetime: u32,
    /// Count a token's lifetime anew when it is asked for again
    #[arg(long)]
    lifetime_anew: bool,
    /// Take HTTP Basic at the token endpoint
    #[arg(long)]
    basic_client_authentication: bool,
    /// Answer so many requests in an hour
    #[arg(long, value_name = "REQUESTS")]
    rate_limit: Option<u32>,
    /// Answer everything with the page of a sleeping instance
    #[arg(long)]
    hibernating: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Keys {
    /// ECDSA P-384, TLS 1.3: as instances are now
    EcdsaP384,
    /// RSA-2048, TLS 1.2: as instances were until August 2026
    #[cfg(feature = "rsa")]
    #[value(name = "rsa-2048")]
    Rsa2048,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("snow-token-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let simulator = Simulator::start(Options {
        listen: arguments.listen,
        allow_remote: arguments.allow_remote,
        names: arguments.names.clone(),
        keys: match arguments.keys {
            Keys::EcdsaP384 => KeyKind::EcdsaP384,
            #[cfg(feature = "rsa")]
            Keys::Rsa2048 => KeyKind::Rsa2048,
        },
        instance: InstanceOptions {
            token_lifetime: Duration::from_secs(arguments.token_lifetime.into()),
            reissue: match arguments.lifetime_anew {
                true => Reissue::SameTokenAnew,
                false => Reissue::SameTokenWithRest,
            },
            basic_client_authentication: arguments.basic_client_authentication,
            rate_limit: arguments.rate_limit.map(|requests| RateLimit {
                requests,
                per: Duration::from_secs(3600),
            }),
            ..InstanceOptions::default()
        },
        ..Options::default()
    })?;
    simulator.instance().set_hibernating(arguments.hibernating);
    simulator.run_until_stopped(|simulator| {
        let mut out = io::stdout();
        writeln!(out, "{}", simulator.describe())?;
        out.flush()
    })
}
