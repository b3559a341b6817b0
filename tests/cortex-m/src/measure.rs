//! Builds a firmware, runs it in QEMU and reads what it tells.

use core::time::Duration;
use std::{fs, path::Path};

use snow_token_device::{
    device::{InstructionTime, run_program},
    elf::{self, Sizes},
    figures::FigureError,
};

use crate::{
    firmware::{EMPTY, Firmware, OptLevel, PARTS, Row, SETS, Target},
    stack::bound_of_parts,
};

/// An instruction takes longer than a cycle of the timer, so that the timer tells one from the next.
const INSTRUCTION: InstructionTime = InstructionTime { ns_log2: 6 };
const INSTRUCTION_NS: u64 = 1 << INSTRUCTION.ns_log2;
/// Of the machine's timer, which runs at 25 MHz.
const CYCLE_NS: u64 = 40;

/// Far longer than any of them takes: others may keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(300);

/// What the firmware calls the empty part.
const NOTHING: &str = "nothing";

/// What a part has taken, as its firmware tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The part's name.
    pub part: String,
    /// Without those that measuring takes.
    pub instructions: u64,
    /// The most that the stack has held beyond what was on it before.
    pub stack_bytes: u64,
    /// What has come of it.
    pub result: String,
}

/// What a firmware costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// What is in it.
    pub what: &'static str,
    /// For which chip.
    pub target: Target,
    /// How it was optimized.
    pub opt_level: OptLevel,
    /// More than the empty firmware; of that one all.
    pub sizes: Sizes,
    /// The deepest of its parts, as it ran.
    pub stack_bytes: u64,
    /// The most that the deepest of its parts can take, by its code.
    pub stack_bound_bytes: u64,
    /// Where it has one part.
    pub instructions: Option<u64>,
}

/// Measures everything, for one chip and one optimization: the empty firmware, each part, each set.
/// `progress` hears of each before it is built.
///
/// # Errors
/// [`FigureError`].
pub fn measure(
    target: Target,
    opt_level: OptLevel,
    mut progress: impl FnMut(&Row),
) -> Result<Vec<Figures>, FigureError> {
    let mut all: Vec<Figures> = Vec::new();
    let sets = SETS.iter().filter(|row| !PARTS.contains(row));
    for row in [EMPTY].iter().chain(&PARTS).chain(sets) {
        progress(row);
        let firmware = Firmware {
            row: *row,
            target,
            opt_level,
        };
        let path = firmware.build()?;
        let elf = fs::read(&path)?;
        let sizes = elf::sizes(&elf)?;
        let ran = run(&path)?;
        let stack_bytes = ran.iter().map(|part| part.stack_bytes).max().unwrap_or(0);
        let stack_bound_bytes = bound_of_parts(&elf)?;
        if stack_bytes > stack_bound_bytes {
            return Err(FigureError::Stack {
                what: row.what.to_owned(),
                reason: format!("{stack_bytes} bytes were held, of {stack_bound_bytes} at most"),
            });
        }
        let empty = all.first().map(|empty| empty.sizes);
        all.push(Figures {
            what: row.what,
            target,
            opt_level,
            sizes: empty.map_or(sizes, |empty| difference(sizes, empty)),
            stack_bytes,
            stack_bound_bytes,
            instructions: match &*ran {
                [one] => Some(one.instructions),
                _ => None,
            },
        });
    }
    Ok(all)
}

fn difference(sizes: Sizes, empty: Sizes) -> Sizes {
    Sizes {
        flash_bytes: sizes.flash_bytes - empty.flash_bytes,
        static_ram_bytes: sizes.static_ram_bytes - empty.static_ram_bytes,
    }
}

/// Runs a firmware and returns what its parts have taken, all of which have come to something.
///
/// # Errors
/// [`FigureError`].
pub fn run(elf: &Path) -> Result<Vec<Ran>, FigureError> {
    let printed = run_program(elf, INSTRUCTION, PATIENCE)?;
    let read = match printed.exit_code {
        Some(0) => read(&printed.lines),
        _ => None,
    };
    read.ok_or_else(|| {
        let mut log = printed.lines.join("\n");
        log.push_str(&format!("\nexit code: {:?}", printed.exit_code));
        FigureError::Run {
            wanted: "do its parts",
            log,
        }
    })
}

/// `part NAME CYCLES STACK RESULT` on each line, the empty part first.
fn read(lines: &[String]) -> Option<Vec<Ran>> {
    let mut parts = lines.iter().map(|line| Line::read(line));
    let nothing = parts.next()??;
    if nothing.part != NOTHING {
        return None;
    }
    parts
        .map(|part| {
            let part = part.filter(|part| !part.result.is_empty())?;
            let cycles = part.cycles.checked_sub(nothing.cycles)?;
            Some(Ran {
                part: part.part.to_owned(),
                instructions: (cycles * CYCLE_NS + INSTRUCTION_NS / 2) / INSTRUCTION_NS,
                stack_bytes: part.stack_bytes,
                result: part.result.to_owned(),
            })
        })
        .collect()
}

struct Line<'a> {
    part: &'a str,
    cycles: u64,
    stack_bytes: u64,
    result: &'a str,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut words = line.strip_prefix("part ")?.splitn(4, ' ');
        let part = words.next()?;
        let mut number = || u64::from_str_radix(words.next()?, 16).ok();
        Some(Self {
            part,
            cycles: number()?,
            stack_bytes: number()?,
            result: words.next().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_part_is_counted_in_instructions_without_what_measuring_takes() {
        let printed = lines("part nothing 00000010 00000000\npart form 000000b0 00000140 a=b c");
        let ran = read(&printed).unwrap();
        assert_eq!(
            ran,
            [Ran {
                part: "form".to_owned(),
                // 160 cycles of 40 ns, 64 ns each.
                instructions: 100,
                stack_bytes: 0x140,
                result: "a=b c".to_owned(),
            }]
        );
    }

    #[test]
    fn a_part_that_came_to_nothing_has_no_figures() {
        for printed in [
            "",
            "part nothing 00000010 00000000\npart form 000000b0 00000140 ",
            "part nothing 00000010 00000000\npart form 000000b0",
            "part form 000000b0 00000140 a=b",
            "part nothing 00000010 00000000\nwhat is that?",
        ] {
            assert_eq!(read(&lines(printed)), None, "{printed}");
        }
    }
}
