//! Figures as text: for the documentation, or for a program.

use core::fmt::Write as _;

use serde_json::json;

use crate::{Comparison, Measured, ProgramName, comparison::median};

/// A line for a program.
pub fn json(comparison: &Comparison, measured: &[Measured]) -> String {
    let find = |name| measured.iter().find(|measured| measured.name == name);
    let costs = |name| {
        find(name).map(|measured| {
            json!({
                "version": measured.version,
                "wall_ms": rounded(wall_ms(measured)),
                "cpu_ms": rounded(cpu_ms(measured)),
                "memory_kib": memory_kib(measured),
                "instructions": measured.instructions,
            })
        })
    };
    json!({
        "what": comparison.what.key(),
        "peer": comparison.peer.key(),
        "wall_ratio": rounded(comparison.wall_ratio),
        "cpu_ratio": rounded(comparison.cpu_ratio),
        "memory_ratio": rounded(comparison.memory_ratio),
        "instructions_ratio": comparison.instructions_ratio.map(rounded),
        "cpu_ratio_aim": comparison.cpu_aim,
        "aim_is_met": comparison.is_met(),
        "what_costs": costs(comparison.what),
        "peer_costs": costs(comparison.peer),
    })
    .to_string()
}

/// The tables, with what it takes to understand them. `missing` are programs that could not be
/// measured, and why.
pub fn markdown(
    measured: &[Measured],
    comparisons: &[Comparison],
    missing: &[(ProgramName, String)],
) -> String {
    let mut text = String::from(
        "| program | wall | CPU | peak memory | instructions |\n|---|--:|--:|--:|--:|\n",
    );
    for measured in measured {
        let _ = writeln!(
            text,
            "| {} | {:.1} ms | {:.1} ms | {:.1} MiB | {} |",
            measured.name.text(),
            wall_ms(measured),
            cpu_ms(measured),
            memory_kib(measured) / 1024.0,
            match measured.instructions {
                Some(number) => format!("{:.1} M", number as f64 / 1e6),
                None => "not counted".to_owned(),
            },
        );
    }
    for (name, _) in missing {
        let _ = writeln!(text, "| **{}: NOT MEASURED** | | | | |", name.text());
    }
    text.push_str(
        "\n| | beside | wall | CPU | peak memory | instructions | aim |\n\
         |---|---|--:|--:|--:|--:|---|\n",
    );
    for comparison in comparisons {
        let _ = writeln!(
            text,
            "| {} | {} | × {:.2} | × {:.2} | × {:.2} | {} | {} |",
            comparison.what.text(),
            comparison.peer.text(),
            comparison.wall_ratio,
            comparison.cpu_ratio,
            comparison.memory_ratio,
            match comparison.instructions_ratio {
                Some(ratio) => format!("× {ratio:.2}"),
                None => String::new(),
            },
            match (comparison.cpu_aim, comparison.is_met()) {
                (Some(aim), Some(true)) => format!("CPU × {aim} at most: met"),
                (Some(aim), _) => format!("CPU × {aim} at most: **missed**"),
                (None, _) => String::new(),
            },
        );
    }
    let rounds = measured.iter().map(|measured| measured.runs.len()).min();
    let _ = write!(
        text,
        "\nMedians of {} rounds, in each of which every program ran once; a ratio is the median of the \
         rounds' ratios. CPU is time in user space and in the kernel, memory the most that was resident, \
         instructions those in user space, by Valgrind. All ask the same simulated instance for a token \
         by client credentials: on this machine, over TLS 1.3 with a chain of P-384 and the same root \
         certificate, which to verify is most of what a fresh token costs in Rust. What does not print \
         the token is an error. Measured:\n\n",
        rounds.unwrap_or_default(),
    );
    for measured in measured {
        let _ = writeln!(text, "- {}: {}", measured.name.text(), measured.version);
    }
    for (name, why) in missing {
        let _ = writeln!(text, "- **{} could not be installed**: {why}", name.text());
    }
    text
}

fn wall_ms(measured: &Measured) -> f64 {
    median(measured.runs.iter().map(|cost| cost.wall_ms))
}

fn cpu_ms(measured: &Measured) -> f64 {
    median(measured.runs.iter().map(|cost| cost.cpu_ms))
}

fn memory_kib(measured: &Measured) -> f64 {
    median(measured.runs.iter().map(|cost| cost.memory_kib))
}

fn rounded(figure: f64) -> f64 {
    (figure * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Cost, comparisons};

    fn measured() -> [Measured; 2] {
        [(ProgramName::TokenCached, 1.8), (ProgramName::Empty, 1.0)].map(|(name, cpu_ms)| {
            let cost = Cost {
                wall_ms: 2.0 * cpu_ms,
                cpu_ms,
                memory_kib: 2048.0,
            };
            Measured {
                name,
                version: "test 1.0".to_owned(),
                runs: vec![cost; 3],
                instructions: None,
            }
        })
    }

    #[test]
    fn a_line_for_a_program_is_json_with_the_names_that_were_agreed() {
        let measured = measured();
        let line = json(&comparisons(&measured)[0], &measured);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["what"], "token_cached");
        assert_eq!(line["peer"], "empty program");
        assert_eq!(line["cpu_ratio"], 1.8);
        assert_eq!(line["aim_is_met"], true);
        assert_eq!(line["peer_costs"]["memory_kib"], 2048.0);
    }

    #[test]
    fn the_table_has_a_line_for_each_and_says_what_is_missing() {
        let measured = measured();
        let missing = [(ProgramName::OpenidClient, "no npm".to_owned())];
        let text = markdown(&measured, &comparisons(&measured), &missing);
        for line in [
            "| `token`, cached | 3.6 ms | 1.8 ms | 2.0 MiB | not counted |",
            "| **openid-client: NOT MEASURED** |",
            "| `token`, cached | empty program | × 1.80 | × 1.80 | × 1.00 |  | CPU × 2 at most: met |",
            "Medians of 3 rounds",
            "- **openid-client could not be installed**: no npm",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}
