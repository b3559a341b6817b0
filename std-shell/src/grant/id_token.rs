//! A third party's token that is used as it is.

use secrecy::ExposeSecret;

use super::unreachable_state;
use crate::{
    clock::unix_now,
    error::{Error, ErrorKind},
    jwt::Jwt,
    settings::{IdToken, Method, Settings, keys::ID_TOKEN_FILE, reread_secret_file},
    token::Token,
};

/// The token, if its own words do not say that it is over. A file is read each time.
pub(super) fn handed_in(settings: &Settings) -> Result<Token, Error> {
    let text = match &settings.method {
        Method::IdToken(IdToken::Text(text)) => text.clone(),
        Method::IdToken(IdToken::File(path)) => reread_secret_file(ID_TOKEN_FILE.variable, path)?,
        _ => return Err(unreachable_state("a token that was handed in")),
    };
    let text = text.expose_secret().trim();
    let now = unix_now();
    let end = text.parse::<Jwt>().ok().and_then(|jwt| jwt.time("exp"));
    let rest = match end {
        Some(end) if end <= now => {
            let what = format!("the ID token ran out {} s ago", now - end);
            return Err(Error::new(ErrorKind::Refused, what)
                .with_advice(["fetch a new one from the identity provider"]));
        }
        Some(end) => Some(u32::try_from(end - now).unwrap_or(u32::MAX)),
        None => None,
    };
    Token::handed_in(text, rest, now)
        .map_err(|error| Error::configuration(format!("the ID token cannot be used: {error}")))
}
