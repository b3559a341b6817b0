//! The client: one token, renewed by itself, and requests with it.

use core::{fmt, time::Duration};
use std::{
    sync::{Arc, Mutex, PoisonError, RwLock, TryLockError},
    thread,
    time::{Instant, SystemTime},
};

use snow_token_core::{
    AccessToken, Cause, ClientAuthentication, Expiry, Refusal, Secret, TOKEN_PATH, TokenRequest,
    expiry::DEFAULT_MARGIN_SECS,
    form,
    json::Text,
    token_endpoint::{self, TokenEndpointError},
};
use ureq::http::{Method, header};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind},
    settings::{ClientAuth, Settings},
    transport::{HttpAnswer, Transport},
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
/// others go on with it, and so does the one that renews, should that fail.
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
    /// Held by the thread that renews.
    renewal: Mutex<()>,
}

/// A token and when to renew it, which a failed renewal puts off.
#[derive(Debug, Clone)]
struct Held {
    token: Arc<Token>,
    expiry: Expiry,
}

impl Client {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the root certificates cannot be read.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(Self {
            transport: Transport::new(&settings)?,
            settings,
            started: Instant::now(),
            held: RwLock::new(None),
            renewal: Mutex::new(()),
        })
    }

    /// A token that is good now: the one that is held, or a new one.
    ///
    /// # Errors
    /// [`Error`], when there is no good token and none could be had.
    pub fn token(&self) -> Result<Arc<Token>, Error> {
        if let Some(held) = self.held() {
            if !held.expiry.is_due(self.now()) {
                return Ok(held.token);
            }
            if !held.expiry.is_over(self.now()) {
                return Ok(self.renew_ahead(held));
            }
        }
        let _renewing = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        match self.held() {
            // Another thread was faster.
            Some(held) if !held.expiry.is_over(self.now()) => Ok(held.token),
            _ => self.fetch(),
        }
    }

    /// Renews a token that is still good, unless another thread is at it.
    fn renew_ahead(&self, held: Held) -> Arc<Token> {
        let _renewing = match self.renewal.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(guard)) => guard.into_inner(),
            Err(TryLockError::WouldBlock) => return held.token,
        };
        if let Some(newer) = self.held()
            && !newer.expiry.is_due(self.now())
        {
            return newer.token;
        }
        self.fetch().unwrap_or_else(|error| {
            tracing::warn!(
                "the token could not be renewed, the one at hand is still good: {error}"
            );
            self.hold(Held {
                expiry: held.expiry.postponed(self.now()),
                token: Arc::clone(&held.token),
            });
            held.token
        })
    }

    /// Sends a request to the instance with the token, and gives the answer back whatever its
    /// status is. `path` begins with a slash and may have a query; `body` is JSON.
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
        let url = self.settings.instance.join(checked_path(path)?);
        let token = self.token()?;
        let answer = self.send(&method, &url, body, &token)?;
        if answer.status != 401 {
            return Ok(Response::new(method, url, answer));
        }
        let Some(successor) = self.replace(&token)? else {
            tracing::info!("HTTP 401, and the instance gave the same token again: not repeated");
            return Ok(Response::new(method, url, answer));
        };
        tracing::info!("HTTP 401: repeated with a new token");
        let answer = self.send(&method, &url, body, &successor)?;
        Ok(Response::new(method, url, answer))
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
        token: &Token,
    ) -> Result<HttpAnswer, Error> {
        let mut buf = Zeroizing::new(vec![0; token.access_token.authorization_len()]);
        let authorization = token
            .access_token
            .authorization(self.now(), &mut buf)
            .map_err(|error| Error::new(ErrorKind::UnexpectedAnswer, error.to_string()))?;
        let mut headers = vec![(header::AUTHORIZATION, authorization)];
        if body.is_some() {
            headers.push((header::CONTENT_TYPE, "application/json"));
        }
        self.transport
            .send(method, url, &headers, body, RESPONSE_LIMIT)
    }

    /// A token in place of one that the instance refused; `None` where it is the same.
    fn replace(&self, refused: &Arc<Token>) -> Result<Option<Arc<Token>>, Error> {
        let _renewing = self.renewal.lock().unwrap_or_else(PoisonError::into_inner);
        let token = match self.held() {
            // Another thread has replaced it already.
            Some(held) if !Arc::ptr_eq(&held.token, refused) => held.token,
            _ => self.fetch()?,
        };
        let is_same = Secret::new(token.secret()) == Secret::new(refused.secret());
        Ok((!is_same).then_some(token))
    }

    /// Asks the instance for a token, and holds it. To be called by the thread that renews.
    fn fetch(&self) -> Result<Arc<Token>, Error> {
        tracing::info!("ServiceNow auth: OAuth 2.0 Client Credentials");
        let mut token = self.fetch_once()?;
        if token.access_token.expiry().is_over(self.now()) {
            // An instance hands the same token out to the end of its life, so it can be over when
            // it arrives. Its successor comes a moment later.
            thread::sleep(Duration::from_secs(1));
            token = self.fetch_once()?;
        }
        if token.access_token.expiry().is_over(self.now()) {
            return Err(Error::new(
                ErrorKind::UnexpectedAnswer,
                "the instance gave a token whose lifetime was over when it arrived",
            )
            .with_advice(["look at the Access Token Lifespan in the Application Registry"]));
        }
        tracing::info!("ServiceNow OAuth2 token acquired");
        let token = Arc::new(token);
        self.hold(Held {
            expiry: token.access_token.expiry(),
            token: Arc::clone(&token),
        });
        Ok(token)
    }

    fn fetch_once(&self) -> Result<Token, Error> {
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
        let answer = self.transport.send(
            &Method::POST,
            &url,
            &headers,
            Some(body),
            TOKEN_RESPONSE_LIMIT,
        )?;

        let mut buf = Zeroizing::new(vec![0; answer.body.len()]);
        let response = token_endpoint::read(&answer.view(), &mut buf)
            .map_err(|error| self.token_error(&url, &error))?;
        let access_token = AccessToken::new(&response, requested_at, DEFAULT_MARGIN_SECS);
        Ok(Token {
            access_token: access_token.map_err(too_small)?,
            scope: response
                .scope
                .map(str::to_owned)
                .or_else(|| self.settings.scope.clone()),
            expires_in_secs: response.expires_in_secs,
            requested_at_unix,
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

    fn token_error(&self, url: &str, error: &TokenEndpointError<'_>) -> Error {
        match error {
            TokenEndpointError::Refused(refusal) => {
                let words = self.without_secret(refusal);
                Error::from_cause(refusal.cause, format!("POST {url}: {words}"))
            }
            _ => Error::new(
                ErrorKind::UnexpectedAnswer,
                format!("POST {url}: the answer is not a good token: {error}"),
            )
            .with_advice(["look at SERVICENOW_INSTANCE: is it an instance, and reached directly?"]),
        }
    }

    /// A server that repeats the request in its answer must not bring the secret into a log.
    fn without_secret(&self, refusal: &Refusal<'_>) -> String {
        let secret = self.settings.expose_client_secret();
        let mut buf = Zeroizing::new(vec![0; form::encoded_len([("", secret)])]);
        let encoded = form::encode([("", secret)], &mut buf).unwrap_or_default();
        let encoded = core::str::from_utf8(encoded).unwrap_or_default();
        let encoded = encoded.trim_start_matches('=');
        let repeats = |text: Option<Text<'_>>| {
            let text = text.map(|text| Zeroizing::new(text.chars().collect::<String>()));
            text.is_some_and(|text| text.contains(secret) || text.contains(encoded))
        };
        match repeats(refusal.error) || repeats(refusal.description) {
            true => format!("HTTP {}, in words that repeat the secret", refusal.status),
            false => refusal.to_string(),
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

/// A path of the instance: nothing that could lead the token to another host.
fn checked_path(path: &str) -> Result<&str, Error> {
    let visible = path.bytes().all(|byte| byte.is_ascii_graphic());
    match path.starts_with('/') && visible && !path.contains('#') {
        true => Ok(path),
        false => Err(Error::new(
            ErrorKind::Usage,
            format!("{path:?} is not a path of the instance"),
        )
        .with_advice([
            "a path begins with a slash, as /api/now/table/incident?sysparm_limit=1; a space or \
             another special character in it is written as %20 or the like",
        ])),
    }
}

/// An answer of the instance, of whatever status.
pub struct Response {
    method: Method,
    url: String,
    answer: HttpAnswer,
}

impl Response {
    fn new(method: Method, url: String, answer: HttpAnswer) -> Self {
        Self {
            method,
            url,
            answer,
        }
    }

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
        let url = self.url.split('?').next().unwrap_or_default();
        let what = format!("{} {url}: {refusal}", self.method);
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
