//! What is logged, as lines on standard error.
//!
//! A few lines of its own: `tracing-subscriber` sets up a registry of spans, which nothing here has, and
//! that takes longer than to read a token from the cache.

use core::fmt::{self, Write as _};
use std::io::{self, Write as _};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span,
    subscriber::set_global_default,
};

/// Warnings always, what happens with `-v`, each request with `-vv`.
pub(crate) fn to_stderr(verbose: u8) {
    let most = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    // Nobody has set another one.
    let _ = set_global_default(Lines { most });
}

/// Just the message, with `warning:` before it where it is one.
struct Lines {
    most: LevelFilter,
}

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && *metadata.level() <= self.most
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most)
    }

    fn event(&self, event: &Event<'_>) {
        // In one piece, so that no other thread's line comes between. If that fails there is nobody to
        // tell.
        let _ = io::stderr().write_all(line_of(event).as_bytes());
    }

    // Spans are not enabled.

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

fn line_of(event: &Event<'_>) -> String {
    let mut line = Line(String::new());
    if *event.metadata().level() <= Level::WARN {
        line.0.push_str("warning: ");
    }
    event.record(&mut line);
    line.0.push('\n');
    line.0
}

struct Line(String);

impl Visit for Line {
    /// The message as it is; another field with its name.
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(Visible(&mut self.0), "{value:?}"),
            name => write!(Visible(&mut self.0), " {name}={value:?}"),
        };
    }
}

/// Escapes what would make a terminal do something: strangers have a say in what is logged.
struct Visible<'l>(&'l mut String);

impl fmt::Write for Visible<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '\n' | '\t' => self.0.push(character),
                '\0'..='\x1f' | '\x7f' => write!(self.0, "\\x{:02x}", u32::from(character))?,
                '\u{80}'..='\u{9f}' => write!(self.0, "\\u{{{:x}}}", u32::from(character))?,
                _ => self.0.push(character),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing::subscriber::with_default;

    use super::*;

    /// Keeps the lines that `Lines` would write.
    struct Kept {
        lines: Lines,
        kept: Arc<Mutex<String>>,
    }

    impl Subscriber for Kept {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            self.lines.enabled(metadata)
        }

        fn event(&self, event: &Event<'_>) {
            self.kept.lock().unwrap().push_str(&line_of(event));
        }

        fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
            unreachable!("no span is enabled")
        }

        fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

        fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

        fn enter(&self, _: &span::Id) {}

        fn exit(&self, _: &span::Id) {}
    }

    fn logged(most: LevelFilter, log: impl FnOnce()) -> String {
        let kept = Arc::new(Mutex::new(String::new()));
        let subscriber = Kept {
            lines: Lines { most },
            kept: Arc::clone(&kept),
        };
        with_default(subscriber, log);
        let kept = kept.lock().unwrap();
        kept.clone()
    }

    #[test]
    fn what_is_logged_is_a_line() {
        let lines = logged(LevelFilter::INFO, || {
            tracing::error!("first");
            tracing::warn!("{} of {}", 2, 3);
            tracing::info!(tries = 4, "third");
            tracing::debug!("not this");
            tracing::error_span!("nor this").in_scope(|| tracing::info!("last"));
        });
        assert_eq!(
            lines,
            "warning: first\nwarning: 2 of 3\nthird tries=4\nlast\n"
        );
    }

    #[test]
    fn nothing_in_a_line_reaches_the_terminal_as_a_command() {
        let lines = logged(LevelFilter::WARN, || {
            tracing::warn!("a\x1b[2Jb\rc\u{9b}d\x7fe\tf");
        });
        assert_eq!(lines, "warning: a\\x1b[2Jb\\x0dc\\u{9b}d\\x7fe\tf\n");
    }
}
