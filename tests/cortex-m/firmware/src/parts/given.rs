//! What the parts are given: as long as an instance has it.
#![allow(dead_code, reason = "each is for some parts, which are features")]

/// A Client ID is 32 hexadecimal digits.
pub(super) const CLIENT_ID: &str = "9c6e2d175433201001a118caa0ea2a43";

/// Two of its characters are encoded on the way.
pub(super) const CLIENT_SECRET: &str = "n0t&S3cret-at=all_0123456789abcd";

/// The longest opaque token that an instance gives has 86 characters.
macro_rules! token {
    () => {
        "2Yotn-FZFEjr1zCsicMWpAA_7Dr3hKxQ0sVbGm5TtYcUeIo9PlLkJhGfDsAqZxWv8NnBbMm4Rr6Ee1-2YotnFZ"
    };
}

pub(super) const TOKEN: &str = token!();

pub(super) const TOKEN_RESPONSE: &str = concat!(
    r#"{"access_token":""#,
    token!(),
    r#"","scope":"useraccount","token_type":"Bearer","expires_in":1799}"#,
);

pub(super) const REFUSAL: &str = r#"{"error_description":"access_denied","error":"server_error"}"#;
