//! What the host hears, by semihosting.

use semihosting::sys::arm_compat::{ExitReason, sys_exit_extended, sys_writec};

/// Text.
pub(crate) fn text(text: &[u8]) {
    for byte in text {
        sys_writec(*byte);
    }
}

/// A space, and a number in hexadecimal.
pub(crate) fn number(number: u32) {
    text(b" ");
    for shift in (0..8).rev() {
        let nibble = (number >> (4 * shift)) as u8 & 0xf;
        let first = if nibble < 10 { b'0' } else { b'a' - 10 };
        sys_writec(first + nibble);
    }
}

/// Ends QEMU with an exit code.
pub(crate) fn exit(code: usize) -> ! {
    sys_exit_extended(ExitReason::ADP_Stopped_ApplicationExit, code);
    loop {
        core::hint::spin_loop();
    }
}
