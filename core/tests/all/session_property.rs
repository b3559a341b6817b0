//! A session under random events, against [a model](crate::common::session_model).

use proptest::prelude::*;
use snow_token_core::{
    Cause,
    session::{Failure, Settings},
};

use crate::common::session_model::{Event, Model};

fn lifetime() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![
        4 => (0_u32..10).prop_map(Some),
        4 => (10_u32..4_000).prop_map(Some),
        1 => (0_u32..60 * 86_400).prop_map(Some),
        1 => any::<u32>().prop_map(Some),
        1 => Just(None),
    ]
}

fn failure() -> impl Strategy<Value = Failure> {
    let retry_after_secs = || prop::option::of(0_u32..10_000);
    prop_oneof![
        4 => Just(Failure::Transport),
        4 => Just(Failure::Refused(Cause::AccessDenied)),
        2 => Just(Failure::Refused(Cause::Hibernating)),
        2 => retry_after_secs().prop_map(|retry_after_secs| {
            Failure::Refused(Cause::RateLimited { retry_after_secs })
        }),
        2 => retry_after_secs().prop_map(|retry_after_secs| {
            Failure::Refused(Cause::ServerFault { retry_after_secs })
        }),
        1 => Just(Failure::Malformed),
        1 => Just(Failure::Refused(Cause::InvalidClient)),
        1 => Just(Failure::BufferTooSmall),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let received = (lifetime(), prop::bool::weighted(0.3));
    prop_oneof![
        4 => (0_u32..3_000).prop_map(Event::Pass),
        2 => (0_u32..4_000_000).prop_map(Event::Pass),
        1 => (0_u32..i32::MAX as u32).prop_map(Event::Pass),
        8 => Just(Event::PassAsSaid),
        10 => Just(Event::Next),
        8 => received.prop_map(|(expires_in_secs, is_same)| {
            Event::Received { expires_in_secs, is_same }
        }),
        6 => (failure(), any::<u32>()).prop_map(|(failure, random)| Event::Failed(failure, random)),
        4 => (prop::bool::weighted(0.3), any::<u32>()).prop_map(|(is_late, random)| {
            Event::Unauthorized { is_late, random }
        }),
        2 => Just(Event::Forbidden),
        1 => Just(Event::Retry),
        1 => Just(Event::Reset),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let margin_secs = prop_oneof![Just(60), 0_u32..4_000, any::<u32>()];
    let spread_secs = prop_oneof![2 => Just(0), 2 => 1_u32..600, 1 => any::<u32>()];
    (margin_secs, 0_u32..600, 0_u8..6, spread_secs, any::<u32>()).prop_map(
        |(margin_secs, backoff_cap_secs, repeats, spread_secs, seed)| Settings {
            margin_secs,
            backoff_cap_secs,
            repeats,
            spread_secs,
            seed,
        },
    )
}

proptest! {
    #[test]
    fn whatever_happens_the_rules_hold(
        settings in settings(),
        clock in prop_oneof![any::<u32>(), u32::MAX - 10_000..=u32::MAX],
        events in prop::collection::vec(event(), 0..200),
    ) {
        let mut model = Model::new(settings, clock);
        for event in events {
            model.apply(event);
        }
    }
}
