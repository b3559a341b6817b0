//! `snow-token logout`

use std::io::Write;

use clap::Args;

use super::{Failure, settings::SettingFlags};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Forget the tokens here without revoking them at the instance
    #[arg(long)]
    keep_at_instance: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    settings: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut sources = settings.sources()?;
    // ServiceNow revokes a token for who has it.
    sources.leave_secrets_out();
    let client = settings.client_of(&sources)?;
    let instance = client.settings().instance();
    let words = match (arguments.keep_at_instance, client.has_tokens()?) {
        (_, false) => "There was nothing to forget for",
        (true, true) => {
            client.forget()?;
            "Forgot the tokens for"
        }
        (false, true) => {
            client.logout()?;
            "Revoked and forgot the tokens for"
        }
    };
    writeln!(
        out,
        "{words} {instance} ({}).",
        client.settings().method().name()
    )?;
    Ok(())
}
