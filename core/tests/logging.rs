//! What a session writes into the log, through `log`.
#![cfg(feature = "log")]

use core::cell::RefCell;
use std::sync::Once;

use snow_token_core::{
    Cause, FixedSession, TokenResponse,
    refusal::Answer,
    session::{Action, Failure, Flight, Settings, TokenNumber},
    token_endpoint,
};

thread_local! {
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the lines of each thread, that is of each test, by themselves.
struct Kept;

impl log::Log for Kept {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}", record.level(), record.args());
        LINES.with_borrow_mut(|lines| lines.push(line));
    }

    fn flush(&self) {}
}

fn keep_lines() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Kept).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
    });
}

#[track_caller]
fn assert_lines(expected: &[&str]) {
    assert_eq!(LINES.take(), expected);
}

const DENIED: Failure = Failure::Refused(Cause::AccessDenied);

// What all secrets here begin with stands in no line.
const TOKEN: &str = "s3cr3t-access";
const REFRESH_TOKEN: &str = "s3cr3t-refresh";

/// A session that begins at 0, whose random numbers are 0: every wait is the shortest.
struct Simulated {
    session: FixedSession<16>,
    now: u32,
}

impl Simulated {
    fn new() -> Self {
        keep_lines();
        Self {
            session: FixedSession::new(Settings::DEFAULT, 0),
            now: 0,
        }
    }

    fn after(&mut self, ms: u32) -> &mut Self {
        self.now += ms;
        self
    }

    #[track_caller]
    fn request(&mut self) -> Flight {
        match self.session.next(self.now) {
            Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => flight,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn receive(&mut self, flight: Flight, token: &str, lifetime: &str) {
        let body = format!(
            r#"{{"access_token":"{token}","refresh_token":"{REFRESH_TOKEN}","token_type":"Bearer"{lifetime}}}"#
        );
        let mut buf = [0; 128];
        let response = TokenResponse::read(body.as_bytes(), &mut buf).unwrap();
        let received = self.session.token_received(flight, self.now, &response);
        received.unwrap();
    }

    /// An API answers 401 to the token in use.
    #[track_caller]
    fn unauthorized(&mut self) {
        let number = self.token_in_use();
        self.session.api_unauthorized(number, self.now, 0);
    }

    #[track_caller]
    fn token_in_use(&mut self) -> TokenNumber {
        match self.session.next(self.now) {
            Action::UseToken { token, .. } => token,
            other => panic!("{other:?}"),
        }
    }

    fn fail(&mut self, flight: Flight, failure: Failure) {
        self.session.failed(flight, self.now, failure, 0);
    }
}

const HALF_AN_HOUR: &str = r#","expires_in":1800"#;

#[test]
fn the_life_of_a_session_is_told_line_by_line() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    assert_lines(&["DEBUG asks for a first token"]);

    gateway.fail(flight, Failure::Transport);
    assert_lines(&["WARN no token: Transport; 1000 ms to the next request"]);

    let flight = gateway.after(1_000).request();
    gateway.receive(flight, TOKEN, HALF_AN_HOUR);
    assert_lines(&[
        "DEBUG asks for a first token",
        "INFO token 1 received, lifetime 1800 s",
    ]);

    // ServiceNow hands the same token out to the end of its life.
    let flight = gateway.after(1_740_000).request();
    gateway.receive(flight, TOKEN, r#","expires_in":60"#);
    assert_lines(&[
        "DEBUG asks for a successor of token 1",
        "INFO token 1 received again, lifetime 60 s",
    ]);

    gateway.unauthorized();
    let flight = gateway.request();
    gateway.receive(flight, "s3cr3t-2", "");
    assert_lines(&[
        "WARN an API answered 401 to token 1; at least 0 ms to the next request",
        "DEBUG asks for another token after a 401",
        "INFO token 2 received, lifetime not named",
    ]);

    gateway.session.reset(gateway.now);
    assert_lines(&["DEBUG told to begin anew, without a token"]);
}

#[test]
fn what_is_passed_over_is_not_told() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    gateway.receive(flight, TOKEN, HALF_AN_HOUR);
    let number = gateway.token_in_use();
    gateway.unauthorized();
    let flight = gateway.request();
    gateway.session.reset(gateway.now);
    LINES.take();
    gateway.session.api_unauthorized(number, gateway.now, 0);
    gateway.fail(flight, DENIED);
    assert_lines(&[]);
}

#[test]
fn a_stop_names_its_reason() {
    let mut gateway = Simulated::new();
    for _ in 0..3 {
        let flight = gateway.after(1_000).request();
        gateway.fail(flight, DENIED);
    }
    LINES.take();
    let flight = gateway.after(1_000).request();
    gateway.fail(flight, DENIED);
    gateway.session.retry();
    assert_lines(&[
        "DEBUG asks for a first token",
        "ERROR stopped: Refused(AccessDenied)",
        "DEBUG told to try again",
    ]);
}

#[test]
fn the_same_token_after_a_401_is_told_and_is_a_stop() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    gateway.receive(flight, TOKEN, HALF_AN_HOUR);
    gateway.unauthorized();
    LINES.take();
    let flight = gateway.request();
    gateway.receive(flight, TOKEN, "");
    assert_lines(&[
        "DEBUG asks for another token after a 401",
        "INFO token 1 received again, lifetime not named",
        "ERROR stopped: SameTokenAgain",
    ]);
}

#[test]
fn the_wait_is_told_that_the_endpoint_asks_for() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    let retry_after_secs = Some(120);
    let cause = Cause::RateLimited { retry_after_secs };
    gateway.fail(flight, Failure::Refused(cause));
    assert_lines(&[
        "DEBUG asks for a first token",
        "WARN no token: Refused(RateLimited { retry_after_secs: Some(120) }); \
         120000 ms to the next request",
    ]);
    assert_eq!(gateway.session.next(0), Action::Wait { ms: 120_000 });
}

#[test]
fn a_token_that_is_over_as_it_comes_is_told() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    gateway
        .after(200)
        .receive(flight, TOKEN, r#","expires_in":1"#);
    assert_lines(&[
        "DEBUG asks for a first token",
        "INFO token 1 received, lifetime 1 s",
        "WARN token 1 is over as it comes; 1800 ms to the next request",
    ]);
    assert_eq!(gateway.session.next(200), Action::Wait { ms: 1_800 });
}

/// An endpoint may repeat the request in its words.
#[test]
fn no_line_holds_a_token_or_the_endpoints_words() {
    let mut gateway = Simulated::new();
    let flight = gateway.request();
    let refusal = Answer {
        status: 401,
        content_type: Some("application/json"),
        retry_after: None,
        date: None,
        cut: None,
        body: br#"{"error":"server_error","error_description":"access_denied: s3cr3t-client"}"#,
    };
    let error = token_endpoint::read(&refusal, &mut [0; 128]).unwrap_err();
    gateway.fail(flight, error.into());
    let flight = gateway.after(1_000).request();
    gateway.receive(flight, TOKEN, HALF_AN_HOUR);
    gateway.unauthorized();
    let flight = gateway.request();
    gateway.receive(flight, "s3cr3t-2", HALF_AN_HOUR);
    let number = gateway.token_in_use();
    let mut header = [0; 64];
    let authorization = gateway
        .session
        .authorization(number, gateway.now, &mut header);
    assert_eq!(authorization, Ok("Bearer s3cr3t-2"));
    let lines = LINES.take();
    assert_eq!(lines.len(), 7, "{lines:?}");
    for line in lines {
        assert!(!line.contains("s3cr3t"), "{line}");
    }
}

#[cfg(feature = "http1")]
#[test]
fn an_answer_is_told_by_status_and_length() {
    use snow_token_core::http1::{Exchange, Method};
    keep_lines();
    let mut buf = [0; 128];
    let mut exchange = Exchange::new(Method::Post, &mut buf);
    let answer = b"HTTP/1.1 201 Created\r\nDate: s3cr3t\r\nContent-Length: 6\r\n\r\ns3cr3t";
    exchange.feed(answer).unwrap();
    exchange.finish().unwrap();
    assert_lines(&["DEBUG HTTP 201, a body of 6 bytes"]);
}
