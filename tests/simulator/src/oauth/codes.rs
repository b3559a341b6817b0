//! Authorization codes, and the proof that who redeems one is who asked for it (RFC 7636).

use core::time::Duration;
use std::{collections::HashMap, time::SystemTime};

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::digest::{SHA256, digest};

use crate::{
    oauth::{form::Form, issued::Holder},
    random::random_token,
};

const LIFETIME: Duration = Duration::from_secs(60);

/// What a code stands for.
#[derive(Debug, Clone)]
pub(crate) struct Authorization {
    pub(crate) holder: Holder,
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
    pub(crate) challenge: Option<Challenge>,
}

impl Authorization {
    /// Whether the request that redeems the code fits the one that it was given for.
    pub(crate) fn fits(&self, form: &Form) -> Result<(), &'static str> {
        if form.get("redirect_uri") != Some(&self.redirect_uri) {
            return Err("redirect_uri is not the one that the code was given for");
        }
        // Some pages of the documentation ask for the state here; others leave it out.
        if form.get("state").is_some_and(|state| state != self.state) {
            return Err("state is not the one that the code was given for");
        }
        match (&self.challenge, form.get("code_verifier")) {
            (None, None) => Ok(()),
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => Ok(()),
            (Some(_), Some(_)) => Err("code_verifier does not fit the code_challenge"),
            (Some(_), None) => Err("code_verifier is missing"),
            // RFC 9700 §2.1.1: a verifier without a challenge is the mark of a downgrade.
            (None, Some(_)) => Err("code_verifier without a code_challenge"),
        }
    }
}

/// A `code_challenge` of the method S256: 32 bytes in base64url.
#[derive(Debug, Clone)]
pub(crate) struct Challenge(Vec<u8>);

impl Challenge {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let hash = Base64UrlUnpadded::decode_vec(text).ok()?;
        (hash.len() == 32).then_some(Self(hash))
    }

    /// RFC 7636 §4.1: a verifier has 43 to 128 characters, all unreserved.
    fn is_met_by(&self, verifier: &str) -> bool {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        (43..=128).contains(&verifier.len())
            && verifier.bytes().all(unreserved)
            && digest(&SHA256, verifier.as_bytes()).as_ref() == self.0
    }
}

#[derive(Debug, Default)]
pub(crate) struct Codes(HashMap<String, (Authorization, SystemTime)>);

impl Codes {
    pub(crate) fn give(&mut self, authorization: Authorization, now: SystemTime) -> String {
        let code = random_token(64);
        self.0.insert(code.clone(), (authorization, now + LIFETIME));
        code
    }

    /// Takes the code: whatever comes of it, it is used up.
    pub(crate) fn take(&mut self, code: &str, now: SystemTime) -> Option<Authorization> {
        let (authorization, expires_at) = self.0.remove(code)?;
        (now < expires_at).then_some(authorization)
    }
}
