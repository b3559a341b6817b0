//! Runs the parts that its features name, on QEMU's `mps2-an386`, and tells of each what it has cost
//! and what has come of it: a line `part NAME CYCLES STACK RESULT`, the numbers in hexadecimal:
//! a division would be in the empty program, and no part's any longer.
//!
//! The program ends with 0, or 101 after a panic, 102 after a fault, 103 when the stack has
//! overflowed.
#![no_std]
#![no_main]

mod measure;
mod tell;

use core::panic::PanicInfo;

use cortex_m_rt::{ExceptionFrame, entry, exception};
use snow_token_cortex_m_firmware::Nothing;
#[allow(unused_imports, reason = "each is for some parts, which are features")]
use snow_token_cortex_m_firmware::parts;

const EXIT_PANIC: usize = 101;
const EXIT_FAULT: usize = 102;
const EXIT_STACK_OVERFLOW: usize = 103;

/// Has each part in static memory, and runs one after the other.
macro_rules! run {
    ($(#[cfg(feature = $feature:literal)] $name:ident: $part:ty;)*) => {
        #[allow(
            clippy::too_many_arguments,
            reason = "each static becomes one"
        )]
        #[entry]
        fn main() -> ! {
            $(
                #[cfg(feature = $feature)]
                static mut $name: $part = <$part>::NEW;
            )*
            measure::start();
            measure::run(&mut Nothing);
            $(
                #[cfg(feature = $feature)]
                measure::run($name);
            )*
            tell::exit(0)
        }
    };
}

run! {
    #[cfg(feature = "form")] FORM: parts::form::Form;
    #[cfg(feature = "token-response")] TOKEN_RESPONSE: parts::token_response::Granted;
    #[cfg(feature = "session")] SESSION: parts::session::Steps;
    #[cfg(feature = "client-credentials")] CLIENT_CREDENTIALS: parts::client_credentials::ClientCredentials;
    #[cfg(feature = "refusal")] REFUSAL: parts::refusal::Refused;
    #[cfg(feature = "explain")] EXPLAIN: parts::refusal::Explained;
    #[cfg(feature = "http1")] HTTP1: parts::http1::Http1;
    #[cfg(feature = "hs256")] HS256: parts::assertion::Hs256Assertion;
    #[cfg(feature = "es256")] ES256: parts::assertion::Es256Assertion;
    #[cfg(feature = "es384")] ES384: parts::assertion::Es384Assertion;
    #[cfg(feature = "rs256")] RS256: parts::assertion::Rs256Assertion;
}

// Without its message: the machinery of `core::fmt` is none of the parts'.
#[panic_handler]
fn on_panic(_: &PanicInfo<'_>) -> ! {
    tell::exit(EXIT_PANIC)
}

// SAFETY: it does not return, and touches nothing.
#[exception]
unsafe fn HardFault(_: &ExceptionFrame) -> ! {
    tell::exit(EXIT_FAULT)
}
