//! The lines that the device prints, as they come.

use core::time::Duration;
use std::{
    io::{BufRead, BufReader, Read},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

/// What was printed so far, and whether more can come.
#[derive(Debug, Clone, Default)]
pub(super) struct Console(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    printed: Mutex<Printed>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Printed {
    lines: Vec<String>,
    has_ended: bool,
}

impl Console {
    /// Reads in a thread of its own until the end.
    pub(super) fn read_from(&self, stream: impl Read + Send + 'static) {
        let console = self.clone();
        thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut line = Vec::new();
            while matches!(stream.read_until(b'\n', &mut line), Ok(len) if len > 0) {
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end().to_owned();
                console.printed().lines.push(text);
                console.0.changed.notify_all();
                line.clear();
            }
            console.printed().has_ended = true;
            console.0.changed.notify_all();
        });
    }

    pub(super) fn lines(&self) -> Vec<String> {
        self.printed().lines.clone()
    }

    pub(super) fn len(&self) -> usize {
        self.printed().lines.len()
    }

    /// The first line from `start` on for which there is something, its number with it. `None`
    /// where it does not come in time, or nothing can come any longer.
    pub(super) fn wait<T>(
        &self,
        start: usize,
        limit: Duration,
        mut find: impl FnMut(&str) -> Option<T>,
    ) -> Option<(usize, T)> {
        let end = Instant::now() + limit;
        let mut printed = self.printed();
        let mut next = start;
        loop {
            while let Some(line) = printed.lines.get(next) {
                if let Some(found) = find(line) {
                    return Some((next, found));
                }
                next += 1;
            }
            let left = end.saturating_duration_since(Instant::now());
            if printed.has_ended || left.is_zero() {
                return None;
            }
            let waited = self.0.changed.wait_timeout(printed, left);
            (printed, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits until nothing can come any longer.
    pub(super) fn wait_for_end(&self, limit: Duration) {
        self.wait(0, limit, |_| None::<()>);
    }

    fn printed(&self) -> MutexGuard<'_, Printed> {
        let printed = self.0.printed.lock();
        printed.unwrap_or_else(PoisonError::into_inner)
    }
}
