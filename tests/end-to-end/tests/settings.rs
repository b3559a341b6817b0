//! Settings that are missing, contradictory or make no sense: exit code 3, and the setting's name.

use std::{path::Path, process::Command};

use snow_token_end_to_end::{
    Outcome, private_file, run, set_mode, simulator, snow_token, snow_token_as,
};

fn complete() -> Command {
    let mut command = snow_token();
    command
        .arg("token")
        // Nobody listens there: what gets that far ends in exit code 5.
        .env("SERVICENOW_INSTANCE", "https://127.0.0.1:1")
        .env("SERVICENOW_CLIENT_ID", "id")
        .env("SERVICENOW_CLIENT_SECRET", "hunter2-s3cret");
    command
}

fn expect_configuration_error(outcome: &Outcome, words: &[&str]) {
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    for words in words {
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    }
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
}

#[test]
fn a_complete_set_gets_as_far_as_the_network() {
    assert_eq!(run(&mut complete()).code, 5);
}

#[test]
fn what_is_missing_is_named() {
    for (variable, words) in [
        (
            "SERVICENOW_INSTANCE",
            &["SERVICENOW_INSTANCE (--instance) is not set"][..],
        ),
        (
            "SERVICENOW_CLIENT_ID",
            &["SERVICENOW_CLIENT_ID (--client-id) is not set"],
        ),
        (
            "SERVICENOW_CLIENT_SECRET",
            &["SERVICENOW_CLIENT_SECRET", "SERVICENOW_CLIENT_SECRET_FILE"],
        ),
    ] {
        expect_configuration_error(&run(complete().env_remove(variable)), words);
        expect_configuration_error(&run(complete().env(variable, "")), words);
        expect_configuration_error(&run(complete().env(variable, " \n")), words);
    }
}

#[test]
fn what_makes_no_sense_is_named() {
    for (variable, value, words) in [
        ("SERVICENOW_INSTANCE", "https://a/b", "leave the path out"),
        (
            "SERVICENOW_INSTANCE",
            "not an instance",
            "dev12345.service-now.com",
        ),
        ("SERVICENOW_AUTH_METHOD", "oauth3", "is not a method"),
        (
            "SERVICENOW_CLIENT_AUTH",
            "digest",
            "neither `body` nor `basic`",
        ),
        ("SERVICENOW_TIMEOUT_SECS", "0", "from 1 to 3600"),
        ("SERVICENOW_TIMEOUT_SECS", "soon", "from 1 to 3600"),
        ("SERVICENOW_CLIENT_ID", "a\u{7}b", "a control character"),
        (
            "SERVICENOW_CLIENT_SECRET",
            "hunter2\nhunter3",
            "a control character",
        ),
        ("SERVICENOW_SCOPE", "a\tb", "a control character"),
        (
            "SERVICENOW_REVOKE_PATH",
            "oauth_revoke.do",
            "begins with one slash",
        ),
        (
            "SERVICENOW_REVOKE_PATH",
            "/oauth_revoke.do?a",
            "neither a query",
        ),
        (
            "SERVICENOW_CA_FILE",
            "/nowhere/root.pem",
            "cannot read /nowhere/root.pem",
        ),
        (
            "SERVICENOW_CA_FILE",
            "/dev/null",
            "there is no certificate in it",
        ),
    ] {
        expect_configuration_error(&run(complete().env(variable, value)), &[variable, words]);
    }
}

#[test]
fn an_api_key_that_cannot_be_sent_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = private_file(dir.path(), "key", "hunter2\u{200b}");
    for (variable, value) in [
        ("SERVICENOW_API_KEY", "hunter2é"),
        ("SERVICENOW_API_KEY_FILE", path.to_str().unwrap()),
    ] {
        let outcome = run(complete()
            .env("SERVICENOW_AUTH_METHOD", "api_key")
            .env(variable, value));
        expect_configuration_error(&outcome, &[variable, "cannot stand in a header"]);
    }
}

#[test]
fn a_flag_goes_before_its_variable_and_is_named_where_it_is_wrong() {
    let outcome = run(complete()
        .args(["--timeout-secs", "0"])
        .env("SERVICENOW_TIMEOUT_SECS", "9"));
    expect_configuration_error(&outcome, &["--timeout-secs: \"0\""]);
}

#[test]
fn the_method_may_be_named() {
    let simulator = simulator();
    let outcome = run(snow_token_as(&simulator, "reader")
        .arg("token")
        .env("SERVICENOW_AUTH_METHOD", "oauth2_client_credentials"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn a_secret_can_stand_in_a_file_with_a_line_break_at_its_end() {
    let simulator = simulator();
    let dir = tempfile::tempdir().unwrap();
    let secret = simulator.client("reader").client_secret;
    for text in [
        secret.clone(),
        format!("{secret}\n"),
        format!("{secret}\r\n"),
    ] {
        let path = private_file(dir.path(), "secret", &text);
        let from_variable = run(snow_token_as(&simulator, "reader")
            .arg("token")
            .env_remove("SERVICENOW_CLIENT_SECRET")
            .env("SERVICENOW_CLIENT_SECRET_FILE", &path));
        assert_eq!(from_variable.code, 0, "{}", from_variable.stderr);
        // The flag goes before both variables.
        let from_flag = run(snow_token_as(&simulator, "reader")
            .arg("token")
            .env("SERVICENOW_CLIENT_SECRET", "wrong")
            .arg("--client-secret-file")
            .arg(&path));
        assert_eq!(from_flag.code, 0, "{}", from_flag.stderr);
    }
}

#[test]
fn two_secrets_are_a_contradiction() {
    let outcome = run(complete().env("SERVICENOW_CLIENT_SECRET_FILE", "/nowhere"));
    expect_configuration_error(
        &outcome,
        &["SERVICENOW_CLIENT_SECRET and SERVICENOW_CLIENT_SECRET_FILE are both set"],
    );
}

#[cfg(unix)]
#[test]
fn a_secret_file_that_everybody_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for (mode, refused) in [(0o644, true), (0o604, true), (0o640, false), (0o400, false)] {
        let path = private_file(dir.path(), &format!("{mode:o}"), "hunter2-s3cret");
        set_mode(&path, mode);
        let outcome = run(complete()
            .env_remove("SERVICENOW_CLIENT_SECRET")
            .env("SERVICENOW_CLIENT_SECRET_FILE", &path));
        if refused {
            let path = path.to_str().unwrap();
            expect_configuration_error(
                &outcome,
                &["SERVICENOW_CLIENT_SECRET_FILE", "chmod 600", path],
            );
        } else {
            assert_eq!(outcome.code, 5, "{mode:o}: {}", outcome.stderr);
        }
    }
}

#[test]
fn a_secret_file_that_is_none_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let huge = private_file(dir.path(), "huge", "hunter2".repeat(20_000));
    for (path, words) in [
        (Path::new("/nowhere/secret"), "cannot read /nowhere/secret"),
        (dir.path(), "cannot read"),
        (&huge, "more than 65536 bytes"),
    ] {
        let outcome = run(complete()
            .env_remove("SERVICENOW_CLIENT_SECRET")
            .env("SERVICENOW_CLIENT_SECRET_FILE", path));
        expect_configuration_error(&outcome, &["SERVICENOW_CLIENT_SECRET_FILE", words]);
    }
}

#[test]
fn white_space_around_a_secret_is_warned_of() {
    let outcome = run(complete().env("SERVICENOW_CLIENT_SECRET", " hunter2"));
    assert_eq!(outcome.code, 5);
    let warning = "warning: SERVICENOW_CLIENT_SECRET: the secret begins or ends with white space";
    assert!(outcome.stderr.contains(warning), "{}", outcome.stderr);
}

#[test]
fn a_secret_cannot_be_handed_over_as_an_argument() {
    let outcome = run(snow_token().args(["token", "--client-secret", "hunter2"]));
    assert_eq!(outcome.code, 2);
    // clap repeats the flag, not its value.
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
}

#[test]
fn usage_errors_have_an_exit_code_of_their_own() {
    for arguments in [
        &[][..],
        &["tokens"],
        &["token", "extra"],
        &["request", "GET"],
    ] {
        assert_eq!(run(snow_token().args(arguments)).code, 2, "{arguments:?}");
    }
    for arguments in [["--help"], ["--version"]] {
        let outcome = run(snow_token().args(arguments));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    }
}
