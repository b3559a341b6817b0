//! How often a session asks, over a hundred hours in which nothing gets better.

use snow_token_core::{
    Cause,
    session::{Action, Failure, Flight, Renewal, Settings},
};

/// Any sequence of numbers that looks random enough to spread waits.
fn random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

/// Drives a session for some hours as its actions say, and counts the requests.
fn requests_in(hours: u32, mut answer: impl FnMut(&mut Renewal, Flight, u32, u32)) -> u32 {
    let start = u32::MAX - 1_000_000;
    let mut renewal = Renewal::new(Settings::DEFAULT, start);
    let (mut passed, mut requests, mut state) = (0_u32, 0, 0x9e37_79b9);
    while passed < hours * 3_600_000 {
        let now = start.wrapping_add(passed);
        match renewal.next(now) {
            Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                requests += 1;
                assert!(requests < 100_000, "a tight loop");
                answer(&mut renewal, flight, now, random(&mut state));
            }
            Action::Wait { ms }
            | Action::UseToken {
                again_in_ms: ms, ..
            } => passed += ms,
            Action::Stop(_) => break,
            Action::AwaitOutcome => unreachable!(),
        }
    }
    requests
}

#[test]
fn an_endpoint_that_is_away_is_asked_some_tens_of_times_an_hour() {
    let requests = requests_in(100, |renewal, flight, now, random| {
        renewal.failed(flight, now, Failure::Transport, random);
    });
    // Every 150 s on average.
    assert!((2_200..2_700).contains(&requests), "{requests}");
}

#[test]
fn an_endpoint_that_is_busy_at_once_again_is_not_asked_more_often() {
    let requests = requests_in(100, |renewal, flight, now, random| {
        let retry_after_secs = Some(0);
        let limited = Failure::Refused(Cause::RateLimited { retry_after_secs });
        renewal.failed(flight, now, limited, random);
    });
    assert!((2_200..2_700).contains(&requests), "{requests}");
}

#[test]
fn an_instance_that_gives_the_same_token_to_its_end_is_asked_a_few_times_a_lifetime() {
    const LIFETIME_MS: u32 = 1_800_000;
    let mut granted_at = None;
    let requests = requests_in(100, |renewal, flight, now, _| {
        let age = granted_at.map_or(u32::MAX, |at| now.wrapping_sub(at));
        let is_same = age < LIFETIME_MS;
        if !is_same {
            granted_at = Some(now);
        }
        let rest_secs = if is_same {
            (LIFETIME_MS - age) / 1_000
        } else {
            1_800
        };
        let number = renewal.token_received(flight, now, Some(rest_secs), is_same);
        assert!(number.is_some());
    });
    assert!((200..=200 * 8).contains(&requests), "{requests}");
}

#[test]
fn an_api_that_refuses_every_token_does_not_make_a_loop() {
    let requests = requests_in(100, |renewal, flight, now, random| {
        let number = renewal
            .token_received(flight, now, Some(1_800), false)
            .unwrap();
        renewal.api_unauthorized(number, now, random);
    });
    assert!((2_200..2_700).contains(&requests), "{requests}");
}
