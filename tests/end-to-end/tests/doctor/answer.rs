//! The clock, the sleep, the token endpoint.

use snow_token_end_to_end::{fresh_home, private_file, simulator, snow_token_as};
use snow_token_simulator::{Fault, VerifierKey};

use crate::support::{examine, examine_as};

#[test]
fn a_clock_that_differs_is_warned_of() {
    let simulator = simulator();
    for (offset, words) in [
        (120, "behind the instance's"),
        (-120, "ahead of the instance's"),
    ] {
        simulator.instance().set_clock(offset);
        let examined = examine_as(&simulator, "reader");
        assert_eq!((examined.code, examined.outcome("clock")), (0, "warning"));
        examined.has_words("clock", &[words, "NTP"]);
    }
}

#[test]
fn a_clock_that_differs_matters_more_for_assertions() {
    let simulator = simulator();
    let client = simulator.client("jwt");
    let key = "a shared secret of at least thirty-two bytes";
    let verifier = VerifierKey::SharedSecret(key.as_bytes().to_vec());
    let added = simulator
        .instance()
        .add_jwt_verifier(&client.client_id, None, &verifier);
    added.unwrap();
    simulator.instance().set_clock(-400);
    let file = private_file(&fresh_home(), "key", key);
    let mut command = snow_token_as(&simulator, "jwt");
    command
        .env("SERVICENOW_JWT_KEY_FILE", &file)
        .env("SERVICENOW_JWT_SUBJECT", "abel.tuter@example.com");
    let examined = examine(&mut command);
    assert_eq!(examined.outcome("clock"), "warning");
    examined.has_words("clock", &["0 s on the newer console", "Clock skew"]);
    assert_eq!(
        (examined.code, examined.outcome("grant")),
        (0, "passed"),
        "{}",
        examined.text("grant")
    );
}

#[test]
fn an_answer_that_is_cut_off() {
    let simulator = simulator();
    simulator.inject(Fault::CutAfter(20));
    examine_as(&simulator, "reader").failed_at(
        "http",
        5,
        &[
            "POST https://",
            "the connection ended before the answer was whole",
        ],
    );
}

#[test]
fn an_instance_that_sleeps() {
    let simulator = simulator();
    simulator.instance().set_hibernating(true);
    let examined = examine_as(&simulator, "reader");
    examined.failed_at("hibernation", 6, &["HTTP 200", "hibernating", "wake it"]);
}

#[test]
fn what_is_no_token_endpoint() {
    let simulator = simulator();
    for (status, content_type, body, words) in [
        (
            200,
            "text/html",
            "<h1>Log in</h1>",
            "something else than an instance",
        ),
        (
            404,
            "application/json",
            "{}",
            "no such table, record or path",
        ),
        (503, "text/html", "busy", "a fault of its own"),
    ] {
        simulator
            .instance()
            .script_token_answer(status, content_type, body);
        examine_as(&simulator, "reader").failed_at("token_endpoint", 6, &[words]);
    }
    simulator
        .instance()
        .script_token_redirect(302, "https://other.example/");
    examine_as(&simulator, "reader").failed_at(
        "token_endpoint",
        6,
        &["redirects are not followed"],
    );
}
