//! A clock that wraps, read so that it does not.

/// Milliseconds since the session began, from a counter of 32 bits that wraps every 49.7 days.
///
/// Each reading adds what has passed since the one before. A reading that seems more than half a
/// wrap (24.8 days) ahead is one that lies behind, as two threads can produce it: it adds nothing.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(crate) struct Clock {
    elapsed_ms: u64,
    last_ms: u32,
}

impl Clock {
    pub(crate) const fn new(now_ms: u32) -> Self {
        Self {
            elapsed_ms: 0,
            last_ms: now_ms,
        }
    }

    pub(crate) const fn read(&mut self, now_ms: u32) -> u64 {
        let step = now_ms.wrapping_sub(self.last_ms);
        if step <= i32::MAX.unsigned_abs() {
            self.elapsed_ms = self.elapsed_ms.saturating_add(step as u64);
            self.last_ms = now_ms;
        }
        self.elapsed_ms
    }
}

/// A time that is not more than half of what a [`Clock`] can bridge, so that who sleeps that long
/// and oversleeps is still in time.
pub(crate) fn bounded(ms: u64) -> u32 {
    u32::try_from(ms).map_or(super::LONGEST_WAIT_MS, |ms| ms.min(super::LONGEST_WAIT_MS))
}

pub(crate) fn millis(secs: u32) -> u64 {
    u64::from(secs).saturating_mul(1_000)
}
