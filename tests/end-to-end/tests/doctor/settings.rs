//! What is set, and how the command says what it found.

use snow_token_end_to_end::{Outcome, run, simulator, snow_token_as};

use crate::support::{NAMES, examine, examine_as};

#[test]
fn a_good_set_up_passes_every_check() {
    let simulator = simulator();
    simulator.instance().set_clock(0);
    let examined = examine_as(&simulator, "reader");
    assert_eq!((examined.code, examined.stderr.as_str()), (0, ""));
    let names: Vec<_> = examined.checks.iter().map(|check| &check["name"]).collect();
    assert_eq!(names, NAMES);
    for name in NAMES {
        assert_eq!(examined.outcome(name), "passed", "{}", examined.text(name));
    }
    for (name, words) in [
        (
            "settings",
            &["oauth2_client_credentials", "SERVICENOW_INSTANCE"][..],
        ),
        ("proxy", &["none"]),
        (
            "tls",
            &[
                "TLS 1.3",
                "TLS13_AES",
                "SERVICENOW_CA_FILE",
                "issued by CN=Simulated Root CA",
            ],
        ),
        ("token_endpoint", &["/oauth_token.do: HTTP 401"]),
        ("grant", &["good for 1800 s, 86 characters, opaque"]),
        ("scope", &["table_read"]),
        ("table_api", &["/api/now/table/incident"]),
    ] {
        examined.has_words(name, words);
    }
}

#[test]
fn the_shape_of_the_json_is_the_same_for_every_check() {
    let simulator = simulator();
    for examined in [
        examine_as(&simulator, "reader"),
        examine_as(&simulator, "without_user"),
    ] {
        for check in &examined.checks {
            let members: Vec<_> = check.as_object().unwrap().keys().collect();
            assert_eq!(members, ["name", "outcome", "found", "details", "advice"]);
        }
    }
}

#[test]
fn people_read_a_line_for_each_check_and_hints_below() {
    let simulator = simulator();
    let Outcome { code, stdout, .. } = run(snow_token_as(&simulator, "reader").arg("doctor"));
    assert_eq!(code, 0);
    assert!(
        stdout.starts_with("ok       settings        https://127.0.0.1:"),
        "{stdout}"
    );
    assert!(
        stdout.contains("\nok       Table API       GET /api/now/table/incident: "),
        "{stdout}"
    );
    assert!(!stdout.contains(['✓', '\x1b']), "{stdout}");

    let Outcome {
        code,
        stdout,
        stderr,
    } = run(snow_token_as(&simulator, "without_user").arg("doctor"));
    assert_eq!((code, stderr.as_str()), (4, ""));
    let (_, rest) = stdout.split_once("\nFAILED   grant           ").unwrap();
    let lines: Vec<_> = rest.lines().collect();
    assert!(
        lines[1]
            .trim_start()
            .starts_with("hint: the client has no user to act as"),
        "{stdout}"
    );
    assert_eq!(lines[2], "skipped  scope           because grant failed");
}

#[test]
fn settings_that_are_missing_or_contradict_each_other() {
    let simulator = simulator();
    let examined = examine(snow_token_as(&simulator, "reader").env_remove("SERVICENOW_INSTANCE"));
    examined.failed_at(
        "settings",
        3,
        &["SERVICENOW_INSTANCE (--instance) is not set", "--help"],
    );
    assert_eq!(examined.checks.len(), NAMES.len());
    let mut both = snow_token_as(&simulator, "reader");
    both.env("SERVICENOW_CLIENT_SECRET_FILE", "/nowhere");
    examine(&mut both).failed_at("settings", 3, &["are both set"]);
    let mut two = snow_token_as(&simulator, "reader");
    two.env("SERVICENOW_API_KEY", "k")
        .env("SERVICENOW_REFRESH_TOKEN", "r");
    examine(&mut two).failed_at("settings", 3, &["it is not clear which way in is meant"]);
    assert!(simulator.instance().requests().is_empty());

    let mut unused = snow_token_as(&simulator, "reader");
    unused.env("SERVICENOW_AUTH_METHOD", "oauth2_client_credentials");
    unused.env("SERVICENOW_API_KEY", "k3y-of-mine");
    let examined = examine(&mut unused);
    assert_eq!(
        (examined.code, examined.outcome("settings")),
        (0, "warning")
    );
    examined.has_words(
        "settings",
        &[
            "as SERVICENOW_AUTH_METHOD says",
            "not used by",
            "SERVICENOW_API_KEY",
        ],
    );
    assert!(!examined.text("settings").contains("k3y-of-mine"));
}

#[test]
fn a_table_that_is_none_is_a_fault_of_usage() {
    let simulator = simulator();
    let outcome = run(snow_token_as(&simulator, "reader").args(["doctor", "--table", "a/../b"]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
}

#[test]
fn stray_white_space_is_warned_of_without_the_secret() {
    let simulator = simulator();
    let secret = simulator.client("reader").client_secret;
    let mut command = snow_token_as(&simulator, "reader");
    command.env("SERVICENOW_CLIENT_SECRET", format!("{secret} "));
    let examined = examine(&mut command);
    assert_eq!(examined.outcome("white_space"), "warning");
    examined.has_words(
        "white_space",
        &["SERVICENOW_CLIENT_SECRET begins or ends with white space"],
    );
    examined.failed_at("grant", 4, &["white space was pasted along"]);

    let id = simulator.client("reader").client_id;
    let mut command = snow_token_as(&simulator, "reader");
    command.env("SERVICENOW_CLIENT_ID", format!(" {id}"));
    let examined = examine(&mut command);
    assert_eq!(
        (examined.code, examined.outcome("white_space")),
        (0, "warning")
    );
    examined.has_words(
        "white_space",
        &["SERVICENOW_CLIENT_ID has white space around it"],
    );

    let mut command = snow_token_as(&simulator, "reader");
    command.env("SERVICENOW_CLIENT_ID", format!("{id}\u{200b}"));
    let examined = examine(&mut command);
    examined.has_words(
        "white_space",
        &["SERVICENOW_CLIENT_ID has an invisible character"],
    );
}
