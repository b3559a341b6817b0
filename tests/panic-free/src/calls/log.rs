//! The log, as a device has it: its lines are formatted.

use core::fmt::Write;

use log::{LevelFilter, Log, Metadata, Record};

use crate::{
    Call,
    opaque::{Output, any, used},
};

/// Setting a logger up, which a board does. Without it no line is formatted.
pub(super) const EXCUSED: &[Call] = &[set_up];

struct Logger;

impl Log for Logger {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        any(true)
    }

    fn log(&self, record: &Record<'_>) {
        used(Output.write_fmt(*record.args()));
    }

    fn flush(&self) {}
}

fn set_up(_: &mut [u8]) {
    // SAFETY: nothing ever runs here, so nothing runs beside it.
    used(unsafe { log::set_logger_racy(any(&Logger)) });
    // SAFETY: as above.
    unsafe { log::set_max_level_racy(any(LevelFilter::Trace)) };
}
