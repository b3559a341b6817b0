//! The clocks of this machine: one that only goes forward, and the time of day.

use core::time::Duration;
use std::time::SystemTime;

/// A clock that is off from the instance's by less does no harm, and is not corrected for.
pub(crate) const CLOCK_TOLERANCE_SECS: u64 = 5;

/// Milliseconds from when it was made, on a clock that goes on while the machine sleeps where the
/// system has one. The counter wraps, as core's session takes it.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Reading,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { started: now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        since(self.started)
    }

    pub(crate) fn now_ms(&self) -> u32 {
        // Wrapping is what is wanted.
        self.elapsed().as_millis() as u32
    }
}

/// `CLOCK_BOOTTIME`: [`std::time::Instant`] stands still while a laptop sleeps, and its token does not.
#[cfg(target_os = "linux")]
type Reading = Duration;

#[cfg(target_os = "linux")]
fn now() -> Reading {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(
        now.tv_sec.try_into().unwrap_or_default(),
        now.tv_nsec.try_into().unwrap_or_default(),
    )
}

#[cfg(target_os = "linux")]
fn since(earlier: Reading) -> Duration {
    now().saturating_sub(earlier)
}

#[cfg(not(target_os = "linux"))]
type Reading = std::time::Instant;

#[cfg(not(target_os = "linux"))]
fn now() -> Reading {
    Reading::now()
}

#[cfg(not(target_os = "linux"))]
fn since(earlier: Reading) -> Duration {
    earlier.elapsed()
}

/// Seconds since 1970 (UTC), by this machine's clock.
pub(crate) fn unix_now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.map_or(0, |since| since.as_secs())
}
