//! Which answer means what, and whether to try again.

use proptest::prelude::*;
use snow_token_core::{
    Cause, Refusal, Retry,
    refusal::{Answer, Cut, PageSearch},
};

const JSON: Option<&str> = Some("application/json");
const HTML: Option<&str> = Some("text/html; charset=utf-8");

const SERVER_FAULT: Cause = Cause::ServerFault {
    retry_after_secs: None,
};

fn answer<'a>(status: u16, content_type: Option<&'a str>, body: &'a str) -> Answer<'a> {
    Answer {
        status,
        content_type,
        retry_after: None,
        date: None,
        body: body.as_bytes(),
        cut: None,
    }
}

#[test]
fn each_answer_of_an_instance_has_its_cause() {
    let rest = |message: &str, detail: &str| {
        format!(r#"{{"error":{{"message":"{message}","detail":"{detail}"}},"status":"failure"}}"#)
    };
    let cases = [
        (
            401,
            JSON,
            r#"{"error":"invalid_grant","error_description":"Grant access token to admin is not allowed"}"#.to_owned(),
            Cause::AdminSubject,
        ),
        (401, JSON, r#"{"error":"invalid_token"}"#.to_owned(), Cause::NotAuthenticated),
        (404, JSON, r#"{"error":"No such thing"}"#.to_owned(), Cause::NotFound),
        (401, JSON, r#"{"error_description":"x"}"#.to_owned(), Cause::NotAuthenticated),
        (401, HTML, "<html>".to_owned(), Cause::NotAuthenticated),
        (404, HTML, String::new(), Cause::NotFound),
        (404, HTML, "<html>".to_owned(), Cause::NotJson),
        (400, None, "<title>400 The SSL certificate error</title>".to_owned(), Cause::ClientCertificateRefused),
        (
            401,
            JSON,
            r#"{"error_description":"access_denied","error":"server_error"}"#.to_owned(),
            Cause::AccessDenied,
        ),
        (
            401,
            JSON,
            r#"{"error":"unauthorized_client","error_description":"OAuth integration user is not configured for OAuth:1234"}"#.to_owned(),
            Cause::IntegrationUserMissing,
        ),
        (401, JSON, r#"{"error":"invalid_client"}"#.to_owned(), Cause::InvalidClient),
        (400, JSON, r#"{"error":"unauthorized_client"}"#.to_owned(), Cause::GrantNotAllowed),
        (400, JSON, r#"{"error":"unsupported_grant_type"}"#.to_owned(), Cause::GrantNotAllowed),
        (400, JSON, r#"{"error":"invalid_grant"}"#.to_owned(), Cause::InvalidGrant),
        (400, JSON, r#"{"error":"invalid_scope"}"#.to_owned(), Cause::InvalidScope),
        (400, JSON, r#"{"error":"invalid_request"}"#.to_owned(), Cause::InvalidRequest),
        (400, JSON, r#"{"error":"something_new"}"#.to_owned(), Cause::Other),
        (500, JSON, r#"{"error":"server_error"}"#.to_owned(), SERVER_FAULT),
        (401, JSON, rest("User is not authenticated", "Required to provide Auth information"), Cause::NotAuthenticated),
        (403, JSON, rest("User Not Authorized", "Missing required API access scope: table_read"), Cause::MissingScope),
        (403, JSON, rest("User Not Authorized", "Missing required api access scope: table_read"), Cause::MissingScope),
        (403, JSON, rest("Operation Failed", "ACL Exception"), Cause::NotAuthorized),
        (404, JSON, rest("No Record found", "Record doesn't exist"), Cause::NotFound),
        (400, JSON, rest("Invalid", "malformed"), Cause::InvalidRequest),
        (429, JSON, rest("Rate limit exceeded", "Rate limit of 100 requests per hour"), Cause::RateLimited { retry_after_secs: None }),
        (503, JSON, String::new(), SERVER_FAULT),
        (418, JSON, String::new(), Cause::Other),
        (200, HTML, "<h1>Your instance is hibernating</h1>".to_owned(), Cause::Hibernating),
        (503, HTML, "<h1>Your instance is hibernating</h1>".to_owned(), Cause::Hibernating),
        (400, HTML, "<title>400 The SSL certificate error</title>".to_owned(), Cause::ClientCertificateRefused),
        (400, HTML, "<title>Bad request</title>".to_owned(), Cause::NotJson),
        (200, HTML, "<form>Log in</form>".to_owned(), Cause::NotJson),
        (302, HTML, String::new(), Cause::Redirect),
        (302, None, String::new(), Cause::Redirect),
        (502, HTML, "Bad gateway".to_owned(), SERVER_FAULT),
    ];
    for (status, content_type, body, cause) in cases {
        let refusal = Refusal::read(&answer(status, content_type, &body));
        assert_eq!(refusal.cause, cause, "HTTP {status}: {body}");
    }
}

#[test]
fn a_missing_scope_is_named() {
    for prefix in ["", "Error: "] {
        let body = format!(
            r#"{{"error":{{"message":"User Not Authorized","detail":"{prefix}Missing required API access scope: table_write"}},"status":"failure"}}"#
        );
        let refusal = Refusal::read(&answer(403, JSON, &body));
        assert_eq!(refusal.cause, Cause::MissingScope);
        assert_eq!(refusal.missing_scope.unwrap(), *"table_write");
        assert_eq!(refusal.cause.retry(), Retry::Never);
        assert_eq!(
            refusal.to_string(),
            format!(
                "HTTP 403, User Not Authorized: {prefix}Missing required API access scope: table_write"
            )
        );
    }
}

#[test]
fn an_error_body_is_read_as_far_as_it_goes() {
    let words = r#"{"error":"server_error","error_description":"access_denied""#;
    for rest in ["", ",", r#","x":"cut"#, r#","x":"\ud800"}"#, "} and more"] {
        let body = format!("{words}{rest}");
        let refusal = Refusal::read(&answer(401, JSON, &body));
        assert_eq!(refusal.cause, Cause::AccessDenied, "{body}");
    }
    for end in 0..words.len() {
        let refusal = Refusal::read(&answer(401, JSON, &words[..end]));
        assert_eq!(refusal.cause, Cause::NotAuthenticated, "{}", &words[..end]);
    }
}

#[test]
fn words_are_taken_from_the_error_and_from_nowhere_else() {
    for body in [
        r#"{"error":"a","error_description":{"detail":"Missing required API access scope: x"}}"#,
        r#"{"error":null,"other":{"detail":"Missing required API access scope: x"}}"#,
        r#"{"error":{"more":{"detail":"Missing required API access scope: x"}}}"#,
    ] {
        let refusal = Refusal::read(&answer(403, JSON, body));
        assert_eq!(refusal.description, None, "{body}");
        assert_eq!(refusal.cause, Cause::NotAuthorized, "{body}");
    }
}

#[test]
fn the_wait_that_the_server_asks_for_is_read() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for (retry_after, date, secs) in [
        ("30", None, Some(30)),
        (" 30 ", None, Some(30)),
        ("99999999999", None, Some(u32::MAX)),
        ("soon", date, None),
        ("-1", None, None),
        ("+1", None, None),
        ("", None, None),
        ("Sun, 06 Nov 1994 08:51:37 GMT", date, Some(120)),
        // Its moment has passed.
        ("Sun, 06 Nov 1994 08:49:36 GMT", date, Some(0)),
        // From when it counts is not known.
        ("Sun, 06 Nov 1994 08:51:37 GMT", None, None),
        ("Sun, 06 Nov 1994 08:51:37 GMT", Some("today"), None),
    ] {
        for (status, cause) in [
            (
                429,
                Cause::RateLimited {
                    retry_after_secs: secs,
                },
            ),
            (
                503,
                Cause::ServerFault {
                    retry_after_secs: secs,
                },
            ),
        ] {
            let refusal = Refusal::read(&Answer {
                retry_after: Some(retry_after),
                date,
                ..answer(status, JSON, "{}")
            });
            assert_eq!(refusal.cause, cause, "{retry_after:?}");
            let expected = secs.map_or(Retry::MayPass, |secs| Retry::After { secs });
            assert_eq!(refusal.cause.retry(), expected);
        }
    }
}

#[test]
fn json_is_told_by_its_media_type() {
    for (content_type, is_json) in [
        ("application/json", true),
        ("Application/JSON;charset=UTF-8", true),
        ("application/problem+json", true),
        ("text/html", false),
        ("application/jsonp", false),
        ("", false),
    ] {
        let refusal = Refusal::read(&answer(
            400,
            Some(content_type),
            r#"{"error":"invalid_client"}"#,
        ));
        assert_eq!(
            refusal.cause == Cause::InvalidClient,
            is_json,
            "{content_type}"
        );
    }
}

#[test]
fn words_of_a_server_are_harmless_and_short() {
    let body = format!(
        r#"{{"error":"\u001b[2J\r\n","error_description":"{}"}}"#,
        "x".repeat(10_000)
    );
    let line = Refusal::read(&answer(400, JSON, &body)).to_string();
    assert!(line.len() < 450, "{}", line.len());
    assert!(line.chars().all(|char| !char.is_control()));
}

#[test]
fn a_broken_error_body_still_has_a_cause() {
    for body in [
        "",
        "{",
        r#"{"error":"#,
        r#"{"error":["a"]}"#,
        "[]",
        "null",
        "\u{0}",
    ] {
        let refusal = Refusal::read(&answer(401, JSON, body));
        assert_eq!(refusal.cause, Cause::NotAuthenticated, "{body}");
    }
}

#[test]
fn an_answer_does_not_show_its_body() {
    let shown = format!("{:?}", answer(200, JSON, r#"{"access_token":"abc123"}"#));
    assert!(!shown.contains("abc123"));
}

#[test]
fn words_of_a_page_are_found_across_pieces_and_behind_their_own_beginning() {
    for (text, is_there) in [
        ("instance is hibernating", true),
        ("ininstance is hibernating", true),
        ("instance is instance is hibernating", true),
        ("instance is hibernatininstance is hibernating", true),
        ("instance is hiinstance is hibernating!", true),
        ("instance is hibernatin", false),
        ("instance is hibernatin g", false),
        ("Instance is hibernating", false),
        ("instance is  hibernating", false),
    ] {
        for at in 0..=text.len() {
            let mut page = PageSearch::new();
            page.feed(&text.as_bytes()[..at]);
            page.feed(&text.as_bytes()[at..]);
            assert_eq!(page.is_hibernating(), is_there, "{text:?}, split at {at}");
            assert!(!page.is_certificate_error());
        }
    }
}

#[test]
fn what_a_cut_page_says_is_taken_from_the_whole() {
    let mut page = PageSearch::new();
    page.feed(b"<p>The SSL certificate error</p>");
    let cut = Some(Cut {
        body_len: 32,
        needed: 41,
        page,
    });
    let kept = answer(400, HTML, "<p>");
    assert_eq!(Refusal::read(&kept).cause, Cause::NotJson);
    let refusal = Refusal::read(&Answer { cut, ..kept });
    assert_eq!(refusal.cause, Cause::ClientCertificateRefused);
}

proptest! {
    /// Texts out of pieces of the words, so that they nearly match, against a plain search.
    #[test]
    fn words_of_a_page_are_found_where_a_plain_search_finds_them(
        parts in prop::collection::vec(
            "in|instance|instance is |hibernating|hibernatin|g|i|SSL |SS|L certificate| error|r|.",
            0..12,
        ),
        piece_len in 1..9_usize,
    ) {
        let text = parts.concat();
        let mut page = PageSearch::new();
        text.as_bytes().chunks(piece_len).for_each(|piece| page.feed(piece));
        prop_assert_eq!(page.is_hibernating(), text.contains("instance is hibernating"));
        prop_assert_eq!(page.is_certificate_error(), text.contains("SSL certificate error"));
    }
}
