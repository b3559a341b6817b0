//! The dates of HTTP (RFC 9110 §5.6.7), and the time that a device can learn from them.
//!
//! A device without a clock of its own finds the time in the `Date` header of any answer: what it
//! [learns](ClockOffset::learn) once [corrects](ClockOffset::correct) its clock from then on, for
//! `iat` and `exp` of an assertion among others.
//!
//! A `Date` is as trustworthy as the connection that it came over, and it tells the second in which
//! the answer was made, not the one in which it arrived.

use core::fmt;

use crate::assertion::RELEASE_YEAR_UNIX;

/// Why a text is not a date of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum HttpDateError {
    /// The text has none of the three forms.
    Syntax,
    /// There is no such day, or no such time of day.
    NoSuchTime,
    /// The day of the week does not belong to the date.
    Weekday,
    /// The date is before 1970, where Unix time begins.
    BeforeEpoch,
}

impl fmt::Display for HttpDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Syntax => "not a date as HTTP writes it",
            Self::NoSuchTime => "a date with no such day or time of day",
            Self::Weekday => "a date that does not fall on its day of the week",
            Self::BeforeEpoch => "a date before 1970",
        })
    }
}

impl core::error::Error for HttpDateError {}

/// Reads a date as [`parse_at`] does, where the present is not known: a year of two digits then
/// lies between 1976 and 2075.
///
/// # Errors
/// [`HttpDateError`].
///
/// # Examples
/// ```
/// use snow_token_core::http_date;
///
/// for the_same_moment in [
///     "Sun, 06 Nov 1994 08:49:37 GMT",
///     "Sunday, 06-Nov-94 08:49:37 GMT",
///     "Sun Nov  6 08:49:37 1994",
/// ] {
///     assert_eq!(http_date::parse(the_same_moment), Ok(784_111_777));
/// }
/// ```
pub fn parse(date: &str) -> Result<u64, HttpDateError> {
    parse_at(date, RELEASE_YEAR_UNIX)
}

/// Reads a date in any of the three forms of RFC 9110 §5.6.7, to Unix seconds.
///
/// Strictly: upper and lower case count, nothing stands before or after, and the day of the week
/// must be the right one. A leap second (`23:59:60`) is the first second of the next day, as it is
/// in Unix time.
///
/// `now_unix` decides what a year of two digits means: "Recipients of a timestamp value in
/// rfc850-date format, which uses a two-digit year, MUST interpret a timestamp that appears to be
/// more than 50 years in the future as representing the most recent year in the past that had the
/// same last two digits."
///
/// # Errors
/// [`HttpDateError`].
///
/// # Examples
/// ```
/// use snow_token_core::http_date::{self, HttpDateError};
///
/// let now_unix = http_date::parse("Sun, 22 Nov 2026 12:00:00 GMT")?;
/// let same_day_2076 = http_date::parse_at("Sunday, 22-Nov-76 12:00:00 GMT", now_unix)?;
/// assert_eq!(same_day_2076, http_date::parse("Sun, 22 Nov 2076 12:00:00 GMT")?);
/// # Ok::<(), HttpDateError>(())
/// ```
pub fn parse_at(date: &str, now_unix: u64) -> Result<u64, HttpDateError> {
    let (weekday, fields) = imf_fixdate(date)
        .or_else(|| rfc850_date(date, now_unix))
        .or_else(|| asctime_date(date))
        .ok_or(HttpDateError::Syntax)?;
    let is_leap_second = (fields.hour, fields.minute, fields.second) == (23, 59, 60);
    if fields.day == 0
        || fields.day > days_in_month(fields.year, fields.month)
        || fields.hour > 23
        || fields.minute > 59
        || (fields.second > 59 && !is_leap_second)
    {
        return Err(HttpDateError::NoSuchTime);
    }
    // 1 January 1970 was a Thursday, the fourth day from Monday.
    if (fields.days_since_epoch().saturating_add(3)).rem_euclid(7) != weekday {
        return Err(HttpDateError::Weekday);
    }
    u64::try_from(fields.unix()).map_err(|_| HttpDateError::BeforeEpoch)
}

/// `Retry-After` in seconds (RFC 9110 §10.2.3), whether it is a number or a date. A date is
/// counted from `date`, the same answer's `Date` header, so that no clock is needed: one that has
/// passed is 0, and without `date` it is `None`. What does not fit is [`u32::MAX`].
///
/// # Examples
/// ```
/// use snow_token_core::http_date::retry_after_secs;
///
/// assert_eq!(retry_after_secs("120", None), Some(120));
/// let (until, date) = ("Sun, 06 Nov 1994 08:51:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT");
/// assert_eq!(retry_after_secs(until, Some(date)), Some(120));
/// assert_eq!(retry_after_secs(until, None), None);
/// ```
pub fn retry_after_secs(retry_after: &str, date: Option<&str>) -> Option<u32> {
    let retry_after = retry_after.trim_ascii();
    if !retry_after.is_empty() && retry_after.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(retry_after.parse().unwrap_or(u32::MAX));
    }
    let now = parse(date?.trim_ascii()).ok()?;
    let until = parse_at(retry_after, now).ok()?;
    Some(u32::try_from(until.saturating_sub(now)).unwrap_or(u32::MAX))
}

/// How far a clock is off, learnt from a server's `Date`.
///
/// All arithmetic saturates.
///
/// # Examples
/// ```
/// use snow_token_core::http_date::{self, ClockOffset};
///
/// // The device believes that it is 1970, and has been on for 7 s.
/// let server_unix = http_date::parse("Sun, 06 Nov 1994 08:49:37 GMT")?;
/// let offset = ClockOffset::learn(7, server_unix);
/// assert_eq!(offset.correct(9), 784_111_779);
/// assert_eq!(ClockOffset::NONE.correct(9), 9);
/// # Ok::<(), http_date::HttpDateError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ClockOffset {
    secs: i64,
}

impl ClockOffset {
    /// The clock is right.
    pub const NONE: Self = Self { secs: 0 };

    /// From an answer whose `Date` is `server_unix` and which arrived at `local_unix` on the clock
    /// that is to be corrected.
    pub fn learn(local_unix: u64, server_unix: u64) -> Self {
        let saturated = |unix| i64::try_from(unix).unwrap_or(i64::MAX);
        Self {
            secs: saturated(server_unix).saturating_sub(saturated(local_unix)),
        }
    }

    /// As [`learn`](Self::learn), with what is certain alone: an answer to a request that was sent at
    /// `sent_unix` and arrived at `received_unix` can have been made at any time between.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::http_date::ClockOffset;
    ///
    /// // A slow answer is no fault of the clock.
    /// assert_eq!(ClockOffset::learn_between(95, 130, 100).secs(), 0);
    /// assert_eq!(ClockOffset::learn_between(107, 130, 100).secs(), -7);
    /// assert_eq!(ClockOffset::learn_between(80, 92, 100).secs(), 8);
    /// ```
    pub fn learn_between(sent_unix: u64, received_unix: u64, server_unix: u64) -> Self {
        if server_unix < sent_unix {
            Self::learn(sent_unix, server_unix)
        } else if server_unix > received_unix {
            Self::learn(received_unix, server_unix)
        } else {
            Self::NONE
        }
    }

    /// What is to be added to the clock, in seconds; negative where it is fast.
    pub const fn secs(self) -> i64 {
        self.secs
    }

    /// The server's time when the local clock shows `now_unix`.
    pub const fn correct(self, now_unix: u64) -> u64 {
        now_unix.saturating_add_signed(self.secs)
    }
}

/// The parts of a date, syntactically right but for their ranges. The month is 1 to 12.
#[derive(Clone, Copy)]
struct Fields {
    year: i32,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl Fields {
    /// In the Gregorian calendar. A day that the month does not have belongs to the next month.
    fn days_since_epoch(self) -> i32 {
        let years_before = self.year.saturating_sub(1);
        let leap_days = years_before
            .div_euclid(4)
            .saturating_sub(years_before.div_euclid(100))
            .saturating_add(years_before.div_euclid(400));
        let days_of_year = (1..self.month)
            .map(|month| i32::from(days_in_month(self.year, month)))
            .fold(i32::from(self.day), i32::saturating_add);
        years_before
            .saturating_mul(365)
            .saturating_add(leap_days)
            .saturating_add(days_of_year)
            // The number that this count gives 1 January 1970.
            .saturating_sub(719_163)
    }

    fn unix(self) -> i64 {
        i64::from(self.days_since_epoch())
            .saturating_mul(24)
            .saturating_add(i64::from(self.hour))
            .saturating_mul(60)
            .saturating_add(i64::from(self.minute))
            .saturating_mul(60)
            .saturating_add(i64::from(self.second))
    }
}

const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Monday is 0, as in the names below.
type Weekday = i32;

const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn imf_fixdate(date: &str) -> Option<(Weekday, Fields)> {
    let mut scan = Scan(date);
    let weekday = scan.short_weekday()?;
    scan.literal(", ")?;
    let day = scan.two_digits()?;
    scan.literal(" ")?;
    let month = scan.month()?;
    scan.literal(" ")?;
    let year = scan.year()?;
    scan.literal(" ")?;
    let fields = scan.time_of_day(year, month, day)?;
    scan.literal(" GMT")?;
    scan.end((weekday, fields))
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn rfc850_date(date: &str, now_unix: u64) -> Option<(Weekday, Fields)> {
    let mut scan = Scan(date);
    let weekday = scan.one_of(&WEEKDAYS)?;
    scan.literal(", ")?;
    let day = scan.two_digits()?;
    scan.literal("-")?;
    let month = scan.month()?;
    scan.literal("-")?;
    let year = i32::from(scan.two_digits()?);
    scan.literal(" ")?;
    let fields = scan.time_of_day(year, month, day)?;
    scan.literal(" GMT")?;
    scan.end((weekday, in_century(fields, now_unix)))
}

/// `Sun Nov  6 08:49:37 1994`
fn asctime_date(date: &str) -> Option<(Weekday, Fields)> {
    let mut scan = Scan(date);
    let weekday = scan.short_weekday()?;
    scan.literal(" ")?;
    let month = scan.month()?;
    scan.literal(" ")?;
    let day = match scan.literal(" ") {
        Some(()) => scan.digit()?,
        None => scan.two_digits()?,
    };
    scan.literal(" ")?;
    let mut fields = scan.time_of_day(0, month, day)?;
    scan.literal(" ")?;
    fields.year = scan.year()?;
    scan.end((weekday, fields))
}

/// The latest of the years that end in these two digits which is not more than 50 years ahead.
fn in_century(fields: Fields, now_unix: u64) -> Fields {
    let now_unix = i64::try_from(now_unix).unwrap_or(i64::MAX);
    let in_year = |year| Fields { year, ..fields };
    let mut centuries = (19..100_i32)
        .rev()
        .map(|century| century.saturating_mul(100).saturating_add(fields.year));
    let year = centuries.find(|year| in_year(year.saturating_sub(50)).unix() <= now_unix);
    in_year(year.unwrap_or(fields.year))
}

/// What is left of a text while it is read from its beginning.
struct Scan<'a>(&'a str);

impl Scan<'_> {
    fn literal(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// The index of the name that stands here.
    fn one_of(&mut self, names: &[&str]) -> Option<i32> {
        let index = names.iter().position(|name| self.0.starts_with(name))?;
        self.literal(names.get(index)?)?;
        i32::try_from(index).ok()
    }

    fn short_weekday(&mut self) -> Option<Weekday> {
        self.one_of(&WEEKDAYS.map(|name| name.get(..3).unwrap_or(name)))
    }

    fn month(&mut self) -> Option<u8> {
        let index = self.one_of(&MONTHS)?;
        u8::try_from(index.saturating_add(1)).ok()
    }

    fn digit(&mut self) -> Option<u8> {
        let digit = self.0.bytes().next().filter(u8::is_ascii_digit)?;
        self.0 = self.0.get(1..)?;
        Some(digit.wrapping_sub(b'0'))
    }

    fn two_digits(&mut self) -> Option<u8> {
        let tens = self.digit()?;
        Some(tens.saturating_mul(10).saturating_add(self.digit()?))
    }

    fn year(&mut self) -> Option<i32> {
        let century = i32::from(self.two_digits()?);
        let rest = i32::from(self.two_digits()?);
        Some(century.saturating_mul(100).saturating_add(rest))
    }

    fn time_of_day(&mut self, year: i32, month: u8, day: u8) -> Option<Fields> {
        let hour = self.two_digits()?;
        self.literal(":")?;
        let minute = self.two_digits()?;
        self.literal(":")?;
        let second = self.two_digits()?;
        Some(Fields {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    fn end<T>(self, result: T) -> Option<T> {
        self.0.is_empty().then_some(result)
    }
}
