//! `form`.

use snow_token_core::form;

use crate::{
    Call,
    opaque::{pairs, used},
};

pub(super) const CALLS: &[Call] = &[encoded_len, encode];

fn encoded_len(_: &mut [u8]) {
    used(form::encoded_len(pairs().iter().copied()));
}

fn encode(buf: &mut [u8]) {
    used(form::encode(pairs().iter().copied(), buf));
}
