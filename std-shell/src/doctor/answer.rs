//! An answer without any credentials: whether something speaks HTTP, whether the instance sleeps, and
//! whether the token endpoint is one.

use std::time::Instant;

use snow_token_core::{Cause, Refusal, TOKEN_PATH, form};
use ureq::http::{Method as HttpMethod, header};

use super::{
    Options,
    check::{Check, Report, Stopped, Subject},
    in_words,
    network::Way,
};
use crate::{
    clock::unix_now,
    error::{Error, ErrorKind},
    settings::{IdToken, Method, Settings},
    transport::{HttpAnswer, HttpRequest, Transport, without_query},
};

/// A well-formed request of a client that does not exist: an instance refuses it as it refuses a
/// wrong secret. Nobody's secret is sent before it is known who would get it.
const NOBODY: &str = "grant_type=client_credentials&client_id=snow-token-doctor&client_secret=none";
/// A refusal has some hundred bytes, the page of a sleeping instance some thousand.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// What came back, between which seconds.
pub(super) struct Answered {
    /// As in `POST https://…`.
    request: String,
    pub(super) answer: HttpAnswer,
    pub(super) sent_at_unix: u64,
    pub(super) received_at_unix: u64,
}

/// Asks the token endpoint, or where the instance gives no token, an API.
pub(super) fn check(
    way: &Way<'_>,
    options: &Options,
    report: &mut Report<'_>,
) -> Result<Answered, Stopped> {
    let subject = Subject::Http;
    let instance = way.settings.instance();
    let started = Instant::now();
    let outcome = match token_place(way.settings) {
        TokenPlace::Instance => ask_as_nobody(way.transport, &instance.join(TOKEN_PATH)),
        _ => ask(
            way.transport,
            &HttpMethod::GET,
            &instance.join(&options.path()),
            None,
        ),
    };
    let answered = report.unless_failed(subject, outcome)?;
    let found = format!(
        "{}: HTTP {} in {}",
        answered.request,
        answered.answer.status,
        in_words(started.elapsed())
    );
    report.tell(&Check::passed(subject, found));
    Ok(answered)
}

pub(super) fn check_hibernation(
    answered: &Answered,
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let subject = Subject::Hibernation;
    let refusal = Refusal::read(&answered.answer.view());
    if refusal.cause == Cause::Hibernating {
        return Err(report.fail(subject, &answered.error(&refusal)));
    }
    report.tell(&Check::passed(subject, "the instance is awake"));
    Ok(())
}

/// Takes the answer that is there, or asks an identity provider for its own.
pub(super) fn check_token_endpoint(
    way: &Way<'_>,
    answered: Answered,
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let subject = Subject::TokenEndpoint;
    let answered = match token_place(way.settings) {
        TokenPlace::Instance => answered,
        TokenPlace::Provider(url) => {
            let outcome = Transport::to_provider(way.settings).and_then(|provider| {
                ask_as_nobody(provider.as_ref().unwrap_or(way.transport), &url)
            });
            report.unless_failed(subject, outcome)?
        }
        TokenPlace::Nowhere(because) => {
            report.tell(&Check::skipped(subject, because));
            return Ok(());
        }
    };
    let refusal = Refusal::read(&answered.answer.view());
    let found = format!("{}: {refusal}", answered.request);
    let is_oauth = is_of_oauth(refusal.cause) && refusal.error.is_some();
    match (is_oauth, refusal.status) {
        (true, _) => {
            report.tell(&Check::passed(
                subject,
                format!("{found}, as it should be to a client that does not exist"),
            ));
            Ok(())
        }
        // It is at least no page: the grant shows more.
        (false, 200..=299 | 400..=403)
            if !matches!(
                refusal.cause,
                Cause::NotJson | Cause::ClientCertificateRefused
            ) =>
        {
            let check = Check::passed(subject, found);
            report.tell(
                &check.but("an OAuth endpoint would name an error: look at who answers there"),
            );
            Ok(())
        }
        _ => Err(report.fail(subject, &answered.error(&refusal))),
    }
}

/// Where the method's tokens come from.
enum TokenPlace {
    Instance,
    Provider(String),
    /// They do not; and why.
    Nowhere(&'static str),
}

fn token_place(settings: &Settings) -> TokenPlace {
    match settings.method() {
        Method::IdToken(IdToken::Provider { token_url, .. }) => {
            TokenPlace::Provider(token_url.to_string())
        }
        method => match without_grant(method) {
            Some(because) => TokenPlace::Nowhere(because),
            None => TokenPlace::Instance,
        },
    }
}

/// Why a method asks for no token, where it does not.
pub(super) const fn without_grant(method: &Method) -> Option<&'static str> {
    match method {
        Method::ApiKey(_) => Some("an API key is sent as it is: there is no token"),
        Method::Basic { .. } => Some("a password is sent with each request: there is no token"),
        Method::IdToken(IdToken::Text(_) | IdToken::File(_)) => {
            Some("the token was handed in: none is asked for")
        }
        _ => None,
    }
}

/// What OAuth refuses a client for (RFC 6749 §5.2).
const fn is_of_oauth(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::AccessDenied
            | Cause::IntegrationUserMissing
            | Cause::InvalidClient
            | Cause::GrantNotAllowed
            | Cause::InvalidGrant
            | Cause::InvalidRequest
            | Cause::InvalidScope
    )
}

impl Answered {
    fn error(&self, refusal: &Refusal<'_>) -> Error {
        let what = format!("{}: {refusal}", self.request);
        let error = Error::from_cause(refusal.cause, what);
        // Nothing was shown that could have been refused.
        match error.kind() {
            ErrorKind::Refused if refusal.cause != Cause::ClientCertificateRefused => {
                Error::unexpected(error.to_string()).with_advice(error.advice())
            }
            _ => error,
        }
    }
}

fn ask_as_nobody(transport: &Transport, url: &str) -> Result<Answered, Error> {
    ask(transport, &HttpMethod::POST, url, Some(NOBODY.as_bytes()))
}

fn ask(
    transport: &Transport,
    method: &HttpMethod,
    url: &str,
    form: Option<&[u8]>,
) -> Result<Answered, Error> {
    let headers = [(header::CONTENT_TYPE, form::CONTENT_TYPE)];
    let sent_at_unix = unix_now();
    let answer = transport.send(&HttpRequest {
        method,
        url,
        headers: if form.is_some() { &headers } else { &[] },
        body: form,
        body_limit: ANSWER_LIMIT,
    })?;
    Ok(Answered {
        request: format!("{method} {}", without_query(url)),
        answer,
        sent_at_unix,
        received_at_unix: unix_now(),
    })
}
