//! Logs of every level, for each way in, of what succeeds and of what is refused.

use std::process::Command;

use snow_token_end_to_end::{Outcome, example, run, snow_token};
use snow_token_simulator::ScriptedAnswer;

use crate::ways::{self, Way, for_each_way};

/// A test for each way in.
macro_rules! ways {
    ($($name:ident)*) => {
        mod the_command_logs_no_secret {
            $(#[test] fn $name() { super::of_command(&super::ways::$name()); })*
        }
        // Of the libraries below it, too.
        mod the_library_traces_no_secret {
            $(#[test] fn $name() { super::of_library(&super::ways::$name()); })*
        }
    };
}

for_each_way!(ways);

/// More v than there are levels.
fn of_command(way: &Way) {
    let command = || {
        let mut command = snow_token();
        command
            .args(["request", "GET", ways::INCIDENTS, "-vvvvv"])
            .env("RUST_LOG", "trace");
        command
    };
    succeeds_and_is_refused(way, command, "/api/now/table/incident: HTTP ");
}

fn of_library(way: &Way) {
    // Words of ureq's.
    succeeds_and_is_refused(way, || example("library_logs"), "DEBUG ureq");
}

fn succeeds_and_is_refused(way: &Way, program: impl Fn() -> Command, words: &str) {
    let outcome = run(&mut way.settings_of(program()));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    shows_none(way, &outcome, words);
    // A new token does not help.
    for path in ["/api/", "/oauth_token.do", "/api/"] {
        let refusal = r#"{"error":"invalid_client","error_description":"no"}"#;
        let refusal = ScriptedAnswer::new(401, "application/json", refusal);
        way.simulator().instance().script(path, &refusal).unwrap();
    }
    let outcome = run(&mut way.settings_of(program()));
    assert_ne!(outcome.code, 0, "{}", outcome.stderr);
    shows_none(way, &outcome, words);
}

fn shows_none(way: &Way, outcome: &Outcome, words: &str) {
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    let secrets = way.secrets();
    let shown = secrets.left_in(outcome.stderr.as_bytes());
    assert!(shown.is_empty(), "{shown:?} in:\n{}", outcome.stderr);
}
