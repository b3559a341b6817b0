//! `snow-token token`: what it prints, what it says, and with which exit code it ends.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use snow_token_end_to_end::{run, simulator, simulator_of, snow_token_as};
use snow_token_simulator::InstanceOptions;

#[test]
fn prints_the_bare_token_and_a_newline_and_nothing_else() {
    let simulator = simulator();
    let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
    assert_eq!(outcome.code, 0);
    assert_eq!(outcome.stderr, "");
    let token = outcome.stdout.strip_suffix('\n').unwrap();
    assert_eq!(token.len(), 86);
    assert!(
        token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    );
}

#[test]
fn prints_json_with_the_times_in_seconds() {
    let simulator = simulator();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let outcome = run(snow_token_as(&simulator, "reader").args(["token", "--json"]));
    assert_eq!(outcome.code, 0);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let mut members: Vec<_> = json
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "access_token",
            "expires_at",
            "expires_in",
            "scope",
            "source",
            "token_type"
        ]
    );
    assert_eq!(json["token_type"], "Bearer");
    assert_eq!(json["scope"], "table_read");
    assert_eq!(json["expires_in"], 1800);
    assert_eq!(json["source"], "instance");
    let expires_at = json["expires_at"].as_u64().unwrap();
    assert!((now + 1800..now + 1830).contains(&expires_at));
}

#[test]
fn what_the_instance_leaves_out_is_null_or_as_requested() {
    let simulator = simulator();
    let body = r#"{"access_token":"abc","token_type":"bearer"}"#;
    simulator
        .instance()
        .script_token_answer(200, "application/json", body);
    let outcome =
        run(snow_token_as(&simulator, "reader").args(["token", "--json", "--scope", "a b"]));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json["scope"], "a b");
    assert_eq!(json["expires_in"], Value::Null);
    assert_eq!(json["expires_at"], Value::Null);
}

#[test]
fn says_what_happens_when_asked_and_never_a_secret() {
    let simulator = simulator();
    let secret = simulator.client("reader").client_secret;
    for verbosity in ["-v", "-vv", "-vvvv"] {
        let outcome = run(snow_token_as(&simulator, "reader").args(["token", verbosity]));
        assert_eq!(outcome.code, 0);
        let lines: Vec<_> = outcome.stderr.lines().collect();
        assert_eq!(lines[0], "ServiceNow auth: OAuth 2.0 Client Credentials");
        assert_eq!(*lines.last().unwrap(), "ServiceNow OAuth2 token acquired");
        assert!(!outcome.stderr.contains(outcome.stdout.trim()));
        assert!(!outcome.stderr.contains(&secret));
    }
}

#[test]
fn the_request_is_as_servicenow_documents_it() {
    let simulator = simulator();
    run(snow_token_as(&simulator, "reader").args(["token", "--scope", "table_read"]));
    let instance = simulator.instance();
    let [request] = instance.requests() else {
        panic!()
    };
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/oauth_token.do")
    );
    assert_eq!(
        request.headers["content-type"],
        "application/x-www-form-urlencoded"
    );
    assert!(!request.headers.contains_key("authorization"));
    assert!(
        request.headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("snow-token/")
    );
    let body = core::str::from_utf8(&request.body).unwrap();
    assert!(
        body.starts_with("grant_type=client_credentials&client_id="),
        "{body}"
    );
    assert!(body.ends_with("&scope=table_read"), "{body}");
}

#[test]
fn basic_authentication_is_there_for_those_who_ask_for_it() {
    let simulator = simulator_of(InstanceOptions {
        basic_client_authentication: true,
        ..InstanceOptions::default()
    });
    let outcome =
        run(snow_token_as(&simulator, "reader").args(["token", "--client-auth", "basic"]));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let instance = simulator.instance();
    let [request] = instance.requests() else {
        panic!()
    };
    assert_eq!(&request.body[..], b"grant_type=client_credentials");
}

#[test]
fn a_second_process_gets_the_same_token() {
    let simulator = simulator();
    let token = || run(snow_token_as(&simulator, "reader").arg("token")).stdout;
    let first = token();
    assert_eq!(token(), first);
    simulator
        .instance()
        .advance_clock(Duration::from_secs(1800));
    assert_ne!(token(), first);
}

/// Each refusal: who asks for which scope, and what is said about it.
#[test]
fn credentials_that_are_refused_end_in_exit_code_4_and_words_to_act_on() {
    for (client, extra, expected) in [
        ("without_user", &[][..], "OAuth Application User"),
        (
            "without_grant",
            &[],
            "glide.oauth.inbound.client.credential.grant_type.enabled",
        ),
        ("reader", &["--scope", "table_read_write"], "invalid_scope"),
        (
            "reader",
            &["--client-id", "another"],
            "Application Registry",
        ),
        (
            "reader",
            &["--client-auth", "basic"],
            "server_error: access_denied",
        ),
    ] {
        let simulator = simulator();
        let outcome = run(snow_token_as(&simulator, client).arg("token").args(extra));
        assert_eq!(outcome.code, 4, "{}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(expected), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("/oauth_token.do: HTTP 40"),
            "{}",
            outcome.stderr
        );
        assert_eq!(
            simulator.instance().token_requests(),
            1,
            "it was tried again"
        );
    }
}

#[test]
fn a_wrong_secret_is_not_shown() {
    let simulator = simulator();
    let outcome = run(snow_token_as(&simulator, "reader")
        .args(["token", "-vv"])
        .env("SERVICENOW_CLIENT_SECRET", "wr0ng-s3cret"));
    assert_eq!(outcome.code, 4);
    assert!(!outcome.stderr.contains("wr0ng-s3cret"));
}

#[test]
fn a_server_that_repeats_the_secret_does_not_bring_it_into_the_message() {
    let simulator = simulator();
    for repeated in ["s3cret+of mine", "s3cret%2Bof+mine", r"s3cr\u0065t+of mine"] {
        // Far enough back for a message that cuts long texts to cut it in the middle.
        let description = format!("{}{repeated}", "x".repeat(295));
        let body = format!(r#"{{"error":"a","error_description":"{description}"}}"#);
        let mut instance = simulator.instance();
        instance.script_token_answer(400, "application/json", &body);
        drop(instance);
        let outcome = run(snow_token_as(&simulator, "reader")
            .arg("token")
            .env("SERVICENOW_CLIENT_SECRET", "s3cret+of mine"));
        let words = "HTTP 400, in words that repeat a secret";
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("s3cr"), "{}", outcome.stderr);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let simulator = simulator();
    let mut child = snow_token_as(&simulator, "reader")
        .arg("token")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_an_error() {
    let simulator = simulator();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = snow_token_as(&simulator, "reader")
        .arg("token")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("cannot write the output")
    );
}
