//! `snow-token token`

use std::io::Write;

use clap::Args;
use serde_json::json;
use snow_token::Client;

use super::Failure;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print JSON: access_token, token_type, scope, expires_at (UTC, seconds since 1970),
    /// expires_in (seconds), source
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    client: &Client,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let token = client.token()?;
    if arguments.json {
        let token = json!({
            "access_token": token.secret(),
            "token_type": "Bearer",
            "scope": token.scope(),
            "expires_at": token.expires_at_unix(),
            "expires_in": token.expires_in_secs(),
            "source": "instance",
        });
        writeln!(out, "{token:#}")?;
    } else {
        writeln!(out, "{}", token.secret())?;
    }
    Ok(())
}
