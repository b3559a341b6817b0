//! `snow-token token`

use std::io::Write;

use clap::Args;
use serde_json::json;
use snow_token::{Client, Settings, TokenSource};

use super::{Failure, settings::SettingFlags};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print JSON: access_token, token_type, scope, expires_at (UTC, seconds since 1970),
    /// expires_in (seconds from now), source (instance, cache or handed_in)
    #[arg(long)]
    json: bool,
    /// Ask the instance although the token at hand is still good
    #[arg(long)]
    refresh: bool,
    /// Neither look for a token in the cache nor leave one there
    #[arg(long, conflicts_with = "refresh")]
    no_cache: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    settings: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let resolved = Settings::resolve(&settings.sources()?)?;
    let store = match arguments.no_cache {
        true => settings.store_of_logins(resolved.method())?,
        false => settings.store_for(resolved.method())?,
    };
    let client = Client::builder(resolved).with_shared_store(store);
    let client = match arguments.refresh {
        true => client.ignoring_stored_tokens(),
        false => client,
    };
    let token = client.build()?.token()?;
    if arguments.json {
        let expires_in = match token.source() {
            TokenSource::Instance => token.expires_in_secs(),
            _ => token.rest_secs(),
        };
        let token = json!({
            "access_token": token.secret(),
            "token_type": "Bearer",
            "scope": token.scope(),
            "expires_at": token.expires_at_unix(),
            "expires_in": expires_in,
            "source": token.source().name(),
        });
        writeln!(out, "{token:#}")?;
    } else {
        writeln!(out, "{}", token.secret())?;
    }
    Ok(())
}
