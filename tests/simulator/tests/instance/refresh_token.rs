//! `refresh_token`.

use snow_token_simulator::{InstanceOptions, RefreshTokens, RegisteredClient, Reissue};

use crate::support::{Answered, Asked};

fn log_in(asked: &mut Asked) -> Answered {
    let (client, user) = (asked.client("legacy"), asked.user("abel.tuter"));
    let parameters = [
        ("grant_type", "password"),
        ("username", user.user_name.as_str()),
        ("password", &user.password),
    ];
    asked.token(&client, &parameters)
}

fn refresh(asked: &mut Asked, client: &RegisteredClient, refresh_token: &str) -> Answered {
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    asked.token(client, &parameters)
}

fn with(refresh_tokens: RefreshTokens) -> Asked {
    Asked::with(InstanceOptions {
        refresh_tokens,
        reissue: Reissue::NewToken,
        ..InstanceOptions::default()
    })
}

#[test]
fn it_outlives_the_access_token_and_comes_back() {
    let mut asked = with(RefreshTokens::SameToken);
    let client = asked.client("legacy");
    let first = log_in(&mut asked);
    asked.wait(2000);
    assert_eq!(asked.read_with(&first.text("access_token")), 401);
    let second = refresh(&mut asked, &client, &first.text("refresh_token"));
    assert_eq!(second.status, 200);
    assert_eq!(second.text("refresh_token"), first.text("refresh_token"));
    assert_eq!(asked.read_with(&second.text("access_token")), 200);
}

#[test]
fn while_the_access_token_is_valid_that_one_comes_back_too() {
    let mut asked = Asked::default();
    let client = asked.client("legacy");
    let first = log_in(&mut asked);
    let second = refresh(&mut asked, &client, &first.text("refresh_token"));
    assert_eq!(first.text("access_token"), second.text("access_token"));
}

#[test]
fn it_ends_after_100_days() {
    let mut asked = Asked::default();
    let client = asked.client("legacy");
    let refresh_token = log_in(&mut asked).text("refresh_token");
    asked.wait(8_639_999);
    assert_eq!(refresh(&mut asked, &client, &refresh_token).status, 200);
    asked.wait(1);
    refresh(&mut asked, &client, &refresh_token).must_be_access_denied();
}

#[test]
fn where_they_rotate_the_old_one_is_refused() {
    let mut asked = with(RefreshTokens::Rotate);
    let client = asked.client("legacy");
    let first = log_in(&mut asked).text("refresh_token");
    let second = refresh(&mut asked, &client, &first).text("refresh_token");
    assert_ne!(first, second);
    refresh(&mut asked, &client, &first).must_be_access_denied();
    assert_eq!(refresh(&mut asked, &client, &second).status, 200);
}

#[test]
fn it_is_of_use_to_its_client_only() {
    let mut asked = Asked::default();
    let refresh_token = log_in(&mut asked).text("refresh_token");
    let app = asked.client("app");
    refresh(&mut asked, &app, &refresh_token).must_be_access_denied();
    let mut client = asked.client("legacy");
    client.client_secret.clear();
    refresh(&mut asked, &client, &refresh_token).must_be_access_denied();
}

#[test]
fn less_may_be_asked_for_and_not_more() {
    let mut asked = Asked::default();
    let client = asked.client("legacy");
    let refresh_token = log_in(&mut asked).text("refresh_token");
    let mut with_scope = |scope| {
        let parameters = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.as_str()),
            ("scope", scope),
        ];
        asked.token(&client, &parameters)
    };
    assert_eq!(with_scope("table_read").text("scope"), "table_read");
    with_scope("useraccount")
        .must_be_error("invalid_scope", "the scope is not linked to the client");
}
