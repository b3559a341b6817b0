//! Tokens in the memory of one process.

use core::time::Duration;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use secrecy::SecretString;

use super::{StoreError, StoreKey, StoreLock, StoredToken, TokenStore};

/// Keeps tokens as long as the process lives. What a library uses unless it is told otherwise.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<HashMap<StoreKey, Entry>>);

#[derive(Debug, Default)]
struct Entry {
    access_token: Option<StoredToken>,
    refresh_token: Option<SecretString>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<StoreKey, Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenStore for MemoryStore {
    /// There is no other process, and a client's threads take turns by themselves.
    fn lock(&self, _: &StoreKey, _: Duration) -> Result<StoreLock, StoreError> {
        Ok(StoreLock::new(()))
    }

    fn access_token(&self, key: &StoreKey) -> Result<Option<StoredToken>, StoreError> {
        let entries = self.entries();
        Ok(entries
            .get(key)
            .and_then(|entry| entry.access_token.clone()))
    }

    fn keep_access_token(&self, key: &StoreKey, token: &StoredToken) -> Result<(), StoreError> {
        self.entries().entry(key.clone()).or_default().access_token = Some(token.clone());
        Ok(())
    }

    fn refresh_token(&self, key: &StoreKey) -> Result<Option<SecretString>, StoreError> {
        let entries = self.entries();
        Ok(entries
            .get(key)
            .and_then(|entry| entry.refresh_token.clone()))
    }

    fn keep_refresh_token(&self, key: &StoreKey, token: &SecretString) -> Result<(), StoreError> {
        self.entries().entry(key.clone()).or_default().refresh_token = Some(token.clone());
        Ok(())
    }

    fn forget(&self, key: &StoreKey) -> Result<(), StoreError> {
        self.entries().remove(key);
        Ok(())
    }
}
