//! Dates of HTTP, `Retry-After`, clocks and timestamps, beside `httpdate`.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use snow_token_core::{
    http_date::{self, ClockOffset, HttpDateError},
    timestamp::Timestamp,
};

/// The last second of the year 9999.
const LATEST_UNIX: u64 = 253_402_300_799;

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    now_unix: u64,
    unix: u64,
    later_by: u32,
    text: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let now_unix = input.now_unix % (LATEST_UNIX + 1);
    read(input.text, now_unix);
    written(input.unix % (LATEST_UNIX + 1), now_unix);
    retry_after(input.text, now_unix, input.later_by);
    clock(input.now_unix, input.later_by, input.unix);
    if input.unix > LATEST_UNIX {
        assert_eq!(
            Timestamp::from_unix(input.unix),
            Timestamp::from_unix(LATEST_UNIX)
        );
    }
});

fn theirs(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text).ok()?;
    Some(time.duration_since(UNIX_EPOCH).ok()?.as_secs())
}

/// Any text. `httpdate` is not strict about what stands between and around the parts, takes no leap
/// second, and begins a century with `70`.
fn read(text: &str, now_unix: u64) {
    let ours = http_date::parse_at(text, now_unix);
    let is_rfc850 = text.contains('-');
    match (ours, theirs(text)) {
        (Ok(ours), _) if is_rfc850 => two_digits_of_a_year(text, ours, now_unix),
        (Ok(ours), Some(theirs)) => assert_eq!(ours, theirs),
        (Ok(ours), None) => {
            assert!(text.contains("23:59:60"), "not taken by httpdate");
            assert_eq!(
                ours.checked_sub(1),
                theirs(&text.replace("23:59:60", "23:59:59"))
            );
        }
        (Err(_), None) => {}
        (Err(error), Some(theirs)) => {
            // In another century the day has another name, or does not exist.
            let is_of_century = is_rfc850 && error != HttpDateError::Syntax;
            assert!(
                is_of_century || !forms(theirs).contains(&text.to_owned()),
                "{error:?}"
            );
        }
    }
}

/// The same date with the whole year in it, and no other century would do.
fn two_digits_of_a_year(text: &str, ours: u64, now_unix: u64) {
    let is_leap_second = text.contains("23:59:60");
    let Some(at) = ours.checked_sub(u64::from(is_leap_second)) else {
        return assert_eq!(text, "Wednesday, 31-Dec-69 23:59:60 GMT");
    };
    let whole = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(at));
    let (day, rest) = text.split_once(", ").expect("a day's name");
    assert!(whole.starts_with(&day[..3]));
    assert_eq!(rest[..6].replace('-', " "), whole[5..11]);
    assert_eq!(rest[7..9], whole[14..16]);
    let time = rest[10..18].replace("23:59:60", "23:59:59");
    assert_eq!(time, whole[17..25]);

    // In seconds as RFC 9110 has it: not more than 50 years ahead, and within the century before.
    const YEAR_SECS: u64 = 366 * 86_400;
    assert!(at <= now_unix + 51 * YEAR_SECS, "too far ahead");
    assert!(at + 51 * YEAR_SECS >= now_unix, "too far back");
}

/// What `httpdate` writes, and the two old forms of it: RFC 850's and asctime's.
fn forms(unix: u64) -> [String; 3] {
    let whole = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix));
    let name = match &whole[..3] {
        "Mon" => "Monday",
        "Tue" => "Tuesday",
        "Wed" => "Wednesday",
        "Thu" => "Thursday",
        "Fri" => "Friday",
        "Sat" => "Saturday",
        _ => "Sunday",
    };
    let (date, month, year, time) = (&whole[5..7], &whole[8..11], &whole[12..16], &whole[17..25]);
    let rfc850 = format!("{name}, {date}-{month}-{} {time} GMT", &year[2..]);
    let padded = format!("{:>2}", date.trim_start_matches('0'));
    let asctime = format!("{} {month} {padded} {time} {year}", &name[..3]);
    [whole, rfc850, asctime]
}

/// What was written is read, in each form; that without the century seen from the same day.
fn written(unix: u64, now_unix: u64) {
    let [whole, rfc850, asctime] = forms(unix);
    assert_eq!(http_date::parse(&whole), Ok(unix));
    assert_eq!(http_date::parse_at(&whole, now_unix), Ok(unix));
    assert_eq!(http_date::parse_at(&rfc850, unix), Ok(unix));
    assert_eq!(http_date::parse(&asctime), Ok(unix));

    let (date, month, year, time) = (&whole[5..7], &whole[8..11], &whole[12..16], &whole[17..25]);
    let number = "JanFebMarAprMayJunJulAugSepOctNovDec"
        .find(month)
        .map(|at| at / 3 + 1);
    let month = number.expect("a month");
    let timestamp = Timestamp::from_unix(unix);
    assert_eq!(
        timestamp.as_str(),
        format!("{year}-{month:02}-{date} {time}")
    );
    assert_eq!(timestamp.to_string(), timestamp.as_str());
}

fn retry_after(text: &str, unix: u64, later_by: u32) {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(unix));
    let secs = later_by.to_string();
    assert_eq!(http_date::retry_after_secs(&secs, None), Some(later_by));
    assert_eq!(
        http_date::retry_after_secs(&format!("0{secs} "), Some(&date)),
        Some(later_by)
    );

    let until = unix + u64::from(later_by);
    if until <= LATEST_UNIX {
        let until = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(until));
        assert_eq!(
            http_date::retry_after_secs(&until, Some(&date)),
            Some(later_by)
        );
        assert_eq!(http_date::retry_after_secs(&date, Some(&until)), Some(0));
        assert_eq!(http_date::retry_after_secs(&until, None), None);
    }
    let expected = match text.trim_ascii() {
        digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            let secs: u128 = digits.get(..38).unwrap_or(digits).parse().expect("digits");
            Some(u32::try_from(secs).unwrap_or(u32::MAX))
        }
        date => http_date::parse_at(date, unix)
            .ok()
            .map(|until| u32::try_from(until.saturating_sub(unix)).unwrap_or(u32::MAX)),
    };
    let leading_zeros = text.trim_ascii().len() > 38;
    assert!(leading_zeros || http_date::retry_after_secs(text, Some(&date)) == expected);
}

/// A clock that was set shows what it was set by, as far as `i64` goes.
fn clock(local: u64, took: u32, server: u64) {
    let saturated = |unix: u64| i128::from(unix.min(i64::MAX as u64));
    let offset = ClockOffset::learn(local, server);
    let expected = saturated(server) - saturated(local);
    assert_eq!(i128::from(offset.secs()), expected);
    assert_eq!(
        i128::from(offset.correct(local)),
        (i128::from(local) + expected).max(0)
    );

    let received = local.saturating_add(u64::from(took));
    let between = ClockOffset::learn_between(local, received, server);
    let (sent_at, received_at) = (between.correct(local), between.correct(received));
    if received <= i64::MAX as u64 && server <= i64::MAX as u64 {
        assert!(
            (sent_at..=received_at).contains(&server),
            "the answer was not made between"
        );
        // No more than is certain.
        assert!(between.secs() == 0 || server == sent_at || server == received_at);
    }
}
