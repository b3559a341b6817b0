//! ID tokens of other identity providers, which serve as bearer tokens without an exchange.

use core::time::Duration;
use std::time::SystemTime;

use crate::{
    jwt::{InvalidKey, Jwt, ParsedKey, SeenIds, VerifierKey},
    users::{User, UserField, Users},
};

/// An identity provider whose tokens the instance takes (an OIDC entry of the registry).
#[derive(Debug, Clone)]
pub struct TrustedIssuer {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// What the tokens must be for, in `aud`.
    pub audience: String,
    /// What they are verified with.
    pub key: VerifierKey,
    /// The claim that names the user. `sub` by default.
    pub user_claim: String,
    /// The column that the claim names. The mail address by default.
    pub user_field: UserField,
    /// How far the clocks may be apart. 0 s by default.
    pub clock_skew: Duration,
    /// Whether each `jti` counts once, which makes it one call per token. Off by default.
    pub jti_checked: bool,
}

impl TrustedIssuer {
    /// An issuer with the defaults.
    pub fn new(issuer: &str, audience: &str, key: VerifierKey) -> Self {
        Self {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            key,
            user_claim: "sub".to_owned(),
            user_field: UserField::Email,
            clock_skew: Duration::ZERO,
            jti_checked: false,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct TrustedIssuers {
    issuers: Vec<(TrustedIssuer, ParsedKey)>,
    seen: SeenIds,
}

impl TrustedIssuers {
    /// An issuer of the same name is replaced.
    pub(crate) fn trust(&mut self, issuer: TrustedIssuer) -> Result<(), InvalidKey> {
        let key = ParsedKey::try_from(&issuer.key)?;
        self.trust_with(issuer, key);
        Ok(())
    }

    pub(crate) fn trust_with(&mut self, issuer: TrustedIssuer, key: ParsedKey) {
        self.issuers
            .retain(|(known, _)| known.issuer != issuer.issuer);
        self.issuers.push((issuer, key));
    }

    /// The user that a good token names.
    pub(super) fn user<'u>(
        &mut self,
        token: &str,
        users: &'u Users,
        now: SystemTime,
    ) -> Option<&'u User> {
        let jwt = Jwt::parse(token)?;
        let name = jwt.text_claim("iss")?;
        let mut issuers = self.issuers.iter();
        let (issuer, key) = issuers.find(|(known, _)| known.issuer == name)?;
        jwt.verify(key).ok()?;
        let ends = jwt.ends(now, issuer.clock_skew).ok()?;
        if !jwt.is_for(&issuer.audience) {
            return None;
        }
        let user = users.by(issuer.user_field, &jwt.text_claim(&issuer.user_claim)?)?;
        if issuer.jti_checked {
            let jti = jwt.text_claim("jti");
            self.seen.note(&name, jti, ends, now).ok()?;
        }
        Some(user)
    }
}
