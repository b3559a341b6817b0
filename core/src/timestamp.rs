//! Date and time as an instance's columns and events have them: `yyyy-MM-dd HH:mm:ss` in GMT.

use core::{fmt, str};

/// A moment, ready to be sent: 19 bytes of text.
///
/// **ServiceNow**: `time_of_event` of an event has this form in GMT, and so has a date/time column in
/// its internal form, in which the Table API takes it unless `sysparm_input_display_value` is set.
///
/// # Examples
/// ```
/// use snow_token_core::timestamp::Timestamp;
///
/// assert_eq!(Timestamp::from_unix(1_795_000_000).as_str(), "2026-11-18 11:06:40");
/// assert_eq!(Timestamp::from_unix(0).to_string(), "1970-01-01 00:00:00");
/// assert_eq!(Timestamp::from_unix(u64::MAX).as_str(), "9999-12-31 23:59:59");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timestamp {
    text: [u8; TEXT_LEN],
}

const TEXT_LEN: usize = 19;
const SECS_PER_DAY: u64 = 86_400;
/// The last second that four digits of a year can tell.
const LATEST_UNIX: u64 = 253_402_300_799;

impl Timestamp {
    /// Of Unix seconds; what lies after the year 9999 is its last second.
    pub fn from_unix(unix: u64) -> Self {
        let unix = unix.min(LATEST_UNIX);
        let (year, month, day) = civil(unix / SECS_PER_DAY);
        let second = unix % SECS_PER_DAY;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let mut text = *b"0000-00-00 00:00:00";
        let fields = [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, hour),
            (14, minute),
            (17, second),
        ];
        for (at, value) in fields {
            let digits = [value / 10, value % 10].map(digit);
            for (to, from) in text.iter_mut().skip(at).zip(digits) {
                *to = from;
            }
        }
        Self { text }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        // Digits and punctuation.
        str::from_utf8(&self.text).unwrap_or_default()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn digit(value: u64) -> u8 {
    b'0'.saturating_add(u8::try_from(value % 10).unwrap_or_default())
}

/// Year, month and day of a day since 1970 in the Gregorian calendar.
///
/// Counted in eras of 400 years that begin with a 1 March, so that the leap day is a year's last
/// ("chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the day is one before the year 10,000: no term comes near a limit or below zero"
)]
const fn civil(days: u64) -> (u64, u64, u64) {
    // Days from 1 March of the year 0 to 1 January 1970.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, year_later) = match month_from_march {
        0..10 => (month_from_march + 3, 0),
        _ => (month_from_march - 9, 1),
    };
    (era * 400 + year_of_era + year_later, month, day)
}
