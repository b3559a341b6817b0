//! `snow-token assertion`

use std::io::Write;

use clap::Args;
use serde_json::json;
use snow_token::{Error, ExposeSecret, Jwt, settings::Assertion};

use super::{Failure, settings::SettingFlags};

const EXAMPLES: &str = "\
Examples:
  export SERVICENOW_CLIENT_ID=... SERVICENOW_JWT_KEY_FILE=key.pem
  export SERVICENOW_JWT_SUBJECT=integration@example.com SERVICENOW_JWT_KEY_ID=...

  # What would be signed
  snow-token assertion --claims

  # What an instance may hold against it
  snow-token assertion | snow-token inspect";

const NOTES: &str = "\
Whatever the way in is, the settings of the JWT bearer grant count. The times are by this machine's
clock. An assertion is good for one request, and a secret until it ends.";

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = NOTES)]
pub(crate) struct Arguments {
    /// Print what is signed instead, header and claims, as JSON
    #[arg(long)]
    claims: bool,
    /// Print JSON: assertion, expires_at (UTC, seconds since 1970), jti
    #[arg(long, conflicts_with = "claims")]
    json: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    flags: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let signed = Assertion::sign_as_set(&flags.sources()?)?;
    let text = signed.expose_secret();
    if !arguments.claims && !arguments.json {
        writeln!(out, "{text}")?;
        return Ok(());
    }
    let jwt: Jwt = text
        .parse()
        .map_err(|error| Error::unexpected(format!("the assertion cannot be read: {error}")))?;
    let json = match arguments.claims {
        true => json!({ "header": jwt.header, "claims": jwt.claims }),
        false => json!({
            "assertion": text,
            "expires_at": jwt.time("exp"),
            "jti": jwt.claims.get("jti"),
        }),
    };
    writeln!(out, "{json:#}")?;
    Ok(())
}
