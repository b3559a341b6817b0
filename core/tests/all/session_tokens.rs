//! A session with its tokens: what is kept, what can be had, and what is compared.

use snow_token_core::{
    AccessTokenError, BufferTooSmall, Cause, FixedSession, Secret, TokenResponse,
    session::{Action, Failure, Flight, Renewal, Settings, StopReason, TokenNumber},
};

const START: u32 = u32::MAX - 500;

type Session = FixedSession<16>;

fn session() -> Session {
    Session::new(Settings::DEFAULT, START)
}

const fn at(ms: u32) -> u32 {
    START.wrapping_add(ms)
}

#[track_caller]
fn request(session: &mut Session, now: u32) -> Flight {
    match session.next(now) {
        Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => flight,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn token_in_use(session: &mut Session, now: u32) -> TokenNumber {
    match session.next(now) {
        Action::UseToken { token, .. } => token,
        other => panic!("{other:?}"),
    }
}

fn receive(
    session: &mut Session,
    flight: Flight,
    now: u32,
    token: &str,
    expires_in: u32,
) -> Result<(), BufferTooSmall> {
    let body =
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in}}}"#);
    let mut buf = [0; 128];
    let response = TokenResponse::read(body.as_bytes(), &mut buf).unwrap();
    session.token_received(flight, now, &response)
}

/// A session that got a token for half an hour at its start.
fn session_with(token: &str) -> (Session, TokenNumber) {
    let mut session = session();
    let flight = request(&mut session, at(0));
    receive(&mut session, flight, at(0), token, 1_800).unwrap();
    let number = token_in_use(&mut session, at(0));
    (session, number)
}

const EXPIRED: Result<&str, AccessTokenError> = Err(AccessTokenError::Expired);

#[test]
fn a_token_is_had_while_it_is_good() {
    let (mut session, number) = session_with("abc");
    let mut buf = [0; 32];
    for now in [at(0), at(1_000_000), at(1_798_999)] {
        assert_eq!(
            session.authorization(number, now, &mut buf),
            Ok("Bearer abc")
        );
    }
    assert_eq!(
        session.authorization(number, at(1_799_000), &mut buf),
        EXPIRED
    );
    assert_eq!(buf, [0; 32], "an older header was left");
}

#[test]
fn a_refused_token_or_one_with_a_successor_is_not_had() {
    let (mut session, number) = session_with("abc");
    let mut buf = [0; 32];
    session.api_unauthorized(number, at(10), 0);
    assert_eq!(session.authorization(number, at(10), &mut buf), EXPIRED);
    let flight = request(&mut session, at(10));
    receive(&mut session, flight, at(10), "def", 1_800).unwrap();
    assert_eq!(session.authorization(number, at(10), &mut buf), EXPIRED);
    let successor = token_in_use(&mut session, at(10));
    assert_eq!(
        session.authorization(successor, at(10), &mut buf),
        Ok("Bearer def")
    );
}

#[test]
fn the_identical_token_is_known_by_its_text() {
    let (mut session, number) = session_with("abc");
    // Ahead of its end it is a good answer.
    let flight = request(&mut session, at(1_740_000));
    receive(&mut session, flight, at(1_740_000), "abc", 60).unwrap();
    assert_eq!(token_in_use(&mut session, at(1_740_000)), number);
    // After a 401 it is not.
    session.api_unauthorized(number, at(1_740_000), 0);
    let flight = request(&mut session, at(1_740_000));
    receive(&mut session, flight, at(1_740_000), "abc", 60).unwrap();
    let stop = Action::Stop(StopReason::SameTokenAgain);
    assert_eq!(session.next(at(1_740_000)), stop);
    assert_eq!(
        session.authorization(number, at(1_740_000), &mut [0; 32]),
        EXPIRED
    );
}

#[test]
fn a_rest_too_short_to_use_is_waited_out() {
    let mut session = session();
    let flight = request(&mut session, at(0));
    receive(&mut session, flight, at(200), "abc", 1).unwrap();
    // The rest of 0.8 s, and a second more.
    assert_eq!(session.next(at(200)), Action::Wait { ms: 1_800 });
    let flight = request(&mut session, at(2_000));
    receive(&mut session, flight, at(2_100), "def", 1_800).unwrap();
    token_in_use(&mut session, at(2_100));
}

#[test]
fn lifetimes_that_are_always_too_short_stop_the_session() {
    for (repeats, requests) in [(0, 2), (1, 2), (3, 4)] {
        let settings = Settings {
            repeats,
            ..Settings::DEFAULT
        };
        let mut session = Session::new(settings, START);
        let mut now = START;
        for _ in 0..requests {
            let flight = request(&mut session, now);
            // It was over before it came.
            now = now.wrapping_add(5_000);
            receive(&mut session, flight, now, "abc", 3).unwrap();
            now = now.wrapping_add(1_000);
        }
        let stop = Action::Stop(StopReason::LifetimeTooShort);
        assert_eq!(session.next(now), stop, "{repeats}");
    }
}

#[test]
fn successors_that_are_refused_soon_come_with_growing_waits() {
    let (mut session, mut number) = session_with("abc");
    let mut now = at(0);
    for (token, wait) in [
        ("b", 0),
        ("c", 2_000),
        ("d", 4_000),
        ("e", 8_000),
        ("f", 16_000),
    ] {
        session.api_unauthorized(number, now, u32::MAX);
        if wait > 0 {
            assert_eq!(session.next(now), Action::Wait { ms: wait });
        }
        now = now.wrapping_add(wait);
        let flight = request(&mut session, now);
        receive(&mut session, flight, now, token, 1_800).unwrap();
        number = token_in_use(&mut session, now);
    }
    // One that served for a while is followed at once.
    now = now.wrapping_add(300_000);
    session.api_unauthorized(number, now, u32::MAX);
    let _flight = request(&mut session, now);
}

#[test]
fn a_401_does_not_cut_a_retry_after_short() {
    for is_first_401 in [true, false] {
        let (mut session, mut number) = session_with("abc");
        if !is_first_401 {
            session.api_unauthorized(number, at(0), 0);
            let flight = request(&mut session, at(0));
            receive(&mut session, flight, at(0), "def", 240).unwrap();
            number = token_in_use(&mut session, at(0));
        }
        let now = if is_first_401 { 1_740_000 } else { 180_000 };
        let flight = request(&mut session, at(now));
        let retry_after_secs = Some(30);
        let limited = Failure::Refused(Cause::RateLimited { retry_after_secs });
        session.failed(flight, at(now), limited, 0);
        session.api_unauthorized(number, at(now + 5_000), 0);
        let wait = Action::Wait { ms: 25_000 };
        assert_eq!(session.next(at(now + 5_000)), wait, "{is_first_401}");
    }
}

#[test]
fn a_token_that_does_not_fit_leaves_the_one_before() {
    let (mut session, number) = session_with("abc");
    let flight = request(&mut session, at(1_740_000));
    let outcome = receive(&mut session, flight, at(1_740_000), "seventeen_letters", 9);
    assert_eq!(outcome, Err(BufferTooSmall { needed: 17 }));
    assert_eq!(session.stopped(), Some(StopReason::BufferTooSmall));
    let mut buf = [0; 32];
    let authorization = session.authorization(number, at(1_740_000), &mut buf);
    assert_eq!(authorization, Ok("Bearer abc"));
    let stop = Action::Stop(StopReason::BufferTooSmall);
    assert_eq!(session.next(at(1_800_000)), stop);
}

#[test]
fn after_a_reset_the_outcome_of_an_older_request_does_not_count() {
    let mut session = session();
    let given_up = request(&mut session, at(0));
    session.reset(at(100));
    assert_eq!(session.next(at(100)), Action::Wait { ms: 1_000 });
    let flight = request(&mut session, at(1_100));
    receive(&mut session, given_up, at(1_200), "old", 1_800).unwrap();
    assert_eq!(session.next(at(1_200)), Action::AwaitOutcome);
    receive(&mut session, flight, at(1_300), "new", 1_800).unwrap();
    let number = token_in_use(&mut session, at(1_300));
    let mut buf = [0; 32];
    assert_eq!(
        session.authorization(number, at(1_300), &mut buf),
        Ok("Bearer new")
    );

    session.reset(at(2_300));
    assert_eq!(session.authorization(number, at(2_300), &mut buf), EXPIRED);
    let _flight = request(&mut session, at(2_300));
}

#[test]
fn retry_cuts_a_wait_short_but_not_the_pause() {
    let mut session = session();
    let flight = request(&mut session, at(0));
    let retry_after_secs = Some(86_400);
    let fault = Failure::Refused(Cause::ServerFault { retry_after_secs });
    session.failed(flight, at(100), fault, 0);
    session.retry();
    assert_eq!(session.next(at(100)), Action::Wait { ms: 1_000 });
    let _flight = request(&mut session, at(1_100));
    session.retry();
    assert_eq!(session.next(at(9_000)), Action::AwaitOutcome);
}

#[test]
fn a_refresh_token_is_kept_until_another_comes() {
    let mut session = session();
    assert_eq!(session.refresh_token(), None);
    for token in ["one", "two"] {
        session.keep_refresh_token(Secret::new(token)).unwrap();
        assert_eq!(session.refresh_token(), Some(Secret::new(token)));
    }
    let too_long = session.keep_refresh_token(Secret::new("seventeen_letters"));
    assert_eq!(too_long, Err(BufferTooSmall { needed: 17 }));
    assert_eq!(session.refresh_token(), Some(Secret::new("two")));

    let flight = request(&mut session, at(0));
    receive(&mut session, flight, at(0), "abc", 1_800).unwrap();
    assert_eq!(session.refresh_token(), Some(Secret::new("two")));

    // One that comes with a token replaces it, also where the token itself does not fit.
    for (access_token, refresh_token) in [("abd", "three"), ("seventeen_letters", "four")] {
        session.retry();
        let flight = request(&mut session, at(1_790_000));
        let mut buf = [0; 64];
        let body = format!(
            r#"{{"access_token":"{access_token}","refresh_token":"{refresh_token}","token_type":"bearer","expires_in":3}}"#
        );
        let response = TokenResponse::read(body.as_bytes(), &mut buf).unwrap();
        let received = session.token_received(flight, at(1_790_000), &response);
        assert_eq!(received.is_ok(), access_token == "abd");
        assert_eq!(session.refresh_token(), Some(Secret::new(refresh_token)));
        session.reset(at(1_791_000));
        session.keep_refresh_token(Secret::new("before")).unwrap();
    }
    session.reset(at(0));
    assert_eq!(session.refresh_token(), None);
}

#[test]
fn a_session_does_not_show_its_tokens() {
    let (mut session, _) = session_with("abc123");
    session.keep_refresh_token(Secret::new("def456")).unwrap();
    let shown = format!("{session:?}");
    assert!(
        !shown.contains("abc123") && !shown.contains("def456"),
        "{shown}"
    );
}

#[test]
fn a_session_takes_a_few_dozen_bytes_beside_its_texts() {
    let renewal = size_of::<Renewal>();
    let beside_the_texts = size_of::<FixedSession<128>>() - 2 * 128;
    println!("Renewal: {renewal} bytes; Session: {beside_the_texts} bytes and its texts");
    assert!(renewal <= 112, "{renewal}");
    assert!(beside_the_texts <= 160, "{beside_the_texts}");
}
