//! Time of the board: both CMSDK timers of the machine, at the full 25 MHz. One runs free and is the
//! clock and the counter of instructions, the other wakes.

use core::cell::{Cell, RefCell};
use core::task::Waker;

use critical_section::{CriticalSection, Mutex};
use embassy_time_driver::{Driver, TICK_HZ};
use embassy_time_queue_utils::Queue;

use crate::interrupts::{self, Interrupt};
use crate::registers::Registers;

/// Cycles of the timers in a tick of embassy-time.
const CYCLES_PER_TICK: u32 = (25_000_000 / TICK_HZ) as u32;
/// How long the free timer runs round: 160 s, a whole number of ticks.
const ROUND_TICKS: u32 = 160_000_000;
const ROUND_CYCLES: u32 = ROUND_TICKS * CYCLES_PER_TICK;
/// Under `-icount shift=0` QEMU runs an instruction a nanosecond, so forty a cycle.
const INSTRUCTIONS_PER_CYCLE: u64 = 40;

// Registers of a CMSDK timer, which counts down.
const CTRL: usize = 0x0;
const VALUE: usize = 0x4;
const RELOAD: usize = 0x8;
const INTSTATUS: usize = 0xC;
const CTRL_ENABLE: u32 = 1 << 0;
const CTRL_INTERRUPT: u32 = 1 << 3;

// SAFETY: the first timer of the machine, which is touched here alone.
const CLOCK: Registers = unsafe { Registers::new(0x4000_0000) };
// SAFETY: the second timer of the machine, which is touched here alone.
const ALARM: Registers = unsafe { Registers::new(0x4000_1000) };

struct Time {
    /// How often the free timer has run round.
    rounds: Mutex<Cell<u32>>,
    /// Cycles that are not counted: idle ones, and those of measuring.
    uncounted: Mutex<Cell<u64>>,
    queue: Mutex<RefCell<Queue>>,
}

embassy_time_driver::time_driver_impl!(static TIME: Time = Time {
    rounds: Mutex::new(Cell::new(0)),
    uncounted: Mutex::new(Cell::new(0)),
    queue: Mutex::new(RefCell::new(Queue::new())),
});

/// Starts the clock at zero.
pub(crate) fn start() {
    CLOCK.write(RELOAD, ROUND_CYCLES - 1);
    CLOCK.write(VALUE, ROUND_CYCLES - 1);
    CLOCK.write(CTRL, CTRL_ENABLE | CTRL_INTERRUPT);
    interrupts::enable(Interrupt::Timer0);
    interrupts::enable(Interrupt::Timer1);
}

/// Sleeps until the next interrupt, unless there is one already. Interrupts are off, and what woke
/// it runs once they are on again.
pub(crate) fn idle(cs: CriticalSection<'_>) {
    let before = TIME.cycles(cs);
    cortex_m::asm::wfi();
    let slept = TIME.cycles(cs) - before;
    let uncounted = TIME.uncounted.borrow(cs);
    uncounted.set(uncounted.get() + slept);
}

/// Runs what measures, so that it does not count itself.
pub(crate) fn uncounted<R>(measure: impl FnOnce() -> R) -> R {
    let before = critical_section::with(|cs| TIME.cycles(cs));
    let result = measure();
    critical_section::with(|cs| {
        let uncounted = TIME.uncounted.borrow(cs);
        uncounted.set(uncounted.get() + TIME.cycles(cs) - before);
    });
    result
}

/// Instructions so far, without idle time. Without `-icount shift=0` these are nanoseconds.
pub(crate) fn instructions() -> u64 {
    critical_section::with(|cs| {
        (TIME.cycles(cs) - TIME.uncounted.borrow(cs).get()) * INSTRUCTIONS_PER_CYCLE
    })
}

/// The free timer has run out.
pub(crate) extern "C" fn on_timer0() {
    critical_section::with(|cs| {
        // It asks for the interrupt a cycle before it starts over.
        while CLOCK.read(VALUE) == 0 {}
        CLOCK.write(INTSTATUS, 1);
        let rounds = TIME.rounds.borrow(cs);
        rounds.set(rounds.get() + 1);
    });
}

/// The alarm has gone off.
pub(crate) extern "C" fn on_timer1() {
    critical_section::with(|cs| {
        ALARM.write(INTSTATUS, 1);
        TIME.wake_and_set_alarm(cs, &mut TIME.queue.borrow_ref_mut(cs));
    });
}

impl Time {
    /// The round of the free timer, and the cycles since it began.
    fn round(&self, cs: CriticalSection<'_>) -> (u32, u32) {
        let rounds = self.rounds.borrow(cs).get();
        let value = CLOCK.read(VALUE);
        if CLOCK.read(INTSTATUS) == 0 {
            return (rounds, ROUND_CYCLES - 1 - value);
        }
        // It has run out, and the interrupt is not served yet.
        while CLOCK.read(VALUE) == 0 {}
        (rounds + 1, ROUND_CYCLES - 1 - CLOCK.read(VALUE))
    }

    fn cycles(&self, cs: CriticalSection<'_>) -> u64 {
        let (rounds, cycles) = self.round(cs);
        u64::from(rounds) * u64::from(ROUND_CYCLES) + u64::from(cycles)
    }

    fn ticks(&self, cs: CriticalSection<'_>) -> u64 {
        let (rounds, cycles) = self.round(cs);
        u64::from(rounds) * u64::from(ROUND_TICKS) + u64::from(cycles / CYCLES_PER_TICK)
    }

    /// Wakes whose time has come, and sets the alarm for the next one.
    fn wake_and_set_alarm(&self, cs: CriticalSection<'_>, queue: &mut Queue) {
        loop {
            let now = self.ticks(cs);
            let next = queue.next_expiration(now);
            if next == u64::MAX {
                return;
            }
            // Later than a round is served in stages.
            let ticks = next.saturating_sub(now).min(u64::from(ROUND_TICKS)) as u32;
            if ticks > 0 {
                ALARM.write(CTRL, 0);
                ALARM.write(VALUE, ticks * CYCLES_PER_TICK);
                ALARM.write(CTRL, CTRL_ENABLE | CTRL_INTERRUPT);
                return;
            }
        }
    }
}

impl Driver for Time {
    fn now(&self) -> u64 {
        critical_section::with(|cs| self.ticks(cs))
    }

    fn schedule_wake(&self, at: u64, waker: &Waker) {
        critical_section::with(|cs| {
            let mut queue = self.queue.borrow_ref_mut(cs);
            if queue.schedule_wake(at, waker) {
                self.wake_and_set_alarm(cs, &mut queue);
            }
        });
    }
}
