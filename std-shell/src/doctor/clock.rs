//! This machine's clock against the instance's, by the `Date` of an answer.

use snow_token_core::http_date::{self, ClockOffset};
use ureq::http::header;

use super::{
    answer::Answered,
    check::{Check, Report, Subject},
};
use crate::{
    clock::CLOCK_TOLERANCE_SECS,
    settings::{Method, Settings},
};

pub(super) fn check(settings: &Settings, answered: &Answered, report: &mut Report<'_>) {
    let subject = Subject::Clock;
    let date = answered.answer.header(header::DATE);
    let Some(date) = date.and_then(|date| http_date::parse(date).ok()) else {
        let because = "the answer has no date that can be read";
        report.tell(&Check::skipped(subject, because));
        return;
    };
    let ahead_secs = ahead_secs(date, answered.sent_at_unix, answered.received_at_unix);
    let secs = ahead_secs.unsigned_abs();
    let found = match ahead_secs {
        0 => "as the instance's".to_owned(),
        1.. => format!("{secs} s ahead of the instance's"),
        ..0 => format!("{secs} s behind the instance's"),
    };
    let check = Check::passed(subject, found);
    report.tell(&match (secs > CLOCK_TOLERANCE_SECS, settings.method()) {
        (false, _) => check,
        (true, Method::JwtBearer { .. }) => check
            .with_details([
                "an assertion that is refused is signed again by the instance's clock".to_owned(),
            ])
            .but(
                "set this machine's clock (NTP): assertions are judged by the instance's, which \
                 allows 0 s on the newer console and 300 s on older forms (Application Registry or \
                 Machine Identity Console: Clock skew)",
            ),
        (true, _) => {
            check.but("set this machine's clock (NTP): lifetimes of tokens are reckoned by it")
        }
    });
}

/// How far this machine's clock is ahead for certain.
fn ahead_secs(date_unix: u64, sent_at_unix: u64, received_at_unix: u64) -> i64 {
    let offset = ClockOffset::learn_between(sent_at_unix, received_at_unix, date_unix);
    offset.secs().saturating_neg()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_an_answer_is_no_fault_of_the_clock() {
        assert_eq!(ahead_secs(100, 100, 100), 0);
        assert_eq!(ahead_secs(100, 95, 130), 0);
        assert_eq!(ahead_secs(100, 107, 130), 7);
        assert_eq!(ahead_secs(100, 80, 92), -8);
        assert_eq!(ahead_secs(0, u64::MAX, u64::MAX), i64::MAX);
    }
}
