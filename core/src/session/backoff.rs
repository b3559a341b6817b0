//! How long to wait after a failure.

use super::PAUSE_MS;

/// A wait in milliseconds after so many `failures` in a row: anything from [`PAUSE_MS`] to a
/// ceiling that doubles with each failure up to `cap_ms`, as `random` decides (full jitter), so
/// that a thousand devices whose instance went away do not come back together.
pub fn backoff_ms(failures: u8, cap_ms: u64, random: u32) -> u64 {
    let doubled = 1_u64.checked_shl(failures.into()).unwrap_or(u64::MAX);
    let ceiling = PAUSE_MS.saturating_mul(doubled).min(cap_ms);
    PAUSE_MS.saturating_add(share(ceiling.saturating_sub(PAUSE_MS), random))
}

/// Anything from 0 to `span_ms`, as `random` decides; of a span above 49 days, those.
pub(super) fn share(span_ms: u64, random: u32) -> u64 {
    let span = span_ms.min(u32::MAX.into());
    u64::from(random).saturating_mul(span.saturating_add(1)) >> 32
}
