//! `explain`.

use snow_token_core::explain::{self, Explanation};

use super::refusal;
use crate::{
    Call,
    opaque::{any, debug, display, used},
};

pub(super) const CALLS: &[Call] = &[all, show];

fn all(_: &mut [u8]) {
    used(explain::explain(refusal::cause()));
}

fn show(_: &mut [u8]) {
    for explanation in any(explain::explain(refusal::cause())) {
        debug::<Explanation>(explanation);
        display::<Explanation>(explanation);
    }
}
