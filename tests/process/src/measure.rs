//! Rounds of runs, the programs in turn, so that whatever else this machine does befalls all of them.

use std::process::{Command, Output, Stdio};

use crate::{Program, ProgramName, Result};

/// What one run cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// From its start to its end.
    pub wall_ms: f64,
    /// In user space and in the kernel.
    pub cpu_ms: f64,
    /// The most memory that it held at once, its code included.
    pub memory_kib: f64,
}

/// A program, and what each of its runs cost.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Which it is.
    pub name: ProgramName,
    /// As the program itself says it.
    pub version: String,
    /// One for each round.
    pub runs: Vec<Cost>,
    /// Its instructions in user space, where they were counted.
    pub instructions: Option<u64>,
}

/// Runs the programs in turn, `rounds` times.
///
/// # Errors
/// As [`run`].
pub fn measure(
    launcher: &str,
    programs: &[Program],
    token: &str,
    rounds: usize,
) -> Result<Vec<Measured>> {
    let mut measured: Vec<_> = programs
        .iter()
        .map(|program| Measured {
            name: program.name,
            version: program.version.clone(),
            runs: Vec::with_capacity(rounds),
            instructions: None,
        })
        .collect();
    for round in 0..=rounds {
        for (program, measured) in programs.iter().zip(&mut measured) {
            let cost = run(launcher, program, token)?;
            // The first round reads the programs from the disk.
            if round > 0 {
                measured.runs.push(cost);
            }
        }
    }
    Ok(measured)
}

/// Runs a program once by `launcher`, which is `process-launch`.
///
/// # Errors
/// Where it fails, or does not print what it should.
pub fn run(launcher: &str, program: &Program, token: &str) -> Result<Cost> {
    let mut command = command(program, &[launcher]);
    let output = checked(program, token, command.stdin(Stdio::null()).output()?)?;
    let costs = last_line(&output);
    let figures: Vec<f64> = costs
        .split(' ')
        .filter_map(|figure| figure.parse().ok())
        .collect();
    match figures[..] {
        [wall_us, cpu_us, memory_kib] => Ok(Cost {
            wall_ms: wall_us / 1000.0,
            cpu_ms: cpu_us / 1000.0,
            memory_kib,
        }),
        _ => Err(format!("{launcher} says {costs:?}").into()),
    }
}

/// Counts a program's instructions in user space by Valgrind, whatever else this machine does.
///
/// # Errors
/// As [`run`]; also where there is no Valgrind.
pub fn instructions(program: &Program, token: &str) -> Result<u64> {
    const VALGRIND: &[&str] = &[
        "valgrind",
        "--tool=callgrind",
        "--callgrind-out-file=/dev/null",
    ];
    let mut command = command(program, VALGRIND);
    let output = checked(program, token, command.stdin(Stdio::null()).output()?)?;
    let total = output
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, total) = total.ok_or("Valgrind tells no number of instructions")?;
    Ok(total.trim().parse()?)
}

/// The program by way of another one.
fn command(program: &Program, by: &[&str]) -> Command {
    let mut words = by
        .iter()
        .copied()
        .chain(program.command.iter().map(String::as_str));
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words).env_clear();
    command.envs(
        program
            .environment
            .iter()
            .map(|(name, value)| (name, value)),
    );
    command
}

/// What stands on standard error, where the program did what it should.
fn checked(program: &Program, token: &str, output: Output) -> Result<String> {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = String::from_utf8(output.stdout)?;
    let name = program.name.text();
    if !output.status.success() {
        return Err(format!("{name} failed: {said}").into());
    }
    match program.prints.is(&printed, token) {
        true => Ok(said),
        false => Err(format!("{name} does not print what it should: {said}").into()),
    }
}

fn last_line(text: &str) -> &str {
    text.lines().next_back().unwrap_or_default()
}
