//! Tokens, scopes, records.

use snow_token_end_to_end::{simulator, simulator_of, snow_token_as, snow_token_at};
use snow_token_simulator::{AccessTokenFormat, GrantType, InstanceOptions, RegisteredClient};

use crate::support::{examine, examine_as, examine_with};

#[test]
fn grants_that_are_refused() {
    let simulator = simulator();
    let mut wrong = snow_token_as(&simulator, "reader");
    wrong.env("SERVICENOW_CLIENT_SECRET", "wr0ng-s3cret");
    let examined = examine(&mut wrong);
    examined.failed_at(
        "grant",
        4,
        &["server_error: access_denied", "Client Secret"],
    );
    let all = format!("{:?}{}", examined.checks, examined.stderr);
    assert!(!all.contains("wr0ng-s3cret"));

    let words = "glide.oauth.inbound.client.credential.grant_type.enabled";
    examine_as(&simulator, "without_grant").failed_at("grant", 4, &[words]);
    examine_as(&simulator, "without_user").failed_at("grant", 4, &["OAuth Application User"]);
    let mut scope = snow_token_as(&simulator, "reader");
    scope.args(["--scope", "nothing_like_it"]);
    examine(&mut scope).failed_at("grant", 4, &["invalid_scope", "Auth Scopes"]);
    // Each: once as nobody, once as the client.
    assert_eq!(simulator.instance().token_requests(), 8);
}

#[test]
fn a_scope_that_passes_every_check_is_named_and_warned_of_where_less_was_meant() {
    let simulator = simulator();
    let examined = examine_as(&simulator, "unbounded");
    assert_eq!((examined.code, examined.outcome("scope")), (0, "passed"));
    examined.has_words("scope", &["useraccount passes every check"]);

    let answer =
        r#"{"access_token":"abc","scope":"useraccount","token_type":"Bearer","expires_in":1799}"#;
    let refusal = r#"{"error_description":"access_denied","error":"server_error"}"#;
    let mut instance = simulator.instance();
    instance.script_token_answer(401, "application/json", refusal);
    instance.script_token_answer(200, "application/json", answer);
    drop(instance);
    let mut command = snow_token_as(&simulator, "reader");
    command.args(["--scope", "table_read"]);
    let examined = examine(&mut command);
    assert_eq!(examined.outcome("scope"), "warning");
    examined.has_words("scope", &["asked for table_read alone"]);
}

#[test]
fn a_table_api_that_refuses() {
    let elsewhere = RegisteredClient::new("elsewhere", &[GrantType::ClientCredentials], &["other"]);
    let mut options = InstanceOptions::default();
    options.clients.push(elsewhere);
    let simulator = simulator_of(options);
    let examined = examine_as(&simulator, "elsewhere");
    examined.failed_at(
        "table_api",
        4,
        &[
            "HTTP 403",
            "Missing required API access scope: table_read",
            "Auth Scopes",
        ],
    );

    for (table, code, words) in [
        (
            "sys_properties",
            4,
            ["HTTP 403", "an ACL or a business rule said no"],
        ),
        ("nosuch", 6, ["HTTP 404", "look at the spelling"]),
    ] {
        let mut command = snow_token_as(&simulator, "reader");
        let examined = examine_with(&mut command, &["--table", table]);
        examined.failed_at("table_api", code, &words);
    }
}

#[test]
fn methods_without_a_token_skip_what_is_about_tokens() {
    let simulator = simulator();
    let key = simulator.instance().api_keys()[0].key.clone();
    let user = simulator.user("integration.user");
    let with = |variables: &[(&str, &str)]| {
        let mut command = snow_token_at(&simulator);
        command.envs(variables.iter().copied());
        let examined = examine(&mut command);
        assert_eq!(examined.code, 0, "{:#?}", examined.checks);
        for name in ["token_endpoint", "grant", "scope"] {
            assert_eq!(examined.outcome(name), "skipped");
        }
        assert_eq!(examined.outcome("table_api"), "passed");
        examined
    };
    with(&[("SERVICENOW_API_KEY", &key)]).has_words("grant", &["an API key is sent as it is"]);
    let basic = [
        ("SERVICENOW_USERNAME", user.user_name.as_str()),
        ("SERVICENOW_PASSWORD", &user.password),
    ];
    let examined = with(&basic);
    assert_eq!(examined.outcome("settings"), "warning");
    examined.has_words("settings", &["legacy"]);
    assert_eq!(simulator.instance().token_requests(), 0);
}

#[test]
fn tokens_of_an_identity_provider_and_tokens_that_are_jwts() {
    let simulator = simulator_of(InstanceOptions {
        access_token_format: AccessTokenFormat::Jwt { min_len: 2000 },
        ..InstanceOptions::default()
    });
    examine_as(&simulator, "reader").has_words("grant", &["characters, a JWT"]);

    let idp = simulator.describe()["idp"].clone();
    let text = |name: &str| idp[name].as_str().unwrap().to_owned();
    let mut command = snow_token_at(&simulator);
    command
        .env("SERVICENOW_IDP_TOKEN_URL", text("token_url"))
        .env("SERVICENOW_IDP_CLIENT_ID", text("client_id"))
        .env("SERVICENOW_IDP_CLIENT_SECRET", text("client_secret"));
    let examined = examine(&mut command);
    assert_eq!(examined.code, 0, "{:#?}", examined.checks);
    examined.has_words("http", &["GET ", "/api/now/table/incident: HTTP 401"]);
    examined.has_words("token_endpoint", &[&text("token_url")]);
    examined.has_words("grant", &["good for 300 s", "a JWT"]);
}
