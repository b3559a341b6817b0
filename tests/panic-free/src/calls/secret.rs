//! `Secret`.

use snow_token_core::Secret;

use crate::{
    Call,
    opaque::{any, debug, text, used},
};

pub(super) const CALLS: &[Call] = &[new, expose, eq, show];

fn new(_: &mut [u8]) {
    used(Secret::new(text()));
}

fn expose(_: &mut [u8]) {
    used(Secret::expose(any(Secret::new(text()))));
}

fn eq(_: &mut [u8]) {
    let (one, other) = (Secret::new(text()), Secret::new(text()));
    used(<Secret<'_> as PartialEq>::eq(&one, &other));
}

fn show(_: &mut [u8]) {
    debug::<Secret<'_>>(&Secret::new(text()));
}
