//! `snow-token status`

use std::io::Write;

use clap::Args;
use serde_json::json;
use snow_token::{
    Status,
    settings::{Sources, keys},
};

use super::{Failure, settings::SettingFlags, words::duration};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A setting: its name, what it says, and where. A secret says nothing.
struct Setting {
    name: &'static str,
    value: Option<String>,
    origin: String,
}

pub(crate) fn run(
    arguments: &Arguments,
    flags: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut sources = flags.sources()?;
    // Nothing is asked for with them.
    sources.leave_secrets_out();
    let set = set(&sources)?;
    let client = flags.client_of(&sources)?;
    let status = client.status()?;
    let settings = client.settings();
    if arguments.json {
        let set: serde_json::Map<_, _> = set
            .iter()
            .map(|setting| {
                let value = json!({ "value": setting.value, "from": setting.origin });
                (setting.name.to_owned(), value)
            })
            .collect();
        let status = json!({
            "instance": settings.instance().to_string(),
            "method": settings.method().name(),
            "settings": set,
            "token": status.token.map(|token| json!({
                "scope": token.scope,
                "expires_at": token.expires_at_unix,
                "expires_in": token.rest_secs,
            })),
            "logged_in": status.is_logged_in,
        });
        writeln!(out, "{status:#}")?;
        return Ok(());
    }
    writeln!(out, "Instance  {}", settings.instance())?;
    writeln!(out, "Method    {}", settings.method().name())?;
    writeln!(out, "Token     {}", in_words(&status))?;
    if let Some(is_logged_in) = status.is_logged_in {
        let words = match is_logged_in {
            true => "yes, a refresh token is kept",
            false => "no: snow-token login",
        };
        writeln!(out, "Logged in {words}")?;
    }
    writeln!(out, "\nSettings")?;
    let width = set
        .iter()
        .map(|setting| setting.name.len())
        .max()
        .unwrap_or_default();
    for Setting {
        name,
        value,
        origin,
    } in set
    {
        match value {
            Some(value) => writeln!(out, "  {name:width$}  {value}  ({origin})")?,
            None => writeln!(out, "  {name:width$}  set  ({origin})")?,
        }
    }
    Ok(())
}

fn set(sources: &Sources) -> Result<Vec<Setting>, Failure> {
    let mut set = Vec::new();
    for key in keys::PLAIN
        .iter()
        .chain(keys::SECRETS)
        .chain([&keys::PROFILE])
    {
        if let Some(found) = sources.get(*key)? {
            set.push(Setting {
                name: key.variable,
                value: (!key.is_secret()).then(|| found.text().trim().to_owned()),
                origin: match found.origin() {
                    snow_token::settings::Origin::Variable(_) => "environment".to_owned(),
                    origin => origin.to_string(),
                },
            });
        }
    }
    Ok(set)
}

fn in_words(status: &Status) -> String {
    match &status.token {
        None => "none in the cache".to_owned(),
        Some(token) => {
            let rest = token.rest_secs;
            let scope = token.scope.as_deref().unwrap_or("as registered");
            format!(
                "in the cache, good for {} more (scope {scope})",
                duration(rest.into())
            )
        }
    }
}
