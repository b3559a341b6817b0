//! What an instance is likely to hold against a JWT that is to be an assertion.

use core::fmt;

use serde_json::Value;

use super::{Jwt, signature::signature_lens};

/// One thing that an instance is likely to refuse an assertion for.
///
/// Only what [`Jwt::SHOWN`] lists is repeated in its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwtFault {
    name: &'static str,
    what: String,
    advice: &'static str,
}

impl JwtFault {
    /// A name for programs, which stays the same.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What to do about it.
    pub const fn advice(&self) -> &'static str {
        self.advice
    }
}

impl fmt::Display for JwtFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// An assertion is used once: what lives longer than this is a token of another kind, or a risk.
const LONG_LIFETIME_SECS: u64 = 3600;
/// Past the year 5000 in seconds: a time in milliseconds.
const MILLISECONDS_FROM: u64 = 100_000_000_000;

const ONE_USER: &str = "sub is the user as the entry's User Field has it: SERVICENOW_JWT_SUBJECT";
const CLIENT_ID_AS_AUDIENCE: &str = "the audience is the Client ID of the entry, not an address: \
    leave SERVICENOW_JWT_AUDIENCE unset";
const CLIENT_ID_AS_ISSUER: &str = "the issuer is the Client ID, or what a claim validation of the \
    entry allows; an identity provider's token is no assertion, but can be used as it is: \
    SERVICENOW_ID_TOKEN";
const SYNCHRONIZE: &str = "set the clock of the machine that signs: the Clock skew that is allowed is \
    0 s in the Machine Identity Console and 300 s in older forms, unless set";

impl Jwt {
    /// What an instance is likely to hold against this JWT as an assertion of the JWT bearer grant,
    /// at the time `now_unix`; `client_id` is that of the entry, where it is known.
    ///
    /// The signature itself is not verified, and whether the key fits the certificate cannot be
    /// seen here.
    ///
    /// # Examples
    /// ```
    /// use snow_token::Jwt;
    ///
    /// let jwt: Jwt = "eyJhbGciOiJub25lIn0.e30.".parse()?; // {"alg":"none"}, {}
    /// let names: Vec<_> = jwt.faults(None, 1_795_000_000).iter().map(|fault| fault.name()).collect();
    /// assert!(names.contains(&"algorithm"));
    /// # Ok::<(), snow_token::InvalidJwt>(())
    /// ```
    pub fn faults(&self, client_id: Option<&str>, now_unix: u64) -> Vec<JwtFault> {
        let mut found = Found(Vec::new());
        self.check_header(&mut found);
        self.check_signature(&mut found);
        self.check_parties(client_id, &mut found);
        self.check_times(now_unix, &mut found);
        self.check_name(&mut found);
        found.0
    }

    fn check_header(&self, found: &mut Found) {
        let algorithm = self.header.get("alg").and_then(Value::as_str);
        match algorithm.map(signature_lens) {
            None => found.add("algorithm", "there is no alg", SIGN_BY),
            Some(None) if algorithm == Some("none") => {
                found.add("algorithm", "alg is none: nothing is signed", SIGN_BY);
            }
            Some(None) => found.add(
                "algorithm",
                "alg is none of those that an instance verifies",
                SIGN_BY,
            ),
            Some(Some(_)) if algorithm.is_some_and(|name| name.starts_with("HS")) => found.add(
                "shared_secret",
                "HS* is verified by entries of the Machine Identity Console alone",
                "for an entry of the Application Registry sign by RS* or ES*",
            ),
            Some(Some(_)) => {}
        }
        let typ = self.header.get("typ").and_then(Value::as_str);
        if !typ.is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
            found.add("type", "typ is not JWT", "set the header's typ to JWT");
        }
        let key_id = self.header.get("kid").and_then(Value::as_str);
        if key_id.is_none_or(str::is_empty) {
            found.add(
                "key_id",
                "there is no kid: it does only where the client has one JWT Verifier Map",
                "set it to the map's Kid: SERVICENOW_JWT_KEY_ID",
            );
        }
    }

    fn check_signature(&self, found: &mut Found) {
        let algorithm = self.header.get("alg").and_then(Value::as_str);
        let Some(lens) = algorithm.and_then(signature_lens) else {
            return;
        };
        let len = self.signature_len;
        if len == 0 {
            found.add(
                "signature",
                "the signature is empty",
                "copy the whole of it: it has three parts",
            );
        } else if lens.is_der(len) {
            found.add(
                "signature_der",
                format!(
                    "the signature has {len} bytes, as one in DER has: R and S side by side are {}",
                    lens.raw
                ),
                "convert what the signing library returns to R and S (RFC 7518 section 3.4)",
            );
        } else if !lens.takes(len) {
            found.add(
                "signature",
                format!("the signature has {len} bytes, and {}", lens.words()),
                "it was cut, or made with another key than alg says",
            );
        }
    }

    fn check_parties(&self, client_id: Option<&str>, found: &mut Found) {
        let audiences = self.texts("aud");
        let issuer = self.claims.get("iss").and_then(Value::as_str);
        match (&audiences[..], client_id) {
            ([], _) => found.add("audience", "there is no aud", CLIENT_ID_AS_AUDIENCE),
            (audiences, Some(client_id)) if !audiences.contains(&client_id) => found.add(
                match audiences.iter().any(|audience| is_address(audience)) {
                    true => "audience_is_address",
                    false => "audience",
                },
                format!("aud is not the client ID {client_id:?}"),
                CLIENT_ID_AS_AUDIENCE,
            ),
            (audiences, None) if audiences.iter().any(|audience| is_address(audience)) => found
                .add(
                    "audience_is_address",
                    "aud is an address, such as that of a token endpoint",
                    CLIENT_ID_AS_AUDIENCE,
                ),
            _ => {}
        }
        match (issuer, client_id) {
            (None, _) => found.add("issuer", "there is no iss", CLIENT_ID_AS_ISSUER),
            (Some(issuer), Some(client_id)) if issuer != client_id => found.add(
                "issuer",
                format!("iss is not the client ID {client_id:?}"),
                CLIENT_ID_AS_ISSUER,
            ),
            (Some(issuer), None) if !audiences.is_empty() && !audiences.contains(&issuer) => {
                found.add("issuer", "iss and aud differ", CLIENT_ID_AS_ISSUER);
            }
            _ => {}
        }
        match self.claims.get("sub") {
            None => found.add("subject", "there is no sub", ONE_USER),
            Some(Value::String(subject)) if subject.trim().is_empty() => {
                found.add("subject", "sub is empty", ONE_USER);
            }
            Some(Value::String(subject)) if subject.trim() != subject => {
                found.add("subject", "there is white space around sub", ONE_USER);
            }
            Some(Value::String(_)) => {}
            Some(_) => found.add("subject", "sub is no text", ONE_USER),
        }
    }

    fn check_times(&self, now: u64, found: &mut Found) {
        let (issued, ends) = (self.time("iat"), self.time("exp"));
        let times = [issued, ends, self.time("nbf")];
        if times
            .iter()
            .flatten()
            .any(|time| *time >= MILLISECONDS_FROM)
        {
            found.add(
                "milliseconds",
                "a time is thousands of years ahead: it counts milliseconds",
                "times are seconds since 1970 (RFC 7519 section 2)",
            );
            return;
        }
        match (issued, ends) {
            (_, None) => found.add(
                "expiry",
                "there is no exp, or it is no number",
                "set it some minutes after iat",
            ),
            (Some(issued), Some(ends)) if ends <= issued => found.add(
                "lifetime",
                "exp is not after iat",
                "set exp some minutes after iat: SERVICENOW_JWT_LIFETIME_SECS",
            ),
            (issued, Some(ends)) => {
                if ends <= now {
                    found.add(
                        "expired",
                        format!("it ran out {} s ago", now - ends),
                        "sign a new one for each request; where it is new, set the clock",
                    );
                }
                let begins = issued.unwrap_or(now);
                if ends.saturating_sub(begins) > LONG_LIFETIME_SECS {
                    found.add(
                        "lifetime",
                        format!("it is good for {} s", ends.saturating_sub(begins)),
                        "some minutes do, for each assertion is used once: \
                         SERVICENOW_JWT_LIFETIME_SECS",
                    );
                }
            }
        }
        if let Some(issued) = issued.filter(|issued| *issued > now) {
            let what = format!("iat is {} s ahead of this machine's clock", issued - now);
            found.add("clock", what, SYNCHRONIZE);
        }
        match self.time("nbf") {
            Some(begins) if begins > now => found.add(
                "not_before",
                format!("nbf is {} s ahead of this machine's clock", begins - now),
                SYNCHRONIZE,
            ),
            Some(_) => found.add(
                "not_before",
                "there is an nbf: where the signing clock is ahead by a second, it is refused",
                "leave nbf out",
            ),
            None => {}
        }
    }

    fn check_name(&self, found: &mut Found) {
        let is_good = match self.claims.get("jti") {
            Some(Value::String(name)) => !name.is_empty(),
            other => other.is_some(),
        };
        if !is_good {
            found.add(
                "id",
                "there is no jti, which instances ask for unless Enable JTI Verification is off",
                "set a fresh random one for each assertion",
            );
        }
    }

    /// The texts of a claim that is one or several.
    fn texts(&self, claim: &str) -> Vec<&str> {
        match self.claims.get(claim) {
            Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect(),
            Some(value) => value.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }
}

const SIGN_BY: &str = "sign by RS256, RS384, RS512, ES256, ES384 or ES512";

struct Found(Vec<JwtFault>);

impl Found {
    fn add(&mut self, name: &'static str, what: impl Into<String>, advice: &'static str) {
        self.0.push(JwtFault {
            name,
            what: what.into(),
            advice,
        });
    }
}

fn is_address(text: &str) -> bool {
    text.contains("://") || text.contains(".service-now.com") || text.ends_with("/oauth_token.do")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: u64 = 1_795_000_000;

    fn jwt(header: Value, claims: Value, signature_len: usize) -> Jwt {
        Jwt {
            header: header.as_object().unwrap().clone(),
            claims: claims.as_object().unwrap().clone(),
            signature_len,
        }
    }

    fn good_header() -> Value {
        json!({ "alg": "ES256", "typ": "JWT", "kid": "1" })
    }

    fn good_claims() -> Value {
        json!({ "aud": "id", "iss": "id", "sub": "a", "exp": NOW + 300, "iat": NOW, "jti": "1" })
    }

    fn names(jwt: &Jwt) -> Vec<&'static str> {
        let faults = jwt.faults(Some("id"), NOW);
        faults.iter().map(JwtFault::name).collect()
    }

    #[test]
    fn a_good_assertion_has_no_fault() {
        let jwt = jwt(good_header(), good_claims(), 64);
        assert_eq!(jwt.faults(Some("id"), NOW), []);
        assert_eq!(jwt.faults(None, NOW), []);
    }

    #[test]
    fn each_fault_of_a_header_is_found() {
        for (member, value, name) in [
            ("alg", json!("none"), "algorithm"),
            ("alg", json!("PS256"), "algorithm"),
            ("alg", json!(256), "algorithm"),
            ("alg", json!("HS512"), "shared_secret"),
            ("typ", json!("at+jwt"), "type"),
            ("kid", json!(""), "key_id"),
        ] {
            let mut header = good_header();
            header[member] = value;
            assert_eq!(names(&jwt(header, good_claims(), 64)), [name], "{member}");
        }
    }

    #[test]
    fn each_fault_of_the_claims_is_found() {
        let token_url = "https://dev1.service-now.com/oauth_token.do";
        for (member, value, name) in [
            ("aud", json!(token_url), "audience_is_address"),
            ("aud", json!(["x", "y"]), "audience"),
            ("aud", json!(7), "audience"),
            ("iss", json!("x"), "issuer"),
            ("sub", json!(" a"), "subject"),
            ("sub", json!(1), "subject"),
            ("exp", json!("soon"), "expiry"),
            ("exp", json!(NOW), "lifetime"),
            ("exp", json!(NOW + 3601), "lifetime"),
            ("exp", json!(NOW * 1000), "milliseconds"),
            ("iat", json!(NOW + 1), "clock"),
            ("nbf", json!(NOW), "not_before"),
            ("nbf", json!(NOW + 9), "not_before"),
            ("jti", json!(""), "id"),
        ] {
            let mut claims = good_claims();
            claims[member] = value;
            assert_eq!(names(&jwt(good_header(), claims, 64)), [name], "{member}");
        }
        let over = json!({
            "aud": ["id", "x"], "iss": "id", "sub": "a", "exp": NOW - 60, "iat": NOW - 360, "jti": "1"
        });
        assert_eq!(names(&jwt(good_header(), over, 64)), ["expired"]);
        let nothing = ["audience", "issuer", "subject", "expiry", "id"];
        assert_eq!(names(&jwt(good_header(), json!({}), 64)), nothing);
    }

    #[test]
    fn without_a_client_id_the_claims_are_compared_with_each_other() {
        let mut claims = good_claims();
        claims["iss"] = json!("https://login.example.com");
        let faults = jwt(good_header(), claims, 64).faults(None, NOW);
        assert_eq!(faults[0].name(), "issuer");
        assert!(faults[0].advice().contains("SERVICENOW_ID_TOKEN"));
    }

    #[test]
    fn a_signature_of_another_length_is_found() {
        for (algorithm, len, name) in [
            ("ES256", 64, None),
            ("ES256", 71, Some("signature_der")),
            ("ES256", 96, Some("signature")),
            ("ES384", 102, Some("signature_der")),
            ("ES512", 132, None),
            ("ES512", 138, Some("signature_der")),
            ("RS256", 128, Some("signature")),
            ("RS512", 512, None),
            ("RS256", 0, Some("signature")),
        ] {
            let mut header = good_header();
            header["alg"] = json!(algorithm);
            let found = names(&jwt(header, good_claims(), len));
            assert_eq!(found, Vec::from_iter(name), "{algorithm} {len}");
        }
    }
}
