//! The rules of a session, one by one, on a simulated clock.

use snow_token_core::{
    Cause,
    session::{
        Action, Failure, Flight, LONGEST_WAIT_MS, Renewal, Settings, StopReason, TokenNumber,
    },
};

/// A session and a clock that wraps after three minutes.
struct Simulated {
    renewal: Renewal,
    now: u32,
}

const SOON_WRAPS: u32 = u32::MAX - 180_000;
const HIGHEST: u32 = u32::MAX;

impl Simulated {
    fn new() -> Self {
        Self::with(Settings::DEFAULT)
    }

    fn with(settings: Settings) -> Self {
        Self {
            renewal: Renewal::new(settings, SOON_WRAPS),
            now: SOON_WRAPS,
        }
    }

    /// A session that has a token with this lifetime, which came at once.
    fn with_token(lifetime_secs: u32) -> (Self, TokenNumber) {
        let mut session = Self::new();
        let number = session.request_and_receive(lifetime_secs, false);
        (session, number)
    }

    fn after(&mut self, ms: u32) -> &mut Self {
        self.now = self.now.wrapping_add(ms);
        self
    }

    fn next(&mut self) -> Action {
        self.renewal.next(self.now)
    }

    #[track_caller]
    fn request(&mut self) -> Flight {
        match self.next() {
            Action::Request { flight } => flight,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn request_ahead(&mut self) -> Flight {
        match self.next() {
            Action::RequestWhileUsing { flight, .. } => flight,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn request_and_receive(&mut self, lifetime_secs: u32, is_same: bool) -> TokenNumber {
        let flight = self.request();
        self.receive(flight, lifetime_secs, is_same)
    }

    #[track_caller]
    fn receive(&mut self, flight: Flight, lifetime_secs: u32, is_same: bool) -> TokenNumber {
        let lifetime = Some(lifetime_secs);
        let number = self
            .renewal
            .token_received(flight, self.now, lifetime, is_same);
        number.unwrap()
    }

    fn fail(&mut self, flight: Flight, failure: Failure, random: u32) {
        self.renewal.failed(flight, self.now, failure, random);
    }

    #[track_caller]
    fn assert_uses(&mut self, token: TokenNumber, again_in_ms: u32) {
        assert_eq!(self.next(), Action::UseToken { token, again_in_ms });
    }

    #[track_caller]
    fn assert_waits(&mut self, ms: u32) {
        assert_eq!(self.next(), Action::Wait { ms });
    }
}

const DENIED: Failure = Failure::Refused(Cause::AccessDenied);

#[test]
fn one_request_at_a_time() {
    let mut session = Simulated::new();
    let flight = session.request();
    for _ in 0..3 {
        assert_eq!(session.after(100_000).next(), Action::AwaitOutcome);
    }
    session.receive(flight, 1_800, false);
    assert!(matches!(session.next(), Action::UseToken { .. }));
}

#[test]
fn a_successor_is_asked_for_ahead_while_the_token_is_used() {
    let (mut session, number) = Simulated::with_token(1_800);
    session.assert_uses(number, 1_740_000);
    session.after(1_739_999).assert_uses(number, 1);
    let flight = session.after(1).request_ahead();
    // Not in the last second.
    session.assert_uses(number, 59_000);
    session.after(58_999).assert_uses(number, 1);
    assert_eq!(session.after(1).next(), Action::AwaitOutcome);
    let successor = session.receive(flight, 1_800, false);
    assert_ne!(successor, number);
    // Counted from the request, a minute ago.
    session.assert_uses(successor, 1_740_000 - 59_000);
}

#[test]
fn not_in_the_first_half_of_a_lifetime() {
    let (mut session, number) = Simulated::with_token(20);
    session.assert_uses(number, 10_000);
    let _flight = session.after(10_000).request_ahead();
}

#[test]
fn the_margin_can_be_set() {
    for (margin_secs, due_in_ms) in [(0, 1_799_000), (10, 1_790_000), (u32::MAX, 900_000)] {
        let mut session = Simulated::with(Settings {
            margin_secs,
            ..Settings::DEFAULT
        });
        let number = session.request_and_receive(1_800, false);
        session.assert_uses(number, due_in_ms);
    }
}

#[test]
fn a_token_without_a_lifetime_is_used_until_it_is_refused() {
    let mut session = Simulated::new();
    let flight = session.request();
    let number = session
        .renewal
        .token_received(flight, session.now, None, false);
    let number = number.unwrap();
    for _ in 0..20 {
        session.assert_uses(number, LONGEST_WAIT_MS);
        session.after(LONGEST_WAIT_MS);
    }
    session.renewal.api_unauthorized(number, session.now, 0);
    let _flight = session.request();
}

#[test]
fn no_action_names_a_time_that_the_clock_cannot_count() {
    for days in [13, 24, 25, 49, 50, 99, 49_710] {
        let (mut session, number) = Simulated::with_token(days * 86_400);
        session.assert_uses(number, LONGEST_WAIT_MS);
    }
}

#[test]
fn lifetimes_and_waits_are_longer_than_the_clock() {
    const DAY_MS: u32 = 86_400_000;
    // 200 days; the clock wraps four times.
    let (mut session, number) = Simulated::with_token(200 * 86_400);
    for _ in 0..199 {
        assert!(matches!(session.next(), Action::UseToken { .. }));
        session.after(DAY_MS);
    }
    session.assert_uses(number, DAY_MS - 60_000);
    let _flight = session.after(DAY_MS - 60_000).request_ahead();

    let settings = Settings {
        backoff_cap_secs: 200 * 86_400,
        ..Settings::DEFAULT
    };
    let mut session = Simulated::with(settings);
    for failures in 1..=22 {
        let flight = session.request();
        session.fail(flight, Failure::Transport, HIGHEST);
        let mut rest = 1_000_u64 << failures;
        while rest > u64::from(LONGEST_WAIT_MS) {
            session.assert_waits(LONGEST_WAIT_MS);
            session.after(LONGEST_WAIT_MS);
            rest -= u64::from(LONGEST_WAIT_MS);
        }
        let rest = u32::try_from(rest).unwrap();
        session.assert_waits(rest);
        session.after(rest);
    }
}

#[test]
fn a_device_is_not_silenced_for_more_than_a_day() {
    const DAY_SECS: u32 = 86_400;
    for secs in [DAY_SECS, DAY_SECS + 1, 100 * DAY_SECS, u32::MAX] {
        let mut session = Simulated::new();
        let flight = session.request();
        let limited = Cause::RateLimited {
            retry_after_secs: Some(secs),
        };
        session.fail(flight, Failure::Refused(limited), 0);
        session.assert_waits(DAY_SECS * 1_000);
    }
}

#[test]
fn a_reading_of_the_clock_that_lies_behind_changes_nothing() {
    let (mut session, number) = Simulated::with_token(1_800);
    session.after(5_000).assert_uses(number, 1_735_000);
    let late = session.now.wrapping_sub(3_000);
    let again_in_ms = 1_735_000;
    let token = number;
    assert_eq!(
        session.renewal.next(late),
        Action::UseToken { token, again_in_ms }
    );
    session.after(1).assert_uses(number, 1_734_999);
}

#[test]
fn a_failure_leaves_the_good_token_in_use() {
    let (mut session, number) = Simulated::with_token(1_800);
    let flight = session.after(1_740_000).request_ahead();
    session.fail(flight, Failure::Transport, 0);
    session.assert_uses(number, 1_000);
    let flight = session.after(1_000).request_ahead();
    session.fail(flight, Failure::Refused(Cause::InvalidClient), 0);
    let reason = StopReason::Refused(Cause::InvalidClient);
    assert_eq!(session.renewal.stopped(), Some(reason));
    session.assert_uses(number, 58_000);
    assert_eq!(session.after(58_000).next(), Action::Stop(reason));
}

#[test]
fn waits_grow_to_the_cap_with_full_jitter() {
    for (random, waits) in [
        (0, [1_000; 10]),
        (
            HIGHEST,
            [
                2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000,
            ],
        ),
        (
            1 << 31,
            [
                1_500, 2_500, 4_500, 8_500, 16_500, 32_500, 64_500, 128_500, 150_500, 150_500,
            ],
        ),
    ] {
        let mut session = Simulated::new();
        for wait in waits {
            let flight = session.request();
            session.after(700).fail(flight, Failure::Transport, random);
            session.assert_waits(wait);
            session.after(wait - 1).assert_waits(1);
            session.after(1);
        }
    }
}

#[test]
fn what_may_pass_is_tried_for_ever() {
    let mut session = Simulated::new();
    let causes = [
        Failure::Transport,
        Failure::Refused(Cause::Hibernating),
        Failure::Refused(Cause::RateLimited {
            retry_after_secs: None,
        }),
        Failure::Refused(Cause::ServerFault {
            retry_after_secs: None,
        }),
    ];
    for failure in causes.into_iter().cycle().take(1_000) {
        let flight = session.request();
        session.fail(flight, failure, HIGHEST);
        let Action::Wait { ms } = session.next() else {
            panic!()
        };
        assert!((1_000..=300_000).contains(&ms));
        session.after(ms);
    }
}

#[test]
fn retry_after_is_kept_to() {
    for (secs, wait) in [(3_600, 3_600_000), (2, 2_000), (0, 1_000)] {
        let retry_after_secs = Some(secs);
        for cause in [
            Cause::RateLimited { retry_after_secs },
            Cause::ServerFault { retry_after_secs },
        ] {
            let mut session = Simulated::new();
            let flight = session.request();
            session.fail(flight, Failure::Refused(cause), 0);
            session.assert_waits(wait);
        }
    }
}

#[test]
fn the_jitter_lies_on_top_of_retry_after() {
    // What a rate limit asks of all who went too far: until its window ends.
    let mut session = Simulated::new();
    let retry_after_secs = Some(60);
    let limited = Failure::Refused(Cause::RateLimited { retry_after_secs });
    for wait in [61_000, 63_000, 67_000, 75_000] {
        let flight = session.request();
        session.fail(flight, limited, HIGHEST);
        session.assert_waits(wait);
        session.after(wait);
    }
}

#[test]
fn the_catch_all_is_tried_a_few_times() {
    for failure in [DENIED, Failure::Malformed] {
        for repeats in [0, 1, 3] {
            let mut session = Simulated::with(Settings {
                repeats,
                ..Settings::DEFAULT
            });
            for _ in 0..repeats {
                // A lost connection in between neither counts nor begins the count anew.
                for failure in [failure, Failure::Transport] {
                    let flight = session.request();
                    session.fail(flight, failure, 0);
                    session.after(1_000);
                }
            }
            let flight = session.request();
            session.fail(flight, failure, 0);
            assert!(matches!(session.next(), Action::Stop(_)), "{repeats}");
        }
    }
}

#[test]
fn a_token_begins_the_count_and_the_waits_anew() {
    let mut session = Simulated::new();
    for _ in 0..10 {
        for _ in 0..3 {
            let flight = session.request();
            session.fail(flight, DENIED, 0);
            session.after(1_000);
        }
        session.request_and_receive(2, false);
        session.after(2_000);
    }
    let flight = session.request();
    session.fail(flight, DENIED, HIGHEST);
    session.assert_waits(2_000);
}

#[test]
fn other_refusals_stop_at_once_and_retry_asks_again() {
    for failure in [
        Failure::Refused(Cause::InvalidClient),
        Failure::Refused(Cause::IntegrationUserMissing),
        Failure::Refused(Cause::NotJson),
        Failure::BufferTooSmall,
    ] {
        let mut session = Simulated::new();
        let flight = session.request();
        session.fail(flight, failure, 0);
        for _ in 0..3 {
            assert!(matches!(session.after(1_000_000).next(), Action::Stop(_)));
        }
        session.renewal.retry();
        let _flight = session.request();
    }
}

#[test]
fn one_login_after_a_401_and_a_stop_at_the_same_token() {
    let (mut session, number) = Simulated::with_token(1_800);
    session.after(10);
    session.renewal.api_unauthorized(number, session.now, 0);
    // A second thread, with the same token.
    session.renewal.api_unauthorized(number, session.now, 0);
    let flight = session.request();
    session.renewal.api_unauthorized(number, session.now, 0);
    assert_eq!(session.next(), Action::AwaitOutcome);
    assert_eq!(session.receive(flight, 1_800, true), number);
    let stop = Action::Stop(StopReason::SameTokenAgain);
    assert_eq!(session.next(), stop);
    assert_eq!(session.after(1_000_000_000).next(), stop);

    // Each call of retry asks once.
    for is_same in [true, false] {
        session.renewal.retry();
        session.after(1_000).request_and_receive(1_800, is_same);
    }
    assert!(matches!(session.next(), Action::UseToken { .. }));
}

#[test]
fn a_late_401_is_not_put_down_to_the_successor() {
    let (mut session, number) = Simulated::with_token(1_800);
    session.renewal.api_unauthorized(number, session.now, 0);
    let successor = session.request_and_receive(1_800, false);
    session.renewal.api_unauthorized(number, session.now, 0);
    session.assert_uses(successor, 1_740_000);
}

#[test]
fn a_request_that_was_out_before_the_401_is_not_the_one_after_it() {
    let (mut session, number) = Simulated::with_token(1_800);
    let flight = session.after(1_740_000).request_ahead();
    session.renewal.api_unauthorized(number, session.now, 0);
    assert_eq!(session.next(), Action::AwaitOutcome);
    session.receive(flight, 60, true);
    session.request_and_receive(60, true);
    assert_eq!(session.next(), Action::Stop(StopReason::SameTokenAgain));
}
