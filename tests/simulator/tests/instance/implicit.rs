//! The implicit grant, the legacy way: the token in the fragment.

use snow_token_simulator::DEFAULT_REDIRECT_URI;

use crate::{
    browser::{allowed, authorization_page, parameter},
    support::Asked,
};

#[test]
fn the_token_stands_in_the_fragment() {
    let mut asked = Asked::default();
    let client = asked.client("legacy");
    let parameters = [
        ("response_type", "token"),
        ("client_id", client.client_id.as_str()),
        ("redirect_uri", DEFAULT_REDIRECT_URI),
        ("state", "abc"),
    ];
    let location = allowed(&mut asked, &parameters);
    assert!(location.starts_with(&format!("{DEFAULT_REDIRECT_URI}#access_token=")));
    let value = |name| parameter(&location, name);
    assert_eq!(value("token_type").as_deref(), Some("Bearer"));
    assert_eq!(value("expires_in").as_deref(), Some("1800"));
    assert_eq!(
        value("scope").as_deref(),
        Some("table_read table_read_write")
    );
    assert_eq!(value("state").as_deref(), Some("abc"));
    assert_eq!(asked.read_with(&value("access_token").unwrap()), 200);
}

#[test]
fn it_is_for_clients_that_have_it_enabled() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let answered = asked.get(
        &authorization_page(&[
            ("response_type", "token"),
            ("client_id", &client.client_id),
            ("redirect_uri", DEFAULT_REDIRECT_URI),
            ("state", "abc"),
        ]),
        &[],
    );
    let location = format!("{DEFAULT_REDIRECT_URI}#error=unauthorized_client&state=abc");
    assert_eq!(answered.header("location"), location);
}
