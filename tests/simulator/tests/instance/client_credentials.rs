//! `client_credentials`.

use snow_token_simulator::{InstanceOptions, Reissue};

use crate::support::{Asked, encoded};

const GRANT: &[(&str, &str)] = &[("grant_type", "client_credentials")];

#[test]
fn a_token_comes_without_a_refresh_token() {
    let mut asked = Asked::default();
    let client = asked.client("reader");
    let answered = asked.token(&client, GRANT);
    assert_eq!(answered.status, 200);
    let body = answered.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 1800);
    assert_eq!(body["scope"], "table_read");
    assert_eq!(body.get("refresh_token"), None);
    assert_eq!(asked.read_with(&answered.text("access_token")), 200);
}

#[test]
fn the_same_token_comes_back_with_the_rest_of_its_lifetime() {
    let mut asked = Asked::default();
    let client = asked.client("reader");
    let first = asked.token(&client, GRANT);
    asked.wait(1000);
    let second = asked.token(&client, GRANT);
    assert_eq!(first.text("access_token"), second.text("access_token"));
    assert_eq!(second.json()["expires_in"], 800);
    asked.wait(800);
    assert_eq!(asked.read_with(&first.text("access_token")), 401);
    let third = asked.token(&client, GRANT);
    assert_ne!(first.text("access_token"), third.text("access_token"));
}

#[test]
fn its_lifetime_can_be_counted_anew() {
    let mut asked = Asked::with(InstanceOptions {
        reissue: Reissue::SameTokenAnew,
        ..InstanceOptions::default()
    });
    let client = asked.client("reader");
    let first = asked.token(&client, GRANT);
    asked.wait(1000);
    let second = asked.token(&client, GRANT);
    assert_eq!(first.text("access_token"), second.text("access_token"));
    assert_eq!(second.json()["expires_in"], 1800);
}

#[test]
fn other_clients_and_scopes_are_other_tokens() {
    let mut asked = Asked::default();
    let client = asked.client("both");
    let all = asked.token(&client, GRANT).text("access_token");
    let one = asked
        .token(&client, &[GRANT[0], ("scope", "table_read")])
        .text("access_token");
    assert_ne!(all, one);
    let reader = asked.client("reader");
    assert_ne!(one, asked.token(&reader, GRANT).text("access_token"));
}

#[test]
fn who_may_not_is_told_the_catch_all() {
    let mut asked = Asked::default();
    let mut client = asked.client("reader");
    client.client_secret.push(' ');
    asked.token(&client, GRANT).must_be_access_denied();
    for name in ["without_grant", "jwt", "app", "public_app"] {
        let client = asked.client(name);
        asked.token(&client, GRANT).must_be_access_denied();
    }
    let mut asked = Asked::with(InstanceOptions {
        client_credentials_enabled: false,
        ..InstanceOptions::default()
    });
    let client = asked.client("reader");
    asked.token(&client, GRANT).must_be_access_denied();
}

#[test]
fn without_an_application_user_the_error_says_so() {
    let mut asked = Asked::default();
    let client = asked.client("without_user");
    let answered = asked.token(&client, GRANT);
    assert_eq!(answered.status, 401);
    assert_eq!(answered.text("error"), "unauthorized_client");
    assert!(answered.text("error_description").ends_with(&format!(
        "integration user is not configured for OAuth:{}",
        client.client_id
    )));
}

#[test]
fn requests_that_are_none() {
    let mut asked = Asked::default();
    let client = asked.client("reader");
    let get = asked.get("/oauth_token.do?grant_type=client_credentials", &[]);
    assert_eq!(get.status, 405);
    asked
        .token(&client, &[])
        .must_be_error("invalid_request", "grant_type is missing");
    asked
        .token(&client, &[GRANT[0], GRANT[0]])
        .must_be_error("invalid_request", "a parameter stands there twice");
    asked
        .token(&client, &[("grant_type", " client_credentials")])
        .must_be_error("unsupported_grant_type", "the grant type is not known");
    asked
        .token(&client, &[GRANT[0], ("scope", "table_read everything")])
        .must_be_error("invalid_scope", "the scope is not linked to the client");
    // In the query, parameters do not count.
    let query = encoded(&[
        ("client_id", &client.client_id),
        ("client_secret", &client.client_secret),
        GRANT[0],
    ]);
    asked
        .post_form(&format!("/oauth_token.do?{query}"), &[], &[])
        .must_be_error("invalid_request", "grant_type is missing");
    let json = http::Request::post("/oauth_token.do")
        .header("content-type", "application/json")
        .body(r#"{"grant_type":"client_credentials"}"#)
        .unwrap();
    asked
        .send(json)
        .must_be_error("invalid_request", "form-encoded parameters are expected");
}

#[test]
fn http_basic_counts_only_where_it_is_taken() {
    use base64ct::{Base64, Encoding};
    for is_taken in [false, true] {
        let mut asked = Asked::with(InstanceOptions {
            basic_client_authentication: is_taken,
            ..InstanceOptions::default()
        });
        let client = asked.client("reader");
        // Form-encoded before base64 (RFC 6749 §2.3.1).
        let secret = encoded(&[(&client.client_secret, "")]);
        let pair = format!("{}:{}", client.client_id, secret.trim_end_matches('='));
        let value = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
        let answered = asked.post_form("/oauth_token.do", &[("authorization", &value)], GRANT);
        match is_taken {
            true => assert_eq!(answered.status, 200, "{answered:?}"),
            false => answered.must_be_access_denied(),
        }
    }
}
