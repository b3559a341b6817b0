//! How much of the stack was used at most. cortex-m-rt fills it before `main`.

use core::ptr::addr_of;

/// What the feature `paint-stack` of cortex-m-rt fills the stack with.
const PAINT: u32 = 0xCCCC_CCCC;

unsafe extern "C" {
    // Of memory.x: the lowest address of the stack, and the one above its highest.
    static _stack_end: u32;
    static _stack_start: u32;
}

/// The lowest address of the stack.
pub(crate) fn bottom() -> usize {
    addr_of!(_stack_end) as usize
}

/// The most that was on the stack so far, in bytes.
pub(crate) fn high_water() -> usize {
    let top = addr_of!(_stack_start) as usize;
    let mut at = bottom();
    while at < top {
        // SAFETY: within the stack, which is aligned to words. What lies below the stack pointer
        // belongs to nobody.
        let word = unsafe { (at as *const u32).read_volatile() };
        if word != PAINT {
            break;
        }
        at += size_of::<u32>();
    }
    top - at
}
