//! What the lights of a board mean. A board with one light shows the patterns on it; a board with
//! two shows those that ask for a hand on the red one.
//!
//! | pattern | meaning |
//! |---|---|
//! | 1 flash, pause | waits for the network: cable, address |
//! | 2 flashes, pause | waits for the time |
//! | 3 flashes, pause | connects to the instance |
//! | 4 flashes, pause | TLS handshake |
//! | 5 flashes, pause | asks for a token |
//! | lit, with a wink every two seconds | online |
//! | half a second lit, half a second dark | something did not work, and will be tried again by itself |
//! | quick flicker | **stopped**: the instance refuses the credentials, somebody has to look |
//! | one long flash, two short ones | **no configuration**, or none that can be read |

use embassy_futures::select::{Either, select};
use embassy_sync::blocking_mutex::raw::CriticalSectionRawMutex;
use embassy_sync::signal::Signal;
use embassy_time::Timer;
use snow_token_gateway::indicator::{Indicator, State};

/// What a light does, over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// How long it is lit, dark, lit and so on, in milliseconds.
    times_ms: &'static [u16],
    /// Whether it asks for a hand.
    alarm: bool,
}

impl Pattern {
    /// There is no configuration, or none that can be read.
    pub const NO_CONFIG: Self = Self::alarm(&[1000, 250, 150, 250, 150, 1500]);

    const fn quiet(times_ms: &'static [u16]) -> Self {
        Self {
            times_ms,
            alarm: false,
        }
    }

    const fn alarm(times_ms: &'static [u16]) -> Self {
        Self {
            times_ms,
            alarm: true,
        }
    }

    /// The pattern of a state.
    pub const fn of(state: State) -> Self {
        match state {
            State::Network => Self::quiet(&[150, 1500]),
            State::Time => Self::quiet(&[150, 250, 150, 1500]),
            State::Connecting => Self::quiet(&[150, 250, 150, 250, 150, 1500]),
            State::Handshaking => Self::quiet(&[150, 250, 150, 250, 150, 250, 150, 1500]),
            State::Authenticating => {
                Self::quiet(&[150, 250, 150, 250, 150, 250, 150, 250, 150, 1500])
            }
            State::Online => Self::quiet(&[1900, 100]),
            State::Waiting => Self::quiet(&[500, 500]),
            State::Stopped => Self::alarm(&[80, 80]),
        }
    }
}

/// The way from the gateway to the lights: a `static` of the board.
pub type LightSignal = Signal<CriticalSectionRawMutex, Pattern>;

/// Shows the gateway's state on the lights.
#[expect(missing_debug_implementations, reason = "a signal has none")]
pub struct Lights(pub &'static LightSignal);

impl Indicator for Lights {
    fn show(&mut self, state: State) {
        self.0.signal(Pattern::of(state));
    }
}

/// Runs the lights. `set` gets whether the first light is lit, and whether the red one is.
pub async fn blink(signal: &LightSignal, mut set: impl FnMut(bool, bool)) -> ! {
    let mut pattern = Pattern::of(State::Network);
    let mut step = 0;
    loop {
        let lit = step % 2 == 0;
        set(lit && !pattern.alarm, lit && pattern.alarm);
        let time = Timer::after_millis(u64::from(pattern.times_ms[step]));
        match select(signal.wait(), time).await {
            // A state that comes again does not disturb its pattern.
            Either::First(next) if next != pattern => {
                pattern = next;
                step = 0;
            }
            Either::First(_) => (),
            Either::Second(()) => step = (step + 1) % pattern.times_ms.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERNS: [Pattern; 9] = [
        Pattern::of(State::Network),
        Pattern::of(State::Time),
        Pattern::of(State::Connecting),
        Pattern::of(State::Handshaking),
        Pattern::of(State::Authenticating),
        Pattern::of(State::Online),
        Pattern::of(State::Waiting),
        Pattern::of(State::Stopped),
        Pattern::NO_CONFIG,
    ];

    #[test]
    fn a_pattern_ends_dark_so_that_it_can_be_told_where_it_begins() {
        for pattern in PATTERNS {
            assert!(pattern.times_ms.len() % 2 == 0, "{pattern:?}");
        }
    }

    #[test]
    fn patterns_differ_on_a_board_with_one_light() {
        for (i, one) in PATTERNS.iter().enumerate() {
            for other in &PATTERNS[..i] {
                assert_ne!(one.times_ms, other.times_ms);
            }
        }
    }

    #[test]
    fn alarm_is_for_what_needs_a_hand() {
        let alarms: Vec<_> = PATTERNS.iter().filter(|pattern| pattern.alarm).collect();
        assert_eq!(alarms, [&Pattern::of(State::Stopped), &Pattern::NO_CONFIG]);
    }
}
