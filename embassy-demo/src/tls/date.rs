//! Times in words for a person.

use core::fmt;

/// Unix time, shown as the date and the time of day in UTC (RFC 3339).
pub(super) struct Date(pub(super) u64);

const SECS_PER_DAY: u64 = 86_400;
const DAYS_PER_ERA: u64 = 146_097;
/// From 1 March of the year 0 to 1 January 1970.
const EPOCH: u64 = 719_468;

impl fmt::Display for Date {
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "the largest number of seconds, in days, has room below u64::MAX"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = self.0 / SECS_PER_DAY + EPOCH;
        let second = self.0 % SECS_PER_DAY;

        // Years that begin in March have their leap day at the end
        // (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
        let era = days / DAYS_PER_ERA;
        let day_of_era = days % DAYS_PER_ERA;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let (month, next_year) = match month_from_march {
            0..10 => (month_from_march + 3, 0),
            _ => (month_from_march - 9, 1),
        };
        let year = 400 * era + year_of_era + next_year;

        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
            second / 3_600,
            second / 60 % 60,
            second % 60
        )
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString as _;

    use super::*;

    #[test]
    fn dates() {
        for (unix, date) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_709_164_800, "2024-02-29T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Date(unix).to_string(), date);
        }
        // A clock that is wrong by any amount gives words still.
        assert!(Date(u64::MAX).to_string().ends_with("T07:00:15Z"));
    }
}
