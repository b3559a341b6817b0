//! `/oauth_revoke_token.do`.

use snow_token_simulator::InstanceOptions;

use crate::support::{Asked, encoded};

fn log_in(asked: &mut Asked) -> (String, String) {
    let (client, user) = (asked.client("legacy"), asked.user("abel.tuter"));
    let answered = asked.token(
        &client,
        &[
            ("grant_type", "password"),
            ("username", &user.user_name),
            ("password", &user.password),
        ],
    );
    (
        answered.text("access_token"),
        answered.text("refresh_token"),
    )
}

fn revoke(asked: &mut Asked, path: &str, token: &str) -> u16 {
    let answered = asked.get(&format!("{path}?{}", encoded(&[("token", token)])), &[]);
    if answered.status == 200 {
        assert_eq!(answered.body, "{}");
    }
    answered.status.as_u16()
}

#[test]
fn whoever_knows_an_access_token_revokes_it_for_all_who_share_it() {
    let mut asked = Asked::default();
    let (access_token, _) = log_in(&mut asked);
    let (shared, refresh_token) = log_in(&mut asked);
    assert_eq!(access_token, shared);
    assert_eq!(
        revoke(&mut asked, "/oauth_revoke_token.do", &access_token),
        200
    );
    assert_eq!(asked.read_with(&shared), 401);
    // The refresh token is still good, and brings another access token.
    let client = asked.client("legacy");
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    assert_ne!(
        asked.token(&client, &parameters).text("access_token"),
        shared
    );
}

#[test]
fn a_refresh_token_takes_its_access_token_along() {
    let mut asked = Asked::default();
    let (access_token, refresh_token) = log_in(&mut asked);
    assert_eq!(
        revoke(&mut asked, "/oauth_revoke_token.do", &refresh_token),
        200
    );
    assert_eq!(asked.read_with(&access_token), 401);
    let client = asked.client("legacy");
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.as_str()),
    ];
    asked.token(&client, &parameters).must_be_access_denied();
}

#[test]
fn a_token_that_is_not_known_is_no_error_and_one_that_is_missing_is() {
    let mut asked = Asked::default();
    assert_eq!(revoke(&mut asked, "/oauth_revoke_token.do", "unknown"), 200);
    assert_eq!(revoke(&mut asked, "/oauth_revoke_token.do", ""), 400);
}

#[test]
fn the_short_path_is_there_where_it_is_set() {
    for (revocation_at_short_path, status) in [(false, 404), (true, 200)] {
        let mut asked = Asked::with(InstanceOptions {
            revocation_at_short_path,
            ..InstanceOptions::default()
        });
        let (access_token, _) = log_in(&mut asked);
        assert_eq!(
            revoke(&mut asked, "/oauth_revoke.do", &access_token),
            status
        );
    }
}
