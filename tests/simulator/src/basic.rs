//! HTTP Basic (RFC 7617).

use base64ct::{Base64, Encoding};

/// Name and password in the value of an `Authorization` header.
pub(crate) fn credentials(value: &str) -> Option<(String, String)> {
    let (scheme, base64) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(Base64::decode_vec(base64).ok()?).ok()?;
    let (name, password) = decoded.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}
