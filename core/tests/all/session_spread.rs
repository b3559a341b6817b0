//! A fleet's requests, spread: each session waits for its own part of the spread.

use snow_token_core::{
    Cause,
    session::{Action, Failure, Flight, OVERSLEPT_MS, Renewal, Settings, StopReason},
};

const SPREAD_MS: u32 = 300_000;

const FLEET: u32 = 1_000;

const fn settings(seed: u32) -> Settings {
    Settings {
        spread_secs: SPREAD_MS / 1_000,
        seed,
        ..Settings::DEFAULT
    }
}

/// Sleeps as the session says until it asks for a request. Returns that, and when.
fn request_after(renewal: &mut Renewal, mut now: u32) -> (Flight, u32) {
    loop {
        match renewal.next(now) {
            Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                return (flight, now);
            }
            Action::Wait { ms }
            | Action::UseToken {
                again_in_ms: ms, ..
            } => now += ms,
            other => panic!("{other:?}"),
        }
    }
}

/// A session that got a token for half an hour at `now`.
fn with_token(seed: u32, now: u32) -> Renewal {
    let mut renewal = Renewal::new(settings(seed), 0);
    let (flight, asked_at) = request_after(&mut renewal, 0);
    let lifetime = Some((now - asked_at) / 1_000 + 1_800);
    let token = renewal.token_received(flight, now, lifetime, false);
    token.unwrap();
    renewal
}

/// The times lie within the spread from `start`, and in each tenth of it about a tenth of them.
#[track_caller]
fn assert_spread(times: impl Iterator<Item = u32>, start: u32) {
    let mut tenths = [0_u32; 10];
    for time in times {
        assert!((start..=start + SPREAD_MS).contains(&time), "{time}");
        tenths[((time - start) / (SPREAD_MS / 10)).min(9) as usize] += 1;
    }
    assert_eq!(tenths.iter().sum::<u32>(), FLEET);
    for count in tenths {
        // Six standard deviations.
        assert!((43..=157).contains(&count), "{tenths:?}");
    }
}

#[test]
fn the_first_requests_after_power_comes_back_are_spread() {
    let first = |seed| request_after(&mut Renewal::new(settings(seed), 0), 0).1;
    assert_spread((0..FLEET).map(first), 0);
}

#[test]
fn the_spread_counts_from_when_a_request_can_be_sent() {
    // The network takes longer to come back than the spread is.
    let first = |seed| request_after(&mut Renewal::new(settings(seed), 0), 1_000_000).1;
    assert_spread((0..FLEET).map(first), 1_000_000);
    // It was away while the wait after a failure went by, and while the token came to its end.
    let after_failure = |seed| {
        let mut renewal = Renewal::new(settings(seed), 0);
        let (flight, now) = request_after(&mut renewal, 0);
        renewal.failed(flight, now, Failure::Transport, seed);
        request_after(&mut renewal, 2_000_000).1
    };
    assert_spread((0..FLEET).map(after_failure), 2_000_000);
    let after_the_end = |seed| request_after(&mut with_token(seed, 400_000), 9_000_000).1;
    assert_spread((0..FLEET).map(after_the_end), 9_000_000);
}

#[test]
fn tokens_that_end_together_are_renewed_apart_and_in_time() {
    let renewed_at = |seed| request_after(&mut with_token(seed, 400_000), 400_000).1;
    let margin = 60_000;
    let start = 400_000 + 1_800_000 - margin - SPREAD_MS;
    // Lifetimes are whole seconds, so that some tokens end a little earlier.
    assert_spread((0..FLEET).map(|seed| renewed_at(seed).max(start)), start);
}

#[test]
fn logins_after_the_instance_revoked_all_tokens_are_spread() {
    let again_at = |seed| {
        let mut renewal = with_token(seed, 400_000);
        let Action::UseToken { token, .. } = renewal.next(500_000) else {
            panic!()
        };
        renewal.api_unauthorized(token, 500_000, seed);
        request_after(&mut renewal, 500_000).1
    };
    assert_spread((0..FLEET).map(again_at), 500_000);
}

#[test]
fn requests_after_the_same_retry_after_are_spread() {
    let again_at = |seed| {
        let mut renewal = Renewal::new(settings(seed), 0);
        let (flight, _) = request_after(&mut renewal, 0);
        let retry_after_secs = Some(3_600);
        let limited = Failure::Refused(Cause::RateLimited { retry_after_secs });
        renewal.failed(flight, 400_000, limited, 0);
        request_after(&mut renewal, 400_000).1
    };
    assert_spread((0..FLEET).map(again_at), 4_000_000);
}

#[test]
fn requests_that_missed_their_places_while_the_network_was_away_are_spread_anew() {
    let again_at = |seed| {
        let mut renewal = Renewal::new(settings(seed), 0);
        assert!(matches!(renewal.next(0), Action::Wait { .. }));
        request_after(&mut renewal, 302_000).1
    };
    assert_spread((0..FLEET).map(again_at), 302_000);
}

#[test]
fn a_loop_that_is_always_late_asks_in_the_end() {
    let mut renewal = Renewal::new(settings(7), 0);
    for time in 0..4 {
        assert!(matches!(
            renewal.next(time * 1_000_000),
            Action::Wait { .. }
        ));
    }
    assert!(matches!(renewal.next(4_000_000), Action::Request { .. }));
}

#[test]
fn a_loop_that_is_a_little_late_keeps_its_place() {
    let mut renewal = Renewal::new(settings(7), 0);
    let Action::Wait { ms } = renewal.next(0) else {
        panic!()
    };
    assert!(matches!(
        renewal.next(ms + OVERSLEPT_MS as u32),
        Action::Request { .. }
    ));
}

#[test]
fn a_session_that_was_stopped_asks_within_the_spread() {
    let again_at = |seed| {
        let mut renewal = Renewal::new(settings(seed), 0);
        let (flight, now) = request_after(&mut renewal, 0);
        let refused = Failure::Refused(Cause::InvalidClient);
        renewal.failed(flight, now, refused, 0);
        let stop = Action::Stop(StopReason::Refused(Cause::InvalidClient));
        assert_eq!(renewal.next(4_000_000), stop);
        renewal.retry();
        request_after(&mut renewal, 4_000_000).1
    };
    assert_spread((0..FLEET).map(again_at), 4_000_000);
}

#[test]
fn the_spread_does_not_take_a_good_token_out_of_use() {
    let mut renewal = with_token(7, 400_000);
    let mut now = 400_000;
    while let Action::UseToken { again_in_ms, .. } = renewal.next(now) {
        now += again_in_ms;
    }
    assert!(now < 400_000 + 1_800_000 - 59_000, "{now}");
}
