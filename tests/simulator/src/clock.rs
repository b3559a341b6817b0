//! Times that were chosen by others, and so may lie beyond all that can be counted.

use core::time::Duration;
use std::time::SystemTime;

/// So much later; where nothing is so late, a hundred years later.
pub(crate) fn later(time: SystemTime, by: Duration) -> SystemTime {
    const A_HUNDRED_YEARS: Duration = Duration::from_secs(100 * 365 * 86_400);
    let later = time.checked_add(by);
    later
        .or_else(|| time.checked_add(A_HUNDRED_YEARS))
        .unwrap_or(time)
}
