//! Answers that are not a good token, and connections that break: each ends in its exit code, in
//! words to act on, within its time, and after one request.

use std::io::Write;

use snow_token_end_to_end::{run, simulator, simulator_of, snow_token_as};
use snow_token_simulator::{Fault, InstanceOptions, RateLimit, Simulator};

const JSON: &str = "application/json;charset=UTF-8";
const REFUSED: i32 = 4;
const NETWORK: i32 = 5;
const UNEXPECTED: i32 = 6;

/// Runs `token` once and holds it to its exit code and its words.
fn expect(simulator: &Simulator, code: i32, words: &str) {
    expect_within(simulator, "20", code, words);
}

/// The same for a server that falls silent: the command must end by itself.
fn expect_within(simulator: &Simulator, secs: &str, code: i32, words: &str) {
    let outcome = run(snow_token_as(simulator, "reader").args(["token", "--timeout-secs", secs]));
    assert_eq!(outcome.code, code, "{words}: {}", outcome.stderr);
    assert!(
        outcome.stderr.contains(words),
        "{words}: {}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("hint:"),
        "no advice: {}",
        outcome.stderr
    );
    assert_eq!(outcome.stdout, "");
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
}

fn expect_answer(status: u16, content_type: &str, body: &str, code: i32, words: &str) {
    let simulator = simulator();
    simulator
        .instance()
        .script_token_answer(status, content_type, body);
    expect(&simulator, code, words);
    assert_eq!(
        simulator.instance().token_requests(),
        1,
        "{words}: it was tried again"
    );
}

fn expect_fault(fault: Fault, code: i32, words: &str) {
    let simulator = simulator();
    simulator.inject(fault);
    expect(&simulator, code, words);
    assert!(
        simulator.instance().token_requests() <= 1,
        "{words}: it was tried again"
    );
}

#[test]
fn pages_in_place_of_json() {
    expect_answer(
        200,
        "text/html",
        "<form>Log in</form>",
        UNEXPECTED,
        "a page, not JSON",
    );
    expect_answer(
        404,
        "text/html",
        "<h1>Not found</h1>",
        UNEXPECTED,
        "a page, not JSON",
    );
    expect_answer(502, "text/html", "Bad gateway", UNEXPECTED, "HTTP 502");
    expect_answer(
        400,
        "text/html",
        "<title>400 The SSL certificate error</title>",
        REFUSED,
        "the load balancer refused the client certificate",
    );
}

#[test]
fn a_sleeping_instance() {
    let simulator = simulator();
    simulator.instance().set_hibernating(true);
    expect(
        &simulator,
        UNEXPECTED,
        "a page that says the instance is hibernating",
    );
}

#[test]
fn a_rate_limit() {
    let simulator = simulator_of(InstanceOptions {
        rate_limit: Some(RateLimit {
            requests: 0,
            per: core::time::Duration::from_secs(3600),
        }),
        ..InstanceOptions::default()
    });
    expect(&simulator, UNEXPECTED, "HTTP 429, Rate limit exceeded");
    assert_eq!(
        simulator.instance().token_requests(),
        1,
        "it was tried again"
    );
    let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
    assert!(
        outcome.stderr.contains("not before 3600 s from now"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn bodies_that_are_not_whole_or_not_json() {
    let good = r#"{"access_token":"abc","token_type":"Bearer","expires_in":1799}"#;
    expect_answer(200, JSON, "", UNEXPECTED, "ends too early");
    expect_answer(200, JSON, &good[..30], UNEXPECTED, "ends too early");
    expect_answer(
        200,
        JSON,
        "access_token=abc",
        UNEXPECTED,
        "unexpected character",
    );
    expect_answer(
        200,
        JSON,
        &good.repeat(2),
        UNEXPECTED,
        "goes on after its end",
    );
    expect_answer(200, JSON, "null", UNEXPECTED, "not an object");
    expect_answer(200, JSON, &"[".repeat(50_000), UNEXPECTED, "not an object");
    let deep = format!(r#"{{"a":{}"#, "[".repeat(50_000));
    expect_answer(200, JSON, &deep, UNEXPECTED, "nested too deep");
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000));
    expect_answer(200, JSON, &long, UNEXPECTED, "more than 65536 bytes");
    let page = format!("<html>{}", "x".repeat(70_000));
    expect_answer(200, "text/html", &page, UNEXPECTED, "a page, not JSON");
    let error = format!(
        r#"{{"error":"invalid_client","x":"{}"}}"#,
        "x".repeat(70_000)
    );
    expect_answer(401, JSON, &error, REFUSED, "HTTP 401, invalid_client");
}

#[test]
fn members_that_are_wrong_missing_or_there_twice() {
    for (body, words) in [
        (r#"{"token_type":"Bearer"}"#, "`access_token` is missing"),
        (r#"{"access_token":"abc"}"#, "`token_type` is missing"),
        (
            r#"{"access_token":"abc","token_type":"mac"}"#,
            "`token_type` is not \"Bearer\"",
        ),
        (
            r#"{"access_token":17,"token_type":"Bearer"}"#,
            "`access_token` is not a bearer token",
        ),
        (
            r#"{"access_token":"abc","access_token":"abd","token_type":"Bearer"}"#,
            "`access_token` stands there twice",
        ),
        (
            r#"{"access_token":"abc","token_type":"Bearer","expires_in":"soon"}"#,
            "`expires_in` is not a whole number",
        ),
        (
            r#"{"access_token":"abc","token_type":"Bearer","scope":[]}"#,
            "`scope` is not a string",
        ),
    ] {
        expect_answer(200, JSON, body, UNEXPECTED, words);
    }
}

#[test]
fn tokens_that_could_not_stand_in_a_header() {
    for token in [
        "",
        "a b",
        r"a\r\nX-Evil: 1",
        r"a\u000a",
        "é",
        r"\u00e9",
        r"\u0000",
    ] {
        let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        expect_answer(
            200,
            JSON,
            &body,
            UNEXPECTED,
            "`access_token` is not a bearer token",
        );
    }
}

#[test]
fn oauth_errors_whatever_their_status() {
    for (status, body, code, words) in [
        (
            400,
            r#"{"error":"invalid_client"}"#,
            REFUSED,
            "invalid_client",
        ),
        (
            200,
            r#"{"error":"unauthorized_client"}"#,
            REFUSED,
            "not set up for this grant",
        ),
        (
            400,
            r#"{"error":"invalid_request"}"#,
            UNEXPECTED,
            "invalid_request",
        ),
        (400, r#"{"error":"brand_new"}"#, UNEXPECTED, "brand_new"),
        (
            500,
            r#"{"error":"server_error"}"#,
            UNEXPECTED,
            "try again later",
        ),
    ] {
        if words == "brand_new" {
            // There is no advice for what nobody knows; the words of the server have to do.
            let simulator = simulator();
            simulator.instance().script_token_answer(status, JSON, body);
            let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
            assert_eq!(outcome.code, code);
            assert!(outcome.stderr.contains(words));
        } else {
            expect_answer(status, JSON, body, code, words);
        }
    }
}

#[test]
fn words_of_a_server_do_no_harm_to_a_terminal() {
    let simulator = simulator();
    let body = r#"{"error":"\u001b]0;pwned\u0007","error_description":"a\r\nb"}"#;
    simulator.instance().script_token_answer(400, JSON, body);
    let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
    let control = |char: char| char.is_control() && char != '\n';
    assert!(!outcome.stderr.contains(control), "{:?}", outcome.stderr);
}

#[test]
fn redirects_are_not_followed_with_credentials() {
    let elsewhere = simulator();
    for status in [301, 302, 303, 307, 308] {
        let simulator = simulator();
        // One that is followed would get through: both roots are trusted.
        let mut roots = tempfile::NamedTempFile::new().unwrap();
        write!(roots, "{}{}", simulator.ca_pem(), elsewhere.ca_pem()).unwrap();
        let location = format!("{}/oauth_token.do", elsewhere.url());
        simulator
            .instance()
            .script_token_redirect(status, &location);
        let outcome = run(snow_token_as(&simulator, "reader")
            .arg("token")
            .env("SERVICENOW_CA_FILE", roots.path()));
        assert_eq!(outcome.code, UNEXPECTED, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("redirects are not followed"),
            "{}",
            outcome.stderr
        );
        assert_eq!(simulator.instance().token_requests(), 1);
    }
    assert!(elsewhere.instance().requests().is_empty());
}

#[test]
fn connections_that_break() {
    let cut = "the connection ended before the answer was whole";
    expect_fault(Fault::CloseBeforeTls, NETWORK, cut);
    expect_fault(Fault::CutAfter(0), NETWORK, cut);
    expect_fault(Fault::CutAfter(40), NETWORK, cut);
    // Within the body: it is shorter than its Content-Length.
    expect_fault(Fault::CutAfter(200), NETWORK, cut);
}

#[test]
fn connections_that_fall_silent() {
    for fault in [
        Fault::SilentBeforeTls,
        Fault::StallAfter(0),
        Fault::StallAfter(40),
        Fault::StallAfter(200),
    ] {
        let simulator = simulator();
        simulator.inject(fault);
        expect_within(&simulator, "2", NETWORK, "no whole answer after 2.");
        assert!(
            simulator.instance().token_requests() <= 1,
            "it was tried again"
        );
    }
}

#[test]
fn http_that_is_none() {
    let raw = |head: &str, body: &str| {
        let head = head.replace('\n', "\r\n");
        Fault::Raw([head.as_bytes(), b"\r\n\r\n", body.as_bytes()].concat())
    };
    let chunked = "HTTP/1.1 200 OK\nContent-Type: application/json\nTransfer-Encoding: chunked";
    let good = r#"{"access_token":"abc","token_type":"Bearer"}"#;
    expect_fault(
        Fault::Raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()),
        UNEXPECTED,
        "not HTTP",
    );
    expect_fault(
        raw(chunked, "zz\r\nabc\r\n0\r\n\r\n"),
        UNEXPECTED,
        "not HTTP",
    );
    expect_fault(
        raw(chunked, "5\r\n{\"acc"),
        NETWORK,
        "ended before the answer was whole",
    );
    expect_fault(
        raw(
            "HTTP/1.1 200 OK\nContent-Type: application/json\nContent-Length: 400",
            good,
        ),
        NETWORK,
        "ended before the answer was whole",
    );
    expect_fault(
        raw(
            &format!("HTTP/1.1 200 OK\nX-Long: {}", "x".repeat(200_000)),
            good,
        ),
        UNEXPECTED,
        "headers are too large",
    );
}

#[test]
fn chunked_and_close_delimited_answers_are_good_ones() {
    let good = r#"{"access_token":"abc","token_type":"Bearer"}"#;
    let chunks: String = good
        .chars()
        .map(|char| format!("1;x=y\r\n{char}\r\n"))
        .collect();
    for (header, body) in [
        (
            "Transfer-Encoding: chunked",
            format!("{chunks}0\r\nX-Trailer: 1\r\n\r\n"),
        ),
        ("Connection: close", good.to_owned()),
    ] {
        let simulator = simulator();
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{header}\r\n\r\n");
        simulator.inject(Fault::Raw([head.as_bytes(), body.as_bytes()].concat()));
        let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
        assert_eq!(
            (outcome.code, outcome.stdout.as_str()),
            (0, "abc\n"),
            "{}",
            outcome.stderr
        );
    }
}
