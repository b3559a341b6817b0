//! What a fleet's peak cannot exceed, from the parameters of its sessions alone.
//!
//! A session that spreads its requests over *s* draws each one's time evenly from the *s* seconds after
//! it was found due, so that whatever went before, the request leaves in a given second with a chance
//! of at most 1/*s*. In a window of *s* seconds a gateway draws at most as often as one whose requests
//! all fail at once and that does not back off at all: *e* times on average, the first and those of a
//! renewal process with even waits (1 + 1/1! + 1/2! + …). So *n* gateways send at most *e n*/*s*
//! requests a second on average, at any moment and whatever befalls them; and *n*/*s* while each
//! request is answered with a token that lives longer than the spread.
//!
//! A gateway that is held up, by a call that nobody answers for instance, may be late for its place by
//! [`OVERSLEPT_MS`], and a fleet by that in the same moment: a window counts as so much longer.
//!
//! They draw independently of each other, so that a count with the mean *m* stays within six standard
//! deviations, 6 √*m*, of it in all but one of a hundred million windows.

use core::f64::consts::E;

use snow_token_core::session::OVERSLEPT_MS;

/// The most token requests in any window of so many seconds, whatever befalls the fleet.
pub fn whatever_befalls(gateways: u32, spread_secs: u32, window_secs: u32) -> u32 {
    with_six_deviations(E * per_window(gateways, spread_secs, window_secs))
}

/// The same while each request is answered with a token.
pub fn while_answered(gateways: u32, spread_secs: u32, window_secs: u32) -> u32 {
    with_six_deviations(per_window(gateways, spread_secs, window_secs))
}

fn per_window(gateways: u32, spread_secs: u32, window_secs: u32) -> f64 {
    let window_secs = f64::from(window_secs) + OVERSLEPT_MS as f64 / 1_000.0;
    f64::from(gateways) * window_secs / f64::from(spread_secs)
}

fn with_six_deviations(mean: f64) -> u32 {
    (mean + 6.0 * mean.sqrt()).ceil() as u32
}
