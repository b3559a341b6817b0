//! JWTs taken apart, not verified: only who has the key can do that.

mod faults;
mod signature;

pub use faults::JwtFault;

use base64ct::{Base64UrlUnpadded, Encoding};
use core::fmt;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

/// The parts of a JWT in the compact form (RFC 7519 §3).
///
/// # Examples
/// ```
/// use snow_token::Jwt;
///
/// let jwt: Jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYmVsIiwiZXhwIjo5fQ.c2ln".parse()?;
/// assert_eq!(jwt.header["alg"], "ES256");
/// assert_eq!(jwt.time("exp"), Some(9));
/// assert_eq!(jwt.signature_len, 3);
/// # Ok::<(), snow_token::InvalidJwt>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Jwt {
    /// The header's members.
    pub header: Map<String, Value>,
    /// The claims.
    pub claims: Map<String, Value>,
    /// The length of the signature in bytes.
    pub signature_len: usize,
}

impl Jwt {
    /// The members of headers and claims that can be shown to strangers. They say who issued what
    /// for whom and when, and open nothing; `jti` names the token among others. All else may be
    /// about a person, `sub` among it, or confidential.
    pub const SHOWN: &[&str] = &[
        "alg",
        "typ",
        "cty",
        "kid",
        "x5t",
        "x5t#S256",
        "aud",
        "iss",
        "azp",
        "exp",
        "iat",
        "nbf",
        "auth_time",
        "jti",
        "scope",
        "scp",
    ];

    /// The claim of this name, if it is a time: seconds since 1970 (RFC 7519 §2, NumericDate).
    pub fn time(&self, claim: &str) -> Option<u64> {
        let value = self.claims.get(claim)?;
        // A fraction is allowed.
        value
            .as_u64()
            .or_else(|| value.as_f64().map(|secs| secs as u64))
    }
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("header", &self.header)
            .field("signature_len", &self.signature_len)
            .finish_non_exhaustive()
    }
}

/// Why a text is no JWT. Nothing of the text is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidJwt(&'static str);

impl fmt::Display for InvalidJwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for InvalidJwt {}

impl core::str::FromStr for Jwt {
    type Err = InvalidJwt;

    fn from_str(text: &str) -> Result<Self, InvalidJwt> {
        let parts: Vec<_> = text.trim().split('.').collect();
        let (header, claims, signature) = match parts[..] {
            [header, claims, signature] => (header, claims, signature),
            [_, _, _, _, _] => {
                return Err(InvalidJwt(
                    "it is encrypted (five parts): nobody but its recipient can read it",
                ));
            }
            _ => return Err(InvalidJwt("a JWT has three parts with dots between them")),
        };
        let signature = decode(signature).ok_or(InvalidJwt("its signature is not base64url"))?;
        Ok(Self {
            header: object(header)
                .ok_or(InvalidJwt("its header is not a JSON object in base64url"))?,
            claims: object(claims)
                .ok_or(InvalidJwt("its claims are not a JSON object in base64url"))?,
            signature_len: signature.len(),
        })
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode(part)?).ok()
}

fn decode(part: &str) -> Option<Zeroizing<Vec<u8>>> {
    Base64UrlUnpadded::decode_vec(part).ok().map(Zeroizing::new)
}
