//! The client: one token, renewed by itself, and requests with it.

use core::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock, TryLockError},
    thread,
    time::{Instant, SystemTime},
};

use snow_token_core::{
    AccessToken, Cause, ClientAuthentication, Expiry, Refusal, Secret, TOKEN_PATH, TokenRequest,
    expiry::DEFAULT_MARGIN_SECS,
    form,
    token_endpoint::{self, TokenEndpointError},
};
use ureq::http::{Method, header};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind},
    settings::{ClientAuth, Settings},
    transport::{HttpAnswer, HttpRequest, Transport, without_query},
};

/// A token response is some hundred bytes, some thousand with a JWT in it.
const TOKEN_RESPONSE_LIMIT: u64 = 64 * 1024;
/// The largest answer of an API that is taken, in bytes.
const RESPONSE_LIMIT: u64 = 64 * 1024 * 1024;

/// An access token as the instance granted it.
pub struct Token {
    access_token: AccessToken<String>,
    scope: Option<String>,
    expires_in_secs: Option<u32>,
    requested_at_unix: u64,
}

impl Token {
    /// The token itself. It is a secret: keep it out of logs and arguments.
    pub fn secret(&self) -> &str {
        self.access_token.secret().expose()
    }

    /// The scopes that were granted, with a space between them; the ones asked for where the
    /// instance did not say.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The lifetime that the instance named, in seconds from when the token was asked for.
    pub fn expires_in_secs(&self) -> Option<u32> {
        self.expires_in_secs
    }

    /// When the token ends, in seconds since 1970 (UTC), by the clock of this machine.
    pub fn expires_at_unix(&self) -> Option<u64> {
        let lifetime = u64::from(self.expires_in_secs?);
        Some(self.requested_at_unix.saturating_add(lifetime))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("scope", &self.scope)
            .field("expires_in_secs", &self.expires_in_secs)
            .finish_non_exhaustive()
    }
}

/// A client of one instance. Threads share it; they share its token too.
///
/// A token is asked for when it is first needed, and again 60 s before it ends (or at half of
/// what is left, if that is later). One thread renews at a time. While a token is still good the
/// others go on with it, and so does the one that renews, should that fail. Threads that wait for a
/// token share the outcome, a failure too.
///
/// # Examples
/// ```no_run
/// # use snow_token::{Client, Settings};
/// let client = Client::new(Settings::from_env()?)?;
/// println!("good for {:?} s", client.token()?.expires_in_secs());
/// # Ok::<(), snow_token::Error>(())
/// ```
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    transport: Transport,
    /// Lifetimes run on the monotonic clock, in seconds from here.
    started: Instant,
    held: RwLock<Option<Held>>,
    /// Locked by the thread that renews; how the last renewal failed, if it did.
    renewal: Mutex<Option<Error>>,
    /// How many renewals have ended.
    renewals: AtomicUsize,
}

/// A token and when to renew it, which a failed renewal puts off.
#[derive(Debug, Clone)]
struct Held {
    token: Arc<Token>,
    expiry: Expiry,
}

impl Held {
    /// Whether the token is good for as long as it takes to send a request with it.
    fn is_usable(&self, now: u64) -> bool {
        self.expiry.remaining_secs(now) > TOO_SHORT_A_REST_SECS
    }
}

/// A token with so little left is not used any more.
const TOO_SHORT_A_REST_SECS: u64 = 1;

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the root certificates cannot be read, or the proxy that
    /// the environment names makes no sense.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            transport: Transport::new(&settings)?,
            settings,
            started: Instant::now(),
            held: RwLock::new(None),
            renewal: Mutex::new(None),
            renewals: AtomicUsize::new(0),
        })
    }

    /// A token that is good now: the one that is held, or a new one.
    ///
    /// # Errors
    /// [`Error`], when there is no good token and none could be had.
    pub fn token(&self) -> Result<Arc<Token>, Error> {
        match self.held() {
            Some(held) if !held.is_usable(self.now()) => self.renew(None),
            Some(held) if held.expiry.is_due(self.now()) => self.renew_ahead(held),
            Some(held) => Ok(held.token),
            None => self.renew(None),
        }
    }

    /// Waits for its turn and asks for a token, unless another thread did so meanwhile: then its
    /// outcome counts. A `refused` token does not count as one.
    fn renew(&self, refused: Option<&Arc<Token>>) -> Result<Arc<Token>, Error> {
        let renewals_seen = self.renewals.load(Ordering::Acquire);
        let mut failure = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = self.held()
            && held.is_usable(self.now())
            && !refused.is_some_and(|refused| Arc::ptr_eq(&held.token, refused))
        {
            return Ok(held.token);
        }
        if let Some(failure) = &*failure
            && self.renewals.load(Ordering::Acquire) != renewals_seen
        {
            return Err(failure.clone());
        }
        self.fetch(&mut failure)
    }

    /// Renews a token that is still good, unless another thread is at it.
    fn renew_ahead(&self, held: Held) -> Result<Arc<Token>, Error> {
        let mut failure = match self.renewal.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(held.token),
        };
        let held = self.held().unwrap_or(held);
        if !held.expiry.is_due(self.now()) {
            return Ok(held.token);
        }
        match self.fetch(&mut failure) {
            Err(error) if held.is_usable(self.now()) => {
                tracing::warn!("the token at hand is still good, but was not renewed: {error}");
                self.hold(Held {
                    expiry: held.expiry.postponed(self.now()),
                    token: Arc::clone(&held.token),
                });
                Ok(held.token)
            }
            outcome => outcome,
        }
    }

    /// Sends a request to the instance with the token, and gives the answer back whatever its
    /// status is. `path` begins with a slash and may have a query, in which characters that cannot
    /// stand in a URL are percent-encoded; `body` is JSON.
    ///
    /// A 401 brings one new token and one repeat, unless the instance hands the same token out
    /// again. Nothing else is repeated.
    ///
    /// # Errors
    /// [`Error`], when there was no token or no answer. An answer that refuses is not an error
    /// until [`Response::into_success`].
    pub fn request(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
    ) -> Result<Response, Error> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| {
            Error::new(
                ErrorKind::Usage,
                format!("{method:?} is not an HTTP method"),
            )
        })?;
        let url = self.settings.instance.join(&encoded_path(path)?);
        let token = self.token()?;
        let response = self.send(&method, &url, body, token)?;
        if response.status() != 401 {
            return Ok(response);
        }
        let refused = &response.token;
        let successor = self.renew(Some(refused))?;
        if Secret::new(successor.secret()) == Secret::new(refused.secret()) {
            tracing::info!("HTTP 401, and the instance gave the same token again: not repeated");
            return Ok(response);
        }
        tracing::info!("HTTP 401: repeated with a new token");
        self.send(&method, &url, body, successor)
    }

    /// `GET path`; see [`request`](Self::request).
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn get(&self, path: &str) -> Result<Response, Error> {
        self.request("GET", path, None)
    }

    /// `POST path` with JSON; see [`request`](Self::request).
    ///
    /// # Errors
    /// As [`request`](Self::request).
    pub fn post(&self, path: &str, json: &[u8]) -> Result<Response, Error> {
        self.request("POST", path, Some(json))
    }

    fn send(
        &self,
        method: &Method,
        url: &str,
        body: Option<&[u8]>,
        token: Arc<Token>,
    ) -> Result<Response, Error> {
        let mut buf = Zeroizing::new(vec![0; token.access_token.authorization_len()]);
        let authorization = token
            .access_token
            .authorization(self.now(), &mut buf)
            .map_err(|error| {
                Error::new(ErrorKind::Network, format!("before it was sent, {error}"))
                    .with_advice(["the machine was busy or asleep: try again"])
            })?;
        let mut headers = vec![(header::AUTHORIZATION, authorization)];
        if body.is_some() {
            headers.push((header::CONTENT_TYPE, "application/json"));
        }
        let answer = self.transport.send(&HttpRequest {
            method,
            url,
            headers: &headers,
            body,
            body_limit: RESPONSE_LIMIT,
        })?;
        if answer.is_cut {
            return Err(answer_too_long(method, url, RESPONSE_LIMIT));
        }
        Ok(Response {
            method: method.clone(),
            url: url.to_owned(),
            answer,
            token,
        })
    }

    /// Asks the instance for a token, and holds it. To be called by the thread that renews, which
    /// leaves the failure for those that wait.
    fn fetch(&self, failure: &mut Option<Error>) -> Result<Arc<Token>, Error> {
        let outcome = self.fetch_usable();
        *failure = outcome.as_ref().err().cloned();
        self.renewals.fetch_add(1, Ordering::Release);
        let held = outcome?;
        tracing::info!("ServiceNow OAuth2 token acquired");
        self.hold(held.clone());
        Ok(held.token)
    }

    fn fetch_usable(&self) -> Result<Held, Error> {
        tracing::info!("ServiceNow auth: OAuth 2.0 Client Credentials");
        let held = self.fetch_once()?;
        if held.is_usable(self.now()) {
            return Ok(held);
        }
        // An instance hands the same token out to the end of its life. Its successor comes when
        // that is over.
        let rest = held.expiry.remaining_secs(self.now());
        thread::sleep(Duration::from_secs(rest.saturating_add(1)));
        let held = self.fetch_once()?;
        if held.is_usable(self.now()) {
            return Ok(held);
        }
        let what = "the instance gave a token whose lifetime was over when it arrived, twice";
        Err(Error::new(ErrorKind::UnexpectedAnswer, what).with_advice([
            "look at the Access Token Lifespan in the Application Registry: it must be longer than \
             an answer takes",
        ]))
    }

    fn fetch_once(&self) -> Result<Held, Error> {
        let request = self.token_request();
        let mut body = Zeroizing::new(vec![0; request.body_len()]);
        let mut authorization = Zeroizing::new(vec![0; request.authorization_len()]);
        let too_small = |error: snow_token_core::BufferTooSmall| {
            Error::new(ErrorKind::UnexpectedAnswer, error.to_string())
        };
        let body = request.body(&mut body).map_err(too_small)?;
        let authorization = request
            .authorization(&mut authorization)
            .map_err(too_small)?;
        let mut headers = vec![(header::CONTENT_TYPE, form::CONTENT_TYPE)];
        headers.extend(authorization.map(|value| (header::AUTHORIZATION, value)));

        let url = self.settings.instance.join(TOKEN_PATH);
        let requested_at = self.now();
        let requested_at_unix = unix_now();
        let post = Method::POST;
        let answer = self.transport.send(&HttpRequest {
            method: &post,
            url: &url,
            headers: &headers,
            body: Some(body),
            body_limit: TOKEN_RESPONSE_LIMIT,
        })?;

        let mut buf = Zeroizing::new(vec![0; answer.body.len()]);
        let response = token_endpoint::read(&answer.view(), &mut buf).map_err(|error| {
            match error {
                TokenEndpointError::Refused(refusal) => {
                    let secrets = [Some(self.settings.expose_client_secret()), authorization];
                    let words = words_without(&refusal, secrets.into_iter().flatten());
                    Error::from_cause(refusal.cause, format!("POST {url}: {words}"))
                }
                // The beginning of a long answer can look as anything.
                _ if answer.is_cut => answer_too_long(&post, &url, TOKEN_RESPONSE_LIMIT),
                error => Error::new(
                    ErrorKind::UnexpectedAnswer,
                    format!("POST {url}: the answer is not a good token: {error}"),
                )
                .with_advice([NOT_AN_INSTANCE]),
            }
        })?;
        let access_token = AccessToken::new(&response, requested_at, DEFAULT_MARGIN_SECS);
        let access_token: AccessToken<String> = access_token.map_err(too_small)?;
        Ok(Held {
            expiry: access_token.expiry(),
            token: Arc::new(Token {
                access_token,
                scope: response
                    .scope
                    .map(str::to_owned)
                    .or_else(|| self.settings.scope.clone()),
                expires_in_secs: response.expires_in_secs,
                requested_at_unix,
            }),
        })
    }

    fn token_request(&self) -> TokenRequest<'_> {
        let client_id = &self.settings.client_id;
        let client_secret = Secret::new(self.settings.expose_client_secret());
        let request = TokenRequest::client_credentials(match self.settings.client_auth {
            ClientAuth::Body => ClientAuthentication::Body {
                client_id,
                client_secret,
            },
            ClientAuth::Basic => ClientAuthentication::Basic {
                client_id,
                client_secret,
            },
        });
        match &self.settings.scope {
            Some(scope) => request.with_scope(scope),
            None => request,
        }
    }

    fn now(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    fn held(&self) -> Option<Held> {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        held.clone()
    }

    fn hold(&self, held: Held) {
        *self.held.write().unwrap_or_else(PoisonError::into_inner) = Some(held);
    }
}

fn unix_now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.map_or(0, |since| since.as_secs())
}

fn answer_too_long(method: &Method, url: &str, limit: u64) -> Error {
    let url = without_query(url);
    let what = format!("{method} {url}: the answer has more than {limit} bytes");
    Error::new(ErrorKind::UnexpectedAnswer, what).with_advice([
        "ask for less at a time (sysparm_limit, sysparm_fields), and look at SERVICENOW_INSTANCE",
    ])
}

const NOT_AN_INSTANCE: &str =
    "look at SERVICENOW_INSTANCE: is it an instance, and reached directly?";

/// The words of a refusal, unless one of the secrets of the request stands in them, as it is or
/// form-encoded: a server that repeats the request must not bring it into a log.
fn words_without<'s>(refusal: &Refusal<'_>, secrets: impl IntoIterator<Item = &'s str>) -> String {
    let texts = [refusal.error, refusal.description].into_iter().flatten();
    let texts: Zeroizing<Vec<String>> =
        Zeroizing::new(texts.map(|text| text.chars().collect()).collect());
    for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
        let mut buf = Zeroizing::new(vec![0; form::encoded_len([("", secret)])]);
        let encoded = form::encode([("", secret)], &mut buf).unwrap_or_default();
        let encoded = core::str::from_utf8(encoded).unwrap_or_default();
        let encoded = encoded.trim_start_matches('=');
        let repeats = |text: &String| text.contains(secret) || text.contains(encoded);
        if texts.iter().any(repeats) {
            return format!("HTTP {}, in words that repeat a secret", refusal.status);
        }
    }
    refusal.to_string()
}

/// A path of the instance, with nothing that could lead the token to another host. What cannot
/// stand in a URL (RFC 3986 §2) is percent-encoded, as in `sysparm_query=priority<3`.
fn encoded_path(path: &str) -> Result<String, Error> {
    if !path.starts_with('/') || path.contains(char::is_control) || path.contains('#') {
        let what = format!("{path:?} is not a path of the instance");
        return Err(Error::new(ErrorKind::Usage, what).with_advice([
            "a path begins with a slash, as /api/now/table/incident?sysparm_limit=1; a # in it is \
             written as %23",
        ]));
    }
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        let stands_as_is =
            byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
        match stands_as_is {
            true => encoded.push(char::from(byte)),
            false => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    Ok(encoded)
}

/// An answer of the instance, of whatever status.
pub struct Response {
    method: Method,
    url: String,
    answer: HttpAnswer,
    token: Arc<Token>,
}

impl Response {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.answer.status
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.answer.content_type.as_deref()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.answer.body
    }

    /// The answer, if it is one of success: 2xx, and no page in place of JSON (a sleeping instance
    /// answers HTTP 200 with a page).
    ///
    /// # Errors
    /// [`Error`] with the [cause](Error::cause).
    pub fn into_success(self) -> Result<Self, Error> {
        let refusal = Refusal::read(&self.answer.view());
        let is_page = matches!(refusal.cause, Cause::Hibernating | Cause::NotJson)
            && self
                .content_type()
                .is_some_and(|content_type| content_type.starts_with("text/html"));
        if (200..300).contains(&self.status()) && !is_page {
            return Ok(self);
        }
        let words = words_without(&refusal, [self.token.secret()]);
        let what = format!("{} {}: {words}", self.method, without_query(&self.url));
        Err(Error::from_cause(refusal.cause, what))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}
