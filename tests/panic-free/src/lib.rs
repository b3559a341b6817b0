//! Calls of everything public in core, with nothing known of what is put in.
//!
//! A call spells its function's type, `TokenRequest::body(&request, buf)`, by which
//! `tests/completeness.rs` finds the function that nobody calls. Each stands in a function of its
//! own, so that the depth of its stack can be told.
#![no_std]
#![cfg(feature = "firmware")]

mod calls;
mod opaque;

/// A function that calls one of core's. The buffer is what that one writes into.
type Call = fn(&mut [u8]);

/// Calls everything that links without a panic, and the rest where panics link. The compiler does not
/// see what it is that is called.
pub fn call_all(buf: &mut [u8]) {
    call_each(calls::ALL, buf);
    if cfg!(feature = "panics-link") {
        call_each(calls::EXCUSED, buf);
    }
}

fn call_each(calls: &[&[Call]], buf: &mut [u8]) {
    for calls in opaque::any(calls) {
        for call in *calls {
            call(buf);
        }
    }
}

/// Panics, where the slice has no first byte.
#[cfg(feature = "can-panic")]
pub fn call_what_can_panic() {
    opaque::used(opaque::bytes()[0]);
}
