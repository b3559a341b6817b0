//! The options of a simulated instance as arguments of a command, for the programs that run one.

use core::{net::SocketAddr, time::Duration};
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use crate::{ClientCertificates, KeyKind, Options, RateLimit, Reissue, Simulator};

/// How a simulated instance is set up and run.
#[derive(Debug, Args)]
#[group(skip)]
pub struct Arguments {
    /// Set it up as this file says, in TOML or JSON; other options go before it
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    /// Address to listen on; port 0 takes a free one [default: 127.0.0.1:0]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Allow an address that other machines can reach
    #[arg(long)]
    allow_remote: bool,
    /// A name or address by which clients reach it; the first one stands in its URL
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// Take commands by plain HTTP at this loopback address; without one, at a free port
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0")]
    admin: Option<SocketAddr>,
    /// The certificates' keys, and with them the TLS version [default: ecdsa-p384]
    #[arg(long, value_enum)]
    keys: Option<Keys>,
    /// Demand a client certificate; "client_cert_file" and "client_key_file" are one
    #[arg(long)]
    require_client_certificate: bool,
    /// Lifetime of an access token [default: 1800]
    #[arg(long, value_name = "SECS")]
    token_lifetime: Option<u32>,
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

impl Arguments {
    /// Runs an instance until the process is told to stop. Prints one line of JSON to `out` when it
    /// is ready: "url", "ca_file", "clients", "users" and more, with their made-up secrets.
    ///
    /// # Errors
    /// Where the scenario cannot be read or makes no sense, or the instance cannot start.
    pub fn run(&self, out: &mut impl Write) -> io::Result<()> {
        let simulator = Simulator::start(options(self)?)?;
        if self.hibernating {
            simulator.instance().set_hibernating(true);
        }
        simulator.run_until_stopped(|simulator| {
            writeln!(out, "{}", simulator.describe())?;
            out.flush()
        })
    }
}

/// Those of the scenario, and what the command line says in their place.
fn options(arguments: &Arguments) -> io::Result<Options> {
    let mut options = match &arguments.scenario {
        Some(file) => scenario(file)?,
        None => Options::default(),
    };
    if let Some(listen) = arguments.listen {
        options.listen = listen;
    }
    options.allow_remote |= arguments.allow_remote;
    if !arguments.names.is_empty() {
        options.names.clone_from(&arguments.names);
    }
    options.admin = arguments.admin.or(options.admin);
    match arguments.keys {
        None => {}
        Some(Keys::EcdsaP384) => options.keys = KeyKind::EcdsaP384,
        #[cfg(feature = "rsa")]
        Some(Keys::Rsa2048) => options.keys = KeyKind::Rsa2048,
    }
    let asks = options.client_certificates != ClientCertificates::NotAsked;
    if arguments.require_client_certificate && !asks {
        options.client_certificates = ClientCertificates::Required;
    }
    let instance = &mut options.instance;
    if let Some(secs) = arguments.token_lifetime {
        instance.token_lifetime = Duration::from_secs(secs.into());
    }
    if arguments.lifetime_anew {
        instance.reissue = Reissue::SameTokenAnew;
    }
    instance.basic_client_authentication |= arguments.basic_client_authentication;
    if let Some(requests) = arguments.rate_limit {
        let per = Duration::from_secs(3600);
        instance.rate_limit = Some(RateLimit { requests, per });
    }
    Ok(options)
}

fn scenario(file: &Path) -> io::Result<Options> {
    let named = |error: String| io::Error::other(format!("{}: {error}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
    Options::from_scenario(&text).map_err(|error| named(error.to_string()))
}
