//! `BufferTooSmall`.

use snow_token_core::BufferTooSmall;

use crate::{
    Call,
    opaque::{any, debug, display},
};

pub(super) const CALLS: &[Call] = &[show];

fn show(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    debug::<BufferTooSmall>(&error);
    display::<BufferTooSmall>(&error);
}
