//! `password`, the legacy way.

use crate::support::Asked;

#[test]
fn a_user_with_awkward_characters_in_the_password_gets_both_tokens() {
    let mut asked = Asked::default();
    let (client, user) = (asked.client("legacy"), asked.user("abel.tuter"));
    let answered = asked.token(
        &client,
        &[
            ("grant_type", "password"),
            ("username", &user.user_name),
            ("password", &user.password),
        ],
    );
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(answered.text("scope"), "table_read table_read_write");
    assert!(!answered.text("refresh_token").is_empty());
    assert_eq!(asked.read_with(&answered.text("access_token")), 200);
}

#[test]
fn wrong_passwords_former_users_and_other_clients_are_denied() {
    let mut asked = Asked::default();
    let (abel, former) = (asked.user("abel.tuter"), asked.user("former.user"));
    for (client, user_name, password) in [
        ("legacy", "abel.tuter", "guess"),
        ("legacy", "abel.tuter", former.password.as_str()),
        ("legacy", "abel.tuter@example.com", &abel.password),
        ("legacy", "former.user", &former.password),
        ("app", "abel.tuter", &abel.password),
    ] {
        let client = asked.client(client);
        let parameters = [
            ("grant_type", "password"),
            ("username", user_name),
            ("password", password),
        ];
        asked.token(&client, &parameters).must_be_access_denied();
    }
}
