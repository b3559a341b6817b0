//! `explain`.

use snow_token_core::explain::{self, Explanation};

use super::refusal;
use crate::{
    Call,
    opaque::{any, debug, display, used},
};

pub(super) const CALLS: &[Call] = &[all, show];

/// Text by `Debug`, which Rust's own library cuts where it has to escape.
pub(super) const EXCUSED: &[Call] = &[show_texts];

fn all(_: &mut [u8]) {
    used(explain::explain(refusal::cause()));
}

fn show_texts(_: &mut [u8]) {
    for explanation in any(explain::explain(refusal::cause())) {
        debug::<Explanation>(explanation);
    }
}

fn show(_: &mut [u8]) {
    for explanation in any(explain::explain(refusal::cause())) {
        display::<Explanation>(explanation);
    }
}
