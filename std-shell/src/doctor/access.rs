//! What the credentials open: a token, its scopes, a record.

use core::time::Duration;
use std::{sync::Arc, time::Instant};

use secrecy::SecretString;
use serde_json::Value;

use super::{
    Options,
    answer::without_grant,
    check::{Check, Report, Stopped, Subject},
    in_words,
};
use crate::{
    client::Client,
    error::{Error, ErrorKind},
    grant::{EVERYTHING_SCOPE, not_logged_in, passes_every_check},
    jwt::Jwt,
    renewal::Wanted,
    settings::{Method, Settings, keys::SCOPE},
    store::{MemoryStore, StoreError, StoreKey, StoreLock, StoredToken, TokenStore},
    token::Token,
    transport::without_query,
};

pub(super) fn check(
    settings: &Settings,
    options: &Options,
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let stored = Client::builder(settings.clone()).with_shared_store(Arc::clone(&options.store));
    let stored = report.unless_failed(Subject::Grant, stored.build())?;
    let has_fresh_tokens = check_login(&stored, report)?;
    let client = match has_fresh_tokens {
        true => report.unless_failed(Subject::Grant, fresh_client(settings, options))?,
        false => stored,
    };
    let without_token = without_grant(settings.method()).or(match has_fresh_tokens {
        true => None,
        false => Some("there is no refresh token to ask for one with"),
    });
    match without_token {
        Some(because) => {
            report.tell(&Check::skipped(Subject::Grant, because));
            report.tell(&Check::skipped(Subject::Scope, because));
        }
        None => {
            let started = Instant::now();
            // Past the session, which would have to say when it asks again.
            let outcome = client.tokens().obtain(settings, &Wanted::default());
            let token = report.unless_failed(Subject::Grant, outcome)?;
            report.tell(&granted(&token, started.elapsed()));
            report.tell(&scope(settings.scope(), token.scope()));
        }
    }
    check_table_api(&client, options, report)
}

/// A client that asks for its token anew, and keeps it in memory.
fn fresh_client(settings: &Settings, options: &Options) -> Result<Client, Error> {
    let builder = Client::builder(settings.clone());
    match settings.method() {
        Method::AuthorizationCode { .. } | Method::RefreshToken { .. } => {
            builder.with_store(RefreshTokens {
                store: Arc::clone(&options.store),
                access_tokens: MemoryStore::new(),
            })
        }
        _ => builder.with_store(MemoryStore::new()),
    }
    .build()
}

/// Whether a token can be asked for.
fn check_login(client: &Client, report: &mut Report<'_>) -> Result<bool, Stopped> {
    let subject = Subject::Login;
    let settings = client.settings();
    let Method::AuthorizationCode {
        client: registered, ..
    } = settings.method()
    else {
        return Ok(true);
    };
    let status = report.unless_failed(subject, client.status())?;
    match (status.is_logged_in, status.token) {
        (Some(true), _) => {
            report.tell(&Check::passed(subject, "a refresh token is kept"));
            Ok(true)
        }
        (_, Some(token)) => {
            let found = format!(
                "there is an access token for {} s more, and no refresh token",
                token.rest_secs
            );
            report.tell(&Check::passed(subject, found).but(
                "log in again when it is over (snow-token login): refresh tokens are promised to \
                 private clients alone",
            ));
            Ok(false)
        }
        _ => Err(report.fail(subject, &not_logged_in(settings, registered))),
    }
}

fn granted(token: &Token, elapsed: Duration) -> Check {
    let lifetime = match token.expires_in_secs() {
        Some(secs) => format!("good for {secs} s"),
        None => "of a lifetime that the instance did not say".to_owned(),
    };
    let form = match token.secret().parse::<Jwt>() {
        Ok(_) => "a JWT",
        Err(_) => "opaque",
    };
    let found = format!(
        "a token {lifetime}, {} characters, {form}, in {}",
        token.secret().len(),
        in_words(elapsed)
    );
    Check::passed(Subject::Grant, found)
}

fn scope(asked: Option<&str>, granted: Option<&str>) -> Check {
    let subject = Subject::Scope;
    let asked = asked.unwrap_or_default();
    let Some(granted) = granted else {
        return Check::passed(subject, "the instance did not say which it granted");
    };
    let has = |scopes: &str, scope: &str| scopes.split(' ').any(|known| known == scope);
    let missing = asked.split(' ').filter(|scope| !scope.is_empty());
    let missing: Vec<_> = missing.filter(|scope| !has(granted, scope)).collect();
    let check = Check::passed(subject, granted);
    if passes_every_check(granted) {
        let check = Check::passed(
            subject,
            format!("{granted} ({EVERYTHING_SCOPE} passes every check of scopes)"),
        );
        return match asked.is_empty() || passes_every_check(asked) {
            true => check,
            false => check.but(format!(
                "{} asked for {asked} alone: take {EVERYTHING_SCOPE} from the client (Application \
                 Registry: Auth Scopes; Machine Identity Console: Auth scope)",
                SCOPE.variable
            )),
        };
    }
    match missing.is_empty() {
        true => check,
        false => check.but(format!(
            "{} asked for {} too: link it to the client (Application Registry: Auth Scopes; Machine \
             Identity Console: Auth scope)",
            SCOPE.variable,
            missing.join(" ")
        )),
    }
}

fn check_table_api(
    client: &Client,
    options: &Options,
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let subject = Subject::TableApi;
    let path = options.path();
    let started = Instant::now();
    let outcome = client.get(&path).and_then(|answer| answer.into_success());
    let answer = report.unless_failed(subject, outcome)?;
    let request = format!("GET {}", without_query(&path));
    let records = serde_json::from_slice::<Value>(answer.body())
        .ok()
        .and_then(|body| body["result"].as_array().map(Vec::len));
    let Some(records) = records else {
        let what = format!(
            "{request}: HTTP {}, without a list of records",
            answer.status()
        );
        return Err(report.fail(
            subject,
            &Error::new(ErrorKind::UnexpectedAnswer, what).with_advice([
                "look at SERVICENOW_INSTANCE: is it an instance, and reached directly?",
            ]),
        ));
    };
    let found = match records {
        0 => format!("{request}: no record; the table is empty, or the user sees none of it"),
        1 => format!("{request}: a record in {}", in_words(started.elapsed())),
        // Some instances' rules add to what was asked for.
        more => format!("{request}: {more} records"),
    };
    report.tell(&Check::passed(subject, found));
    Ok(())
}

/// The refresh tokens of a store; its access tokens are let be.
#[derive(Debug)]
struct RefreshTokens {
    store: Arc<dyn TokenStore>,
    access_tokens: MemoryStore,
}

impl TokenStore for RefreshTokens {
    fn lock(&self, key: &StoreKey, patience: Duration) -> Result<StoreLock, StoreError> {
        self.store.lock(key, patience)
    }

    fn access_token(&self, key: &StoreKey) -> Result<Option<StoredToken>, StoreError> {
        self.access_tokens.access_token(key)
    }

    fn keep_access_token(&self, key: &StoreKey, token: &StoredToken) -> Result<(), StoreError> {
        self.access_tokens.keep_access_token(key, token)
    }

    fn refresh_token(&self, key: &StoreKey) -> Result<Option<SecretString>, StoreError> {
        self.store.refresh_token(key)
    }

    /// The one before may be of no use any more.
    fn keep_refresh_token(&self, key: &StoreKey, token: &SecretString) -> Result<(), StoreError> {
        self.store.keep_refresh_token(key, token)
    }

    fn forget(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.access_tokens.forget(key)
    }
}
