//! How long to wait after a failure.

use super::{LONGEST_RETRY_AFTER_SECS, PAUSE_MS, clock::millis};

/// A wait in milliseconds after so many `failures` in a row: anything from [`PAUSE_MS`] to a
/// ceiling that doubles with each failure up to `cap_ms`, as `random` decides (full jitter), so
/// that a thousand devices whose instance went away do not come back together.
pub fn backoff_ms(failures: u8, cap_ms: u64, random: u32) -> u64 {
    let doubled = 1_u64.checked_shl(failures.into()).unwrap_or(u64::MAX);
    let ceiling = PAUSE_MS.saturating_mul(doubled).min(cap_ms);
    PAUSE_MS.saturating_add(share(ceiling.saturating_sub(PAUSE_MS), random))
}

/// A wait in milliseconds that may be no shorter than an instance asks for by `Retry-After`. The jitter
/// of `backoff_ms` lies on top: what is asked may be the same for a thousand devices.
pub(crate) fn on_top_of(retry_after_secs: u32, backoff_ms: u64) -> u64 {
    let asked = millis(retry_after_secs.min(LONGEST_RETRY_AFTER_SECS));
    backoff_ms.saturating_add(asked.saturating_sub(PAUSE_MS))
}

/// Anything from 0 to `span_ms`, as `random` decides; of a span above 49 days, those.
pub(super) fn share(span_ms: u64, random: u32) -> u64 {
    let span = span_ms.min(u32::MAX.into());
    u64::from(random).saturating_mul(span.saturating_add(1)) >> 32
}
