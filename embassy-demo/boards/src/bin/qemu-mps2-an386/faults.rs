//! The end of the program when something is wrong: said in a line, with an exit code of its own.

use core::arch::naked_asm;
use core::fmt::Write as _;
use core::panic::PanicInfo;

use crate::figures;
use crate::host::Line;
use crate::registers::Registers;
use crate::stack;

/// A panic.
pub(crate) const EXIT_PANIC: u8 = 101;
/// A fault of the processor.
pub(crate) const EXIT_FAULT: u8 = 102;
/// The stack has outgrown its region.
pub(crate) const EXIT_STACK_OVERFLOW: u8 = 103;

/// Where in the frame that the processor pushes the address of the instruction stands.
const FRAME_PC: usize = 6 * size_of::<u32>();

// SAFETY: the System Control Block, of which registers are only read.
const SCB: Registers = unsafe { Registers::new(0xE000_ED00) };
/// What kind of fault it was.
const CFSR: usize = 0x28;
const CFSR_MMFAR_VALID: u32 = 1 << 7;
const CFSR_BFAR_VALID: u32 = 1 << 15;
/// The address that the MPU refused.
const MMFAR: usize = 0x34;
/// The address that the bus refused.
const BFAR: usize = 0x38;

// SAFETY: the Memory Protection Unit, which is touched here alone.
const MPU: Registers = unsafe { Registers::new(0xE000_ED90) };
const MPU_CTRL: usize = 0x4;
/// Regions beside those that are set are as without an MPU.
const CTRL_ENABLE: u32 = (1 << 2) | (1 << 0);
const MPU_RBAR: usize = 0xC;
const RBAR_VALID: u32 = 1 << 4;
const MPU_RASR: usize = 0x10;
const RASR_ENABLE: u32 = 1 << 0;
const RASR_READ_ONLY: u32 = 0b110 << 24;
const RASR_NO_EXECUTE: u32 = 1 << 28;
const RASR_CACHED: u32 = 1 << 17;

/// Closes the 256 MB below the RAM, which QEMU lets anybody write to, so that a stack that outgrows
/// its region faults; and makes the program read-only, as flash is.
pub(crate) fn guard_memory() {
    protect(0, 0x1000_0000, 28, RASR_NO_EXECUTE);
    protect(1, 0x0000_0000, 22, RASR_READ_ONLY | RASR_CACHED);
    MPU.write(MPU_CTRL, CTRL_ENABLE);
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
}

fn protect(region: u32, start: u32, size_log2: u32, attributes: u32) {
    MPU.write(MPU_RBAR, start | RBAR_VALID | region);
    MPU.write(MPU_RASR, attributes | ((size_log2 - 1) << 1) | RASR_ENABLE);
}

#[panic_handler]
fn on_panic(info: &PanicInfo<'_>) -> ! {
    cortex_m::interrupt::disable();
    let mut line = Line::new();
    if cfg!(feature = "silent") {
        line.text("panic");
    } else {
        let _ = write!(line, "{info}");
    }
    line.print();
    figures::end(EXIT_PANIC)
}

/// The handler of the vector table. It changes to an unused stack first: after an overflow there is
/// none left to report it with.
///
/// # Safety
///
/// For the processor alone.
// SAFETY: the name that cortex-m-rt looks for, with the calling convention of a handler.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn HardFault() -> ! {
    naked_asm!(
        "mov r0, sp",
        "ldr r1, =_stack_start",
        "mov sp, r1",
        "b {report}",
        report = sym report,
    )
}

extern "C" fn report(sp: usize) -> ! {
    let mut line = Line::new();
    let code = if sp < stack::bottom() {
        line.text("stack overflow: sp ").hex(sp as u32);
        EXIT_STACK_OVERFLOW
    } else {
        // SAFETY: the stack pointer is within the stack, so the processor has pushed its frame.
        let pc = unsafe { ((sp + FRAME_PC) as *const u32).read_volatile() };
        line.text("hard fault: pc ").hex(pc);
        EXIT_FAULT
    };
    let cfsr = SCB.read(CFSR);
    line.text(", cfsr ").hex(cfsr);
    if cfsr & CFSR_MMFAR_VALID != 0 {
        line.text(", address ").hex(SCB.read(MMFAR));
    } else if cfsr & CFSR_BFAR_VALID != 0 {
        line.text(", address ").hex(SCB.read(BFAR));
    }
    line.print();
    figures::end(code)
}
