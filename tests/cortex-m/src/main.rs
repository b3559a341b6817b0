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
    stack, stack_report,
};
use snow_token_device::device::check_qemu;

/// The optimization that bounds of stacks are told for.
const STACK_BOUNDS_AT: OptLevel = OptLevel::S;

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
    /// Only the bounds of stacks, for which nothing is run
    #[arg(long, conflicts_with = "aims")]
    stack_bounds: bool,
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
    let mut out = io::stdout().lock();
    if !arguments.stack_bounds {
        measured(arguments, &mut out)?;
    }
    if arguments.aims {
        return Ok(());
    }
    let mut bounds = Vec::new();
    for target in Target::ALL {
        eprintln!("core-figures: bounds of stacks for {}", target.triple());
        let elf = stack::build(target, STACK_BOUNDS_AT)?;
        let stacks = stack::stacks(&elf)?;
        bounds.extend(stack::bounds(&stacks, target, STACK_BOUNDS_AT));
    }
    if arguments.json {
        for bound in &bounds {
            writeln!(out, "{}", stack_report::json(bound))?;
        }
    } else {
        let before = if arguments.stack_bounds { "" } else { "\n" };
        write!(out, "{before}{}", stack_report::tables(&bounds))?;
    }
    Ok(())
}

fn measured(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    check_qemu()?;
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
