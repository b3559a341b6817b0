//! `timestamp`.

use snow_token_core::timestamp::Timestamp;

use crate::{
    Call,
    opaque::{any, debug, display, used},
};

pub(super) const CALLS: &[Call] = &[from_unix, as_str, show];

fn from_unix(_: &mut [u8]) {
    used(Timestamp::from_unix(any(0)));
}

fn as_str(_: &mut [u8]) {
    used(Timestamp::as_str(&any(Timestamp::from_unix(0))));
}

fn show(_: &mut [u8]) {
    let timestamp = any(Timestamp::from_unix(0));
    debug::<Timestamp>(&timestamp);
    display::<Timestamp>(&timestamp);
}
