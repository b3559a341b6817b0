//! Store and forward for gateways: [core's queue](Outbox) over a file that survives kills and power
//! cuts, and the words in which a [`Client`](crate::Client) tells it what became of a record.
//!
//! `examples/gateway.rs` shows the whole loop.
//!
//! # Examples
//! ```no_run
//! use snow_token::{Client, outbox::{self, Action, Disk, Outbox, Settings}};
//!
//! let client = Client::from_env()?;
//! let disk = Disk::open("readings.outbox", 16 * 1024 * 1024)?;
//! # let (series, random, now_ms) = (0, 0, 0);
//! let mut outbox = Outbox::new(disk, series, Settings::DEFAULT, now_ms);
//! outbox.push(br#"{"u_celsius":"21.5"}"#)?;
//!
//! let mut payload = [0; 256];
//! if let Action::Send(record) = outbox.next(now_ms, &mut payload)? {
//!     let written = client.post("/api/now/table/u_reading", &payload[..record.len]);
//!     outbox.settle(record.flight, now_ms, outbox::of_record(&written), random)?;
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod disk;
mod entry;
mod error;

pub use disk::Disk;
pub use error::DiskError;
pub use snow_token_core::outbox::*;

use crate::{Error, ErrorKind, Response};

/// What a call of a [`Client`](crate::Client) that was to write a record says of it.
///
/// The client has tried another token already: a 401 that is left waits like any other refusal.
pub fn of_record(written: &Result<Response, Error>) -> Outcome {
    match written {
        Ok(response) => without_401(Outcome::of_record(&response.answer())),
        Err(error) => of_error(error),
    }
}

/// What a call of a [`Client`](crate::Client) that looked a record up, by `name` in `column`, says of
/// it; see [`Outcome::of_lookup`].
pub fn of_lookup(found: &Result<Response, Error>, column: &str, name: &str) -> Outcome {
    match found {
        Ok(response) => without_401(Outcome::of_lookup(&response.answer(), column, name)),
        Err(error) => of_error(error),
    }
}

fn without_401(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Unauthorized => Outcome::NotNow {
            retry_after_secs: 0,
        },
        outcome => outcome,
    }
}

/// A network that failed may have done so behind the instance's back. What was refused or could not
/// be asked for is a token.
fn of_error(error: &Error) -> Outcome {
    match error.kind() {
        ErrorKind::Usage | ErrorKind::Configuration | ErrorKind::Refused => Outcome::NotSent,
        _ => Outcome::Lost {
            retry_after_secs: 0,
        },
    }
}
