//! The header by which a request proves who sends it.

use core::fmt;
use std::sync::Arc;

use base64ct::{Base64, Encoding};
use snow_token_core::Secret;
use ureq::http::{HeaderName, header};
use zeroize::Zeroizing;

use crate::token::Token;

/// A header, and what of it must not be seen anywhere.
pub(crate) struct Proof {
    header: HeaderName,
    value: Zeroizing<String>,
    /// What a server could repeat in its words, beside the value's last part.
    password: Option<Zeroizing<String>>,
    token: Option<Arc<Token>>,
}

impl Proof {
    pub(crate) fn bearer(token: Arc<Token>) -> Self {
        Self {
            header: header::AUTHORIZATION,
            value: Zeroizing::new(format!("Bearer {}", token.secret())),
            password: None,
            token: Some(token),
        }
    }

    pub(crate) fn api_key(key: &str) -> Self {
        Self {
            header: HeaderName::from_static("x-sn-apikey"),
            value: Zeroizing::new(key.to_owned()),
            password: None,
            token: None,
        }
    }

    /// RFC 7617, in UTF-8.
    pub(crate) fn basic(username: &str, password: &str) -> Self {
        let pair = Zeroizing::new(format!("{username}:{password}"));
        let base64 = Zeroizing::new(Base64::encode_string(pair.as_bytes()));
        Self {
            header: header::AUTHORIZATION,
            value: Zeroizing::new(format!("Basic {}", *base64)),
            password: Some(Zeroizing::new(password.to_owned())),
            token: None,
        }
    }

    pub(crate) fn header(&self) -> HeaderName {
        self.header.clone()
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    /// The token that the header carries, if it is one.
    pub(crate) const fn token(&self) -> Option<&Arc<Token>> {
        self.token.as_ref()
    }

    /// Whether the two are the same, in a time that does not tell where they differ.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        Secret::new(&self.value) == Secret::new(&other.value)
    }

    /// What must not be seen in a server's words.
    pub(crate) fn secrets(&self) -> Vec<Zeroizing<String>> {
        let credentials = self.value.rsplit(' ').next().unwrap_or_default();
        let credentials = Zeroizing::new(credentials.to_owned());
        [Some(credentials), self.password.clone()]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}
