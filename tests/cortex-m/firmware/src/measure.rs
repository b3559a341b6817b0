//! Counts what a part takes: time, by a timer, and stack, by paint.

use core::{arch::asm, hint::black_box, ptr::addr_of_mut};

use snow_token_cortex_m_firmware::Part;

use crate::{EXIT_STACK_OVERFLOW, tell};

// The first CMSDK timer of the machine, which counts down at 25 MHz.
const TIMER_CTRL: *mut u32 = 0x4000_0000 as *mut u32;
const TIMER_VALUE: *mut u32 = 0x4000_0004 as *mut u32;
const TIMER_RELOAD: *mut u32 = 0x4000_0008 as *mut u32;
const CTRL_ENABLE: u32 = 1 << 0;

const PAINT: u32 = 0xCCCC_CCCC;

unsafe extern "C" {
    /// Of memory.x: the lowest address of the stack.
    static mut _stack_end: u32;
}

/// Starts the timer.
pub(crate) fn start() {
    // SAFETY: registers of a device that is touched in this module alone.
    unsafe { TIMER_RELOAD.write_volatile(u32::MAX) };
    // SAFETY: as above.
    unsafe { TIMER_VALUE.write_volatile(u32::MAX) };
    // SAFETY: as above.
    unsafe { TIMER_CTRL.write_volatile(CTRL_ENABLE) };
}

/// Runs a part, and tells what it has taken.
#[inline(never)]
pub(crate) fn run(part: &mut dyn Part) {
    tell::text(b"part ");
    tell::text(part.name().as_bytes());
    part.prepare();
    // So that it is called, and not worked into here.
    let part = black_box(part);

    let top: *mut u32;
    // SAFETY: it reads a register.
    unsafe { asm!("mov {}, sp", out(reg) top, options(nomem, nostack, preserves_flags)) };
    let bottom = addr_of_mut!(_stack_end);
    let mut at = bottom;
    while at < top {
        // SAFETY: below the stack pointer, and above the stack's end: it belongs to nobody, for
        // nothing is called here, and there are no interrupts.
        unsafe { at.write_volatile(PAINT) };
        at = at.wrapping_add(1);
    }

    let before = now();
    let result = part.run();
    let cycles = before.wrapping_sub(now());

    let mut at = bottom;
    while at < top && is_painted(at) {
        at = at.wrapping_add(1);
    }
    if at == bottom {
        tell::exit(EXIT_STACK_OVERFLOW);
    }
    tell::number(cycles);
    tell::number(top as u32 - at as u32);
    tell::text(b" ");
    tell::text(result);
    tell::text(b"\n");
}

fn now() -> u32 {
    // SAFETY: a register of the timer, which can be read at any time.
    unsafe { TIMER_VALUE.read_volatile() }
}

fn is_painted(at: *const u32) -> bool {
    // SAFETY: within the stack, which is aligned to words.
    unsafe { at.read_volatile() == PAINT }
}
