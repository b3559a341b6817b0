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

/// Calls everything, each through a pointer that the compiler does not see through.
pub fn call_all(buf: &mut [u8]) {
    for calls in opaque::any(calls::ALL) {
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
