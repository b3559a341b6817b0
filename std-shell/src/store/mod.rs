//! Where tokens are kept between processes, and the lock that makes their renewal one at a time.
//!
//! Access tokens can be had again at any time; refresh tokens cannot be had without a person. The
//! two are kept apart.

mod file;
#[cfg(feature = "keyring")]
mod keyring;
mod memory;

pub use file::FileStore;
#[cfg(feature = "keyring")]
pub use keyring::KeyringStore;
pub use memory::MemoryStore;

use core::{any::Any, fmt, time::Duration};

use secrecy::SecretString;

/// Keeps tokens. Threads and processes share it.
///
/// The tokens are [secrets](SecretString): [`ExposeSecret`](crate::ExposeSecret) gives their texts.
///
/// A [`Client`](crate::Client) looks for an access token before it asks the instance for one, and
/// keeps what comes. An error of a store is warned of and passed over, save where a refresh token is
/// needed: a token that cannot be kept is still a token.
pub trait TokenStore: fmt::Debug + Send + Sync {
    /// Waits for its turn to renew the token of `key`, for as long as `patience`. Whoever holds the
    /// lock is the only one who renews it; the lock ends with its process at the latest.
    ///
    /// # Errors
    /// [`StoreError::busy`] where somebody else has it for longer, and any other where there are no
    /// locks.
    fn lock(&self, key: &StoreKey, patience: Duration) -> Result<StoreLock, StoreError>;

    /// The access token that is kept, whether it is still good or not.
    ///
    /// # Errors
    /// [`StoreError`].
    fn access_token(&self, key: &StoreKey) -> Result<Option<StoredToken>, StoreError>;

    /// Keeps an access token in place of the one before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep_access_token(&self, key: &StoreKey, token: &StoredToken) -> Result<(), StoreError>;

    /// The refresh token that is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    fn refresh_token(&self, key: &StoreKey) -> Result<Option<SecretString>, StoreError>;

    /// Keeps a refresh token in place of the one before.
    ///
    /// # Errors
    /// [`StoreError`].
    fn keep_refresh_token(&self, key: &StoreKey, token: &SecretString) -> Result<(), StoreError>;

    /// Forgets both tokens.
    ///
    /// # Errors
    /// [`StoreError`].
    fn forget(&self, key: &StoreKey) -> Result<(), StoreError>;
}

/// Whose token it is. Two that differ in one member have nothing to do with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct StoreKey {
    /// The instance's origin, as in `https://dev12345.service-now.com`.
    pub instance: String,
    /// The method, as in `oauth2_client_credentials`.
    pub method: String,
    /// The Client ID.
    pub client_id: String,
    /// The scopes that are asked for.
    pub scope: Option<String>,
    /// The user that the method names, or a text that stands for one.
    pub user: Option<String>,
}

impl StoreKey {
    /// A key of these parts.
    pub fn new(
        instance: impl Into<String>,
        method: impl Into<String>,
        client_id: impl Into<String>,
        scope: Option<String>,
        user: Option<String>,
    ) -> Self {
        Self {
            instance: instance.into(),
            method: method.into(),
            client_id: client_id.into(),
            scope,
            user,
        }
    }
}

/// An access token as it is kept.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StoredToken {
    /// The token.
    pub access_token: SecretString,
    /// The scopes that were granted.
    pub scope: Option<String>,
    /// The lifetime that the instance named, in seconds from when the token was asked for.
    pub expires_in_secs: Option<u32>,
    /// When it was asked for, in seconds since 1970 (UTC), by this machine's clock.
    pub requested_at_unix: u64,
}

impl StoredToken {
    /// A token that was asked for at that time, in seconds since 1970 (UTC).
    pub fn new(
        access_token: SecretString,
        scope: Option<String>,
        expires_in_secs: Option<u32>,
        requested_at_unix: u64,
    ) -> Self {
        Self {
            access_token,
            scope,
            expires_in_secs,
            requested_at_unix,
        }
    }

    /// What is left of its lifetime at `now_unix`; `None` where it is over, or where the clock went
    /// back to before the token was asked for, so that nobody knows.
    pub fn rest_secs(&self, now_unix: u64) -> Option<u32> {
        let age = now_unix.checked_sub(self.requested_at_unix)?;
        let lifetime = self.expires_in_secs?;
        let age = u32::try_from(age).ok()?;
        lifetime.checked_sub(age).filter(|rest| *rest > 0)
    }
}

/// The right to renew a token, until it is dropped.
pub struct StoreLock {
    _guard: Box<dyn Any + Send>,
}

impl StoreLock {
    /// A lock that lasts as long as `guard`.
    pub fn new(guard: impl Any + Send) -> Self {
        Self {
            _guard: Box::new(guard),
        }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreLock")
    }
}

/// Why a store does not do what it should. Never holds a token.
#[derive(Debug)]
pub struct StoreError {
    what: String,
    is_busy: bool,
}

impl StoreError {
    /// With what was tried, on what, and what came of it.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            is_busy: false,
        }
    }

    /// For a lock that somebody else has had for too long.
    pub fn busy(what: impl Into<String>) -> Self {
        Self {
            is_busy: true,
            ..Self::new(what)
        }
    }

    /// Whether there is a lock, and somebody else has it.
    pub const fn is_busy(&self) -> bool {
        self.is_busy
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for StoreError {}
