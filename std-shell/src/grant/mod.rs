//! How a token comes about: from the store, or by the grant of the method.

mod assertion;
mod endpoint;
mod id_token;

pub(crate) use assertion::signed;

use core::time::Duration;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use snow_token_core::{Cause, Grant, Secret};

use self::endpoint::{Granted, TokenEndpoint};
use crate::{
    clock::unix_now,
    error::{Error, ErrorKind},
    renewal::Wanted,
    settings::{IdToken, Method, OAuthClient, Settings, keys::SCOPE},
    store::{StoreError, StoreKey, StoreLock, TokenStore},
    token::Token,
    transport::Transport,
};

/// How much longer than its requests somebody else's renewal may take.
const LOCK_MARGIN: Duration = Duration::from_secs(5);
/// An assertion is signed a second time where the clock was wrong.
const REQUESTS_OF_A_RENEWAL: u32 = 2;
/// The scope that passes every check of scopes.
pub(crate) const EVERYTHING_SCOPE: &str = "useraccount";

/// Brings tokens.
#[derive(Debug)]
pub(crate) struct Tokens {
    endpoint: TokenEndpoint,
    key: StoreKey,
    store: Arc<dyn TokenStore>,
    /// Whether an access token from the store will do.
    uses_stored: bool,
    /// A refresh token that the store did not take. The one in the store is of no use any more.
    unsaved: Mutex<Option<SecretString>>,
}

impl Tokens {
    pub(crate) fn new(
        settings: &Settings,
        transport: Transport,
        store: Arc<dyn TokenStore>,
        uses_stored: bool,
    ) -> Self {
        Self {
            endpoint: TokenEndpoint::new(transport),
            key: store_key(settings),
            store,
            uses_stored,
            unsaved: Mutex::new(None),
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
    pub(crate) fn obtain(&self, settings: &Settings, wanted: &Wanted) -> Result<Token, Error> {
        if let Method::IdToken(IdToken::Text(_) | IdToken::File(_)) = &settings.method {
            return id_token::handed_in(settings);
        }
        let is_fresh = |token: &Token| is_fresh(token, settings.margin_secs);
        if let Some(token) = self.stored(wanted).filter(is_fresh) {
            return Ok(token);
        }
        let _lock = self.lock(settings)?;
        let stored = match self.stored(wanted) {
            Some(token) if is_fresh(&token) => return Ok(token),
            stored => stored,
        };
        match self.fetch(settings) {
            Ok(token) => Ok(token),
            // The one who asks ahead of time holds a token, and needs to know of the failure.
            Err(error) if wanted.is_ahead => Err(error),
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
    fn stored(&self, wanted: &Wanted) -> Option<Token> {
        if !self.uses_stored {
            return None;
        }
        let stored = warned(self.store.access_token(&self.key))??;
        stored.rest_secs(unix_now())?;
        let token = Token::from_store(&stored).ok()?;
        let is_refused = |refused: &Arc<Token>| refused.is_same_as(&token);
        (!wanted.refused.as_ref().is_some_and(is_refused)).then_some(token)
    }

    /// Waits for its turn among the processes of this user.
    ///
    /// # Errors
    /// Where another one has it for too long. Where there are no locks at all it is `None`, and that is
    /// warned of: two that renew at once are better than none.
    pub(crate) fn lock(&self, settings: &Settings) -> Result<Option<StoreLock>, Error> {
        let patience = settings.timeout * REQUESTS_OF_A_RENEWAL + LOCK_MARGIN;
        match self.store.lock(&self.key, patience) {
            Err(error) if error.is_busy() => Err(Error::new(ErrorKind::Network, error.to_string())
                .with_advice([
                    "it asks the instance for the same token: is the instance reached at all?",
                ])),
            outcome => Ok(warned(outcome)),
        }
    }

    /// Asks for a token, and keeps what comes.
    fn fetch(&self, settings: &Settings) -> Result<Token, Error> {
        let granted = match &settings.method {
            Method::ClientCredentials(client) => {
                tracing::info!("ServiceNow auth: OAuth 2.0 Client Credentials");
                self.endpoint
                    .request(settings, client, Grant::ClientCredentials)?
            }
            Method::JwtBearer { client, assertion } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 JWT Bearer");
                assertion::redeem(&self.endpoint, settings, client, assertion)?
            }
            Method::AuthorizationCode { client, .. } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 refresh token of the last login");
                let refresh_token = self.kept_refresh_token()?;
                let refresh_token = refresh_token.ok_or_else(|| not_logged_in(settings, client))?;
                // The instance may give another one in its place: see whether that could be kept.
                self.store.keep_refresh_token(&self.key, &refresh_token)?;
                self.refresh(settings, client, &refresh_token)
                    .map_err(or_log_in_again)?
            }
            Method::RefreshToken {
                client,
                refresh_token,
            } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 refresh token");
                // The one that the instance gave in its place goes before it.
                let rotated = warned(self.kept_refresh_token()).flatten();
                self.refresh(settings, client, rotated.as_ref().unwrap_or(refresh_token))?
            }
            Method::Password {
                client,
                username,
                password,
            } => {
                tracing::info!("ServiceNow auth: OAuth 2.0 password (legacy)");
                let password = Secret::new(password.expose_secret());
                let grant = Grant::Password { username, password };
                // The password is at hand whenever a token is needed: one secret fewer to keep.
                Granted {
                    refresh_token: None,
                    ..self.endpoint.request(settings, client, grant)?
                }
            }
            Method::IdToken(IdToken::Provider { client, .. }) => {
                tracing::info!("ServiceNow auth: token of an identity provider");
                self.endpoint
                    .request(settings, client, Grant::ClientCredentials)?
            }
            Method::IdToken(_) | Method::ApiKey(_) | Method::Basic { .. } => {
                return Err(unreachable_state("a token request by a method without one"));
            }
        };
        tracing::info!("ServiceNow OAuth2 token acquired");
        warn_of_everything(settings, &granted.token);
        if granted.token.expires_in_secs() == Some(0) {
            // What is over when it comes does not take the place of what may still be good.
            self.keep_refresh_token(granted.refresh_token);
            return Ok(granted.token);
        }
        Ok(self.keep(granted))
    }

    fn refresh(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        refresh_token: &SecretString,
    ) -> Result<Granted, Error> {
        let refresh_token = Secret::new(refresh_token.expose_secret());
        self.endpoint
            .request(settings, client, Grant::RefreshToken { refresh_token })
    }

    /// Trades the code of a login for tokens (RFC 6749 §4.1.3), and keeps them in place of the login
    /// before.
    pub(crate) fn redeem(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        grant: Grant<'_>,
    ) -> Result<(Token, bool), Error> {
        let _lock = self.lock(settings)?;
        let granted = self.endpoint.request(settings, client, grant)?;
        let has_refresh_token = granted.refresh_token.is_some();
        Ok((self.keep_login(granted), has_refresh_token))
    }

    /// Keeps a token that came through the browser, in place of the login before.
    pub(crate) fn keep_token(&self, settings: &Settings, token: Token) -> Result<Token, Error> {
        let _lock = self.lock(settings)?;
        Ok(self.keep_login(Granted {
            token,
            refresh_token: None,
        }))
    }

    /// Another login is perhaps another person: nothing of the one before is left.
    fn keep_login(&self, granted: Granted) -> Token {
        *self.unsaved() = None;
        warned(self.store.forget(&self.key));
        self.keep(granted)
    }

    /// Keeps what was granted: the refresh token first, which cannot be had again.
    fn keep(&self, granted: Granted) -> Token {
        self.keep_refresh_token(granted.refresh_token);
        warned(
            self.store
                .keep_access_token(&self.key, &granted.token.to_store()),
        );
        granted.token
    }

    /// Keeps one that came in place of the one before, in this process where the store does not take
    /// it.
    fn keep_refresh_token(&self, refresh_token: Option<SecretString>) {
        if let Some(refresh_token) = refresh_token {
            let kept = self.store.keep_refresh_token(&self.key, &refresh_token);
            *self.unsaved() = match warned(kept) {
                Some(()) => None,
                None => Some(refresh_token),
            };
        }
    }

    fn kept_refresh_token(&self) -> Result<Option<SecretString>, StoreError> {
        match &*self.unsaved() {
            Some(unsaved) => Ok(Some(unsaved.clone())),
            None => self.store.refresh_token(&self.key),
        }
    }

    fn unsaved(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is too early to renew a stored token.
fn is_fresh(token: &Token, margin_secs: u32) -> bool {
    let lifetime = token.expires_in_secs().unwrap_or_default();
    let rest = token.rest_secs().unwrap_or_default();
    rest > margin_secs.min(lifetime / 2) && rest > 1
}

/// A scope that passes every check where a smaller one was meant.
fn warn_of_everything(settings: &Settings, token: &Token) {
    let asked = settings.scope.as_deref().unwrap_or_default();
    let granted = token.scope().unwrap_or_default();
    if !asked.is_empty() && !passes_every_check(asked) && passes_every_check(granted) {
        tracing::warn!(
            "the instance granted the scope {EVERYTHING_SCOPE}, which passes every check of scopes, \
             although {} asked for {asked}",
            SCOPE.variable
        );
    }
}

/// Whether [`EVERYTHING_SCOPE`] is among the scopes.
pub(crate) fn passes_every_check(scopes: &str) -> bool {
    scopes.split(' ').any(|scope| scope == EVERYTHING_SCOPE)
}

/// Whose token the settings ask for.
fn store_key(settings: &Settings) -> StoreKey {
    let method = &settings.method;
    let client_id = method.client().map(|client| client.id.clone());
    StoreKey {
        instance: settings.instance.to_string(),
        method: method.name().to_owned(),
        client_id: client_id.unwrap_or_default(),
        scope: settings.scope.clone(),
        user: match method {
            // Another refresh token is another login.
            Method::RefreshToken { refresh_token, .. } => {
                Some(fingerprint(refresh_token.expose_secret()))
            }
            Method::IdToken(IdToken::Provider {
                token_url, scope, ..
            }) => {
                let scope = scope.as_deref().unwrap_or_default();
                Some(format!("{token_url} {scope}"))
            }
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

pub(crate) fn not_logged_in(settings: &Settings, client: &OAuthClient) -> Error {
    let scope = match settings.scope() {
        Some(scope) => format!(" for the scope {scope}"),
        None => String::new(),
    };
    let what = format!(
        "nobody is logged in at {} through the client {}{scope}",
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

/// For what the code before rules out: an error rather than a panic.
fn unreachable_state(what: &str) -> Error {
    Error::new(ErrorKind::Usage, format!("{what} where there is none"))
}
