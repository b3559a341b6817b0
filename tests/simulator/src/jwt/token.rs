//! A token of three parts (RFC 7515 §3.1): its header, its claims, and the checks of both.

use core::time::Duration;
use std::time::SystemTime;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Map, Value};

use super::{key::ParsedKey, signature};
use crate::clock::later;

/// A token that has been read; what it claims is not to be believed before
/// [`verify`](Self::verify).
#[derive(Debug)]
pub(crate) struct Jwt<'a> {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signing_input: &'a str,
    signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (signing_input, signature) = token.rsplit_once('.')?;
        let (header, claims) = signing_input.split_once('.')?;
        Some(Self {
            header: json_object(header)?,
            claims: json_object(claims)?,
            signing_input,
            signature: Base64UrlUnpadded::decode_vec(signature).ok()?,
        })
    }

    /// The key ID of the header; none where it is left blank.
    pub(crate) fn kid(&self) -> Option<&str> {
        let kid = self.header.get("kid").and_then(Value::as_str);
        kid.filter(|kid| !kid.is_empty())
    }

    /// A claim that is a string.
    pub(crate) fn text_claim(&self, name: &str) -> Option<String> {
        let claim = self.claims.get(name).and_then(Value::as_str);
        claim.map(str::to_owned)
    }

    /// Whether the audience is that one, or has it among others (RFC 7519 §4.1.3).
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(one)) => one == audience,
            Some(Value::Array(several)) => several.iter().any(|one| one == audience),
            _ => false,
        }
    }

    pub(crate) fn verify(&self, key: &ParsedKey) -> Result<(), &'static str> {
        // RFC 7515 §4.1.11: what is critical and not understood is refused.
        if self.header.contains_key("crit") {
            return Err("the header has critical extensions");
        }
        let algorithm = self.header.get("alg").and_then(Value::as_str);
        let algorithm = algorithm.ok_or("the header has no alg")?;
        signature::verify(
            key,
            algorithm,
            self.signing_input.as_bytes(),
            &self.signature,
        )
    }

    /// When the token ends, if it is good at `now`, give or take the skew.
    pub(crate) fn ends(&self, now: SystemTime, skew: Duration) -> Result<SystemTime, &'static str> {
        let exp = self.time_claim("exp")?.ok_or("exp is missing")?;
        let ends = later(exp, skew);
        if now >= ends {
            return Err("exp has passed");
        }
        let is_ahead = |time: SystemTime| time > later(now, skew);
        if self.time_claim("iat")?.is_some_and(is_ahead) {
            return Err("iat is in the future");
        }
        if self.time_claim("nbf")?.is_some_and(is_ahead) {
            return Err("nbf is in the future");
        }
        Ok(ends)
    }

    /// A `NumericDate` (RFC 7519 §2).
    fn time_claim(&self, name: &str) -> Result<Option<SystemTime>, &'static str> {
        let Some(claim) = self.claims.get(name) else {
            return Ok(None);
        };
        let secs = claim.as_f64().ok_or("a time is not a number")?;
        let since_epoch = Duration::try_from_secs_f64(secs).map_err(|_| "a time is no time")?;
        let time = SystemTime::UNIX_EPOCH.checked_add(since_epoch);
        time.map(Some).ok_or("a time is no time")
    }
}

fn json_object(base64url: &str) -> Option<Map<String, Value>> {
    let json = Base64UrlUnpadded::decode_vec(base64url).ok()?;
    serde_json::from_slice(&json).ok()
}
