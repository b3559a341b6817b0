//! Machines that live in another time than the rest of the world.

use std::time::{SystemTime, UNIX_EPOCH};

use snow_token_end_to_end::simulator;

use crate::trial::{NETWORK, Trial, faults};

const IN_1970: &str = "1970";
const IN_2100: &str = "2100";

faults! {
    a_clock_that_stands_at_1970: at(IN_1970)
        => NETWORK, ["not valid yet, or the clock of this machine is wrong"];
    a_clock_that_stands_at_2100: at(IN_2100)
        => NETWORK, ["has run out, or the clock of this machine is wrong"];
}

/// A day of that year.
fn offset(year: &str) -> i64 {
    let day = match year {
        IN_1970 => 86_400,
        _ => 4_102_444_800 + 86_400,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    day - i64::try_from(now.as_secs()).unwrap()
}

fn at(year: &str) -> Trial {
    off_by(offset(year))
}

fn off_by(secs: i64) -> Trial {
    Trial::of(simulator()).on_a_system_with("SYSTEM_CLOCK_SECS", secs.to_string())
}

/// The token from before was had in what is now the future: nobody knows how long it is good.
#[test]
fn a_clock_that_steps_back_between_write_and_read_brings_a_new_token() {
    let trial = off_by(-3600).without_refresh();
    let kept = trial.kept();
    let trial = trial.gets_a_token_with(&["token acquired"]);
    assert_ne!(trial.kept(), kept);
    assert_eq!(trial.simulator().instance().token_requests(), 1);
}

#[test]
fn a_clock_that_steps_forward_past_the_tokens_end_brings_a_new_token() {
    let trial = off_by(3600)
        .without_refresh()
        .gets_a_token_with(&["token acquired"]);
    assert_eq!(trial.simulator().instance().token_requests(), 1);
}

/// A minute is within what certificates and the token have left.
#[test]
fn a_clock_that_is_a_minute_off_does_no_harm() {
    for secs in [-60, 60] {
        off_by(secs).gets_a_token_with(&["token acquired"]);
    }
}
