//! `snow-token doctor`

use std::{
    env,
    io::{self, IsTerminal, Write},
};

use clap::Args;
use serde_json::json;
use snow_token::doctor::{self, Check, Outcome};

use super::{Failure, settings::SettingFlags};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print JSON: one object with an array of checks
    #[arg(long)]
    json: bool,
    /// The table of which the last check reads one record
    #[arg(long, value_name = "TABLE", default_value = "incident")]
    table: String,
}

pub(crate) fn run(
    arguments: &Arguments,
    flags: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let options = doctor::Options::new(flags.store()?).with_table(&*arguments.table)?;
    let sources = flags.sources()?;
    let style = Style::of_stdout();
    let mut checks = Vec::new();
    let mut printed = Ok(());
    let failure = doctor::run(&sources, &options, &mut |check| {
        match arguments.json {
            true => checks.push(as_json(check)),
            // Each as it comes: one can take its time.
            false if printed.is_ok() => printed = print(check, style, out),
            false => {}
        }
    });
    printed?;
    if arguments.json {
        writeln!(out, "{:#}", json!({ "checks": checks }))?;
    }
    match failure {
        None => Ok(()),
        Some(kind) => {
            out.flush()?;
            Err(Failure::Told(kind))
        }
    }
}

fn as_json(check: &Check) -> serde_json::Value {
    json!({
        "name": check.subject.name(),
        "outcome": check.outcome.name(),
        "found": check.found,
        "details": check.details,
        "advice": check.advice,
    })
}

/// How outcomes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Words,
    Marks,
    ColouredMarks,
}

impl Style {
    fn of_stdout() -> Self {
        let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        match io::stdout().is_terminal() && !is_dumb {
            false => Self::Words,
            // https://no-color.org
            true if is_set("NO_COLOR") => Self::Marks,
            true => Self::ColouredMarks,
        }
    }

    fn show(self, outcome: Outcome) -> String {
        let (word, mark, colour) = match outcome {
            Outcome::Passed => ("ok", "✓", 32),
            Outcome::Warning => ("warning", "!", 33),
            Outcome::Failed => ("FAILED", "✗", 31),
            _ => ("skipped", "-", 2),
        };
        match self {
            Self::Words => format!("{word:7}"),
            Self::Marks => mark.to_owned(),
            Self::ColouredMarks => format!("\x1b[{colour}m{mark}\x1b[0m"),
        }
    }
}

fn print(check: &Check, style: Style, out: &mut impl Write) -> io::Result<()> {
    let Check { subject, found, .. } = check;
    writeln!(out, "{}  {subject:14}  {found}", style.show(check.outcome))?;
    let indent = match style {
        Style::Words => 25,
        _ => 19,
    };
    for line in &check.details {
        writeln!(out, "{:indent$}{line}", "")?;
    }
    for line in &check.advice {
        writeln!(out, "{:indent$}hint: {line}", "")?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_words_marks_or_marks_in_colour() {
        assert_eq!(Style::Words.show(Outcome::Failed), "FAILED ");
        assert_eq!(Style::Marks.show(Outcome::Passed), "✓");
        assert_eq!(
            Style::ColouredMarks.show(Outcome::Warning),
            "\x1b[33m!\x1b[0m"
        );
    }
}
