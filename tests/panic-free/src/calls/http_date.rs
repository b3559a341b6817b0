//! `http_date`.

use snow_token_core::http_date::{self, ClockOffset, HttpDateError};

use crate::{
    Call,
    opaque::{any, debug, display, perhaps, text, used},
};

pub(super) const CALLS: &[Call] = &[
    parse,
    parse_at,
    retry_after_secs,
    learn,
    learn_between,
    secs,
    correct,
    show,
];

fn parse(_: &mut [u8]) {
    used(http_date::parse(text()));
}

fn parse_at(_: &mut [u8]) {
    used(http_date::parse_at(text(), any(0)));
}

fn retry_after_secs(_: &mut [u8]) {
    used(http_date::retry_after_secs(text(), perhaps()));
}

fn learn(_: &mut [u8]) {
    used(ClockOffset::learn(any(0), any(0)));
}

fn learn_between(_: &mut [u8]) {
    used(ClockOffset::learn_between(any(0), any(0), any(0)));
}

fn secs(_: &mut [u8]) {
    used(ClockOffset::secs(any(ClockOffset::NONE)));
}

fn correct(_: &mut [u8]) {
    used(ClockOffset::correct(any(ClockOffset::NONE), any(0)));
}

fn show(_: &mut [u8]) {
    debug::<ClockOffset>(&any(ClockOffset::NONE));
    debug::<HttpDateError>(&any(HttpDateError::Syntax));
    display::<HttpDateError>(&any(HttpDateError::Syntax));
}
