//! The JWT bearer grant's checks: which verifier map, which signature, which claims.

use core::time::Duration;
use std::time::SystemTime;

use crate::{
    jwt::{InvalidKey, Jwt, ParsedKey, SeenIds, VerifierKey},
    oauth::registry::RegisteredClient,
};

/// What an instance demands of an assertion, beside its signature.
#[derive(Debug, Clone)]
pub struct AssertionRules {
    /// How far the clocks may be apart: 0 s on the newer console, which is the default here, and
    /// 300 s on older forms.
    pub clock_skew: Duration,
    /// Whether each `jti` counts once. On by default.
    pub jti_checked: bool,
    /// Whether `aud` may also be the URL of the token endpoint. One page of the documentation says
    /// so; off by default.
    pub token_url_as_audience: bool,
    /// Claim validations: claims that must be there with these values, beside the usual ones.
    pub required_claims: Vec<(String, String)>,
}

impl Default for AssertionRules {
    fn default() -> Self {
        Self {
            clock_skew: Duration::ZERO,
            jti_checked: true,
            token_url_as_audience: false,
            required_claims: Vec::new(),
        }
    }
}

/// A JWT Verifier Map: the key for one client, and for one `kid` where it has several.
#[derive(Debug)]
struct VerifierMap {
    client_id: String,
    kid: Option<String>,
    key: ParsedKey,
}

#[derive(Debug)]
pub(crate) struct AssertionVerifier {
    rules: AssertionRules,
    maps: Vec<VerifierMap>,
    seen: SeenIds,
}

impl AssertionVerifier {
    pub(crate) fn new(rules: AssertionRules) -> Self {
        Self {
            rules,
            maps: Vec::new(),
            seen: SeenIds::default(),
        }
    }

    /// A map for the same client and `kid` is replaced.
    pub(crate) fn add(
        &mut self,
        client_id: &str,
        kid: Option<&str>,
        key: &VerifierKey,
    ) -> Result<(), InvalidKey> {
        let key = ParsedKey::try_from(key)?;
        let is_same = |map: &VerifierMap| map.client_id == client_id && map.kid.as_deref() == kid;
        self.maps.retain(|map| !is_same(map));
        self.maps.push(VerifierMap {
            client_id: client_id.to_owned(),
            kid: kid.map(str::to_owned),
            key,
        });
        Ok(())
    }

    /// The subject of an assertion that is good for the client.
    pub(crate) fn subject(
        &mut self,
        assertion: &str,
        client: &RegisteredClient,
        host: &str,
        now: SystemTime,
    ) -> Result<String, &'static str> {
        let jwt = Jwt::parse(assertion).ok_or("the assertion is not a JWT")?;
        jwt.verify(self.key(&client.client_id, jwt.kid())?)?;
        let token_url = format!("https://{host}/oauth_token.do");
        let is_for_token_url = self.rules.token_url_as_audience && jwt.is_for(&token_url);
        if !jwt.is_for(&client.client_id) && !is_for_token_url {
            return Err("aud is not the client ID");
        }
        if jwt.text_claim("iss").as_deref() != Some(&client.client_id) {
            return Err("iss is not the client ID");
        }
        let has_claim =
            |(name, value): &(String, String)| jwt.text_claim(name).as_ref() == Some(value);
        if !self.rules.required_claims.iter().all(has_claim) {
            return Err("a claim validation failed");
        }
        let subject = jwt.text_claim("sub").ok_or("sub is missing")?;
        let ends = jwt.ends(now, self.rules.clock_skew)?;
        if self.rules.jti_checked {
            let jti = jwt.text_claim("jti");
            self.seen.note(&client.client_id, jti, ends, now)?;
        }
        Ok(subject)
    }

    /// The `kid` selects the map; on either side it may be blank where the client has one map.
    fn key(&self, client_id: &str, kid: Option<&str>) -> Result<&ParsedKey, &'static str> {
        let of_client = |map: &&VerifierMap| map.client_id == client_id;
        let maps: Vec<_> = self.maps.iter().filter(of_client).collect();
        let map = match maps.as_slice() {
            [] => return Err("the client has no JWT Verifier Map"),
            [only] if kid.is_none() || only.kid.is_none() => Some(only),
            several => several.iter().find(|map| map.kid.as_deref() == kid),
        };
        let map = map.ok_or("no JWT Verifier Map of the client has the kid")?;
        Ok(&map.key)
    }
}
