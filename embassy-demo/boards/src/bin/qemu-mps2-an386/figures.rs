//! What the firmware costs, as lines that a program can read, and its end.

use core::cell::Cell;

use critical_section::Mutex;
use embassy_time::Instant;
use snow_token_gateway::indicator::{Indicator, State};

use crate::host::{self, Line};
use crate::{stack, time};

static INSTRUCTIONS_BEFORE: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

/// Shows the state on the console, and the figures since the last one.
#[derive(Debug)]
pub(crate) struct Console {
    /// The state at which the program ends well, and how often it is to be reached.
    until: Option<(State, u32)>,
}

impl Console {
    /// Ends the program when the named state was reached so often.
    pub(crate) fn new(until: Option<(State, u32)>) -> Self {
        Self { until }
    }
}

impl Indicator for Console {
    fn show(&mut self, state: State) {
        log::info!("state: {}", name(state));
        time::uncounted(|| print(name(state), None));
        if let Some((last, times)) = &mut self.until
            && *last == state
        {
            *times = times.saturating_sub(1);
            if *times == 0 {
                end(0);
            }
        }
    }
}

/// The state with a name.
pub(crate) fn state(wanted: &str) -> Option<State> {
    [
        State::Network,
        State::Time,
        State::Connecting,
        State::Handshaking,
        State::Authenticating,
        State::Online,
        State::Waiting,
        State::Stopped,
    ]
    .into_iter()
    .find(|state| name(*state) == wanted)
}

fn name(state: State) -> &'static str {
    match state {
        State::Network => "network",
        State::Time => "time",
        State::Connecting => "connecting",
        State::Handshaking => "handshaking",
        State::Authenticating => "authenticating",
        State::Online => "online",
        State::Waiting => "waiting",
        State::Stopped => "stopped",
    }
}

/// Prints the last figures and ends the program.
pub(crate) fn end(code: u8) -> ! {
    print("exit", Some(code));
    host::exit(code)
}

fn print(state: &str, exit_code: Option<u8>) {
    let total = time::instructions();
    let before = critical_section::with(|cs| INSTRUCTIONS_BEFORE.borrow(cs).replace(total));
    let mut line = Line::new();
    line.text("figures: {\"state\":\"")
        .text(state)
        .text("\",\"uptime_ms\":")
        .number(Instant::now().as_millis())
        .text(",\"instructions\":")
        .number(total - before)
        .text(",\"instructions_total\":")
        .number(total)
        .text(",\"stack_bytes\":")
        .number(stack::high_water() as u64);
    if let Some(code) = exit_code {
        line.text(",\"exit_code\":").number(u64::from(code));
    }
    line.text("}").print();
}
