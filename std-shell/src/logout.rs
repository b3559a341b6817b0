//! What is kept of a client's tokens, and its end.

use secrecy::ExposeSecret;
use snow_token_core::{Cause, Refusal, form};
use ureq::http::Method as HttpMethod;
use zeroize::Zeroizing;

use crate::{
    client::Client,
    clock::unix_now,
    error::{Error, ErrorKind},
    settings::Method,
    transport::HttpRequest,
};

/// What an instance answers to a revocation is not of use.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// What the store keeps for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The access token, if there is one that is good.
    pub token: Option<TokenStatus>,
    /// Whether a refresh token is kept; `None` where the method keeps none.
    pub is_logged_in: Option<bool>,
}

/// What there is to say of a token without the token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenStatus {
    /// The scopes that were granted.
    pub scope: Option<String>,
    /// When it ends, in seconds since 1970 (UTC).
    pub expires_at_unix: u64,
    /// How long it is good, in seconds.
    pub rest_secs: u32,
}

impl Client {
    /// What the store keeps; nothing is sent.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], where the store cannot be read.
    pub fn status(&self) -> Result<Status, Error> {
        let (store, key) = (self.tokens().store(), self.tokens().store_key());
        let now = unix_now();
        let stored = store.access_token(key)?;
        let token = stored.and_then(|stored| {
            let rest_secs = stored.rest_secs(now)?;
            Some(TokenStatus {
                scope: stored.scope,
                expires_at_unix: now.saturating_add(rest_secs.into()),
                rest_secs,
            })
        });
        let is_logged_in = match self.settings().method() {
            Method::AuthorizationCode { .. } => Some(store.refresh_token(key)?.is_some()),
            _ => None,
        };
        Ok(Status {
            token,
            is_logged_in,
        })
    }

    /// Whether the store keeps anything for this client, good or not.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub fn has_tokens(&self) -> Result<bool, Error> {
        let (store, key) = (self.tokens().store(), self.tokens().store_key());
        Ok(store.access_token(key)?.is_some() || store.refresh_token(key)?.is_some())
    }

    /// Forgets the tokens that are kept. At the instance they stay good to their ends.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], where they cannot be deleted.
    pub fn forget(&self) -> Result<(), Error> {
        let (store, key) = (self.tokens().store(), self.tokens().store_key());
        let _lock = self.tokens().lock(self.settings())?;
        self.shared().reset();
        Ok(store.forget(key)?)
    }

    /// Revokes the tokens at the instance and forgets them. An identity provider's token is forgotten
    /// alone: the instance did not give it.
    ///
    /// **ServiceNow** gives the same access token to all who share a client and a user: it ends for
    /// them too. The token stands in the query of the request; ureq shows that to a logger of level
    /// trace.
    ///
    /// # Errors
    /// [`Error`], where the instance did not revoke one of them. They are forgotten all the same.
    pub fn logout(&self) -> Result<(), Error> {
        let (store, key) = (self.tokens().store(), self.tokens().store_key());
        let _lock = self.tokens().lock(self.settings())?;
        let mut outcome = Ok(());
        if !matches!(self.settings().method(), Method::IdToken(_)) {
            // The one that could bring others first.
            let refresh_token = store.refresh_token(key)?;
            let access_token = store.access_token(key)?.map(|stored| stored.access_token);
            for token in [refresh_token, access_token].iter().flatten() {
                outcome = outcome.and(self.revoke(token.expose_secret()));
            }
        }
        self.shared().reset();
        outcome.and(store.forget(key).map_err(Error::from))
    }

    /// The token stands in the URL, so that is in no message.
    fn revoke(&self, token: &str) -> Result<(), Error> {
        let parameters = [("token", token)];
        let mut query = Zeroizing::new(vec![0; form::encoded_len(parameters)]);
        let query = form::encode(parameters, &mut query)
            .map_err(|error| Error::new(ErrorKind::Usage, error.to_string()))?;
        let url = self.settings().instance.join(&self.settings().revoke_path);
        let address = Zeroizing::new(format!("{url}?{}", String::from_utf8_lossy(query)));
        let answer = self.transport().send(&HttpRequest {
            method: &HttpMethod::GET,
            url: &address,
            headers: &[],
            body: None,
            body_limit: ANSWER_LIMIT,
        })?;
        // A sleeping instance answers HTTP 200 with a page.
        let cause = Refusal::read(&answer.view()).cause;
        match answer.status {
            200..=299 if cause != Cause::Hibernating => Ok(()),
            status => Err(Error::new(
                ErrorKind::UnexpectedAnswer,
                format!("GET {url}: HTTP {status}, the token was not revoked"),
            )
            .with_advice([
                "it is forgotten here, and stays good at the instance to its end: an administrator \
                 can revoke it there, under System OAuth > Manage Tokens",
                "another path may revoke tokens there: set SERVICENOW_REVOKE_PATH, to /oauth_revoke.do \
                 perhaps",
            ])),
        }
    }
}
