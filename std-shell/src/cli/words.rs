//! Times and texts as people read them.

use std::time::SystemTime;

use time::OffsetDateTime;

/// `1 h 2 min`, `29 min 59 s`, `12 s`.
pub(crate) fn duration(secs: u64) -> String {
    match (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60) {
        (0, 0, 0, secs) => format!("{secs} s"),
        (0, 0, mins, secs) => format!("{mins} min {secs} s"),
        (0, hours, mins, _) => format!("{hours} h {mins} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

/// `2026-11-25 20:31:02 UTC`; `None` past the year 9999.
pub(crate) fn utc(unix: u64) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(i64::try_from(unix).ok()?).ok()?;
    let (date, month) = (time.date(), u8::from(time.month()));
    let (year, day) = (date.year(), date.day());
    let (hour, minute, second) = time.to_hms();
    Some(format!(
        "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC"
    ))
}

/// `4 min 2 s ago`, `in 12 s`, `now`.
pub(crate) fn relative(unix: u64, now_unix: u64) -> String {
    match (unix.checked_sub(now_unix), now_unix.checked_sub(unix)) {
        (Some(0), _) => "now".to_owned(),
        (Some(ahead), _) => format!("in {}", duration(ahead)),
        (None, Some(ago)) => format!("{} ago", duration(ago)),
        (None, None) => String::new(),
    }
}

/// Both: `2026-11-25 20:31:02 UTC, 4 min 2 s ago`.
pub(crate) fn moment(unix: u64, now_unix: u64) -> String {
    match utc(unix) {
        Some(utc) => format!("{utc}, {}", relative(unix, now_unix)),
        None => "later than the year 9999".to_owned(),
    }
}

/// Seconds since 1970 (UTC), by this machine's clock.
pub(crate) fn unix_now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.map_or(0, |since| since.as_secs())
}

/// A text as a shell takes it for one word.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:+,=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_words() {
        assert_eq!(utc(1_795_638_662).unwrap(), "2026-11-25 20:31:02 UTC");
        assert_eq!(utc(u64::MAX), None);
        assert_eq!(relative(100, 100), "now");
        assert_eq!(relative(100, 342), "4 min 2 s ago");
        assert_eq!(relative(90_161, 0), "in 1 d 1 h");
    }

    #[test]
    fn what_a_shell_would_split_is_quoted() {
        assert_eq!(quoted("/home/a/key.pem"), "/home/a/key.pem");
        assert_eq!(quoted("it's here"), r"'it'\''s here'");
    }
}
