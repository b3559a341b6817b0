//! `authorization_code`: from the browser to the token.

use snow_token_simulator::{DEFAULT_REDIRECT_URI, RegisteredClient};

use crate::{
    browser::{allowed, authorization_page, consent, log_in, parameter},
    support::{Answered, Asked},
};

/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const STATE: &str = "0123456789abcdef";

fn plain(client: &RegisteredClient) -> Vec<(&'static str, &str)> {
    vec![
        ("response_type", "code"),
        ("client_id", &client.client_id),
        ("redirect_uri", DEFAULT_REDIRECT_URI),
        ("state", STATE),
    ]
}

fn with_pkce(client: &RegisteredClient) -> Vec<(&'static str, &str)> {
    let mut parameters = plain(client);
    parameters.push(("code_challenge", CHALLENGE));
    parameters.push(("code_challenge_method", "S256"));
    parameters
}

/// The parameters with one of them changed.
fn but<'a>(
    mut parameters: Vec<(&'a str, &'a str)>,
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    parameters.retain(|(found, _)| *found != name);
    parameters.push((name, value));
    parameters
}

fn redeem(asked: &mut Asked, client: &RegisteredClient, more: &[(&str, &str)]) -> Answered {
    let mut parameters = vec![("grant_type", "authorization_code")];
    parameters.extend_from_slice(more);
    asked.token(client, &parameters)
}

fn code(asked: &mut Asked, parameters: &[(&str, &str)]) -> String {
    parameter(&allowed(asked, parameters), "code").unwrap()
}

#[test]
fn a_private_client_gets_both_tokens_with_pkce_or_without() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    for (parameters, verifier) in [(plain(&client), None), (with_pkce(&client), Some(VERIFIER))] {
        let location = allowed(&mut asked, &parameters);
        assert!(location.starts_with(&format!("{DEFAULT_REDIRECT_URI}?code=")));
        assert_eq!(parameter(&location, "state").as_deref(), Some(STATE));
        let code = parameter(&location, "code").unwrap();
        let mut more = vec![
            ("code", code.as_str()),
            ("redirect_uri", DEFAULT_REDIRECT_URI),
            ("state", STATE),
        ];
        more.extend(verifier.map(|verifier| ("code_verifier", verifier)));
        let answered = redeem(&mut asked, &client, &more);
        assert_eq!(answered.status, 200, "{answered:?}");
        assert!(!answered.text("refresh_token").is_empty());
        assert_eq!(asked.read_with(&answered.text("access_token")), 200);
    }
}

#[test]
fn a_public_client_gets_an_access_token_alone() {
    let mut asked = Asked::default();
    let client = asked.client("public_app");
    let code = code(&mut asked, &with_pkce(&client));
    let more = [
        ("code", code.as_str()),
        ("redirect_uri", DEFAULT_REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let answered = redeem(&mut asked, &client, &more);
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(answered.json().get("refresh_token"), None);
}

#[test]
fn a_code_counts_once_and_for_a_minute() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let unknown = "the code is not known, used or too old";
    let mut redeem_after = |secs, times| {
        let code = code(&mut asked, &plain(&client));
        asked.wait(secs);
        let more = [
            ("code", code.as_str()),
            ("redirect_uri", DEFAULT_REDIRECT_URI),
        ];
        let answers = (0..times).map(|_| redeem(&mut asked, &client, &more));
        answers.last().unwrap()
    };
    assert_eq!(redeem_after(59, 1).status, 200);
    redeem_after(59, 2).must_be_error("invalid_grant", unknown);
    redeem_after(60, 1).must_be_error("invalid_grant", unknown);
}

#[test]
fn who_redeems_a_code_must_be_who_asked_for_it() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let other_uri = "redirect_uri is not the one that the code was given for";
    let other_verifier = "V".repeat(43);
    for (parameters, more, description) in [
        (plain(&client), vec![], other_uri),
        (
            plain(&client),
            vec![("redirect_uri", "http://127.0.0.1:8765/callback/")],
            other_uri,
        ),
        (
            plain(&client),
            vec![("redirect_uri", DEFAULT_REDIRECT_URI), ("state", "0")],
            "state is not the one that the code was given for",
        ),
        (
            plain(&client),
            vec![
                ("redirect_uri", DEFAULT_REDIRECT_URI),
                ("code_verifier", VERIFIER),
            ],
            "code_verifier without a code_challenge",
        ),
        (
            with_pkce(&client),
            vec![("redirect_uri", DEFAULT_REDIRECT_URI)],
            "code_verifier is missing",
        ),
        (
            with_pkce(&client),
            vec![
                ("redirect_uri", DEFAULT_REDIRECT_URI),
                ("code_verifier", &other_verifier),
            ],
            "code_verifier does not fit the code_challenge",
        ),
        (
            with_pkce(&client),
            vec![
                ("redirect_uri", DEFAULT_REDIRECT_URI),
                ("code_verifier", CHALLENGE),
            ],
            "code_verifier does not fit the code_challenge",
        ),
    ] {
        let code = code(&mut asked, &parameters);
        let more = [more, vec![("code", code.as_str())]].concat();
        redeem(&mut asked, &client, &more).must_be_error("invalid_grant", description);
    }
    let public = asked.client("public_app");
    let for_public = code(&mut asked, &with_pkce(&public));
    let more = [
        ("code", for_public.as_str()),
        ("redirect_uri", DEFAULT_REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    redeem(&mut asked, &client, &more)
        .must_be_error("invalid_grant", "the code is not known, used or too old");
}

#[test]
fn a_refused_consent_comes_back_as_an_error() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let page = authorization_page(&plain(&client));
    let cookie = log_in(&mut asked, &page, "abel.tuter");
    let answered = consent(&mut asked, &page, &cookie, "deny");
    assert_eq!(
        answered.header("location"),
        format!("{DEFAULT_REDIRECT_URI}?error=access_denied&state={STATE}")
    );
}

#[test]
fn consent_counts_only_from_its_own_page() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let page = authorization_page(&plain(&client));
    let cookie = log_in(&mut asked, &page, "abel.tuter");
    for (cookie, form_token) in [
        (cookie.as_str(), "guess"),
        ("glide_user_session=guess", "guess"),
    ] {
        let parameters = [("sysparm_ck", form_token), ("consent", "allow")];
        let answered = asked.post_form(&page, &[("cookie", cookie)], &parameters);
        assert!(answered.body.contains("id=\"login\""), "{answered:?}");
    }
}

#[test]
fn a_wrong_password_is_said_on_the_page() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let page = authorization_page(&plain(&client));
    let former = asked.user("former.user");
    for (user_name, password) in [("abel.tuter", "guess"), ("former.user", &former.password)] {
        let parameters = [("user_name", user_name), ("user_password", password)];
        let answered = asked.post_form(&page, &[], &parameters);
        assert!(answered.body.contains("id=\"wrong\""), "{answered:?}");
        assert!(!answered.headers.contains_key("set-cookie"));
    }
}

#[test]
fn what_cannot_be_sent_back_is_a_page() {
    let mut asked = Asked::default();
    let client = asked.client("app");
    let good = || plain(&client);
    for (parameters, title) in [
        (but(good(), "client_id", "unknown"), "Unknown client"),
        (but(good(), "client_id", ""), "Unknown client"),
        (but(good(), "redirect_uri", ""), "Invalid redirect_uri"),
        (
            but(good(), "redirect_uri", "http://127.0.0.1:8766/callback"),
            "Invalid redirect_uri",
        ),
        (
            but(good(), "redirect_uri", "http://127.0.0.1:8765/callback?"),
            "Invalid redirect_uri",
        ),
        (
            but(good(), "redirect_uri", "http://localhost:8765/callback"),
            "Invalid redirect_uri",
        ),
        (but(good(), "state", ""), "Invalid state"),
        (but(good(), "state", "abc-_."), "Invalid state"),
        ([good(), good()].concat(), "The request is not valid"),
    ] {
        let answered = asked.get(&authorization_page(&parameters), &[]);
        assert_eq!(answered.status, 400);
        assert!(answered.header("content-type").starts_with("text/html"));
        assert!(
            answered.body.contains(&format!("<h1>{title}</h1>")),
            "{answered:?}"
        );
        assert!(!answered.headers.contains_key("location"));
    }
}

#[test]
fn what_else_is_wrong_comes_back_as_an_error() {
    let mut asked = Asked::default();
    let (app, public, machine) = (
        asked.client("app"),
        asked.client("public_app"),
        asked.client("reader"),
    );
    for (parameters, error) in [
        (
            but(plain(&app), "response_type", "id_token"),
            "unsupported_response_type",
        ),
        (but(plain(&app), "scope", "useraccount"), "invalid_scope"),
        (plain(&machine), "unauthorized_client"),
        (plain(&public), "invalid_request"),
        (
            but(with_pkce(&public), "code_challenge_method", "plain"),
            "invalid_request",
        ),
        (
            but(with_pkce(&public), "code_challenge", "short"),
            "invalid_request",
        ),
    ] {
        let answered = asked.get(&authorization_page(&parameters), &[]);
        let location = format!("{DEFAULT_REDIRECT_URI}?error={error}&state={STATE}");
        assert_eq!(answered.header("location"), location);
    }
}

#[test]
fn text_of_others_does_no_harm_on_the_page() {
    let mut client = RegisteredClient::new(
        "<script>alert(1)</script>",
        &[snow_token_simulator::GrantType::AuthorizationCode],
        &["\"><b>"],
    );
    client.client_id = "a\"b".to_owned();
    let mut asked = Asked::with(snow_token_simulator::InstanceOptions {
        clients: vec![client.clone()],
        ..Default::default()
    });
    let page = authorization_page(&plain(&client));
    let cookie = log_in(&mut asked, &page, "abel.tuter");
    let shown = asked.get(&page, &[("cookie", &cookie)]);
    assert!(
        !shown.body.contains("<script>") && !shown.body.contains("<b>"),
        "{shown:?}"
    );
    assert_eq!(shown.header("x-frame-options"), "DENY");
    assert_eq!(shown.header("cache-control"), "no-store");
}
