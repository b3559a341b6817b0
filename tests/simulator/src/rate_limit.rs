//! How many requests are answered in a window of time.

use core::time::Duration;
use std::time::SystemTime;

use crate::{
    answers::{self, Answer},
    clock::later,
};

/// A bound on how many requests are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// So many requests are answered…
    pub requests: u32,
    /// …in so much time. An instance counts by the hour.
    pub per: Duration,
}

/// A limit and what was counted against it.
#[derive(Debug)]
pub(crate) struct Counter {
    limit: Option<RateLimit>,
    /// When the window began, and the requests since.
    window: Option<(SystemTime, u32)>,
}

impl Counter {
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        Self {
            limit,
            window: None,
        }
    }

    /// Counts a request; where it is one too many, the answer that says so.
    pub(crate) fn count(&mut self, now: SystemTime) -> Result<(), Answer> {
        let Some(limit) = self.limit else {
            return Ok(());
        };
        let (start, seen) = match self.window {
            Some((start, seen)) if now < later(start, limit.per) => (start, seen),
            _ => (now, 0),
        };
        self.window = Some((start, seen.saturating_add(1)));
        if seen < limit.requests {
            return Ok(());
        }
        let resets_at = later(start, limit.per);
        let wait = resets_at.duration_since(now).unwrap_or_default();
        let since_epoch = resets_at.duration_since(SystemTime::UNIX_EPOCH);
        Err(answers::rate_limited(
            limit.requests,
            wait.as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
            since_epoch.map_or(0, |since| since.as_secs()),
        ))
    }
}
