//! Every way in, from settings to a record read over TLS. JWT bearer and the login through the
//! browser have files of their own.

use core::time::Duration;
use std::{fs, process::Command, sync::Arc, thread};

use snow_token::ErrorKind;
use snow_token_end_to_end::{
    Outcome, fresh_home, library_client, private_file, refresh_token_of_legacy, run, simulator,
    simulator_of, simulator_with, snow_token, snow_token_as, snow_token_at,
};
use snow_token_simulator::{
    ClientCertificates, InstanceOptions, Options, RefreshTokens, Simulator, TrustedIssuer,
    VerifierKey,
};

const INCIDENTS: &str = "/api/now/table/incident?sysparm_limit=1";

/// The command without credentials.
fn command(simulator: &Simulator, arguments: &[&str]) -> Command {
    with(snow_token_at(simulator), arguments)
}

fn command_as(simulator: &Simulator, client: &str, arguments: &[&str]) -> Command {
    with(snow_token_as(simulator, client), arguments)
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn assert_reads_incidents(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.starts_with(r#"{"result":["#),
        "{}",
        outcome.stdout
    );
}

#[test]
fn password_is_taken_with_a_warning() {
    let simulator = simulator();
    let user = simulator.user("abel.tuter");
    let mut command = command_as(&simulator, "legacy", &["request", "GET", INCIDENTS]);
    command
        .env("SERVICENOW_USERNAME", &user.user_name)
        .env("SERVICENOW_PASSWORD", &user.password);
    let outcome = run(&mut command);
    assert_reads_incidents(&outcome);
    assert!(
        outcome
            .stderr
            .contains("warning: oauth2_password is a legacy"),
        "{}",
        outcome.stderr
    );
    let wrong = run(command
        .env("SERVICENOW_PASSWORD", "wr0ng")
        .env("HOME", fresh_home()));
    assert_eq!(wrong.code, 4);
    assert!(!wrong.stderr.contains("wr0ng"), "{}", wrong.stderr);
}

#[test]
fn basic_is_taken_with_a_warning_where_no_client_is_named() {
    let simulator = simulator();
    let user = simulator.user("integration.user");
    let mut command = command(&simulator, &["request", "GET", INCIDENTS]);
    command
        .env("SERVICENOW_USERNAME", &user.user_name)
        .env("SERVICENOW_PASSWORD", &user.password);
    let outcome = run(&mut command);
    assert_reads_incidents(&outcome);
    assert!(
        outcome.stderr.contains("warning: basic"),
        "{}",
        outcome.stderr
    );
    let wrong = run(command.env("SERVICENOW_PASSWORD", "wr0ng"));
    assert_eq!(wrong.code, 4, "{}", wrong.stderr);
    assert_eq!(simulator.instance().token_requests(), 0);
}

#[test]
fn an_api_key_opens_what_its_policy_names_and_nothing_else() {
    let simulator = simulator();
    let key = simulator.instance().api_keys()[0].clone();
    let mut tables = command(&simulator, &["request", "GET", INCIDENTS]);
    assert_reads_incidents(&run(tables.env("SERVICENOW_API_KEY", &key.key)));
    let mut events = command(
        &simulator,
        &["request", "POST", "/api/global/em/jsonv2", "-d", "{}"],
    );
    let refused = run(events.env("SERVICENOW_API_KEY", &key.key));
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("API access policy"),
        "{}",
        refused.stderr
    );
    let mut token = command(&simulator, &["token"]);
    let none = run(token.env("SERVICENOW_API_KEY", &key.key));
    assert_eq!(none.code, 2, "{}", none.stderr);
    assert!(
        none.stderr.contains("api_key has no access token"),
        "{}",
        none.stderr
    );
}

#[test]
fn an_identity_providers_token_is_used_as_it_is() {
    let simulator = simulator();
    let home = fresh_home();
    let idp = simulator.instance().identity_provider().clone();
    let token_url = format!("{}/idp/oauth2/token", simulator.url());
    // From the provider itself.
    let mut from_provider = command(&simulator, &["request", "GET", INCIDENTS]);
    from_provider
        .env("SERVICENOW_IDP_TOKEN_URL", &token_url)
        .env("SERVICENOW_IDP_CLIENT_ID", &idp.client_id)
        .env("SERVICENOW_IDP_CLIENT_SECRET", &idp.client_secret);
    assert_reads_incidents(&run(&mut from_provider));
    // Had in another way, and handed in.
    let mut token = command(&simulator, &["token"]);
    token
        .env("SERVICENOW_IDP_TOKEN_URL", &token_url)
        .env("SERVICENOW_IDP_CLIENT_ID", &idp.client_id)
        .env("SERVICENOW_IDP_CLIENT_SECRET", &idp.client_secret);
    let token = run(&mut token);
    assert_eq!(token.code, 0, "{}", token.stderr);
    let file = private_file(&home, "id-token", &token.stdout);
    let mut by_text = command(&simulator, &["request", "GET", INCIDENTS]);
    assert_reads_incidents(&run(by_text.env("SERVICENOW_ID_TOKEN", token.stdout.trim())));
    let mut by_file = command(&simulator, &["request", "GET", INCIDENTS]);
    assert_reads_incidents(&run(by_file.env("SERVICENOW_ID_TOKEN_FILE", &file)));
    // One that says itself that it is over is not sent.
    let over = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhYmVsIiwiZXhwIjo5fQ.c2ln";
    let before = simulator.instance().requests().len();
    let mut command = command(&simulator, &["request", "GET", INCIDENTS]);
    let outcome = run(command.env("SERVICENOW_ID_TOKEN", over));
    assert_eq!(outcome.code, 4);
    assert!(
        outcome.stderr.contains("the ID token ran out"),
        "{}",
        outcome.stderr
    );
    assert_eq!(simulator.instance().requests().len(), before);
}

#[test]
fn a_token_of_nobody_who_is_trusted_is_refused_after_one_request() {
    let simulator = simulator();
    let issuer = TrustedIssuer::new(
        "https://idp.example.com",
        "snow",
        VerifierKey::SharedSecret(b"a shared secret of thirty-two bytes".to_vec()),
    );
    simulator.instance().trust_issuer(issuer).unwrap();
    let forged = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsImF1ZCI6InNub3ciLCJzdWIiOiJhYmVsLnR1dGVyIiwiZXhwIjo0MTAyNDQ0ODAwfQ.c2ln";
    let mut command = command(&simulator, &["request", "GET", INCIDENTS]);
    let outcome = run(command.env("SERVICENOW_ID_TOKEN", forged));
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("HTTP 401"), "{}", outcome.stderr);
    assert_eq!(
        simulator.instance().requests().len(),
        1,
        "the same token was sent again"
    );
}

#[test]
fn a_refresh_token_that_the_instance_rotates_is_kept_for_the_next_process() {
    let simulator = simulator_of(InstanceOptions {
        refresh_tokens: RefreshTokens::Rotate,
        ..InstanceOptions::default()
    });
    let refresh_token = refresh_token_of_legacy(&simulator);
    let home = fresh_home();
    let token = || {
        let mut command = command_as(&simulator, "legacy", &["token", "--refresh"]);
        run(command
            .env("HOME", &home)
            .env("SERVICENOW_REFRESH_TOKEN", &refresh_token))
    };
    // The second would be refused with the token of the setting: it has been used.
    for _ in 0..3 {
        let outcome = token();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        simulator
            .instance()
            .advance_clock(Duration::from_secs(1801));
    }
    let mut elsewhere = command_as(&simulator, "legacy", &["token"]);
    let outcome = run(elsewhere.env("SERVICENOW_REFRESH_TOKEN", &refresh_token));
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(!outcome.stderr.contains(&refresh_token));
}

fn config(simulator: &Simulator) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    let root = ureq::tls::Certificate::from_pem(simulator.ca_pem().as_bytes()).unwrap();
    let tls = ureq::tls::TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(ureq::tls::RootCerts::new_with_certs(&[root]))
        .build();
    ureq::Agent::config_builder().tls_config(tls)
}

#[test]
fn mtls_shows_the_certificate_and_tells_when_it_is_refused() {
    let simulator = simulator_with(Options {
        client_certificates: ClientCertificates::Required,
        ..Options::default()
    });
    let home = fresh_home();
    let (certificate, key) = simulator.client_certificate();
    private_file(&home, "key.pem", &key);
    fs::write(home.join("cert.pem"), certificate).unwrap();
    let token = |with_certificate: bool| {
        let mut command = command_as(&simulator, "reader", &["token", "--no-cache"]);
        if with_certificate {
            command
                .env("SERVICENOW_CLIENT_CERT_FILE", home.join("cert.pem"))
                .env("SERVICENOW_CLIENT_KEY_FILE", home.join("key.pem"));
        }
        run(&mut command)
    };
    let shown = token(true);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    let without = token(false);
    assert_eq!(without.code, 4, "{}", without.stderr);
    assert!(
        without.stderr.contains("client certificate"),
        "{}",
        without.stderr
    );
    let mut half = command_as(&simulator, "reader", &["token"]);
    let half = run(half.env("SERVICENOW_CLIENT_CERT_FILE", home.join("cert.pem")));
    assert_eq!(half.code, 3);
    assert!(
        half.stderr.contains("SERVICENOW_CLIENT_KEY_FILE"),
        "{}",
        half.stderr
    );
}

#[test]
fn where_two_ways_in_could_be_meant_both_are_named() {
    let simulator = simulator();
    for (settings, first, second) in [
        (
            &[("SERVICENOW_API_KEY", "k"), ("SERVICENOW_ID_TOKEN", "t")][..],
            "SERVICENOW_API_KEY",
            "SERVICENOW_ID_TOKEN",
        ),
        (
            &[
                ("SERVICENOW_JWT_KEY_FILE", "/k"),
                ("SERVICENOW_USERNAME", "abel"),
                ("SERVICENOW_CLIENT_ID", "c"),
            ],
            "SERVICENOW_JWT_KEY_FILE",
            "SERVICENOW_USERNAME",
        ),
        (
            &[
                ("SERVICENOW_API_KEY", "k"),
                ("SERVICENOW_CLIENT_ID", "c"),
                ("SERVICENOW_CLIENT_SECRET", "s"),
            ],
            "SERVICENOW_CLIENT_SECRET",
            "SERVICENOW_API_KEY",
        ),
        (
            &[
                ("SERVICENOW_ID_TOKEN_FILE", "/t"),
                ("SERVICENOW_CLIENT_ID", "c"),
                ("SERVICENOW_CLIENT_SECRET_FILE", "/s"),
            ],
            "SERVICENOW_CLIENT_SECRET_FILE",
            "SERVICENOW_ID_TOKEN_FILE",
        ),
        (
            &[
                ("SERVICENOW_USERNAME", "abel"),
                ("SERVICENOW_CLIENT_SECRET", "s"),
            ],
            "SERVICENOW_CLIENT_SECRET",
            "SERVICENOW_USERNAME",
        ),
    ] {
        let mut command = command(&simulator, &["token"]);
        let outcome = run(command.envs(settings.iter().copied()));
        assert_eq!(outcome.code, 3, "{}", outcome.stderr);
        for words in [first, second, "SERVICENOW_AUTH_METHOD="] {
            assert!(
                outcome.stderr.contains(words),
                "{words}: {}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn what_is_kept_is_shown_and_forgotten_without_the_secret() {
    let simulator = simulator();
    let home = fresh_home();
    let with = |arguments: &[&str], secret: bool| {
        let mut command = command_as(&simulator, "reader", arguments);
        command
            .env("HOME", &home)
            .env("SERVICENOW_AUTH_METHOD", "oauth2_client_credentials");
        if !secret {
            command.env_remove("SERVICENOW_CLIENT_SECRET");
        }
        let outcome = run(&mut command);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        outcome.stdout
    };
    with(&["token"], true);
    let status = with(&["status"], false);
    assert!(status.contains("Token     in the cache"), "{status}");
    let logout = with(&["logout"], false);
    assert!(logout.contains("Revoked and forgot"), "{logout}");
}

/// As in a container.
#[cfg(unix)]
#[test]
fn a_user_without_a_home_gets_tokens_too() {
    let simulator = simulator();
    let without_home = |arguments: &[&str], client: &str| {
        let mut command = match client {
            "" => command(&simulator, arguments),
            client => command_as(&simulator, client, arguments),
        };
        // Were it not set, the home would be looked up among this machine's users.
        command.env("HOME", "no-home");
        command
    };
    let token = run(&mut without_home(&["token"], "reader"));
    assert_eq!(token.code, 0, "{}", token.stderr);
    let warning = "warning: no token is kept beyond this run: this user has no folder";
    assert!(token.stderr.contains(warning), "{}", token.stderr);
    let mut quiet = without_home(&["token", "--no-cache"], "reader");
    let quiet = run(&mut quiet);
    assert_eq!((quiet.code, &*quiet.stderr), (0, ""));
    let key = simulator.instance().api_keys()[0].key.clone();
    let mut by_key = without_home(&["request", "GET", INCIDENTS], "");
    let by_key = run(by_key.env("SERVICENOW_API_KEY", &key));
    assert_reads_incidents(&by_key);
    assert_eq!(by_key.stderr, "");
    let mut login = without_home(&["token"], "reader");
    let login = run(login.env("SERVICENOW_AUTH_METHOD", "oauth2_authorization_code"));
    assert_eq!(login.code, 3);
    assert!(login.stderr.contains("set HOME, or"), "{}", login.stderr);
    // Folders that are named need no home.
    let folders = fresh_home();
    for source in ["instance", "cache"] {
        let mut command = without_home(&["token", "--json"], "reader");
        let outcome = run(command
            .env("XDG_CACHE_HOME", folders.join("cache"))
            .env("XDG_STATE_HOME", folders.join("state")));
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
        let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(json["source"], source);
    }
}

#[test]
fn a_token_and_where_to_get_one_contradict_each_other() {
    let simulator = simulator();
    for method in ["", "id_token"] {
        let mut command = command(&simulator, &["token"]);
        let outcome = run(command
            .env("SERVICENOW_AUTH_METHOD", method)
            .env("SERVICENOW_ID_TOKEN", "t")
            .env("SERVICENOW_IDP_TOKEN_URL", "https://idp.example.com/token"));
        assert_eq!(outcome.code, 3, "{}", outcome.stderr);
        let both = "SERVICENOW_ID_TOKEN and SERVICENOW_IDP_TOKEN_URL are both set";
        assert!(outcome.stderr.contains(both), "{}", outcome.stderr);
    }
}

#[test]
fn a_clients_secret_belongs_to_the_way_in_beside_it() {
    let simulator = simulator();
    for (settings, method) in [
        (&[][..], "oauth2_client_credentials"),
        (&[("SERVICENOW_REFRESH_TOKEN", "r")], "oauth2_refresh_token"),
        (
            &[
                ("SERVICENOW_USERNAME", "abel"),
                ("SERVICENOW_PASSWORD", "p"),
            ],
            "oauth2_password",
        ),
        (
            &[("SERVICENOW_CLIENT_SECRET", "")],
            "oauth2_authorization_code",
        ),
    ] {
        let mut command = command_as(&simulator, "reader", &["status"]);
        let outcome = run(command.envs(settings.iter().copied()));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let line = format!("Method    {method}\n");
        assert!(outcome.stdout.contains(&line), "{}", outcome.stdout);
    }
}

#[test]
fn an_id_token_in_the_environment_goes_before_the_profiles_file() {
    let simulator = simulator();
    let home = fresh_home();
    let file = private_file(&home, "id-token", "of-the-profile");
    let config = home.join(".config/snow-token");
    fs::create_dir_all(&config).unwrap();
    let profile = format!("id_token_file = '{}'\n", file.display());
    fs::write(config.join("config.toml"), profile).unwrap();
    let mut token = command(&simulator, &["token"]);
    token.env("HOME", &home);
    assert_eq!(run(&mut token).stdout, "of-the-profile\n");
    token.env("SERVICENOW_ID_TOKEN", "of-the-environment");
    assert_eq!(run(&mut token).stdout, "of-the-environment\n");
}

#[test]
fn settings_can_stand_in_a_profile() {
    let simulator = simulator();
    let home = fresh_home();
    let reader = simulator.client("reader");
    let writer = simulator.client("writer");
    private_file(&home, "reader", &reader.client_secret);
    private_file(&home, "writer", &writer.client_secret);
    let config = home.join(".config/snow-token");
    fs::create_dir_all(&config).unwrap();
    fs::write(
        config.join("config.toml"),
        format!(
            "instance = '{}'\nca_file = '{}'\nclient_id = '{}'\nclient_secret_file = '{}'\n\
             [profiles.writer]\nclient_id = '{}'\nclient_secret_file = '{}'\n",
            simulator.url(),
            simulator.ca_file().display(),
            reader.client_id,
            // Beside the profile file, wherever the command runs; and in the home.
            "../../reader",
            writer.client_id,
            "~/writer",
        ),
    )
    .unwrap();
    for (arguments, scope) in [
        (&["token", "--json"][..], "table_read"),
        (
            &["token", "--json", "--profile", "writer"],
            "table_read_write",
        ),
    ] {
        let outcome = run(snow_token().args(arguments).env("HOME", &home));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(json["scope"], scope);
    }
    let status = run(snow_token()
        .args(["status", "--profile", "writer"])
        .env("HOME", &home));
    assert!(
        status.stdout.contains("profiles.writer.client_id in "),
        "{}",
        status.stdout
    );
    let missing = run(snow_token()
        .args(["token", "--profile", "nobody"])
        .env("HOME", &home));
    assert_eq!(missing.code, 3);
    assert!(
        missing.stderr.contains("there are: writer"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_secret_can_come_from_standard_input_once() {
    let simulator = simulator();
    let client = simulator.client("reader");
    let mut command = command(&simulator, &["token", "--client-secret-file", "-"]);
    command.env("SERVICENOW_CLIENT_ID", &client.client_id);
    let input = format!("{}\n", client.client_secret);
    let outcome = snow_token_end_to_end::run_with_input(&mut command, input.as_bytes());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn the_middleware_authorizes_any_agent_for_the_instance_alone() {
    let simulator = simulator();
    let elsewhere = simulator_of(InstanceOptions::default());
    let client = Arc::new(library_client(&simulator, "reader"));
    let agent = config(&simulator).http_status_as_error(false);
    let agent: ureq::Agent = client.authorize(agent).build().into();
    let url = format!("{}{INCIDENTS}", simulator.url());
    assert_eq!(agent.get(&url).call().unwrap().status(), 200);
    // After a 401 the next request has a new token.
    simulator.instance().revoke_all_tokens();
    assert_eq!(agent.get(&url).call().unwrap().status(), 401);
    assert_eq!(agent.get(&url).call().unwrap().status(), 200);
    assert_eq!(simulator.instance().token_requests(), 2);
    let other = config(&elsewhere).http_status_as_error(false);
    let other: ureq::Agent = client.authorize(other).build().into();
    let url = format!("{}{INCIDENTS}", elsewhere.url());
    assert_eq!(other.get(&url).call().unwrap().status(), 401);
    let instance = elsewhere.instance();
    assert!(!instance.requests()[0].headers.contains_key("authorization"));
}

#[test]
fn a_gateway_asks_again_only_when_the_wait_is_over_and_then_goes_on() {
    let simulator = simulator();
    let client = library_client(&simulator, "reader");
    simulator
        .instance()
        .script_token_answer(503, "text/html", "busy");
    let mut failures = 0;
    let token = loop {
        match client.token() {
            Ok(token) => break token,
            Err(error) => assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer, "{error}"),
        }
        failures += 1;
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!(token.scope(), Some("table_read"));
    assert!(failures > 10, "the wait was not kept: {failures}");
    assert_eq!(simulator.instance().token_requests(), 2);
}
