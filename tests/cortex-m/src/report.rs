//! Figures as text: tables for the documentation, or lines of JSON for a program.

use core::fmt::Write as _;

use snow_token_device::figures::grouped;

use crate::{
    aims::{AIMED_AT, Outcome, outcomes},
    firmware::{EMPTY, PARTS, Row, SETS, Target},
    measure::Figures,
};

/// A line for a program.
pub fn json(figures: &Figures) -> String {
    // By hand, for the order; no name needs escapes.
    let mut line = format!(
        "{{\"what\":\"{}\",\"target\":\"{}\",\"opt\":\"{}\",\"flash_bytes\":{},\
         \"static_ram_bytes\":{},\"stack_bytes\":{},\"stack_bound_bytes\":{}",
        figures.what,
        figures.target.triple(),
        figures.opt_level.name(),
        figures.sizes.flash_bytes,
        figures.sizes.static_ram_bytes,
        figures.stack_bytes,
        figures.stack_bound_bytes,
    );
    if let Some(instructions) = figures.instructions {
        let _ = write!(line, ",\"instructions\":{instructions}");
    }
    line.push('}');
    line
}

/// A line for a program.
pub fn json_of_aim(outcome: &Outcome) -> String {
    format!(
        "{{\"aim\":\"{}\",\"unit\":\"{}\",\"at_most\":{},\"measured\":{},\"met\":{}}}",
        outcome.aim.what,
        outcome.aim.figure.unit(),
        outcome.aim.at_most,
        outcome.measured,
        outcome.is_met(),
    )
}

/// The tables, with what it takes to understand them, and the aims.
pub fn tables(all: &[Figures]) -> String {
    let mut text = String::new();
    for target in Target::ALL {
        let of_target: Vec<&Figures> = all.iter().filter(|row| row.target == target).collect();
        if of_target.is_empty() {
            continue;
        }
        let triple = target.triple();
        let _ = writeln!(text, "Each part alone, on `{triple}`:\n");
        text.push_str(&parts_table(&of_target));
        let _ = writeln!(text, "\nWhat a device has of them, on `{triple}`:\n");
        text.push_str(&sets_table(&of_target));
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "Bytes, and instructions of the chip in QEMU (`-icount`, counted by a timer to one \
         instruction, without those that measuring takes), at `opt-level` \"s\" / \"z\", with fat LTO and \
         `panic = \"abort\"`. Flash and static RAM are what the firmware has more than the empty one{}. \
         Static RAM is the caller's: buffers, and the session with its token. The stack is what the \
         call takes at its deepest, painted before; the bound is what it can take with any input, by \
         the firmware's code, and no less than was painted. An assertion is whole: its key is loaded from \
         PKCS#8, its claims are written, and it is signed; RS256 is checked before it leaves. \
         SHA-256 is in loops (`sha2/force-soft-compact`), as in the gateway's firmware. The token \
         response has 167 bytes, with a token of 86 characters. `client_credentials` is session, \
         form, response and header with the token.",
        empty(all),
    );
    let outcomes = outcomes(all);
    if !outcomes.is_empty() {
        let _ = writeln!(
            text,
            "\nThe aims, on `{}` at \"{}\":\n",
            AIMED_AT.0.triple(),
            AIMED_AT.1.name()
        );
        text.push_str(&aims_table(&outcomes));
    }
    text
}

fn empty(all: &[Figures]) -> String {
    let sizes: Vec<_> = all
        .iter()
        .filter(|row| row.what == EMPTY.what)
        .map(|row| {
            let flash = grouped(row.sizes.flash_bytes);
            format!(
                "{flash} on `{}` at \"{}\"",
                row.target.triple(),
                row.opt_level.name()
            )
        })
        .collect();
    match sizes.is_empty() {
        true => String::new(),
        false => format!(" (whose flash is {})", sizes.join(", ")),
    }
}

fn parts_table(of_target: &[&Figures]) -> String {
    let mut text = String::from(
        "| part | instructions | flash | static RAM | stack | bound |\n|---|--:|--:|--:|--:|--:|\n",
    );
    for row in &PARTS {
        if let Some(cells) = Cells::of(row, of_target) {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} | {} |",
                row.what,
                cells.instructions,
                cells.flash,
                cells.static_ram,
                cells.stack,
                cells.stack_bound
            );
        }
    }
    text
}

fn sets_table(of_target: &[&Figures]) -> String {
    let mut text =
        String::from("| parts | flash | static RAM | stack | bound |\n|---|--:|--:|--:|--:|\n");
    for row in &SETS {
        if let Some(cells) = Cells::of(row, of_target) {
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} | {} |",
                row.what.replace('+', "` + `"),
                cells.flash,
                cells.static_ram,
                cells.stack,
                cells.stack_bound
            );
        }
    }
    text
}

/// A row's figures, one for each optimization; of equal ones, one.
struct Cells {
    instructions: String,
    flash: String,
    static_ram: String,
    stack: String,
    stack_bound: String,
}

impl Cells {
    fn of(row: &Row, of_target: &[&Figures]) -> Option<Self> {
        let figures: Vec<&Figures> = of_target
            .iter()
            .copied()
            .filter(|figures| figures.what == row.what)
            .collect();
        let cell = |figure: &dyn Fn(&Figures) -> Option<u64>| {
            let mut numbers: Vec<u64> = figures.iter().filter_map(|row| figure(row)).collect();
            numbers.dedup();
            let numbers: Vec<String> = numbers.into_iter().map(grouped).collect();
            numbers.join(" / ")
        };
        (!figures.is_empty()).then(|| Self {
            instructions: cell(&|row| row.instructions),
            flash: cell(&|row| Some(row.sizes.flash_bytes)),
            static_ram: cell(&|row| Some(row.sizes.static_ram_bytes)),
            stack: cell(&|row| Some(row.stack_bytes)),
            stack_bound: cell(&|row| Some(row.stack_bound_bytes)),
        })
    }
}

fn aims_table(outcomes: &[Outcome]) -> String {
    let mut text = String::from("| aim | at most | measured | |\n|---|--:|--:|---|\n");
    for outcome in outcomes {
        let _ = writeln!(
            text,
            "| `{}`: {} | {} | {} | {} |",
            outcome.aim.what,
            outcome.aim.figure.unit(),
            grouped(outcome.aim.at_most),
            grouped(outcome.measured),
            if outcome.is_met() {
                "met"
            } else {
                "**missed**"
            },
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use snow_token_device::elf::Sizes;

    use super::*;
    use crate::firmware::OptLevel;

    fn figures(what: &'static str, opt_level: OptLevel, flash_bytes: u64) -> Figures {
        Figures {
            what,
            target: Target::Thumbv7em,
            opt_level,
            sizes: Sizes {
                flash_bytes,
                static_ram_bytes: 128,
            },
            stack_bytes: 304,
            stack_bound_bytes: 400,
            instructions: (!what.contains('+')).then_some(2_345),
        }
    }

    #[test]
    fn a_line_for_a_program_is_json_with_the_names_that_were_agreed() {
        let line = json(&figures("token_response", OptLevel::S, 5_000));
        assert_eq!(
            line,
            r#"{"what":"token_response","target":"thumbv7em-none-eabihf","opt":"s","flash_bytes":5000,"static_ram_bytes":128,"stack_bytes":304,"stack_bound_bytes":400,"instructions":2345}"#
        );
        let set = json(&figures("client_credentials+es256", OptLevel::Z, 1));
        let set: Value = serde_json::from_str(&set).unwrap();
        assert_eq!(set["opt"], "z");
        assert_eq!(set.get("instructions"), None);

        let outcome = outcomes(&[figures("token_response", OptLevel::S, 5_000)])[1];
        let aim: Value = serde_json::from_str(&json_of_aim(&outcome)).unwrap();
        assert_eq!(
            (&aim["aim"], &aim["met"]),
            (&"token_response".into(), &false.into())
        );
        assert_eq!(
            (&aim["at_most"], &aim["measured"]),
            (&4_096.into(), &5_000.into())
        );
    }

    #[test]
    fn a_table_has_both_optimizations_of_a_row_in_a_cell_and_equal_figures_once() {
        let text = tables(&[
            figures("empty", OptLevel::S, 1_640),
            figures("token_response", OptLevel::S, 5_000),
            figures("client_credentials+es256", OptLevel::S, 33_000),
            figures("token_response", OptLevel::Z, 4_000),
            figures("client_credentials+es256", OptLevel::Z, 31_000),
        ]);
        for line in [
            "| `token_response` | 2,345 | 5,000 / 4,000 | 128 | 304 | 400 |",
            "| `client_credentials` + `es256` | 33,000 / 31,000 | 128 | 304 | 400 |",
            "| `token_response`: instructions | 3,000 | 2,345 | met |",
            "| `token_response`: bytes of flash | 4,096 | 5,000 | **missed** |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.contains("whose flash is 1,640 on `thumbv7em-none-eabihf` at \"s\""));
        assert!(!text.contains("thumbv6m"), "{text}");
    }
}
