//! Store and forward: a queue of records that loses none and writes none twice, whatever happens to
//! the network, the token and the instance.
//!
//! A record is taken out of the queue only after the instance has said that it has it. Where that
//! word was lost on its way, the record may be there already: it is looked up before it is sent
//! again, or sent again under the same name where the instance folds repeats together.
//!
//! No I/O, no thread, no wall clock, and the memory is the caller's: a [`Ring`] in RAM, or whatever
//! implements [`Storage`] over flash or a disk.
//!
//! ```text
//!                         next()
//!     waiting, sure ------------------> Out: Send
//!        ^  ^  ^                          | | |
//!        |  |  '---- NotSent, NotNow, ----' | |
//!        |  |        Unauthorized, Refused  | '---- Stored -----> taken out
//!        |  |                               |
//!        |  '-- Absent ---.          Lost --'
//!        |                |           |
//!     the one after it    |           v       next(), after the settle time
//!                         |   waiting, in doubt ----------> Out: Check, or Send again
//!                         |           ^                      | |
//!                         |           '-- all but the two ---' |
//!                         '------------ Absent ----------------+---- Stored -----> taken out
//! ```
//!
//! # The run loop
//! 1. Put records in as they come: [`Outbox::push`].
//! 2. While there is a good token, call [`Outbox::next`] with a buffer for the payload.
//! 3. [`Action::Send`]: write the record under its [name](RecordId::name) into the instance.
//!    [`Action::Check`]: look up whether there is one of that name, and ask for the column with the
//!    name in the answer ([`TableQuery`](crate::http1::TableQuery)). Hand the [`Flight`] back with the
//!    outcome: [`Outbox::settle`]. [`Outcome::of_record`] and [`Outcome::of_lookup`] read an answer;
//!    without one it is [`Outcome::NotSent`] or [`Outcome::Lost`]. The transport must give every
//!    request a timeout.
//! 4. [`Action::Wait`]: sleep. [`Action::Empty`]: sleep until a record is put in.
//!    [`Action::AwaitOutcome`]: wait for whoever has the record.
//! 5. Tell the [session](crate::session) of a 401, as of every other.
//!
//! # The rules
//! - **One at a time, the oldest first.** So the records arrive in their order, and one alone can be
//!   in doubt.
//! - **Names never repeat.** A record's name is made of the device's, a random number that is another
//!   one at each start (the *series*), and a sequence number.
//! - **A pause before a repeat.** The instance may still be at work on the request whose answer was
//!   lost: [`Settings::settle_secs`] lie before the look-up. They and the timeout together should be
//!   no shorter than the longest that the instance takes.
//! - **A 401** costs no wait here: the session decides when there is another token.
//! - **A record that is refused for its own sake** (400, 413, 422, a row that an import set cannot
//!   transform) is tried [`Settings::tries`] times, then set aside and counted: it must not block
//!   those behind it for ever.
//! - **Everything else** is tried again for ever, after waits that grow up to
//!   [`Settings::backoff_cap_secs`], with full jitter, until a record is taken out; never sooner than
//!   `Retry-After` says (but for more than [a day](crate::session::LONGEST_RETRY_AFTER_SECS)), the
//!   jitter lies on top of that.
//! - **A full queue** drops the oldest or the newest, as [`Settings::when_full`] says, and counts it.
//!
//! # Time
//! `now_ms` is a monotonic clock as in [the session](crate::session#time), with the same condition
//! while there is something to wait for. An empty queue may sleep for as long as it likes.
//!
//! # The log
//! | Level | Line |
//! |---|---|
//! | error | `record 7 was refused 3 times: set aside` |
//! | warn | `the queue is full: record 7 dropped`, `the queue is full: a record dropped` |
//! | warn | `record 7 may be stored or not; 10000 ms to the next attempt` |
//! | warn | `record 7 is not stored: `*outcome*`; 2000 ms to the next attempt` |
//! | info | `record 7 is not there: sent again` |
//! | debug | `record 7 is stored` |
//!
//! # Examples
//! ```
//! use snow_token_core::outbox::{Action, Outbox, Outcome, Ring, Settings};
//!
//! # let mut answers = [None, Some((200, &br#"{"result":[]}"#[..])), Some((201, &b""[..]))].into_iter();
//! # let mut time = 0;
//! # let mut now_ms = || { time += 10; time };
//! # let mut sleep_ms = |ms: u32| {};
//! # let random = || 7;
//! # struct Reply { status: u16, body: &'static [u8] }
//! # impl Reply {
//! #     fn answer(&self) -> snow_token_core::refusal::Answer<'_> {
//! #         snow_token_core::refusal::Answer { status: self.status, content_type: Some("application/json"),
//! #             retry_after: None, date: None, body: self.body, cut: None }
//! #     }
//! # }
//! # let mut call = || answers.next().flatten().map(|(status, body)| Reply { status, body });
//! # let mut send = |name: &str, payload: &[u8]| { assert_eq!(name, "pump-7-000004d2-0"); call() };
//! # let mut look_up = |name: &str| Some(Reply { status: 200, body: br#"{"result":[]}"# });
//! let series = 1234; // random
//! let mut outbox = Outbox::new(Ring::<1024>::new(), series, Settings::DEFAULT, now_ms());
//! outbox.push(br#"{"u_celsius":"81"}"#)?;
//!
//! let (mut payload, mut name) = ([0; 256], [0; 64]);
//! # time = 0; let mut now_ms = || { time += 60_000; time };
//! # for _ in 0..4 {
//! // loop {
//! match outbox.next(now_ms(), &mut payload)? {
//!     Action::Send(record) => {
//!         let name = record.id.name("pump-7", &mut name)?;
//!         let outcome = match send(name, &payload[..record.len]) {
//!             Some(reply) => Outcome::of_record(&reply.answer()),
//!             None => Outcome::Lost { retry_after_secs: 0 },
//!         };
//!         outbox.settle(record.flight, now_ms(), outcome, random())?;
//!     }
//!     Action::Check(record) => {
//!         let name = record.id.name("pump-7", &mut name)?;
//!         let outcome = match look_up(name) {
//!             Some(reply) => Outcome::of_lookup(&reply.answer(), "correlation_id", name),
//!             None => Outcome::Lost { retry_after_secs: 0 },
//!         };
//!         outbox.settle(record.flight, now_ms(), outcome, random())?;
//!     }
//!     Action::Wait { ms } => sleep_ms(ms),
//!     Action::Empty | Action::AwaitOutcome => sleep_ms(60_000),
//! }
//! # }
//! assert_eq!(outbox.counts().stored, 1);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//! `examples/store_and_forward.rs` shows the same against an instance that loses answers.

mod action;
mod outcome;
mod record_id;
mod storage;

pub use action::{Action, Flight, NextError, Record};
pub use outcome::Outcome;
pub use record_id::RecordId;
pub use storage::{AppendError, OldestError, Ring, Storage, Stored};

use core::fmt;

use crate::session::{Clock, backoff_ms, bounded, millis, on_top_of};

/// How a queue behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings {
    /// How a repeat is recognised. Defaults to [`Repeats::LookUp`].
    pub repeats: Repeats,
    /// What a full queue does. Defaults to [`WhenFull::DropOldest`].
    pub when_full: WhenFull,
    /// The time between a lost answer and the look-up, or the repeat, in seconds. Defaults to 60.
    ///
    /// **ServiceNow** ends a request to the Table and Import Set APIs after 60 seconds, unless its
    /// transaction quota rules were changed; until then it may yet write the record.
    pub settle_secs: u32,
    /// The ceiling of the growing waits after failures, in seconds. Defaults to 300.
    pub backoff_cap_secs: u32,
    /// How often a record is sent that is refused for its own sake; at least once. Defaults to 3.
    pub tries: u8,
}

/// How a record that may be there already is kept from being there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Repeats {
    /// It is looked up by its name before it is sent again. **ServiceNow**: the Table API, with
    /// `correlation_id` on tables that extend `task`, or a column of the customer's own. The client
    /// must be allowed to read what it writes: a record that an ACL hides is one that is not there.
    LookUp,
    /// It is sent again, for the instance folds records of the same name. **ServiceNow**: events by
    /// their `message_key`, import sets by a coalesce field of the transform map.
    Harmless,
}

/// What becomes of records when there is no room for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum WhenFull {
    /// The oldest make room.
    DropOldest,
    /// The new one is not taken.
    DropNewest,
}

impl Settings {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        repeats: Repeats::LookUp,
        when_full: WhenFull::DropOldest,
        settle_secs: 60,
        backoff_cap_secs: 300,
        tries: 3,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What became of the records since the queue was made. All but `waiting` saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Counts {
    /// Those in the queue, the one that is out among them.
    pub waiting: usize,
    /// Those that the instance said it has.
    pub stored: u32,
    /// Those that a full queue dropped. One that was out then and arrived after all is not counted.
    pub dropped: u32,
    /// Those that were refused for their own sake once too often.
    pub set_aside: u32,
}

/// Why a record was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum PushError<E> {
    /// The queue is full, and drops the newest. It was counted.
    Full,
    /// The record is longer than the storage can take at all.
    TooLong {
        /// What it can take, in bytes.
        max: usize,
    },
    /// The storage failed.
    Storage(E),
}

impl<E: fmt::Display> fmt::Display for PushError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("the queue is full"),
            Self::TooLong { max } => {
                write!(f, "the record is longer than {max} bytes")
            }
            Self::Storage(error) => write!(f, "the storage failed: {error}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for PushError<E> {}

/// A queue of records on their way to the instance. See [the module](self).
///
/// Beside its storage it takes no more than 96 bytes.
pub struct Outbox<S> {
    storage: S,
    settings: Settings,
    clock: Clock,
    series: u32,
    next_sequence: u32,
    flight_number: u32,
    /// The record that is out, and whether a full queue has dropped it since.
    out: Option<Out>,
    /// What is known of the oldest record.
    oldest: Oldest,
    /// Failures in a row, of one record or of many.
    failures: u8,
    not_before: u64,
    counts: Counts,
}

impl<S: fmt::Debug> fmt::Debug for Outbox<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_fields!(
            f,
            self,
            Outbox {
                storage,
                settings,
                clock,
                series,
                next_sequence,
                flight_number,
                out,
                oldest,
                failures,
                not_before,
                counts
            }
        )
    }
}

#[derive(Debug, Clone, Copy)]
struct Out {
    id: RecordId,
    was_dropped: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Oldest {
    /// It was sent, and no answer said whether it is there.
    is_in_doubt: bool,
    /// How often it was refused for its own sake.
    refusals: u8,
}

impl<S: Storage> Outbox<S> {
    /// A queue over a storage. `series` is random, another number at each start of the device;
    /// `now_ms` is the monotonic clock.
    ///
    /// What the storage holds from before is sent first, under its old names. The oldest may have
    /// been on its way when the device stopped: it counts as in doubt.
    pub fn new(storage: S, series: u32, settings: Settings, now_ms: u32) -> Self {
        let is_in_doubt = !storage.is_empty();
        Self {
            storage,
            settings,
            clock: Clock::new(now_ms),
            series,
            next_sequence: 0,
            flight_number: 0,
            out: None,
            oldest: Oldest {
                is_in_doubt,
                refusals: 0,
            },
            failures: 0,
            not_before: match is_in_doubt {
                true => millis(settings.settle_secs),
                false => 0,
            },
            counts: Counts::default(),
        }
    }

    /// Puts a record at the end of the queue, and tells its sequence number.
    ///
    /// # Errors
    /// [`PushError`]; nothing was put in then, but a full queue may have dropped records before.
    pub fn push(&mut self, payload: &[u8]) -> Result<u32, PushError<S::Error>> {
        let id = RecordId {
            series: self.series,
            sequence: self.next_sequence,
        };
        loop {
            match self.storage.append(id, payload) {
                Ok(()) => {
                    self.next_sequence = self.next_sequence.wrapping_add(1);
                    return Ok(id.sequence);
                }
                Err(AppendError::TooLong { max }) => return Err(PushError::TooLong { max }),
                Err(AppendError::Storage(error)) => {
                    // Some of it may have been written: no other record gets its name.
                    self.next_sequence = self.next_sequence.wrapping_add(1);
                    return Err(PushError::Storage(error));
                }
                // A storage that is full and empty cannot take the record at all.
                Err(AppendError::Full) if self.storage.is_empty() => {
                    return Err(PushError::TooLong { max: 0 });
                }
                Err(AppendError::Full) if self.settings.when_full == WhenFull::DropNewest => {
                    log_line!(warn, "the queue is full: a record dropped");
                    self.counts.dropped = self.counts.dropped.saturating_add(1);
                    return Err(PushError::Full);
                }
                Err(AppendError::Full) => self.drop_oldest().map_err(PushError::Storage)?,
            }
        }
    }

    /// What to do next. The payload of a record that is to be sent is written to the front of `buf`.
    ///
    /// # Errors
    /// [`NextError`]; the record stays where it is.
    pub fn next(&mut self, now_ms: u32, buf: &mut [u8]) -> Result<Action, NextError<S::Error>> {
        let now = self.clock.read(now_ms);
        if self.out.is_some() {
            return Ok(Action::AwaitOutcome);
        }
        if self.not_before <= now {
            // Nothing to wait for: the clock counts from here. So an empty queue may sleep for as
            // long as it likes.
            self.clock = Clock::new(now_ms);
            self.not_before = 0;
        }
        if self.storage.is_empty() {
            return Ok(Action::Empty);
        }
        let wait = self.not_before.saturating_sub(self.clock.read(now_ms));
        if wait > 0 {
            return Ok(Action::Wait { ms: bounded(wait) });
        }
        let Some(Stored { id, len }) = self.storage.oldest(buf)? else {
            return Ok(Action::Empty);
        };
        self.flight_number = self.flight_number.wrapping_add(1);
        self.out = Some(Out {
            id,
            was_dropped: false,
        });
        let record = Record {
            flight: Flight(self.flight_number),
            id,
            len,
        };
        Ok(
            match self.oldest.is_in_doubt && self.settings.repeats == Repeats::LookUp {
                true => Action::Check(record),
                false => Action::Send(record),
            },
        )
    }

    /// Takes the outcome of a record that was out. `random` is any number, a new one each time: it
    /// spreads the waits.
    ///
    /// # Errors
    /// That of the storage, which did not take the record out: it is sent, or looked up, again.
    pub fn settle(
        &mut self,
        flight: Flight,
        now_ms: u32,
        outcome: Outcome,
        random: u32,
    ) -> Result<(), S::Error> {
        let now = self.clock.read(now_ms);
        let Some(out) = self.out.filter(|_| flight.0 == self.flight_number) else {
            return Ok(());
        };
        self.out = None;
        let number = out.id.sequence;
        let wait = self.wait_after(outcome, random);
        self.not_before = now.saturating_add(wait);
        match outcome {
            Outcome::Stored if out.was_dropped => {
                log_line!(debug, "record {} is stored", number);
                self.counts.dropped = self.counts.dropped.saturating_sub(1);
                self.counts.stored = self.counts.stored.saturating_add(1);
            }
            _ if out.was_dropped => {}
            Outcome::Stored => {
                log_line!(debug, "record {} is stored", number);
                // Should the storage not let go of it, it is one that may be there.
                self.oldest.is_in_doubt = true;
                self.remove_settled(now, random)?;
                self.counts.stored = self.counts.stored.saturating_add(1);
            }
            Outcome::Absent => {
                self.oldest.is_in_doubt = false;
                log_line!(info, "record {} is not there: sent again", number);
            }
            Outcome::Lost { .. } => {
                self.oldest.is_in_doubt = true;
                log_line!(
                    warn,
                    "record {} may be stored or not; {} ms to the next attempt",
                    number,
                    bounded(wait)
                );
            }
            Outcome::Refused => {
                self.oldest.refusals = self.oldest.refusals.saturating_add(1);
                if self.oldest.refusals < self.settings.tries {
                    log_not_stored(number, outcome, bounded(wait));
                    return Ok(());
                }
                log_line!(
                    error,
                    "record {} was refused {} times: set aside",
                    number,
                    self.oldest.refusals
                );
                self.remove_settled(now, random)?;
                self.counts.set_aside = self.counts.set_aside.saturating_add(1);
            }
            _ => log_not_stored(number, outcome, bounded(wait)),
        }
        Ok(())
    }

    /// Hears of the time, and does nothing else: for who has nothing to ask for weeks.
    pub fn hear(&mut self, now_ms: u32) {
        self.clock.read(now_ms);
    }

    /// What became of the records so far.
    pub fn counts(&self) -> Counts {
        Counts {
            waiting: self.storage.len(),
            ..self.counts
        }
    }

    /// The series of this start: a record of another one is from before.
    pub const fn series(&self) -> u32 {
        self.series
    }

    /// The storage, to look at.
    pub const fn storage(&self) -> &S {
        &self.storage
    }

    /// How long to wait after an outcome, in milliseconds.
    fn wait_after(&mut self, outcome: Outcome, random: u32) -> u64 {
        let (settle_secs, retry_after_secs) = match outcome {
            Outcome::Stored => {
                self.failures = 0;
                return 0;
            }
            // No failures of their own, and no end to those before.
            Outcome::Absent | Outcome::Unauthorized => return 0,
            Outcome::Lost { retry_after_secs } => (self.settings.settle_secs, retry_after_secs),
            Outcome::NotNow { retry_after_secs } => (0, retry_after_secs),
            Outcome::NotSent | Outcome::Refused => (0, 0),
        };
        let wait = on_top_of(retry_after_secs, self.backoff_ms(random));
        wait.max(millis(settle_secs))
    }

    /// The wait after one more failure, in milliseconds.
    fn backoff_ms(&mut self, random: u32) -> u64 {
        self.failures = self.failures.saturating_add(1);
        let cap_ms = millis(self.settings.backoff_cap_secs);
        backoff_ms(self.failures, cap_ms, random)
    }

    /// Takes the record out that the instance has, or never will: the next one goes out at once. A
    /// storage that does not let go of it is given time.
    fn remove_settled(&mut self, now: u64, random: u32) -> Result<(), S::Error> {
        if let Err(error) = self.remove_oldest() {
            self.not_before = now.saturating_add(self.backoff_ms(random));
            return Err(error);
        }
        self.failures = 0;
        self.not_before = 0;
        Ok(())
    }

    fn drop_oldest(&mut self) -> Result<(), S::Error> {
        self.remove_oldest()?;
        self.counts.dropped = self.counts.dropped.saturating_add(1);
        match &mut self.out {
            Some(out) if !out.was_dropped => {
                log_line!(
                    warn,
                    "the queue is full: record {} dropped",
                    out.id.sequence
                );
                out.was_dropped = true;
            }
            _ => log_line!(warn, "the queue is full: a record dropped"),
        }
        Ok(())
    }

    fn remove_oldest(&mut self) -> Result<(), S::Error> {
        self.storage.remove_oldest()?;
        self.oldest = Oldest::default();
        Ok(())
    }
}

fn log_not_stored(number: u32, outcome: Outcome, wait: u32) {
    log_line!(
        warn,
        "record {} is not stored: {:?}; {} ms to the next attempt",
        number,
        outcome,
        wait
    );
}
