//! The wall clock: without it no certificate can be judged, so no TLS is tried.
//!
//! It comes from SNTP, which anybody on the way can forge, and is corrected by the `Date` of answers
//! over connections that were verified, and by nothing less. It is never taken from before the
//! firmware was built: a time server that lies can thus bring a certificate back to life that ran
//! out after that, but none from before.

use embassy_time::Instant;
use snow_token_core::http_date::{self, ClockOffset};

/// When the firmware was built, in Unix seconds. `SOURCE_DATE_EPOCH`, where it is set, makes it
/// repeatable.
pub const BUILT_AT_UNIX: u64 = include!(concat!(env!("OUT_DIR"), "/built_at.rs"));

/// How much the clock may differ from a `Date` before it is corrected, in seconds.
const TOLERANCE_SECS: u64 = 2;

/// Why a time was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeforeBuild;

/// The wall clock: the time since power-on, and how far that is from Unix time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    offset: Option<ClockOffset>,
    /// Whether the time is to be asked for although there is one.
    is_in_doubt: bool,
}

impl Clock {
    /// A clock that was not set.
    pub const fn new() -> Self {
        Self {
            offset: None,
            is_in_doubt: false,
        }
    }

    /// The time in Unix seconds, if it is known.
    pub fn unix(&self) -> Option<u64> {
        self.offset
            .map(|offset| offset.correct(Instant::now().as_secs()))
    }

    /// The Unix time of a moment on the monotonic clock, if the time is known.
    pub fn unix_of(&self, uptime_ms: u64) -> Option<u64> {
        self.offset.map(|offset| offset.correct(uptime_ms / 1_000))
    }

    /// Whether a time server should be asked.
    pub const fn needs_time(&self) -> bool {
        self.offset.is_none() || self.is_in_doubt
    }

    /// A certificate was refused for its dates: it may be the clock that is wrong.
    pub const fn doubt(&mut self) {
        self.is_in_doubt = true;
    }

    /// There is no better time to be had than the one that there is.
    pub const fn believe(&mut self) {
        self.is_in_doubt = false;
    }

    /// Takes the answer of a time server.
    ///
    /// # Errors
    /// [`BeforeBuild`]; the clock is as it was before.
    pub fn set(&mut self, unix: u64) -> Result<(), BeforeBuild> {
        if unix < BUILT_AT_UNIX {
            return Err(BeforeBuild);
        }
        self.offset = Some(ClockOffset::learn(Instant::now().as_secs(), unix));
        self.is_in_doubt = false;
        Ok(())
    }

    /// Corrects the clock by the `Date` of an answer over a verified connection, to a request that
    /// was sent at `sent_at_unix` on this clock.
    pub fn correct(&mut self, sent_at_unix: u64, date: Option<&str>) {
        let (Some(now_unix), Some(Ok(server_unix))) = (self.unix(), date.map(http_date::parse))
        else {
            return;
        };
        let by = ClockOffset::learn_between(sent_at_unix, now_unix, server_unix);
        if by.secs().unsigned_abs() <= TOLERANCE_SECS {
            return;
        }
        match self.set(by.correct(now_unix)) {
            Ok(()) => log_line!(warn, "clock corrected by {} s", by.secs()),
            Err(BeforeBuild) => log_line!(
                warn,
                "the instance's clock is before this firmware was built"
            ),
        }
    }
}
