//! A program that links only if none of core's functions can panic: its panic handler calls a
//! function that is nowhere.
#![no_std]
#![no_main]

use core::panic::PanicInfo;

/// Where the linker begins to look for what is needed. The program is never run.
///
/// Its name is what the linker asks for, and no other function has it.
#[unsafe(no_mangle)]
extern "C" fn _start() {
    snow_token_panic_free::call_all(&mut [0; 1]);
    #[cfg(feature = "can-panic")]
    snow_token_panic_free::call_what_can_panic();
}

#[cfg(not(feature = "panics-link"))]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        /// Undefined: the linker's complaint about it is what this program is for.
        safe fn a_panic_can_be_reached() -> !;
    }
    a_panic_can_be_reached()
}

#[cfg(feature = "panics-link")]
#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
