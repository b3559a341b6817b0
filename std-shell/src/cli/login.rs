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
    settings::keys::{AUTH_METHOD, SECRETS},
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
    let resolved = Settings::resolve_login(&sources)?;
    let store = settings.store_for(resolved.method())?;
    let client = Client::builder(resolved).with_shared_store(store).build()?;
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
    tell(login.url(), arguments.no_browser, has_opened);
    if arguments.no_browser {
        read_address(login.hand_in());
    }
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

/// Says where to log in. A standard error that nobody reads does not end a login: its browser may
/// be open.
fn tell(url: &str, no_browser: bool, has_opened: bool) {
    let mut err = io::stderr().lock();
    let what = match has_opened {
        true => "Log in in the browser. If none has opened, open this address:",
        false => "Open this address in a browser, and log in:",
    };
    let _ = writeln!(err, "{what}\n\n  {url}\n");
    if no_browser {
        let _ = writeln!(
            err,
            "If that browser cannot come back to this machine, paste the address here at which it \
             ended."
        );
    }
}

/// Whether a browser was started: the one that `BROWSER` names, or the system's.
fn open(url: &str) -> bool {
    let commands = match env::var_os("BROWSER").filter(|browser| !browser.is_empty()) {
        Some(browser) => {
            let mut command = Command::new(browser);
            command.arg(url);
            vec![command]
        }
        None => open::commands(url),
    };
    commands.into_iter().any(starts)
}

/// A browser lives on, with whatever it runs itself: the secrets of this environment are not for it.
fn starts(mut command: Command) -> bool {
    for secret in SECRETS {
        command.env_remove(secret.variable);
    }
    // Ctrl-C here ends the login, not the browser.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .is_ok()
}

/// The thread ends with the process, for a read cannot be called off.
fn read_address(hand_in: HandIn) {
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            hand_in.redirect(&line);
        }
    });
}
