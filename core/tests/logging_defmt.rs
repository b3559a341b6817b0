//! What a session writes into the log, through `defmt`.
#![cfg(feature = "defmt")]

use defmt::export;
use snow_token_core::session::{Action, Failure, Renewal, Settings, StopReason};

/// Lines below the level error are left out of a build without `DEFMT_LOG`.
#[test]
fn a_stop_is_written_through_defmt() {
    let mut session = Renewal::new(Settings::DEFAULT, 0);
    let Action::Request { flight } = session.next(0) else {
        panic!()
    };
    export::fetch_bytes();
    session.failed(flight, 0, Failure::BufferTooSmall, 0);
    assert_eq!(session.stopped(), Some(StopReason::BufferTooSmall));
    assert!(!export::fetch_bytes().is_empty());
}
