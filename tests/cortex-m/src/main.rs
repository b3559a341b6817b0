//! `core-figures`: what core costs on a Cortex-M, as tables or as JSON. `tests/figures` calls it.

use core::error::Error;
use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use snow_token_cortex_m::{
    aims::{AIMED_AT, outcomes},
    firmware::{OptLevel, Target},
    measure::measure,
    report::{json, json_of_aim, tables},
};
use snow_token_device::device::check_qemu;

/// What core costs on a Cortex-M: flash, RAM, stack and instructions.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Print a line of JSON for each firmware, instead of tables
    #[arg(long)]
    json: bool,
    /// Only what there are aims for: one chip, one optimization
    #[arg(long)]
    aims: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("core-figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    check_qemu()?;
    let mut out = io::stdout().lock();
    let mut all = Vec::new();
    let wanted = |target, opt_level| !arguments.aims || (target, opt_level) == AIMED_AT;
    for target in Target::ALL {
        for opt_level in OptLevel::ALL {
            if !wanted(target, opt_level) {
                continue;
            }
            let measured = measure(target, opt_level, |row| {
                let (target, opt_level) = (target.triple(), opt_level.name());
                eprintln!("core-figures: {} for {target} at \"{opt_level}\"", row.what);
            })?;
            if arguments.json {
                for figures in &measured {
                    writeln!(out, "{}", json(figures))?;
                }
            }
            all.extend(measured);
        }
    }
    if arguments.json {
        for outcome in outcomes(&all) {
            writeln!(out, "{}", json_of_aim(&outcome))?;
        }
    } else {
        write!(out, "{}", tables(&all))?;
    }
    Ok(())
}
