//! Store and forward under random events, against [a model](crate::common::outbox_model).
#![cfg(feature = "outbox")]

use std::collections::VecDeque;

use proptest::prelude::*;
use snow_token_core::outbox::{
    AppendError, OldestError, RecordId, Repeats, Ring, Settings, Storage, Stored, WhenFull,
};

use crate::common::outbox_model::{CAPACITY, Done, Event, Fate, Model};

fn done() -> impl Strategy<Value = Done> {
    prop_oneof![
        Just(Done::Not),
        Just(Done::Now),
        (0_u32..1_000).prop_map(Done::Later),
    ]
}

fn fate() -> impl Strategy<Value = Fate> {
    let status = prop::sample::select(vec![400, 401, 403, 404, 413, 422, 429]);
    let retry_after_secs = prop::option::of(0_u32..1_000);
    prop_oneof![
        6 => Just(Fate::Answered),
        1 => Just(Fate::NotSent),
        6 => done().prop_map(Fate::Lost),
        3 => done().prop_map(Fate::Fault),
        4 => (status, retry_after_secs).prop_map(|(status, retry_after_secs)| {
            Fate::Refused { status, retry_after_secs }
        }),
        1 => Just(Fate::Hibernating),
        1 => Just(Fate::Another),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => (0_usize..40).prop_map(Event::Push),
        1 => (0_usize..=CAPACITY).prop_map(Event::Push),
        12 => fate().prop_map(Event::Go),
        12 => any::<u32>().prop_map(Event::Settle),
        2 => (0_u32..20_000).prop_map(Event::Pass),
        8 => Just(Event::PassAsSaid),
        1 => Just(Event::Restart),
        2 => Just(Event::Break),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let repeats = prop::sample::select(vec![Repeats::LookUp, Repeats::Harmless]);
    let when_full = prop::sample::select(vec![WhenFull::DropOldest, WhenFull::DropNewest]);
    (repeats, when_full, 1_u32..30, 0_u32..600, 0_u8..4).prop_map(
        |(repeats, when_full, settle_secs, backoff_cap_secs, tries)| Settings {
            repeats,
            when_full,
            settle_secs,
            backoff_cap_secs,
            tries,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn none_is_lost_and_none_doubled(
        settings in settings(),
        started in prop_oneof![any::<u32>(), u32::MAX - 100_000..=u32::MAX],
        events in prop::collection::vec(event(), 0..200),
    ) {
        let mut model = Model::new(settings, started);
        for event in events {
            model.apply(event);
        }
        model.finish();
        model.counts_add_up();
        model.each_record_is_there_once_and_in_order();
    }

    #[test]
    fn a_ring_is_a_queue_of_records_of_any_length(
        calls in prop::collection::vec(prop::option::weighted(0.6, 0_usize..70), 0..300),
    ) {
        const BYTES: usize = 64;
        let mut ring = Ring::<BYTES>::new();
        let mut model = VecDeque::<(RecordId, Vec<u8>)>::new();
        for (number, call) in (0_u32..).zip(calls) {
            let id = RecordId { series: !number, sequence: number };
            match call {
                Some(len) => {
                    let payload: Vec<u8> = (0..len).map(|at| (at as u32 + number) as u8).collect();
                    let used: usize = model.iter().map(|record| record.1.len() + 10).sum();
                    let expected = match len {
                        55.. => Err(AppendError::TooLong { max: 54 }),
                        _ if used + len + 10 > BYTES => Err(AppendError::Full),
                        _ => Ok(()),
                    };
                    prop_assert_eq!(ring.append(id, &payload), expected);
                    if expected.is_ok() {
                        model.push_back((id, payload));
                    }
                }
                None => {
                    ring.remove_oldest().unwrap();
                    model.pop_front();
                }
            }
            prop_assert_eq!(ring.len(), model.len());
            let mut buf = [0; BYTES];
            let Some((id, payload)) = model.front() else {
                prop_assert_eq!(ring.oldest(&mut buf), Ok(None));
                continue;
            };
            let len = payload.len();
            prop_assert_eq!(ring.oldest(&mut buf), Ok(Some(Stored { id: *id, len })));
            prop_assert_eq!(&buf[..len], &payload[..]);
            if len > 0 {
                let too_small = Err(OldestError::BufferTooSmall { needed: len });
                prop_assert_eq!(ring.oldest(&mut buf[..len - 1]), too_small);
            }
        }
    }
}
