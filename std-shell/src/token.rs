//! An access token that was had.

use core::fmt;

use secrecy::SecretString;
use snow_token_core::{Secret, TokenResponse, TokenResponseError};
use zeroize::Zeroizing;

use crate::{clock::unix_now, store::StoredToken};

/// An access token as it was granted.
pub struct Token {
    text: Zeroizing<String>,
    scope: Option<String>,
    expires_in_secs: Option<u32>,
    requested_at_unix: u64,
    source: TokenSource,
}

/// Where a token was had from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenSource {
    /// From the instance, or the identity provider, just now.
    Instance,
    /// From the store.
    Cache,
    /// It was handed in.
    HandedIn,
}

impl TokenSource {
    /// In a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Cache => "cache",
            Self::HandedIn => "handed_in",
        }
    }
}

impl Token {
    pub(crate) fn granted(
        response: &TokenResponse<'_>,
        requested_scope: Option<&str>,
        requested_at_unix: u64,
    ) -> Self {
        Self {
            text: Zeroizing::new(response.access_token().expose().to_owned()),
            // RFC 6749 §5.1: no scope means the one that was asked for.
            scope: response.scope.or(requested_scope).map(str::to_owned),
            expires_in_secs: response.expires_in_secs,
            requested_at_unix,
            source: TokenSource::Instance,
        }
    }

    /// # Errors
    /// Where the text could not stand in a header.
    pub(crate) fn handed_in(
        text: &str,
        expires_in_secs: Option<u32>,
        now_unix: u64,
    ) -> Result<Self, TokenResponseError> {
        TokenResponse::handed_in(Secret::new(text))?;
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            scope: None,
            expires_in_secs,
            requested_at_unix: now_unix,
            source: TokenSource::HandedIn,
        })
    }

    /// # Errors
    /// Where the text could not stand in a header.
    pub(crate) fn from_store(stored: &StoredToken) -> Result<Self, TokenResponseError> {
        use secrecy::ExposeSecret;
        let text = stored.access_token.expose_secret();
        TokenResponse::handed_in(Secret::new(text))?;
        Ok(Self {
            text: Zeroizing::new(text.to_owned()),
            scope: stored.scope.clone(),
            expires_in_secs: stored.expires_in_secs,
            requested_at_unix: stored.requested_at_unix,
            source: TokenSource::Cache,
        })
    }

    pub(crate) fn to_store(&self) -> StoredToken {
        StoredToken {
            access_token: SecretString::from(self.text.as_str()),
            scope: self.scope.clone(),
            expires_in_secs: self.expires_in_secs,
            requested_at_unix: self.requested_at_unix,
        }
    }

    /// How long it is good from when it was had, in seconds; `None` where it is not known. Of one that
    /// the instance has just given its own word counts, whatever the wall clock did meanwhile.
    pub(crate) fn lifetime_secs(&self) -> Option<u32> {
        match self.source {
            TokenSource::Instance => self.expires_in_secs,
            _ => self.rest_secs(),
        }
    }

    /// What is left of its lifetime; `None` where it is not known.
    pub(crate) fn rest_secs_at(&self, now_unix: u64) -> Option<u32> {
        let end = self.expires_at_unix()?;
        let rest = u32::try_from(end.saturating_sub(now_unix)).unwrap_or(u32::MAX);
        // A clock that went back does not make it live longer.
        Some(rest.min(self.expires_in_secs?))
    }

    /// The token itself. It is a secret: keep it out of logs and arguments.
    pub fn secret(&self) -> &str {
        &self.text
    }

    /// The scopes that were granted, with a space between them; the ones asked for where the
    /// instance did not say.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The lifetime that the instance named, in seconds from when the token was asked for.
    pub const fn expires_in_secs(&self) -> Option<u32> {
        self.expires_in_secs
    }

    /// When the token ends, in seconds since 1970 (UTC), by the clock of this machine.
    pub fn expires_at_unix(&self) -> Option<u64> {
        let lifetime = u64::from(self.expires_in_secs?);
        Some(self.requested_at_unix.saturating_add(lifetime))
    }

    /// How long it is still good, in seconds, by the clock of this machine.
    pub fn rest_secs(&self) -> Option<u32> {
        self.rest_secs_at(unix_now())
    }

    /// Where it was had from.
    pub const fn source(&self) -> TokenSource {
        self.source
    }

    /// Whether the two are the same text, in a time that does not tell where they differ.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        Secret::new(&self.text) == Secret::new(&other.text)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("scope", &self.scope)
            .field("expires_in_secs", &self.expires_in_secs)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
