//! Date and time as an instance's columns have them.

use proptest::prelude::*;
use snow_token_core::timestamp::Timestamp;
use time::{OffsetDateTime, macros::format_description};

fn by_another_library(unix: u64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(unix.try_into().unwrap()).unwrap();
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
    moment.format(format).unwrap()
}

#[test]
fn the_first_and_last_second_of_each_day_until_the_year_10000() {
    for day in 0..2_932_897_u64 {
        let midnight = day * 86_400;
        if day % 97 == 0 || midnight % 31_536_000 < 200_000 {
            for unix in [midnight, midnight + 86_399] {
                assert_eq!(
                    Timestamp::from_unix(unix).as_str(),
                    by_another_library(unix)
                );
            }
        }
    }
}

#[test]
fn leap_days() {
    for (unix, text) in [
        (951_782_400, "2000-02-29 00:00:00"),
        (951_868_799, "2000-02-29 23:59:59"),
        (4_107_542_399, "2100-02-28 23:59:59"),
        (4_107_542_400, "2100-03-01 00:00:00"),
    ] {
        assert_eq!(Timestamp::from_unix(unix).as_str(), text);
    }
}

proptest! {
    #[test]
    fn any_second(unix in 0..253_402_300_800_u64) {
        let timestamp = Timestamp::from_unix(unix);
        prop_assert_eq!(timestamp.as_str(), by_another_library(unix));
    }
}
