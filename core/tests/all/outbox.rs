//! Store and forward, rule by rule.
#![cfg(feature = "outbox")]

use core::cell::{Cell, RefCell, RefMut};
use std::{collections::VecDeque, rc::Rc};

use snow_token_core::{
    BufferTooSmall,
    outbox::{
        Action, AppendError, Counts, Flight, NextError, OldestError, Outbox, Outcome, PushError,
        Record, RecordId, Repeats, Ring, Settings, Storage, Stored, WhenFull,
    },
};

/// The pauses that the numbers below are reckoned from.
const SETTINGS: Settings = Settings {
    settle_secs: 10,
    ..Settings::DEFAULT
};
const SERIES: u32 = 7;
pub(crate) const LOST: Outcome = Outcome::Lost {
    retry_after_secs: 0,
};
pub(crate) const NOT_NOW: Outcome = Outcome::NotNow {
    retry_after_secs: 0,
};
const HARMLESS: Settings = Settings {
    repeats: Repeats::Harmless,
    ..SETTINGS
};

/// A queue on a simulated clock.
struct Device<S> {
    outbox: Outbox<S>,
    now_ms: u32,
    /// What spreads the waits: 0 makes each as short as it can be.
    random: u32,
    buf: [u8; 64],
}

impl Device<Ring<256>> {
    fn new(settings: Settings) -> Self {
        Self::over(Ring::new(), settings)
    }
}

impl<S: Storage> Device<S>
where
    S::Error: core::fmt::Debug + PartialEq,
{
    fn over(storage: S, settings: Settings) -> Self {
        let now_ms = u32::MAX - 5_000;
        Self {
            outbox: Outbox::new(storage, SERIES, settings, now_ms),
            now_ms,
            random: 0,
            buf: [0; 64],
        }
    }

    fn push(&mut self, payload: &str) -> u32 {
        self.outbox.push(payload.as_bytes()).unwrap()
    }

    fn next(&mut self) -> Action {
        self.outbox.next(self.now_ms, &mut self.buf).unwrap()
    }

    /// The record that goes out now.
    fn send(&mut self) -> Record {
        match self.next() {
            Action::Send(record) => record,
            action => panic!("{action:?}"),
        }
    }

    /// The record that is looked up now.
    fn check(&mut self) -> Record {
        match self.next() {
            Action::Check(record) => record,
            action => panic!("{action:?}"),
        }
    }

    fn payload(&self, record: &Record) -> &str {
        core::str::from_utf8(&self.buf[..record.len]).unwrap()
    }

    fn settle(&mut self, flight: Flight, outcome: Outcome) {
        self.outbox
            .settle(flight, self.now_ms, outcome, self.random)
            .unwrap();
    }

    /// Sends the oldest, with that outcome.
    fn send_to(&mut self, outcome: Outcome) -> u32 {
        let record = self.send();
        self.settle(record.flight, outcome);
        record.id.sequence
    }

    /// How long the queue waits now; the time passes. Without a buffer no record goes out.
    fn wait(&mut self) -> u32 {
        let mut waited = 0;
        while let Ok(Action::Wait { ms }) = self.outbox.next(self.now_ms, &mut []) {
            waited += ms;
            self.now_ms = self.now_ms.wrapping_add(ms);
        }
        waited
    }

    fn counts(&self) -> Counts {
        self.outbox.counts()
    }
}

// The way of a record.

#[test]
fn records_go_out_one_at_a_time_and_in_order() {
    let mut device = Device::new(SETTINGS);
    assert_eq!(device.next(), Action::Empty);
    assert_eq!((device.push("a"), device.push("b")), (0, 1));
    let first = device.send();
    assert_eq!((first.id.series, first.id.sequence), (SERIES, 0));
    assert_eq!(device.payload(&first), "a");
    assert_eq!(device.next(), Action::AwaitOutcome);
    assert_eq!(device.counts().waiting, 2);
    device.settle(first.flight, Outcome::Stored);
    let second = device.send();
    assert_eq!(device.payload(&second), "b");
    device.settle(second.flight, Outcome::Stored);
    assert_eq!(device.next(), Action::Empty);
    let counts = Counts {
        stored: 2,
        ..Counts::default()
    };
    assert_eq!(device.counts(), counts);
}

#[test]
fn a_record_whose_answer_was_lost_is_looked_up_after_a_pause_and_sent_again_if_it_is_absent() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.push("b");
    device.send_to(LOST);
    assert_eq!(device.wait(), 10_000);
    let record = device.check();
    assert_eq!(record.id.sequence, 0);
    device.settle(record.flight, Outcome::Absent);
    assert_eq!(device.send_to(Outcome::Stored), 0);
    assert_eq!(device.send_to(Outcome::Stored), 1);
}

#[test]
fn a_record_that_is_found_is_taken_out() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.push("b");
    device.send_to(LOST);
    device.wait();
    let record = device.check();
    device.settle(record.flight, Outcome::Stored);
    assert_eq!(device.counts().stored, 1);
    assert_eq!(device.send_to(Outcome::Stored), 1);
}

#[test]
fn a_record_stays_in_doubt_until_a_look_up_has_said_something() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.send_to(LOST);
    for outcome in [LOST, NOT_NOW, Outcome::NotSent, Outcome::Unauthorized] {
        device.wait();
        let record = device.check();
        device.settle(record.flight, outcome);
    }
    device.wait();
    device.check();
}

#[test]
fn a_record_that_was_not_sent_or_not_taken_is_in_no_doubt() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    for outcome in [
        NOT_NOW,
        Outcome::NotSent,
        Outcome::Unauthorized,
        Outcome::Refused,
    ] {
        device.wait();
        device.send_to(outcome);
    }
    device.wait();
    device.send();
}

#[test]
fn where_repeats_are_harmless_the_record_is_sent_again_under_its_name() {
    let mut device = Device::new(HARMLESS);
    device.push("a");
    let first = device.send();
    device.settle(first.flight, LOST);
    assert_eq!(device.wait(), 10_000);
    let again = device.send();
    assert_eq!((again.id, device.payload(&again)), (first.id, "a"));
}

#[test]
fn a_record_that_is_refused_for_its_own_sake_is_set_aside_and_the_next_one_goes_out() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.push("b");
    for _ in 0..3 {
        assert_eq!(device.send_to(Outcome::Refused), 0);
        device.wait();
    }
    assert_eq!(device.counts().set_aside, 1);
    assert_eq!(device.send_to(Outcome::Refused), 1);
    // The instance is well: the waits begin anew.
    device.random = u32::MAX;
    device.wait();
    device.send_to(Outcome::Refused);
    assert_eq!(device.wait(), 4_000);
    device.send_to(Outcome::Stored);
    assert_eq!((device.counts().stored, device.counts().waiting), (1, 0));
}

#[test]
fn a_record_is_tried_once_at_least() {
    let mut device = Device::new(Settings {
        tries: 0,
        ..SETTINGS
    });
    device.push("a");
    device.send_to(Outcome::Refused);
    assert_eq!(
        (device.next(), device.counts().set_aside),
        (Action::Empty, 1)
    );
}

// The waits.

#[test]
fn waits_grow_up_to_the_cap_within_the_bounds_of_the_jitter() {
    for outcome in [NOT_NOW, Outcome::NotSent] {
        let mut shortest = Device::new(SETTINGS);
        let mut longest = Device::new(SETTINGS);
        longest.random = u32::MAX;
        for device in [&mut shortest, &mut longest] {
            device.push("a");
        }
        for ceiling_secs in [2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
            shortest.send_to(outcome);
            assert_eq!(shortest.wait(), 1_000);
            longest.send_to(outcome);
            assert_eq!(longest.wait(), ceiling_secs * 1_000);
        }
    }
}

#[test]
fn waits_grow_although_the_look_ups_between_are_answered() {
    let mut device = Device::new(SETTINGS);
    device.random = u32::MAX;
    device.push("a");
    for secs in [10, 10, 10, 16, 32, 64] {
        device.send_to(LOST);
        assert_eq!(device.wait(), secs * 1_000);
        let record = device.check();
        device.settle(record.flight, Outcome::Absent);
        assert_eq!(device.wait(), 0);
    }
    device.send_to(Outcome::Stored);
    device.push("b");
    device.send_to(Outcome::NotSent);
    assert_eq!(device.wait(), 2_000);
}

#[test]
fn a_401_costs_no_wait() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.send_to(Outcome::Unauthorized);
    device.send_to(Outcome::Unauthorized);
    device.send_to(Outcome::Stored);
    assert_eq!(device.counts().stored, 1);
}

#[test]
fn no_attempt_comes_sooner_than_retry_after_says() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.send_to(Outcome::NotNow {
        retry_after_secs: 7_200,
    });
    assert_eq!(device.wait(), 7_200_000);
    device.send_to(Outcome::Lost {
        retry_after_secs: 60,
    });
    assert_eq!(device.wait(), 60_000);
    let record = device.check();
    device.settle(
        record.flight,
        Outcome::NotNow {
            retry_after_secs: u32::MAX,
        },
    );
    // But for a mistake: a day at most.
    assert_eq!(device.wait(), 86_400_000);
}

#[test]
fn a_clock_that_wraps_or_goes_back_changes_nothing() {
    let mut device = Device::new(SETTINGS);
    device.now_ms = u32::MAX - 1_000;
    device.push("a");
    device.send_to(LOST);
    device.now_ms = device.now_ms.wrapping_add(4_000);
    assert_eq!(device.next(), Action::Wait { ms: 6_000 });
    device.now_ms = device.now_ms.wrapping_sub(2_000);
    assert_eq!(device.next(), Action::Wait { ms: 6_000 });
    device.now_ms = device.now_ms.wrapping_add(8_000);
    device.check();
}

#[test]
fn an_empty_queue_may_sleep_for_longer_than_the_clock_can_tell() {
    let mut device = Device::new(SETTINGS);
    device.push("a");
    device.send_to(Outcome::Stored);
    assert_eq!(device.next(), Action::Empty);
    // Thirty days, of which half a wrap is 24.8.
    device.now_ms = device.now_ms.wrapping_add(30 * 86_400_000);
    device.push("b");
    device.send_to(LOST);
    assert_eq!(device.wait(), 10_000);
    device.check();
}

// A full queue.

/// Room for two records of 4 bytes.
fn full(when_full: WhenFull) -> Device<Ring<28>> {
    let settings = Settings {
        when_full,
        ..SETTINGS
    };
    let mut device = Device::over(Ring::new(), settings);
    device.push("aaaa");
    device.push("bbbb");
    device
}

#[test]
fn a_full_queue_drops_the_oldest() {
    let mut device = full(WhenFull::DropOldest);
    assert_eq!(device.push("cccc"), 2);
    assert_eq!((device.counts().dropped, device.counts().waiting), (1, 2));
    assert_eq!(device.send_to(Outcome::Stored), 1);
    assert_eq!(device.send_to(Outcome::Stored), 2);
    // A long one takes the room of several.
    device.push("dddd");
    device.push("eeee");
    device.push("eighteen bytes, so");
    assert_eq!((device.counts().dropped, device.counts().waiting), (3, 1));
}

#[test]
fn a_full_queue_drops_the_newest() {
    let mut device = full(WhenFull::DropNewest);
    assert_eq!(device.outbox.push(b"cccc"), Err(PushError::Full));
    assert_eq!((device.counts().dropped, device.counts().waiting), (1, 2));
    assert_eq!(device.send_to(Outcome::Stored), 0);
    assert_eq!(device.push("cccc"), 2);
}

#[test]
fn what_is_too_long_at_all_drops_nothing() {
    for when_full in [WhenFull::DropOldest, WhenFull::DropNewest] {
        let mut device = full(when_full);
        let too_long = PushError::TooLong { max: 18 };
        assert_eq!(device.outbox.push(&[0; 19]), Err(too_long));
        assert_eq!((device.counts().dropped, device.counts().waiting), (0, 2));
    }
}

#[test]
fn a_record_in_flight_that_is_dropped_and_arrives_is_not_counted_as_dropped() {
    let mut device = full(WhenFull::DropOldest);
    let record = device.send();
    device.push("cccc");
    assert_eq!(device.counts().dropped, 1);
    assert_eq!(device.next(), Action::AwaitOutcome);
    device.settle(record.flight, Outcome::Stored);
    let counts = Counts {
        waiting: 2,
        stored: 1,
        ..Counts::default()
    };
    assert_eq!(device.counts(), counts);
    assert_eq!(device.send_to(Outcome::Stored), 1);
}

#[test]
fn what_becomes_of_a_dropped_record_says_nothing_of_the_next() {
    for outcome in [LOST, NOT_NOW, Outcome::Refused, Outcome::NotSent] {
        let mut device = full(WhenFull::DropOldest);
        let record = device.send();
        device.push("cccc");
        device.push("dddd");
        device.settle(record.flight, outcome);
        // The instance is not well, or still at work: the wait is for all.
        assert!(device.wait() >= 1_000);
        assert_eq!((device.counts().dropped, device.counts().set_aside), (2, 0));
        for _ in 0..2 {
            assert_eq!(device.send_to(Outcome::Refused), 2);
            device.wait();
        }
        assert_eq!(device.send_to(Outcome::Stored), 2);
    }
}

#[test]
fn a_record_in_doubt_that_is_dropped_leaves_no_doubt_behind() {
    let mut device = full(WhenFull::DropOldest);
    device.send_to(LOST);
    device.push("cccc");
    assert_eq!(device.wait(), 10_000);
    assert_eq!(device.send_to(Outcome::Stored), 1);
}

#[test]
fn an_outcome_of_another_flight_is_none() {
    let mut device = Device::new(SETTINGS);
    let mut other = Device::new(SETTINGS);
    device.push("a");
    other.push("b");
    let (own, foreign) = (device.send(), other.send());
    device.settle(own.flight, Outcome::Unauthorized);
    device.settle(foreign.flight, Outcome::Stored);
    assert_eq!(device.counts().waiting, 1);
}

// A storage that fails, and one that survives.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Broken;

type Records = VecDeque<(RecordId, Vec<u8>)>;

/// A memory that the test can break, and that survives a queue.
#[derive(Clone, Default)]
struct Shaky {
    records: Rc<RefCell<Records>>,
    fails: Rc<Cell<bool>>,
}

impl Shaky {
    const CAPACITY: usize = 2;

    /// The next call fails.
    fn fail(&self) {
        self.fails.set(true);
    }

    fn call(&self) -> Result<RefMut<'_, Records>, Broken> {
        match self.fails.take() {
            true => Err(Broken),
            false => Ok(self.records.borrow_mut()),
        }
    }
}

impl Storage for Shaky {
    type Error = Broken;

    fn append(&mut self, id: RecordId, payload: &[u8]) -> Result<(), AppendError<Broken>> {
        if self.len() == Self::CAPACITY {
            return Err(AppendError::Full);
        }
        let mut records = self.call().map_err(AppendError::Storage)?;
        records.push_back((id, payload.to_vec()));
        Ok(())
    }

    fn oldest(&mut self, buf: &mut [u8]) -> Result<Option<Stored>, OldestError<Broken>> {
        let records = self.call().map_err(OldestError::Storage)?;
        let Some((id, payload)) = records.front() else {
            return Ok(None);
        };
        let len = payload.len();
        let to = buf
            .get_mut(..len)
            .ok_or(OldestError::BufferTooSmall { needed: len })?;
        to.copy_from_slice(payload);
        Ok(Some(Stored { id: *id, len }))
    }

    fn remove_oldest(&mut self) -> Result<(), Broken> {
        self.call()?.pop_front();
        Ok(())
    }

    fn len(&self) -> usize {
        self.records.borrow().len()
    }
}

#[test]
fn a_record_that_could_not_be_put_in_is_not_counted_and_its_name_not_used_again() {
    let storage = Shaky::default();
    let mut device = Device::over(storage.clone(), SETTINGS);
    storage.fail();
    assert_eq!(device.outbox.push(b"a"), Err(PushError::Storage(Broken)));
    assert_eq!(device.counts(), Counts::default());
    assert_eq!(device.push("a"), 1);
}

#[test]
fn a_record_that_could_not_be_read_stays() {
    let storage = Shaky::default();
    let mut device = Device::over(storage.clone(), SETTINGS);
    device.push("abc");
    storage.fail();
    let failed = device.outbox.next(device.now_ms, &mut [0; 8]);
    assert_eq!(failed, Err(NextError::Storage(Broken)));
    let small = device.outbox.next(device.now_ms, &mut [0; 2]);
    assert_eq!(small, Err(NextError::BufferTooSmall { needed: 3 }));
    assert_eq!(device.send_to(Outcome::Stored), 0);
}

#[test]
fn a_stored_record_that_could_not_be_taken_out_is_looked_up_and_not_sent_again() {
    let storage = Shaky::default();
    let mut device = Device::over(storage.clone(), SETTINGS);
    device.push("a");
    let record = device.send();
    storage.fail();
    let failed = device
        .outbox
        .settle(record.flight, device.now_ms, Outcome::Stored, 0);
    assert_eq!(failed, Err(Broken));
    assert_eq!((device.counts().stored, device.counts().waiting), (0, 1));
    // A storage that is broken for good does not make a loop.
    assert_eq!(device.wait(), 1_000);
    let record = device.check();
    device.settle(record.flight, Outcome::Stored);
    assert_eq!((device.counts().stored, device.counts().waiting), (1, 0));
}

#[test]
fn a_record_that_could_not_be_set_aside_is_tried_once_more() {
    let storage = Shaky::default();
    let settings = Settings {
        tries: 1,
        ..SETTINGS
    };
    let mut device = Device::over(storage.clone(), settings);
    device.push("a");
    let record = device.send();
    storage.fail();
    let failed = device
        .outbox
        .settle(record.flight, device.now_ms, Outcome::Refused, 0);
    assert_eq!(failed, Err(Broken));
    assert_eq!(device.counts().set_aside, 0);
    assert_eq!(device.wait(), 1_000);
    device.send_to(Outcome::Refused);
    assert_eq!((device.counts().set_aside, device.counts().waiting), (1, 0));
}

#[test]
fn a_record_in_flight_that_could_not_be_dropped_is_stored_once() {
    let storage = Shaky::default();
    let mut device = Device::over(storage.clone(), SETTINGS);
    device.push("a");
    device.push("b");
    let record = device.send();
    storage.fail();
    assert_eq!(device.outbox.push(b"c"), Err(PushError::Storage(Broken)));
    assert_eq!((device.counts().dropped, device.counts().waiting), (0, 2));
    device.settle(record.flight, Outcome::Stored);
    assert_eq!((device.counts().stored, device.counts().waiting), (1, 1));
    assert_eq!(device.send_to(Outcome::Stored), 1);
}

#[test]
fn after_a_restart_the_oldest_is_in_doubt_and_the_old_names_stay() {
    let storage = Shaky::default();
    let mut before = Device::over(storage.clone(), SETTINGS);
    before.push("a");
    before.push("b");
    before.send();

    let mut outbox = Outbox::new(storage.clone(), 8, SETTINGS, 0);
    assert_eq!((outbox.series(), outbox.counts().waiting), (8, 2));
    let mut buf = [0; 8];
    assert_eq!(outbox.next(0, &mut buf), Ok(Action::Wait { ms: 10_000 }));
    let Ok(Action::Check(record)) = outbox.next(10_000, &mut buf) else {
        panic!("no look-up");
    };
    assert_eq!((record.id.series, record.id.sequence), (SERIES, 0));
    outbox
        .settle(record.flight, 10_000, Outcome::Stored, 0)
        .unwrap();
    outbox.push(b"c").unwrap();
    for id in [(SERIES, 1), (8, 0)] {
        let Ok(Action::Send(record)) = outbox.next(10_000, &mut buf) else {
            panic!("not sent");
        };
        assert_eq!((record.id.series, record.id.sequence), id);
        outbox
            .settle(record.flight, 10_000, Outcome::Stored, 0)
            .unwrap();
    }
}

#[test]
fn after_a_restart_too_a_harmless_repeat_comes_after_the_settle_time() {
    let storage = Shaky::default();
    Device::over(storage.clone(), HARMLESS).push("a");
    let mut device = Device::over(storage, HARMLESS);
    assert_eq!(device.wait(), 10_000);
    device.send();
}

// Names, and sizes.

#[test]
fn a_name_is_made_of_device_series_and_number() {
    let mut buf = [0; 64];
    let id = RecordId {
        series: u32::MAX,
        sequence: u32::MAX,
    };
    let name = id.name("gateway-7", &mut buf).unwrap();
    assert_eq!(name, "gateway-7-ffffffff-4294967295");
    assert_eq!(name.len(), "gateway-7".len() + RecordId::MAX_SUFFIX_LEN);
    let needed = name.len();
    for len in 0..needed {
        let too_small = Err(BufferTooSmall { needed });
        assert_eq!(id.name("gateway-7", &mut buf[..len]), too_small);
    }
    assert!(id.name("gateway-7", &mut buf[..needed]).is_ok());
    let first = RecordId {
        series: 0,
        sequence: 0,
    };
    assert_eq!(first.name("a", &mut buf).unwrap(), "a-00000000-0");
}

#[test]
fn a_queue_is_small() {
    assert!(size_of::<Outbox<()>>() <= 96);
}

#[test]
fn a_ring_takes_what_it_says_and_no_more() {
    let id = RecordId {
        series: 1,
        sequence: 2,
    };
    let too_long = |max| Err(AppendError::TooLong { max });
    assert_eq!(Ring::<0>::new().append(id, b""), too_long(0));
    assert_eq!(Ring::<9>::new().append(id, b""), too_long(0));
    assert_eq!(Ring::<10>::new().append(id, b""), Ok(()));
    assert_eq!(Ring::<10>::new().append(id, b"a"), too_long(0));
    let mut large = Box::new(Ring::<70_000>::new());
    assert_eq!(Ring::<70_000>::MAX_PAYLOAD_LEN, 65_535);
    assert_eq!(large.append(id, &[7; 65_536]), too_long(65_535));
    assert_eq!(large.append(id, &[7; 65_535]), Ok(()));
    let mut buf = vec![0; 65_535];
    assert_eq!(large.oldest(&mut buf).unwrap().unwrap().len, 65_535);
    assert_eq!(buf, [7; 65_535]);
}
