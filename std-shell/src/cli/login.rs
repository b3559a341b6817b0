//! `snow-token login`

use core::time::Duration;
use std::{
    env,
    io::{self, Write},
    process::{Command, Stdio},
    thread,
};

use clap::Args;
use snow_token::{
    Client, Settings,
    login::{Flow, HandIn},
    settings::keys::AUTH_METHOD,
};

use super::{Failure, settings::SettingFlags};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print the address instead of opening a browser. Where the browser runs on another machine,
    /// paste the address at which it ended
    #[arg(long)]
    no_browser: bool,
    /// Leave PKCE out, for an instance that does not know it
    #[arg(long)]
    no_pkce: bool,
    /// Legacy: let the browser bring the token itself, without a refresh token
    #[arg(long, conflicts_with = "no_pkce")]
    implicit: bool,
    /// How long to wait for the browser
    #[arg(long, value_name = "SECS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=3600))]
    wait_secs: u32,
}

pub(crate) fn run(
    arguments: &Arguments,
    settings: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let sources = settings.sources()?;
    let method = sources.get(AUTH_METHOD)?;
    let client = Client::builder(Settings::resolve_login(&sources)?)
        .with_shared_store(settings.store()?)
        .build()?;
    let flow = match (arguments.implicit, arguments.no_pkce) {
        (true, _) => {
            tracing::warn!(
                "implicit is a legacy flow: the token passes through the browser's history, and \
                 there is no refresh token. Without --implicit both are better"
            );
            Flow::Implicit
        }
        (_, true) => Flow::CodeWithoutPkce,
        _ => Flow::CodeWithPkce,
    };
    let login = client.begin_login(flow)?;
    let has_opened = !arguments.no_browser && open(login.url());
    let mut err = io::stderr().lock();
    match has_opened {
        true => writeln!(
            err,
            "Log in in the browser. If none has opened, open this address:"
        )?,
        false => writeln!(err, "Open this address in a browser, and log in:")?,
    }
    writeln!(err, "\n  {}\n", login.url())?;
    if arguments.no_browser {
        writeln!(
            err,
            "If that browser cannot come back to this machine, paste the address here at which it \
             ended."
        )?;
        read_address(login.hand_in());
    }
    drop(err);
    let logged_in = login.wait(Duration::from_secs(arguments.wait_secs.into()))?;
    let instance = client.settings().instance();
    writeln!(out, "Logged in at {instance}.")?;
    let secs = logged_in.token.expires_in_secs().unwrap_or_default();
    match logged_in.has_refresh_token {
        true => writeln!(out, "The login is kept and renews tokens by itself.")?,
        false => writeln!(
            out,
            "The instance gave no refresh token: the login is over with the token, in {secs} s."
        )?,
    }
    if method.is_none_or(|method| method.text().trim() != "oauth2_authorization_code") {
        writeln!(
            out,
            "To use it, set {}=oauth2_authorization_code.",
            AUTH_METHOD.variable
        )?;
    }
    Ok(())
}

/// Whether a browser was started: the one that `BROWSER` names, or the system's.
fn open(url: &str) -> bool {
    match env::var_os("BROWSER").filter(|browser| !browser.is_empty()) {
        Some(browser) => Command::new(browser)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .is_ok(),
        None => open::that_detached(url).is_ok(),
    }
}

/// The thread ends with the process, for a read cannot be called off.
fn read_address(hand_in: HandIn) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            hand_in.redirect(&line);
        }
    });
}
