//! HTTP that is none, or not what the answer of a token endpoint is; good framing that is rare, too.

use core::time::Duration;
use std::io::Write;

use snow_token_end_to_end::simulator;
use snow_token_simulator::{Fault, ScriptedAnswer};

use crate::trial::{GRANTED, JSON, NETWORK, Trial, UNEXPECTED, answer, broken, faults, raw};

const CUT: &str = "the connection ended before the answer was whole";
const NOT_HTTP: &str = "the answer is not HTTP";
const INSTANCE: &str = "look at SERVICENOW_INSTANCE";
const OK: &str = "HTTP/1.1 200 OK\nContent-Type: application/json";

faults! {
    no_status_line: broken(Fault::Raw(b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec()))
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    http_0_9: broken(Fault::Raw(good().into_bytes())) => UNEXPECTED, [NOT_HTTP, INSTANCE];
    http_2_by_surprise: broken(Fault::Raw(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()))
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_status_that_is_no_number: raw("HTTP/1.1 OK\nContent-Length: 0", "")
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_header_without_a_colon: raw(&format!("{OK}\nnonsense"), good())
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_header_that_is_too_long: raw(&format!("{OK}\nX-Long: {}", "x".repeat(200_000)), good())
        => UNEXPECTED, ["headers are too large", INSTANCE];
    headers_that_are_too_many: raw(&format!("{OK}{}", "\nX-Many: x".repeat(2_000)), good())
        => UNEXPECTED, ["headers", INSTANCE];
    headers_without_an_end: broken(endless("HTTP/1.1 200 OK\r\n", "X-Many: xxxxxxxx\r\n"))
        => UNEXPECTED, ["headers", INSTANCE];
    interim_answers_without_an_end: broken(endless("", "HTTP/1.1 100 Continue\r\n\r\n")).within(3)
        => NETWORK, ["no whole answer after ", "look at the network"];
    a_content_length_that_is_too_large: raw(&format!("{OK}\nContent-Length: 400"), good())
        => NETWORK, [CUT];
    a_content_length_that_is_too_small: raw(&format!("{OK}\nContent-Length: 20"), good())
        => UNEXPECTED, ["not a good token", "ends too early"];
    a_content_length_that_is_no_number: raw(&format!("{OK}\nContent-Length: 4x"), good())
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_content_length_beyond_all_numbers: raw(&format!("{OK}\nContent-Length: 99999999999999999999999"), good())
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    two_content_lengths: raw(&format!("{OK}\nContent-Length: 20\nContent-Length: 60"), good())
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_chunk_without_a_length: raw(&format!("{OK}\nTransfer-Encoding: chunked"), "zz\r\nabc\r\n0\r\n\r\n")
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    a_chunk_that_is_cut: raw(&format!("{OK}\nTransfer-Encoding: chunked"), "5\r\n{\"acc")
        => NETWORK, [CUT];
    a_chunk_of_an_absurd_length: raw(&format!("{OK}\nTransfer-Encoding: chunked"), "fffffffffffffffff\r\n{")
        => UNEXPECTED, [NOT_HTTP, INSTANCE];
    no_content_at_all: raw("HTTP/1.1 204 No Content", "") => UNEXPECTED, ["HTTP 204", INSTANCE];
    not_modified: raw("HTTP/1.1 304 Not Modified", "") => UNEXPECTED, ["HTTP 304", "hint: "];
    gzip_that_nobody_asked_for: raw(&format!("{OK}\nContent-Encoding: gzip\nContent-Length: 12"), b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\x56")
        => UNEXPECTED, ["not a good token", "SERVICENOW_INSTANCE"];
    a_body_of_100_mb: broken(Fault::oversized(100_000_000))
        => UNEXPECTED, ["the answer has more than 65536 bytes", "hint: "];
    a_body_without_an_end: broken(endless(&head("Transfer-Encoding: chunked"), "10\r\nxxxxxxxxxxxxxxxx\r\n"))
        => UNEXPECTED, ["the answer has more than 65536 bytes", "hint: "];
    a_redirect_to_itself: redirect(302, |url| format!("{url}/oauth_token.do"))
        => UNEXPECTED, ["redirects are not followed", "hint: "];
    a_redirect_to_plain_http: redirect(307, |url| format!("{}/oauth_token.do", url.replace("https", "http")))
        => UNEXPECTED, ["redirects are not followed", "hint: "];
    a_redirect_to_nowhere: answer(302, JSON, "") => UNEXPECTED, ["hint: "];
}

/// A good answer's body.
fn good() -> String {
    format!(r#"{{"access_token":"{GRANTED}","token_type":"Bearer"}}"#)
}

fn head(header: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{header}\r\n\r\n")
}

fn endless(begin: &str, again: &str) -> Fault {
    Fault::Endless {
        begin: begin.into(),
        again: again.into(),
    }
}

fn redirect(status: u16, to: impl FnOnce(&str) -> String) -> Trial {
    Trial::with(|simulator| {
        let location = to(simulator.url());
        simulator
            .instance()
            .script_token_redirect(status, &location);
    })
}

#[test]
fn redirects_are_not_followed_with_credentials() {
    let elsewhere = simulator();
    for status in [301, 302, 303, 307, 308] {
        let trial = redirect(status, |_| format!("{}/oauth_token.do", elsewhere.url()));
        // One that is followed would get through: both roots are trusted.
        let mut roots = tempfile::NamedTempFile::new().unwrap();
        write!(
            roots,
            "{}{}",
            trial.simulator().ca_pem(),
            elsewhere.ca_pem()
        )
        .unwrap();
        trial
            .env("SERVICENOW_CA_FILE", roots.path())
            .ends(UNEXPECTED, &["redirects are not followed"]);
    }
    assert!(elsewhere.instance().requests().is_empty());
}

#[test]
fn chunks_trailers_interim_answers_and_an_end_by_closing_are_good_http() {
    let good = good();
    let chunked = Fault::chunked_with_trailers(&good);
    let closed = Fault::Raw((head("Connection: close") + &good).into_bytes());
    let interim = format!(
        "HTTP/1.1 103 Early Hints\r\n\r\n{}{good}",
        head("Connection: close")
    );
    for fault in [
        chunked,
        closed,
        Fault::Raw(interim.into_bytes()),
        Fault::Delay(Duration::from_millis(300)),
    ] {
        let trial = broken(fault.clone()).gets_a_token_with(&["token acquired"]);
        assert_eq!(
            trial.kept().as_deref() == Some(GRANTED),
            !matches!(fault, Fault::Delay(_))
        );
    }
}

#[test]
fn a_compressed_answer_is_called_that() {
    let mut answer = ScriptedAnswer::new(200, JSON, "not gzip at all");
    answer = answer.with_header("content-encoding", "gzip");
    let trial = Trial::with(|simulator| {
        simulator
            .instance()
            .script("/oauth_token.do", &answer)
            .unwrap()
    });
    trial.ends(UNEXPECTED, &["not a good token"]);
}
