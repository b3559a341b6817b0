//! `expiry`.

use snow_token_core::Expiry;

use crate::{
    Call,
    opaque::{any, debug, used},
};

pub(super) const CALLS: &[Call] = &[new, is_due, is_over, remaining_secs, postponed, show];

fn expiry() -> Expiry {
    any(Expiry::UNKNOWN)
}

fn new(_: &mut [u8]) {
    used(Expiry::new(any(0), any(0), any(0)));
}

fn is_due(_: &mut [u8]) {
    used(Expiry::is_due(&expiry(), any(0)));
}

fn is_over(_: &mut [u8]) {
    used(Expiry::is_over(&expiry(), any(0)));
}

fn remaining_secs(_: &mut [u8]) {
    used(Expiry::remaining_secs(&expiry(), any(0)));
}

fn postponed(_: &mut [u8]) {
    used(Expiry::postponed(expiry(), any(0)));
}

fn show(_: &mut [u8]) {
    debug::<Expiry>(&expiry());
}
