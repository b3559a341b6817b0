//! The queue of readings, between those who take them and the gateway that sends them.

use core::{cell::RefCell, fmt};

use embassy_sync::{
    blocking_mutex::{Mutex, raw::CriticalSectionRawMutex},
    signal::Signal,
};
use embassy_time::Instant;
use serde::Serialize;
use snow_token_core::outbox::{
    Action, Counts, Flight, NextError, Outbox, Outcome, PushError, Repeats, Settings, Storage,
    WhenFull,
};

use crate::{
    config::{Config, Target},
    now_ms,
    record::{self, MAX_QUEUED_LEN, NotAReading},
};

/// The queue of readings. Any task, and an interrupt too, may put readings in; the
/// [gateway](crate::Gateway) takes them out.
///
/// # Examples
/// See [the crate](crate).
pub struct Readings<S: Storage> {
    outbox: Mutex<CriticalSectionRawMutex, RefCell<Outbox<S>>>,
    pushed: Signal<CriticalSectionRawMutex, ()>,
}

/// Why a reading is not in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ReadingError {
    /// It is not a JSON object of at most [`MAX_READING_LEN`](record::MAX_READING_LEN) bytes.
    NotAReading,
    /// The queue is full, and its policy is to drop the newest; it counts as dropped.
    Full,
    /// The storage failed, or is too small for this reading at all.
    Storage,
}

impl<S: Storage> Readings<S> {
    /// A queue over a storage. `series` is random, another number at each start.
    pub fn new(storage: S, series: u32, config: &Config<'_>) -> Self {
        let settings = Settings {
            repeats: match config.target {
                Target::Table { .. } => Repeats::LookUp,
                Target::ImportSet { .. } | Target::Events { .. } => Repeats::Harmless,
            },
            when_full: match config.drops_oldest {
                true => WhenFull::DropOldest,
                false => WhenFull::DropNewest,
            },
            settle_secs: config.settle_secs,
            backoff_cap_secs: config.backoff_cap_secs,
            ..Settings::DEFAULT
        };
        let outbox = Outbox::new(storage, series, settings, now_ms());
        Self {
            outbox: Mutex::new(RefCell::new(outbox)),
            pushed: Signal::new(),
        }
    }

    /// Puts a reading into the queue: what serializes to a JSON object.
    ///
    /// # Errors
    /// [`ReadingError`].
    pub fn push(&self, reading: &impl Serialize) -> Result<(), ReadingError> {
        let mut buf = [0; MAX_QUEUED_LEN];
        let taken_at_ms = Instant::now().as_millis();
        let queued = record::queued(taken_at_ms, reading, &mut buf)
            .map_err(|NotAReading| ReadingError::NotAReading)?;
        let pushed = self.with(|outbox| outbox.push(queued));
        self.pushed.signal(());
        match pushed {
            Some(Ok(_)) => Ok(()),
            Some(Err(PushError::Full)) => Err(ReadingError::Full),
            _ => Err(ReadingError::Storage),
        }
    }

    /// What became of the readings so far.
    pub fn counts(&self) -> Counts {
        self.with(|outbox| outbox.counts()).unwrap_or_default()
    }

    /// Tells the queue the time.
    pub(crate) fn hear(&self) {
        self.with(|outbox| outbox.hear(now_ms()));
    }

    /// The series of this start.
    pub(crate) fn series(&self) -> u32 {
        self.with(|outbox| outbox.series()).unwrap_or_default()
    }

    pub(crate) fn next(&self, buf: &mut [u8]) -> Result<Action, NextError<S::Error>> {
        let next = self.with(|outbox| outbox.next(now_ms(), buf));
        next.unwrap_or(Ok(Action::AwaitOutcome))
    }

    pub(crate) fn settle(&self, flight: Flight, outcome: Outcome, random: u32) {
        let settled = self.with(|outbox| outbox.settle(flight, now_ms(), outcome, random));
        if !matches!(settled, Some(Ok(_))) {
            log_line!(error, "the queue's storage does not let go of a reading");
        }
    }

    /// Waits until a reading is put into the queue.
    pub(crate) async fn wait_for_reading(&self) {
        self.pushed.wait().await;
    }

    /// `None` where `act` of another call is at it: only a storage that uses its own queue does that.
    fn with<T>(&self, act: impl FnOnce(&mut Outbox<S>) -> T) -> Option<T> {
        self.outbox.lock(|outbox| {
            let mut outbox = outbox.try_borrow_mut().ok()?;
            Some(act(&mut outbox))
        })
    }
}

impl<S: Storage> fmt::Debug for Readings<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Readings").finish_non_exhaustive()
    }
}
