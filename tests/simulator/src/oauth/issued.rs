//! The tokens that are out: access tokens, shared by all who ask for the same, and refresh tokens.

use core::time::Duration;
use std::{
    collections::HashMap,
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use serde_json::json;

use crate::{
    clock::later,
    jwt::JwtSigner,
    random::{random_id, random_token},
};

/// What a request for a token brings while an earlier one for the same client, user and scope is
/// valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reissue {
    /// The same token, with what is left of its lifetime.
    SameTokenWithRest,
    /// The same token, its lifetime counted anew (on some releases).
    SameTokenAnew,
    /// A new token each time (unlike any instance).
    NewToken,
}

/// What becomes of a refresh token that is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshTokens {
    /// It comes back and stays good, its lifetime unchanged.
    SameToken,
    /// A new one comes; the old one is refused from then on.
    Rotate,
}

/// What an access token looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessTokenFormat {
    /// 86 characters that mean nothing.
    Opaque,
    /// A JWT of at least so many characters. Instances can be set so; a client must plan for 4 KiB.
    Jwt {
        /// What it is filled up to.
        min_len: usize,
    },
}

/// What a token stands for. The same client, user and scope are the same token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    pub(crate) client_id: String,
    pub(crate) user_name: String,
    /// Scopes with a space between them.
    pub(crate) scope: String,
}

#[derive(Debug, Clone)]
struct Out {
    holder: Holder,
    expires_at: SystemTime,
}

/// How long tokens live and how they come back.
#[derive(Debug, Clone)]
pub(crate) struct TokenRules {
    pub(crate) lifetime: Duration,
    pub(crate) refresh_lifetime: Duration,
    pub(crate) reissue: Reissue,
    pub(crate) refresh_tokens: RefreshTokens,
    pub(crate) format: AccessTokenFormat,
}

#[derive(Debug)]
pub(crate) struct IssuedTokens {
    pub(crate) rules: TokenRules,
    signer: JwtSigner,
    access: HashMap<String, Out>,
    refresh: HashMap<String, Out>,
}

impl IssuedTokens {
    pub(crate) fn new(rules: TokenRules) -> Self {
        Self {
            rules,
            signer: JwtSigner::new(),
            access: HashMap::new(),
            refresh: HashMap::new(),
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }

    /// Forgets the token; with a refresh token also the access tokens of the same holder.
    pub(crate) fn revoke(&mut self, token: &str) {
        self.access.remove(token);
        if let Some(revoked) = self.refresh.remove(token) {
            self.access.retain(|_, out| out.holder != revoked.holder);
        }
    }

    /// Whom the access token stands for.
    pub(crate) fn holder(&self, access_token: &str, now: SystemTime) -> Option<&Holder> {
        let out = self.access.get(access_token)?;
        (now < out.expires_at).then_some(&out.holder)
    }

    /// An access token, and how long it lives from now on.
    pub(crate) fn access_token(&mut self, holder: &Holder, now: SystemTime) -> (String, Duration) {
        self.access.retain(|_, out| now < out.expires_at);
        let expires_at = later(now, self.rules.lifetime);
        let mut out = self.access.iter_mut();
        if let Some((token, out)) = out.find(|(_, out)| out.holder == *holder) {
            if self.rules.reissue == Reissue::SameTokenAnew {
                out.expires_at = expires_at;
            }
            if self.rules.reissue != Reissue::NewToken {
                let rest = out.expires_at.duration_since(now);
                return (token.clone(), rest.unwrap_or_default());
            }
        }
        let token = self.new_access_token(holder, now);
        let holder = holder.clone();
        self.access
            .insert(token.clone(), Out { holder, expires_at });
        (token, self.rules.lifetime)
    }

    fn new_access_token(&self, holder: &Holder, now: SystemTime) -> String {
        let min_len = match self.rules.format {
            AccessTokenFormat::Opaque => return random_token(86),
            AccessTokenFormat::Jwt { min_len } => min_len,
        };
        let issued_at = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let ends = issued_at.saturating_add(self.rules.lifetime);
        let mut claims = json!({
            "sub": holder.user_name,
            "client_id": holder.client_id,
            "scope": holder.scope,
            "iat": issued_at.as_secs(),
            "exp": ends.as_secs(),
            "jti": random_id(),
            "filling": "",
        });
        let missing = min_len.saturating_sub(self.signer.sign(&claims).len());
        // Base64 makes four characters of three bytes.
        claims["filling"] = random_token(missing.div_ceil(4) * 3).into();
        self.signer.sign(&claims)
    }

    /// A refresh token for who has logged in: the one that is out already, unless they rotate.
    pub(crate) fn refresh_token(&mut self, holder: &Holder, now: SystemTime) -> String {
        self.refresh.retain(|_, out| now < out.expires_at);
        let mut out = self.refresh.iter();
        let same = out.find(|(_, out)| out.holder == *holder);
        match (same, self.rules.refresh_tokens) {
            (Some((token, _)), RefreshTokens::SameToken) => token.clone(),
            _ => self.new_refresh_token(holder.clone(), now),
        }
    }

    /// Whom the refresh token stands for, where it belongs to the client and is still good.
    pub(crate) fn refreshed(
        &self,
        refresh_token: &str,
        client_id: &str,
        now: SystemTime,
    ) -> Option<Holder> {
        let out = self.refresh.get(refresh_token)?;
        let is_good = now < out.expires_at && out.holder.client_id == client_id;
        is_good.then(|| out.holder.clone())
    }

    /// Uses the refresh token: the same one again, or one in its place.
    pub(crate) fn next_refresh_token(&mut self, refresh_token: &str, now: SystemTime) -> String {
        match self.rules.refresh_tokens {
            RefreshTokens::SameToken => refresh_token.to_owned(),
            RefreshTokens::Rotate => match self.refresh.remove(refresh_token) {
                Some(used) => self.new_refresh_token(used.holder, now),
                None => refresh_token.to_owned(),
            },
        }
    }

    fn new_refresh_token(&mut self, holder: Holder, now: SystemTime) -> String {
        let token = random_token(86);
        let expires_at = later(now, self.rules.refresh_lifetime);
        self.refresh
            .insert(token.clone(), Out { holder, expires_at });
        token
    }
}
