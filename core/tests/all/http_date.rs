//! Dates of HTTP, and the clock that learns from them.

use proptest::prelude::*;
use snow_token_core::http_date::{self, ClockOffset, HttpDateError, retry_after_secs};
use time::{OffsetDateTime, format_description::BorrowedFormatItem, macros::format_description};

const IMF_FIXDATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
const RFC850: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday], [day]-[month repr:short]-[year repr:last_two] [hour]:[minute]:[second] GMT"
);
const ASCTIME: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short] [month repr:short] [day padding:space] [hour]:[minute]:[second] [year]"
);

const GOOD: [(&str, u64); 3] = [
    ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
    ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
    ("Sun Nov  6 08:49:37 1994", 784_111_777),
];

#[test]
fn the_examples_of_the_rfc() {
    for (date, unix) in GOOD {
        assert_eq!(http_date::parse(date), Ok(unix), "{date}");
    }
}

#[test]
fn boundaries() {
    for (date, unix) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 946_684_799),
        ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
        ("Tue Feb 29 00:00:00 2000", 951_782_400),
        ("Tuesday, 29-Feb-00 00:00:00 GMT", 951_782_400),
        ("Thu, 29 Feb 2024 12:00:00 GMT", 1_709_208_000),
        ("Thu, 31 Dec 2099 23:59:59 GMT", 4_102_444_799),
        ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        // A leap second that was.
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
    ] {
        assert_eq!(http_date::parse(date), Ok(unix), "{date}");
    }
}

#[test]
fn days_and_times_that_do_not_exist() {
    for date in [
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 32 Jan 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Mon, 29 Feb 2100 00:00:00 GMT",
        "Sun Feb 30 08:49:37 2000",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:60 GMT",
        "Sun, 06 Nov 1994 23:59:61 GMT",
    ] {
        assert_eq!(
            http_date::parse(date),
            Err(HttpDateError::NoSuchTime),
            "{date}"
        );
    }
}

#[test]
fn the_day_of_the_week_counts() {
    for date in [
        "Mon, 06 Nov 1994 08:49:37 GMT",
        "Monday, 06-Nov-94 08:49:37 GMT",
        "Mon Nov  6 08:49:37 1994",
    ] {
        assert_eq!(http_date::parse(date), Err(HttpDateError::Weekday));
    }
}

#[test]
fn before_unix_time() {
    for date in [
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT",
        "Sat Jan  1 00:00:00 0000",
    ] {
        assert_eq!(http_date::parse(date), Err(HttpDateError::BeforeEpoch));
    }
}

#[test]
fn anything_else_is_no_date() {
    for date in [
        "",
        " ",
        "0",
        "784111777",
        "1994-11-06T08:49:37Z",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun, 06 Nov +994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94",
        "Sun Nov   6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:3\u{0663} GMT",
        "Sün, 06 Nov 1994 08:49:37 GMT",
    ] {
        assert_eq!(
            http_date::parse(date),
            Err(HttpDateError::Syntax),
            "{date:?}"
        );
    }
}

#[test]
fn every_prefix_and_every_single_byte_change_is_an_error_or_a_value() {
    for (date, _) in GOOD {
        for end in 0..date.len() {
            assert_eq!(http_date::parse(&date[..end]), Err(HttpDateError::Syntax));
            for replacement in 0..=127_u8 {
                let mut changed = date.as_bytes().to_vec();
                changed[end] = replacement;
                let _ = http_date::parse(core::str::from_utf8(&changed).unwrap());
            }
        }
    }
}

/// RFC 9110 §5.6.7: not more than 50 years in the future.
#[test]
fn a_year_of_two_digits_is_at_most_fifty_years_ahead() {
    let at = |now: &str, date: &str| http_date::parse_at(date, http_date::parse(now).unwrap());
    let now = "Sun, 22 Nov 2026 12:00:00 GMT";
    let year_2076 = http_date::parse("Sun, 22 Nov 2076 12:00:00 GMT").unwrap();
    assert_eq!(at(now, "Sunday, 22-Nov-76 12:00:00 GMT"), Ok(year_2076));
    // One second more would be more than 50 years: that was a Monday, in 1976.
    let year_1976 = http_date::parse("Mon, 22 Nov 1976 12:00:01 GMT").unwrap();
    assert_eq!(at(now, "Monday, 22-Nov-76 12:00:01 GMT"), Ok(year_1976));
    assert_eq!(
        at(now, "Sunday, 22-Nov-76 12:00:01 GMT"),
        Err(HttpDateError::Weekday)
    );
    // Past the turn of a century the next years are meant, not those a hundred years ago.
    let year_2101 = http_date::parse("Sat, 01 Jan 2101 00:00:00 GMT").unwrap();
    let now = "Fri, 31 Dec 2100 23:59:59 GMT";
    assert_eq!(at(now, "Saturday, 01-Jan-01 00:00:00 GMT"), Ok(year_2101));
    // Any present will do.
    for now in [0, 1, u64::MAX] {
        let _ = http_date::parse_at("Sunday, 06-Nov-94 08:49:37 GMT", now);
    }
}

#[test]
fn retry_after_is_a_number_or_a_date() {
    let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
    for (retry_after, expected) in [
        ("0", Some(0)),
        (" 7 ", Some(7)),
        ("99999999999999999999", Some(u32::MAX)),
        ("Sun, 06 Nov 1994 08:49:38 GMT", Some(1)),
        ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
        ("Sun Nov  6 08:49:37 1994", Some(0)),
        ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
        ("Fri, 31 Dec 9999 23:59:59 GMT", Some(u32::MAX)),
        ("", None),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
    ] {
        assert_eq!(
            retry_after_secs(retry_after, date),
            expected,
            "{retry_after}"
        );
    }
    assert_eq!(retry_after_secs("7", None), Some(7));
    assert_eq!(
        retry_after_secs("Sun, 06 Nov 1994 08:49:38 GMT", Some("today")),
        None
    );
}

#[test]
fn a_clock_is_corrected_in_both_directions() {
    let slow = ClockOffset::learn(1_000, 1_500);
    assert_eq!(slow.secs(), 500);
    assert_eq!(slow.correct(1_010), 1_510);
    let fast = ClockOffset::learn(1_500, 1_000);
    assert_eq!(fast.secs(), -500);
    assert_eq!(fast.correct(1_510), 1_010);
    assert_eq!(fast.correct(100), 0);
    assert_eq!(ClockOffset::default(), ClockOffset::NONE);
}

proptest! {
    #[test]
    fn agrees_with_another_implementation(unix in 0..253_402_300_800_i64) {
        let moment = OffsetDateTime::from_unix_timestamp(unix).unwrap();
        for form in [IMF_FIXDATE, ASCTIME] {
            let date = moment.format(form).unwrap();
            prop_assert_eq!(http_date::parse(&date), Ok(unix as u64), "{}", date);
        }
        let date = moment.format(RFC850).unwrap();
        prop_assert_eq!(http_date::parse_at(&date, unix as u64), Ok(unix as u64), "{}", date);
    }

    #[test]
    fn any_text_is_an_error_or_a_value(text: String, now: u64) {
        let _ = http_date::parse_at(&text, now);
        let _ = retry_after_secs(&text, Some(&text));
    }

    #[test]
    fn any_two_clocks_can_be_compared(local: u64, server: u64, now: u64) {
        let _ = ClockOffset::learn(local, server).correct(now);
    }

    #[test]
    fn the_moment_of_learning_is_corrected_to_the_servers(
        local in 0..i64::MAX as u64,
        server in 0..i64::MAX as u64,
    ) {
        prop_assert_eq!(ClockOffset::learn(local, server).correct(local), server);
    }
}
