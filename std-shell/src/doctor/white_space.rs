//! White space, and characters that nobody sees, that were pasted along.

use secrecy::{ExposeSecret, SecretString};

use super::check::{Check, Report, Subject};
use crate::settings::{
    ClientAuth, IdToken, Key, Method, Settings, Sources,
    keys::{
        API_KEY, API_KEY_FILE, CLIENT_ID, CLIENT_SECRET, CLIENT_SECRET_FILE, ID_TOKEN,
        ID_TOKEN_FILE, IDP_CLIENT_ID, IDP_CLIENT_SECRET, IDP_CLIENT_SECRET_FILE, JWT_AUDIENCE,
        JWT_ISSUER, JWT_KEY_ID, JWT_SUBJECT, PASSWORD, PASSWORD_FILE, REFRESH_TOKEN,
        REFRESH_TOKEN_FILE, USERNAME,
    },
};

/// Settings that are copied from an instance, and no secrets.
const PASTED: &[Key] = &[
    CLIENT_ID,
    USERNAME,
    JWT_KEY_ID,
    JWT_SUBJECT,
    JWT_AUDIENCE,
    JWT_ISSUER,
    IDP_CLIENT_ID,
];

pub(super) fn check(sources: &Sources, settings: &Settings, report: &mut Report<'_>) {
    let mut found = Vec::new();
    let mut advice = Vec::new();
    for (origin, stray) in in_ids(sources)
        .into_iter()
        .chain(in_secrets(sources, settings))
    {
        let (what, what_to_do) = stray.in_words();
        found.push(format!("{origin} {what}"));
        if !advice.contains(&what_to_do) {
            advice.push(what_to_do);
        }
    }
    let check = match found.is_empty() {
        true => Check::passed(Subject::WhiteSpace, "none around IDs and secrets"),
        false => Check::passed(Subject::WhiteSpace, found.join("; ")),
    };
    report.tell(&advice.into_iter().fold(check, Check::but));
}

/// What does not belong into a text.
#[derive(Debug, Clone, Copy)]
enum Stray {
    AroundId,
    AroundSecret,
    InvisibleWithin,
}

impl Stray {
    /// What it is, and what to do.
    const fn in_words(self) -> (&'static str, &'static str) {
        match self {
            Self::AroundId => (
                "has white space around it",
                "it is dropped here, but other programs may send it along: take it out",
            ),
            Self::AroundSecret => (
                "begins or ends with white space",
                "it is sent along, for it may belong to the secret: take it out if it was pasted \
                 with it, here and in the instance",
            ),
            Self::InvisibleWithin => (
                "has an invisible character within",
                "delete the value and copy it again",
            ),
        }
    }
}

fn in_ids(sources: &Sources) -> Vec<(String, Stray)> {
    let stray = |key: &Key| {
        // That it can be read was seen when the settings were resolved.
        let found = sources.get(*key).ok().flatten()?;
        let text = found.text();
        let stray = if text.contains(is_invisible) {
            Stray::InvisibleWithin
        } else if text.trim() != text.trim_end_matches(['\r', '\n']) {
            Stray::AroundId
        } else {
            return None;
        };
        Some((found.origin().to_string(), stray))
    };
    PASTED.iter().filter_map(stray).collect()
}

fn in_secrets(sources: &Sources, settings: &Settings) -> Vec<(String, Stray)> {
    let stray = |(secret, key, file): (&SecretString, Key, Key)| {
        let text = secret.expose_secret();
        let stray = if text.trim() != text {
            Stray::AroundSecret
        } else if text.contains(is_invisible) {
            Stray::InvisibleWithin
        } else {
            return None;
        };
        Some((origin(sources, key, file), stray))
    };
    let secrets = secrets(settings.method()).into_iter();
    secrets.filter_map(stray).collect()
}

/// The secrets of a method, each with the settings that it can come from.
fn secrets(method: &Method) -> Vec<(&SecretString, Key, Key)> {
    let mut secrets = Vec::new();
    let is_provider = matches!(method, Method::IdToken(IdToken::Provider { .. }));
    if let Some(ClientAuth::Body(secret) | ClientAuth::Basic(secret)) =
        method.client().map(|client| &client.authentication)
    {
        secrets.push(match is_provider {
            true => (secret, IDP_CLIENT_SECRET, IDP_CLIENT_SECRET_FILE),
            false => (secret, CLIENT_SECRET, CLIENT_SECRET_FILE),
        });
    }
    match method {
        Method::RefreshToken { refresh_token, .. } => {
            secrets.push((refresh_token, REFRESH_TOKEN, REFRESH_TOKEN_FILE));
        }
        Method::Password { password, .. } | Method::Basic { password, .. } => {
            secrets.push((password, PASSWORD, PASSWORD_FILE));
        }
        Method::ApiKey(key) => secrets.push((key, API_KEY, API_KEY_FILE)),
        Method::IdToken(IdToken::Text(token)) => secrets.push((token, ID_TOKEN, ID_TOKEN_FILE)),
        _ => {}
    }
    secrets
}

fn origin(sources: &Sources, key: Key, file: Key) -> String {
    let found = [file, key]
        .into_iter()
        .find_map(|key| sources.get(key).ok().flatten());
    match found {
        Some(found) => found.origin().to_string(),
        None => format!("what was typed as {}", key.variable),
    }
}

/// Zero-width characters, marks of direction, the byte order mark, and spaces that look like others.
const fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}'
    )
}
