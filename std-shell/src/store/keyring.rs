//! Refresh tokens in the system's store for secrets: Secret Service on Linux, the keychain of macOS,
//! the credential manager of Windows. Access tokens, which come and go, stay in files, and so do the
//! locks.

use core::{fmt, time::Duration};

use keyring::{Entry, Error};
use secrecy::{ExposeSecret, SecretString};

use super::{FileStore, StoreError, StoreKey, StoreLock, StoredToken, TokenStore, file};

/// The name under which the system shows what is kept.
const SERVICE: &str = "snow-token";

/// Keeps refresh tokens in the system's store for secrets, and the rest as [`FileStore`] does.
pub struct KeyringStore {
    files: FileStore,
}

impl KeyringStore {
    /// With these files for what is no refresh token.
    ///
    /// # Errors
    /// [`StoreError`], where the system has no such store, or it is locked.
    pub fn beside(files: FileStore) -> Result<Self, StoreError> {
        match Entry::store_status() {
            Ok(()) => Ok(Self { files }),
            Err(error) => Err(StoreError::new(format!(
                "the system's store for secrets cannot be used: {error}"
            ))),
        }
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore")
            .field("files", &self.files)
            .finish()
    }
}

fn entry(key: &StoreKey) -> Result<Entry, StoreError> {
    Entry::new(SERVICE, &file::name(key)).map_err(failed)
}

fn failed(error: Error) -> StoreError {
    StoreError::new(format!("the system's store for secrets failed: {error}"))
}

impl TokenStore for KeyringStore {
    fn lock(&self, key: &StoreKey, patience: Duration) -> Result<StoreLock, StoreError> {
        self.files.lock(key, patience)
    }

    fn access_token(&self, key: &StoreKey) -> Result<Option<StoredToken>, StoreError> {
        self.files.access_token(key)
    }

    fn keep_access_token(&self, key: &StoreKey, token: &StoredToken) -> Result<(), StoreError> {
        self.files.keep_access_token(key, token)
    }

    fn refresh_token(&self, key: &StoreKey) -> Result<Option<SecretString>, StoreError> {
        match entry(key)?.get_password() {
            Ok(token) => Ok(Some(SecretString::from(token))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    fn keep_refresh_token(&self, key: &StoreKey, token: &SecretString) -> Result<(), StoreError> {
        entry(key)?
            .set_password(token.expose_secret())
            .map_err(failed)
    }

    fn forget(&self, key: &StoreKey) -> Result<(), StoreError> {
        match entry(key)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => self.files.forget(key),
            Err(error) => Err(failed(error)),
        }
    }
}
