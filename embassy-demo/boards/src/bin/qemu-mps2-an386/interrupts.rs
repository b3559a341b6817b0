//! The interrupt table of the machine, as far as it is used.

use cortex_m::interrupt::InterruptNumber;
use cortex_m::peripheral::NVIC;

use crate::{lan9118, time};

/// An interrupt that this program serves.
#[derive(Debug, Clone, Copy)]
#[repr(u16)]
pub(crate) enum Interrupt {
    /// CMSDK timer 0.
    Timer0 = 8,
    /// CMSDK timer 1.
    Timer1 = 9,
    /// LAN9118.
    Ethernet = 13,
}

// SAFETY: the numbers are those of the machine's documentation and stay the same.
unsafe impl InterruptNumber for Interrupt {
    fn number(self) -> u16 {
        self as u16
    }
}

/// Lets an interrupt through.
pub(crate) fn enable(interrupt: Interrupt) {
    // SAFETY: no handler breaks a critical section that masks a single interrupt: there is none.
    unsafe { NVIC::unmask(interrupt) };
}

type Handler = extern "C" fn();

/// For what nobody has let through.
extern "C" fn unexpected() {
    panic!("unexpected interrupt");
}

// SAFETY: cortex-m-rt takes this symbol for the table of interrupts, an array of handlers.
#[unsafe(link_section = ".vector_table.interrupts")]
// SAFETY: as above; with the feature `device`, cortex-m-rt has none of its own.
#[unsafe(no_mangle)]
static __INTERRUPTS: [Handler; 14] = {
    let mut table = [unexpected as Handler; 14];
    table[Interrupt::Timer0 as usize] = time::on_timer0;
    table[Interrupt::Timer1 as usize] = time::on_timer1;
    table[Interrupt::Ethernet as usize] = lan9118::on_interrupt;
    table
};
