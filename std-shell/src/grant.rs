//! How a token comes about: from the store, or by the grant of the method.

use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use snow_token_core::{
    BufferTooSmall, Cause, ClientAuthentication, Grant, Secret, TOKEN_PATH, TokenRequest,
    assertion, form,
    http_date::{self, ClockOffset},
    token_endpoint::{self, TokenEndpointError},
};
use ureq::http::{Method as HttpMethod, header};
use zeroize::Zeroizing;

use crate::{
    clock::unix_now,
    error::{Error, ErrorKind},
    jwt::Jwt,
    settings::{
        Assertion, ClientAuth, IdToken, Method, OAuthClient, Settings,
        keys::{ID_TOKEN_FILE, SCOPE},
        reread_secret_file,
    },
    store::{StoreError, StoreKey, StoreLock, TokenStore},
    token::Token,
    transport::{HttpAnswer, HttpRequest, Transport},
    words::words_without,
};

/// A token response is some hundred bytes, some thousand with a JWT in it.
const TOKEN_RESPONSE_LIMIT: u64 = 64 * 1024;
/// How much longer than one request somebody else's renewal may take.
const LOCK_MARGIN: Duration = Duration::from_secs(5);
/// A clock that is off by less is not corrected for.
const CLOCK_TOLERANCE_SECS: u64 = 5;
/// The scope that passes every check of scopes.
pub(crate) const EVERYTHING_SCOPE: &str = "useraccount";

/// Brings tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    transport: Transport,
    key: StoreKey,
    store: Arc<dyn TokenStore>,
    /// Whether an access token from the store will do.
    uses_stored: bool,
    /// How far the instance's clock is ahead, once it is known.
    clock_offset: Mutex<Option<ClockOffset>>,
}

/// What a token endpoint said.
struct Granted {
    token: Token,
    refresh_token: Option<SecretString>,
}

impl Tokens {
    pub(crate) fn new(
        settings: &Settings,
        transport: Transport,
        store: Arc<dyn TokenStore>,
        uses_stored: bool,
    ) -> Self {
        Self {
            transport,
            key: store_key(settings),
            store,
            uses_stored,
            clock_offset: Mutex::new(None),
        }
    }

    pub(crate) const fn store_key(&self) -> &StoreKey {
        &self.key
    }

    pub(crate) fn store(&self) -> &dyn TokenStore {
        &*self.store
    }

    /// A token that is good, and none that was refused: from the store, where another process may
    /// have put one meanwhile, or from the instance.
    pub(crate) fn obtain(
        &self,
        settings: &Settings,
        refused: Option<&Token>,
    ) -> Result<Token, Error> {
        if let Method::IdToken(IdToken::Text(_) | IdToken::File(_)) = &settings.method {
            return self.handed_in(settings);
        }
        let is_fresh = |token: &Token| self.is_fresh(token, settings.margin_secs);
        if let Some(token) = self.stored(refused).filter(is_fresh) {
            return Ok(token);
        }
        let _lock = self.lock(settings.timeout + LOCK_MARGIN);
        let stored = match self.stored(refused) {
            Some(token) if is_fresh(&token) => return Ok(token),
            stored => stored,
        };
        match self.fetch(settings) {
            Ok(token) => Ok(token),
            // It may have run out meanwhile.
            Err(error) => match stored.filter(|token| token.rest_secs() > Some(1)) {
                Some(token) => {
                    tracing::warn!("the token at hand is still good, but was not renewed: {error}");
                    Ok(token)
                }
                None => Err(error),
            },
        }
    }

    /// A stored token that is not over.
    fn stored(&self, refused: Option<&Token>) -> Option<Token> {
        if !self.uses_stored {
            return None;
        }
        let stored = self.store.access_token(&self.key);
        let stored = stored.unwrap_or_else(|error| {
            tracing::warn!("{error}");
            None
        })?;
        stored.rest_secs(unix_now())?;
        let token = Token::from_store(&stored).ok()?;
        (!refused.is_some_and(|refused| refused.is_same_as(&token))).then_some(token)
    }

    /// Whether it is too early to renew a stored token.
    fn is_fresh(&self, token: &Token, margin_secs: u32) -> bool {
        let lifetime = token.expires_in_secs().unwrap_or_default();
        let rest = token.rest_secs().unwrap_or_default();
        rest > margin_secs.min(lifetime / 2) && rest > 1
    }

    pub(crate) fn lock(&self, patience: Duration) -> Option<StoreLock> {
        warned(self.store.lock(&self.key, patience))
    }

    /// Asks for a token, and keeps what comes.
    fn fetch(&self, settings: &Settings) -> Result<Token, Error> {
        let granted = match &settings.method {
            Method::ClientCredentials(client) => {
                tracing::info!("ServiceNow auth: OAuth 2.0 Client Credentials");
                self.request(settings, client, Grant::ClientCredentials)?
            }
            Method::JwtBearer { client, assertion } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 JWT Bearer");
                self.by_assertion(settings, client, assertion)?
            }
            Method::AuthorizationCode { client, .. } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 refresh token of the last login");
                let refresh_token = self.stored_refresh_token()?;
                let refresh_token = refresh_token.ok_or_else(|| not_logged_in(settings, client))?;
                self.refresh(settings, client, &refresh_token)
                    .map_err(or_log_in_again)?
            }
            Method::RefreshToken {
                client,
                refresh_token,
            } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 refresh token");
                // The one that the instance gave in its place goes before it.
                let rotated = self.stored_refresh_token()?;
                self.refresh(settings, client, rotated.as_ref().unwrap_or(refresh_token))?
            }
            Method::Password {
                client,
                username,
                password,
            } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 password (legacy)");
                let password = Secret::new(password.expose_secret());
                let granted =
                    self.request(settings, client, Grant::Password { username, password })?;
                // The password is at hand whenever a token is needed: one secret fewer to keep.
                Granted {
                    refresh_token: None,
                    ..granted
                }
            }
            Method::IdToken(IdToken::Provider { client, .. }) => {
                tracing::info!("ServiceNow auth: token of an identity provider");
                self.request(settings, client, Grant::ClientCredentials)?
            }
            Method::IdToken(_) | Method::ApiKey(_) | Method::Basic { .. } => {
                return Err(unreachable_state("a token request by a method without one"));
            }
        };
        tracing::info!("ServiceNow OAuth2 token acquired");
        self.warn_of_everything(settings, &granted.token);
        Ok(self.keep(granted))
    }

    /// Keeps what was granted: the refresh token first, which cannot be had again.
    fn keep(&self, granted: Granted) -> Token {
        if let Some(refresh_token) = &granted.refresh_token {
            warned(self.store.keep_refresh_token(&self.key, refresh_token));
        }
        warned(
            self.store
                .keep_access_token(&self.key, &granted.token.to_store()),
        );
        granted.token
    }

    /// Trades a code for tokens (RFC 6749 §4.1.3), and keeps them.
    pub(crate) fn redeem(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        grant: Grant<'_>,
    ) -> Result<(Token, bool), Error> {
        let _lock = self.lock(settings.timeout + LOCK_MARGIN);
        let granted = self.request(settings, client, grant)?;
        let has_refresh_token = granted.refresh_token.is_some();
        Ok((self.keep(granted), has_refresh_token))
    }

    /// Keeps a token that came through the browser.
    pub(crate) fn keep_token(&self, token: Token) -> Token {
        let granted = Granted {
            token,
            refresh_token: None,
        };
        self.keep(granted)
    }

    fn stored_refresh_token(&self) -> Result<Option<SecretString>, Error> {
        Ok(self.store.refresh_token(&self.key)?)
    }

    fn refresh(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        refresh_token: &SecretString,
    ) -> Result<Granted, Error> {
        let refresh_token = Secret::new(refresh_token.expose_secret());
        self.request(settings, client, Grant::RefreshToken { refresh_token })
    }

    /// Signs a fresh assertion. Where it is refused and this machine's clock turns out to be wrong,
    /// another one is signed by the instance's.
    fn by_assertion(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        assertion: &Assertion,
    ) -> Result<Granted, Error> {
        let known = self.clock_offset();
        let attempt = |offset: Option<ClockOffset>| {
            let now = offset.map_or_else(unix_now, |offset| offset.correct(unix_now()));
            let jws = signed(assertion, client, now)?;
            let assertion = Secret::new(&jws);
            self.request(settings, client, Grant::JwtBearer { assertion })
        };
        let refused = match attempt(known) {
            Err(error)
                if matches!(
                    error.cause(),
                    Some(Cause::AccessDenied | Cause::InvalidGrant)
                ) =>
            {
                error
            }
            outcome => return outcome,
        };
        match self.clock_offset() {
            Some(learnt)
                if known.is_none() && learnt.secs().unsigned_abs() > CLOCK_TOLERANCE_SECS =>
            {
                let (secs, where_to) = (
                    learnt.secs().unsigned_abs(),
                    match learnt.secs() {
                        0.. => "behind",
                        _ => "ahead of",
                    },
                );
                tracing::warn!(
                    "this machine's clock is {secs} s {where_to} the instance's: assertions are \
                     signed by the instance's clock"
                );
                attempt(Some(learnt))
            }
            _ => Err(refused),
        }
    }

    fn clock_offset(&self) -> Option<ClockOffset> {
        *self
            .clock_offset
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a token request and reads its answer.
    fn request(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        grant: Grant<'_>,
    ) -> Result<Granted, Error> {
        let client_secret = match &client.authentication {
            ClientAuth::Body(secret) | ClientAuth::Basic(secret) => secret.expose_secret(),
            ClientAuth::None => "",
        };
        let request = TokenRequest::new(grant, authentication(client, client_secret));
        let scope = match &settings.method {
            Method::IdToken(IdToken::Provider { scope, .. }) => scope.as_deref(),
            _ => settings.scope.as_deref(),
        };
        let request = match scope {
            Some(scope) => request.with_scope(scope),
            None => request,
        };
        let mut body = Zeroizing::new(vec![0; request.body_len()]);
        let mut authorization = Zeroizing::new(vec![0; request.authorization_len()]);
        let body = request.body(&mut body).map_err(too_small)?;
        let authorization = request
            .authorization(&mut authorization)
            .map_err(too_small)?;
        let mut headers = vec![(header::CONTENT_TYPE, form::CONTENT_TYPE)];
        headers.extend(authorization.map(|value| (header::AUTHORIZATION, value)));

        let url = token_url(settings);
        let requested_at_unix = unix_now();
        let answer = self.transport.send(&HttpRequest {
            method: &HttpMethod::POST,
            url: &url,
            headers: &headers,
            body: Some(body),
            body_limit: TOKEN_RESPONSE_LIMIT,
        })?;
        self.learn_the_time(&answer);

        let mut buf = Zeroizing::new(vec![0; answer.body.len()]);
        let response = token_endpoint::read(&answer.view(), &mut buf).map_err(|error| {
            match error {
                TokenEndpointError::Refused(refusal) => {
                    let secrets = secrets_of(&grant)
                        .into_iter()
                        .chain([Some(client_secret), authorization]);
                    let words = words_without(&refusal, secrets.flatten());
                    Error::from_cause(refusal.cause, format!("POST {url}: {words}"))
                }
                // The beginning of a long answer can look as anything.
                _ if answer.is_cut => answer_too_long("POST", &url, TOKEN_RESPONSE_LIMIT),
                error => Error::new(
                    ErrorKind::UnexpectedAnswer,
                    format!("POST {url}: the answer is not a good token: {error}"),
                )
                .with_advice([NOT_AN_INSTANCE]),
            }
        })?;
        Ok(Granted {
            token: Token::granted(&response, scope, requested_at_unix),
            refresh_token: response
                .refresh_token
                .map(|token| SecretString::from(token.expose())),
        })
    }

    fn learn_the_time(&self, answer: &HttpAnswer) {
        let date = answer
            .header(header::DATE)
            .and_then(|date| http_date::parse(date).ok());
        if let Some(date) = date {
            let offset = ClockOffset::learn(unix_now(), date);
            *self
                .clock_offset
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = Some(offset);
        }
    }

    /// A third party's token as it is, if its own words do not say that it is over.
    fn handed_in(&self, settings: &Settings) -> Result<Token, Error> {
        let text = match &settings.method {
            Method::IdToken(IdToken::Text(text)) => text.clone(),
            Method::IdToken(IdToken::File(path)) => {
                reread_secret_file(ID_TOKEN_FILE.variable, path)?
            }
            _ => return Err(unreachable_state("a token that was handed in")),
        };
        let text = text.expose_secret().trim();
        let now = unix_now();
        let end = text.parse::<Jwt>().ok().and_then(|jwt| jwt.time("exp"));
        let rest = match end {
            Some(end) if end <= now => {
                return Err(Error::new(
                    ErrorKind::Refused,
                    format!("the ID token ran out {} s ago", now - end),
                )
                .with_advice(["fetch a new one from the identity provider"]));
            }
            Some(end) => Some(u32::try_from(end - now).unwrap_or(u32::MAX)),
            None => None,
        };
        Token::handed_in(text, rest, now)
            .map_err(|error| Error::configuration(format!("the ID token cannot be used: {error}")))
    }

    /// A scope that passes every check where a smaller one was meant.
    fn warn_of_everything(&self, settings: &Settings, token: &Token) {
        let asked = settings.scope.as_deref().unwrap_or_default();
        let granted = token.scope().unwrap_or_default();
        let has = |scopes: &str| scopes.split(' ').any(|scope| scope == EVERYTHING_SCOPE);
        if !asked.is_empty() && !has(asked) && has(granted) {
            tracing::warn!(
                "the instance granted the scope {EVERYTHING_SCOPE}, which passes every check of \
                 scopes, although {} asked for {asked}",
                SCOPE.variable
            );
        }
    }
}

/// The signed assertion, with a fresh name.
pub(crate) fn signed(
    assertion: &Assertion,
    client: &OAuthClient,
    now_unix: u64,
) -> Result<Zeroizing<String>, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|error| Error::configuration(format!("no random bytes: {error}")))?;
    let jti = assertion::Jti::from_random(&random);
    let mut jwt = assertion::Assertion::new(&client.id, &assertion.subject)
        .with_lifetime_secs(assertion.lifetime_secs);
    if let Some(key_id) = &assertion.key_id {
        jwt = jwt.with_key_id(key_id);
    }
    if let Some(audience) = &assertion.audience {
        jwt = jwt.with_audience(audience);
    }
    if let Some(issuer) = &assertion.issuer {
        jwt = jwt.with_issuer(issuer);
    }
    let signer = assertion.key.signer();
    let failed = |error: assertion::AssertionError| {
        Error::configuration(format!("the assertion could not be made: {error}"))
    };
    let len = jwt.len(now_unix, jti.as_str(), signer).map_err(failed)?;
    let mut buf = Zeroizing::new(vec![0; len]);
    let jws = jwt
        .sign(now_unix, jti.as_str(), signer, &mut buf)
        .map_err(failed)?;
    Ok(Zeroizing::new(jws.to_owned()))
}

/// Whose token the settings ask for.
fn store_key(settings: &Settings) -> StoreKey {
    let method = &settings.method;
    let client_id = method
        .client()
        .map(|client| client.id.clone())
        .unwrap_or_default();
    StoreKey {
        instance: settings.instance.to_string(),
        method: method.name().to_owned(),
        client_id,
        scope: settings.scope.clone(),
        user: match method {
            // Another refresh token is another login.
            Method::RefreshToken { refresh_token, .. } => {
                Some(fingerprint(refresh_token.expose_secret()))
            }
            Method::IdToken(IdToken::Provider {
                token_url, scope, ..
            }) => Some(format!(
                "{token_url} {}",
                scope.as_deref().unwrap_or_default()
            )),
            method => method.user().map(str::to_owned),
        },
    }
}

fn fingerprint(secret: &str) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, secret.as_bytes());
    hash.as_ref()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn authentication<'a>(client: &'a OAuthClient, client_secret: &'a str) -> ClientAuthentication<'a> {
    let client_id = &client.id;
    let client_secret = Secret::new(client_secret);
    match client.authentication {
        ClientAuth::Body(_) => ClientAuthentication::Body {
            client_id,
            client_secret,
        },
        ClientAuth::Basic(_) => ClientAuthentication::Basic {
            client_id,
            client_secret,
        },
        ClientAuth::None => ClientAuthentication::None { client_id },
    }
}

fn token_url(settings: &Settings) -> String {
    match &settings.method {
        Method::IdToken(IdToken::Provider { token_url, .. }) => token_url.to_string(),
        _ => settings.instance.join(TOKEN_PATH),
    }
}

/// What must not be seen in a server's words.
fn secrets_of<'a>(grant: &Grant<'a>) -> Vec<Option<&'a str>> {
    match *grant {
        Grant::JwtBearer { assertion } => vec![Some(assertion.expose())],
        Grant::AuthorizationCode {
            code,
            code_verifier,
            ..
        } => {
            vec![Some(code.expose()), code_verifier.map(Secret::expose)]
        }
        Grant::RefreshToken { refresh_token } => vec![Some(refresh_token.expose())],
        Grant::Password { password, .. } => vec![Some(password.expose())],
        _ => vec![],
    }
}

pub(crate) fn not_logged_in(settings: &Settings, client: &OAuthClient) -> Error {
    let what = format!(
        "nobody is logged in at {} through the client {}",
        settings.instance, client.id
    );
    Error::configuration(what).with_advice([
        "log in through the browser: snow-token login",
        "or, for client credentials, set SERVICENOW_CLIENT_SECRET or SERVICENOW_CLIENT_SECRET_FILE",
    ])
}

fn or_log_in_again(error: Error) -> Error {
    match error.cause() {
        Some(Cause::AccessDenied | Cause::InvalidGrant) => {
            error.with_first_advice("the login may have run out: snow-token login")
        }
        _ => error,
    }
}

fn warned<T>(outcome: Result<T, StoreError>) -> Option<T> {
    outcome.inspect_err(|error| tracing::warn!("{error}")).ok()
}

fn too_small(error: BufferTooSmall) -> Error {
    Error::new(ErrorKind::UnexpectedAnswer, error.to_string())
}

/// For what the code before rules out: an error rather than a panic.
fn unreachable_state(what: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{what} where there is none"))
}

pub(crate) fn answer_too_long(method: &str, url: &str, limit: u64) -> Error {
    let url = crate::transport::without_query(url);
    let what = format!("{method} {url}: the answer has more than {limit} bytes");
    Error::new(ErrorKind::UnexpectedAnswer, what).with_advice([
        "ask for less at a time (sysparm_limit, sysparm_fields), and look at SERVICENOW_INSTANCE",
    ])
}

const NOT_AN_INSTANCE: &str =
    "look at SERVICENOW_INSTANCE: is it an instance, and reached directly?";
