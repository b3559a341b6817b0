//! A gateway: session and queue of core, driven as the firmware drives them.

use snow_token_core::{
    Cause,
    outbox::{self, Counts, Outbox, Ring},
    session::{self, Action, Failure, Flight, Renewal, StopReason, TokenNumber},
};

use crate::instance::{Call, CallAnswer, TokenAnswer, TokenId, millis};

/// How often a reading is taken, in seconds: by the clock, all over the fleet in the same moment.
const READING_INTERVAL_SECS: u32 = 600;

/// What the firmware waits unless told.
const RETRY_STOPPED_MS: u64 = 3_600_000;

/// How long before the simulation begins it was switched on.
const ON_BEFORE_MS: u32 = 3_600_000;

/// Room for 32 readings: more than five hours.
type Queue = Outbox<Ring<512>>;

const READING: &[u8] = b"\"21.5\"";

pub(crate) struct Gateway {
    random: fastrand::Rng,
    renewal: Renewal,
    queue: Queue,
    readings: u32,
    token: Option<TokenId>,
    retry_at: Option<u64>,
}

/// What a gateway does next.
pub(crate) enum Step {
    SleepUntil(u64),
    AskForToken(Flight),
    Call(Calling),
}

/// A call of the API that is out.
pub(crate) struct Calling {
    flight: outbox::Flight,
    number: TokenNumber,
    pub(crate) call: Call,
    pub(crate) sequence: u32,
}

impl Gateway {
    pub(crate) fn new(spread_secs: u32, mut random: fastrand::Rng) -> Self {
        let settings = session::Settings {
            spread_secs,
            seed: random.u32(..),
            ..session::Settings::DEFAULT
        };
        let series = random.u32(..);
        // The spread counts from when it can ask for the first time, not from here.
        let switched_on = clock(0).wrapping_sub(ON_BEFORE_MS);
        Self {
            random,
            renewal: Renewal::new(settings, switched_on),
            queue: Outbox::new(Ring::new(), series, outbox::Settings::DEFAULT, switched_on),
            readings: 0,
            token: None,
            retry_at: None,
        }
    }

    /// Asks before the simulation begins, and tells how many seconds.
    pub(crate) fn ask_before(&mut self) -> (Flight, u32) {
        let mut ago = ON_BEFORE_MS;
        loop {
            match self.renewal.next(clock(0).wrapping_sub(ago)) {
                Action::Request { flight } => return (flight, ago / 1_000),
                Action::Wait { ms } => ago -= ms,
                other => unreachable!("it has asked for nothing yet: {other:?}"),
            }
        }
    }

    /// What to do at this time. Whoever takes a request or a call reports its outcome.
    pub(crate) fn next(&mut self, now: u64) -> Step {
        self.take_readings(now);
        loop {
            match self.renewal.next(clock(now)) {
                Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                    return Step::AskForToken(flight);
                }
                Action::UseToken { token, again_in_ms } => {
                    let again_at = (now + u64::from(again_in_ms)).min(self.next_reading_at());
                    return self.next_call(now, token, again_at);
                }
                Action::Wait { ms } => return Step::SleepUntil(now + u64::from(ms)),
                Action::Stop(reason) => {
                    let retry_at = *self.retry_at.get_or_insert(now + RETRY_STOPPED_MS);
                    if now < retry_at {
                        return Step::SleepUntil(retry_at);
                    }
                    self.retry_at = None;
                    match reason {
                        StopReason::SameTokenAgain => self.renewal.reset(clock(now)),
                        _ => self.renewal.retry(),
                    }
                }
                Action::AwaitOutcome => unreachable!("one task, and nothing is out"),
            }
        }
    }

    pub(crate) fn token_answered(&mut self, flight: Flight, now: u64, answer: TokenAnswer) {
        let failure = match answer {
            TokenAnswer::Granted {
                token,
                expires_in_secs,
            } => {
                let is_same = self.token.replace(token) == Some(token);
                let lifetime = Some(expires_in_secs);
                _ = self
                    .renewal
                    .token_received(flight, clock(now), lifetime, is_same);
                return;
            }
            TokenAnswer::Limited { retry_after_secs } => {
                Failure::Refused(Cause::RateLimited { retry_after_secs })
            }
            TokenAnswer::Unavailable => {
                let retry_after_secs = None;
                Failure::Refused(Cause::ServerFault { retry_after_secs })
            }
            TokenAnswer::None => Failure::Transport,
        };
        let random = self.random.u32(..);
        self.renewal.failed(flight, clock(now), failure, random);
    }

    pub(crate) fn call_answered(&mut self, calling: Calling, now: u64, answer: CallAnswer) {
        let retry_after_secs = 0;
        let outcome = match answer {
            CallAnswer::Stored => outbox::Outcome::Stored,
            CallAnswer::Absent => outbox::Outcome::Absent,
            CallAnswer::Unauthorized => outbox::Outcome::Unauthorized,
            CallAnswer::Unavailable => outbox::Outcome::NotNow { retry_after_secs },
            CallAnswer::Lost => outbox::Outcome::Lost { retry_after_secs },
            CallAnswer::None => outbox::Outcome::NotSent,
        };
        let random = self.random.u32(..);
        if let CallAnswer::Unauthorized = answer {
            self.renewal
                .api_unauthorized(calling.number, clock(now), random);
        }
        let Ok(()) = self
            .queue
            .settle(calling.flight, clock(now), outcome, random);
    }

    /// The token that it holds, good or not.
    pub(crate) const fn token(&self) -> Option<TokenId> {
        self.token
    }

    /// How many readings it took.
    pub(crate) const fn readings(&self) -> u32 {
        self.readings
    }

    /// What became of them.
    pub(crate) fn counts(&self) -> Counts {
        self.queue.counts()
    }

    fn next_call(&mut self, now: u64, number: TokenNumber, again_at: u64) -> Step {
        let mut payload = [0; READING.len()];
        let (record, call) = match self.queue.next(clock(now), &mut payload) {
            Ok(outbox::Action::Send(record)) => (record, Call::Write),
            Ok(outbox::Action::Check(record)) => (record, Call::LookUp),
            Ok(outbox::Action::Wait { ms }) => {
                return Step::SleepUntil(again_at.min(now + u64::from(ms)));
            }
            Ok(outbox::Action::Empty) => return Step::SleepUntil(again_at),
            Ok(outbox::Action::AwaitOutcome) => unreachable!("one task, and nothing is out"),
            Err(error) => unreachable!("a reading is as long as its buffer: {error:?}"),
        };
        Step::Call(Calling {
            flight: record.flight,
            number,
            call,
            sequence: record.id.sequence,
        })
    }

    /// Takes the readings that fell due while it slept.
    pub(crate) fn take_readings(&mut self, now: u64) {
        while self.next_reading_at() <= now {
            self.readings += 1;
            // A full queue drops the oldest, and counts it.
            let taken = self.queue.push(READING);
            assert!(taken.is_ok(), "{taken:?}");
        }
    }

    fn next_reading_at(&self) -> u64 {
        (u64::from(self.readings) + 1) * millis(READING_INTERVAL_SECS)
    }
}

/// The gateways' clock, which wraps after a quarter of an hour.
fn clock(now: u64) -> u32 {
    (now as u32).wrapping_sub(900_000)
}
