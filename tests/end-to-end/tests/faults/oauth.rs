//! Refusals, limits and troubles of the token endpoint, and grants that are not as asked for.

use core::time::Duration;

use serde_json::Value;
use snow_token_end_to_end::simulator_of;
use snow_token_simulator::{InstanceOptions, RateLimit, ScriptedAnswer};

use crate::trial::{JSON, REFUSED, Trial, UNEXPECTED, answer, expect, faults};

faults! {
    invalid_client: error(401, "invalid_client") => REFUSED, ["HTTP 401, invalid_client", "hint: "];
    invalid_client_in_a_long_answer: answer(401, JSON, &format!(r#"{{"error":"invalid_client","x":"{}"}}"#, "x".repeat(70_000)))
        => REFUSED, ["HTTP 401, invalid_client", "hint: "];
    invalid_grant: error(400, "invalid_grant") => REFUSED, ["HTTP 400, invalid_grant", "hint: "];
    invalid_scope: error(400, "invalid_scope") => REFUSED, ["HTTP 400, invalid_scope", "hint: "];
    unauthorized_client_with_the_status_of_success: error(200, "unauthorized_client")
        => REFUSED, ["unauthorized_client", "not set up for this grant"];
    unsupported_grant_type: error(400, "unsupported_grant_type")
        => REFUSED, ["unsupported_grant_type", "hint: "];
    access_denied: error(401, "access_denied") => REFUSED, ["HTTP 401, access_denied", "hint: "];
    invalid_request: error(400, "invalid_request")
        => UNEXPECTED, ["HTTP 400, invalid_request", "hint: "];
    server_error: error(500, "server_error")
        => UNEXPECTED, ["HTTP 500, server_error", "try again later"];
    temporarily_unavailable: error(503, "temporarily_unavailable")
        => UNEXPECTED, ["HTTP 503", "hint: "];
    a_401_with_a_page: answer(401, "text/html", "<h1>Unauthorized</h1>")
        => REFUSED, ["HTTP 401", "the client ID or secret is wrong"];
    a_403_with_a_page: answer(403, "text/html", "<h1>Forbidden</h1>")
        => UNEXPECTED, ["HTTP 403", "hint: "];
    a_404_with_a_page: answer(404, "text/html", "<h1>Not found</h1>")
        => UNEXPECTED, ["a page, not JSON", "hint: "];
    a_500_without_words: answer(500, JSON, "") => UNEXPECTED, ["HTTP 500", "hint: "];
    a_502_of_a_proxy: answer(502, "text/html", "Bad gateway") => UNEXPECTED, ["HTTP 502", "hint: "];
    a_503: answer(503, "text/html", "busy") => UNEXPECTED, ["HTTP 503", "hint: "];
    the_load_balancers_refusal: answer(400, "text/html", "<title>400 The SSL certificate error</title>")
        => REFUSED, ["the load balancer refused the client certificate", "hint: "];
    a_rate_limit: limited()
        => UNEXPECTED, ["HTTP 429, Rate limit exceeded", "not before", "s from now"];
    a_wait_of_a_hundred_years: retry_after("3153600000") => UNEXPECTED, ["HTTP 429", "hint: "];
    a_wait_beyond_all_numbers: retry_after("99999999999999999999999999")
        => UNEXPECTED, ["HTTP 429", "hint: "];
    a_wait_that_makes_no_sense: retry_after("-soon-") => UNEXPECTED, ["HTTP 429", "hint: "];
    a_wait_until_a_day_long_past: retry_after("Thu, 01 Jan 1970 00:00:00 GMT")
        => UNEXPECTED, ["HTTP 429", "hint: "];
}

fn error(status: u16, error: &str) -> Trial {
    answer(status, JSON, &format!(r#"{{"error":"{error}"}}"#))
}

fn limited() -> Trial {
    Trial::of(simulator_of(InstanceOptions {
        rate_limit: Some(RateLimit {
            requests: 0,
            per: Duration::from_secs(3600),
        }),
        ..InstanceOptions::default()
    }))
}

fn retry_after(value: &str) -> Trial {
    let answer = ScriptedAnswer::new(429, JSON, "{}").with_header("retry-after", value);
    Trial::with(|simulator| {
        simulator
            .instance()
            .script("/oauth_token.do", &answer)
            .unwrap()
    })
}

/// There is no advice for what nobody knows; the words of the server have to do.
#[test]
fn an_error_that_nobody_knows_is_shown() {
    let mut trial = error(400, "brand_new");
    let outcome = trial.run();
    assert_eq!(outcome.code, UNEXPECTED);
    assert!(
        outcome.stderr.contains("HTTP 400, brand_new"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn words_of_a_server_do_no_harm_to_a_terminal() {
    let body = r#"{"error":"\u001b]0;pwned\u0007","error_description":"a\r\nb"}"#;
    let outcome = answer(400, JSON, body).run();
    let control = |char: char| char.is_control() && char != '\n';
    assert!(!outcome.stderr.contains(control), "{:?}", outcome.stderr);
}

/// The command prints what it was given, and a token whose lifetime is not known is asked for
/// again by the next one.
#[test]
fn a_lifetime_that_is_absent_or_enormous_makes_the_token_no_worse_for_its_first_use() {
    for (lifetime, shown, asks_again) in [
        ("", Value::Null, true),
        (r#","expires_in":"1799""#, 1799.into(), false),
        (r#","expires_in":4294967295"#, u32::MAX.into(), false),
        (
            r#","expires_in":99999999999999999999"#,
            u32::MAX.into(),
            false,
        ),
        (r#","expires_in":1e400"#, u32::MAX.into(), false),
    ] {
        let body = format!(
            r#"{{"access_token":"{}","token_type":"Bearer"{lifetime}}}"#,
            "t".repeat(30)
        );
        let trial = answer(200, JSON, &body);
        let trial = trial.gets_a_token_with(&["token acquired"]);
        assert_eq!(trial.kept().unwrap(), "t".repeat(30), "{lifetime}");
        let file: Value =
            serde_json::from_slice(&std::fs::read(trial.cache_file()).unwrap()).unwrap();
        assert_eq!(file["expires_in"], shown, "{lifetime}");
        let trial = trial.without_refresh().gets_a_token_with(&[]);
        assert_eq!(
            trial.simulator().instance().token_requests(),
            1 + usize::from(asks_again),
            "{lifetime}"
        );
    }
}

/// A few of them are asked for: the next one could be better.
#[test]
fn tokens_that_are_over_when_they_come_do_not_take_the_place_of_a_good_one() {
    let body = r#"{"access_token":"granted-T0ken","token_type":"Bearer","expires_in":0}"#;
    let mut trial = Trial::with(|simulator| {
        for _ in 0..20 {
            simulator.instance().script_token_answer(200, JSON, body);
        }
    });
    let kept = trial.kept();
    assert!(kept.is_some());
    let outcome = trial.run();
    expect(&outcome, UNEXPECTED, &["Access Token Lifespan"]);
    assert_eq!(trial.kept(), kept);
    let requests = trial.simulator().instance().token_requests();
    assert!(requests < 5, "{requests} requests");
}

#[test]
fn a_scope_that_is_other_than_asked_for_is_kept_as_it_is_and_everything_is_warned_of() {
    let body = |scope: &str| {
        format!(
            r#"{{"access_token":"{}","token_type":"Bearer","scope":"{scope}"}}"#,
            "t".repeat(30)
        )
    };
    let mut less = answer(200, JSON, &body("table_read"));
    less.command()
        .args(["--scope", "table_read table_write", "--json"]);
    let outcome = less.run();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(shown["scope"], "table_read");
    answer(200, JSON, &body("useraccount"))
        .env("SERVICENOW_SCOPE", "table_read")
        .gets_a_token_with(&["warning: the instance granted the scope useraccount"]);
}
