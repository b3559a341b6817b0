//! The log: a line a record, `UPTIME_MS LEVEL text`.

use core::fmt::Write as _;

use embassy_time::Instant;
use log::{LevelFilter, Log, Metadata, Record};

use crate::host::Line;
use crate::time;

struct ConsoleLog;

/// Sends the log to the console.
pub(crate) fn start(level: LevelFilter) {
    // It fails where there is a log already.
    let _ = log::set_logger(&ConsoleLog);
    log::set_max_level(level);
}

impl Log for ConsoleLog {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        // The host's part of it is free of charge, formatting is not.
        time::uncounted(|| {
            let mut line = Line::new();
            let _ = write!(
                line,
                "{} {} {}",
                Instant::now().as_millis(),
                record.level(),
                record.args()
            );
            line.print();
        });
    }

    fn flush(&self) {}
}
