//! `process-figures`: what the command costs as a process, as a table or as JSON. `tests/figures` calls
//! it.

use std::{
    env,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use snow_token_process::{
    Folder, Instance, Program, ProgramName, Result, comparisons, curl, instructions, json,
    markdown, measure, openid_client, requests_oauthlib, rust_programs, token,
};

/// Where peers are installed; they stay there for the next time.
const INSTALLED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/process-peers");

/// What the command costs as a process, beside what people use.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Print a line of JSON for each comparison, instead of tables
    #[arg(long)]
    json: bool,
    /// How often each program runs
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Measure the programs in Rust alone
    #[arg(long)]
    rust_only: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("process-figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let program = env::current_exe()?;
    let folder = Folder(program.parent().map_or_else(PathBuf::new, Path::to_owned));
    let instance = Instance::start(Path::new(&folder.program("snow-token")))?;
    let home = tempfile::tempdir()?;
    let home = home.path();

    let mut programs = rust_programs(&folder, home, &instance)?;
    let mut missing = Vec::new();
    if !arguments.rust_only {
        let installed = Path::new(INSTALLED);
        for (name, peer) in [
            (ProgramName::Curl, curl(home, &instance)),
            (
                ProgramName::RequestsOauthlib,
                requests_oauthlib(installed, home, &instance),
            ),
            (
                ProgramName::OpenidClient,
                openid_client(installed, home, &instance),
            ),
        ] {
            match peer {
                Ok(peer) => programs.push(peer),
                Err(error) => {
                    eprintln!("process-figures: {} is NOT measured: {error}", name.text());
                    missing.push((name, error.to_string()));
                }
            }
        }
    }

    let token = token(&programs)?;
    let launcher = folder.program("process-launch");
    let mut measured = measure(&launcher, &programs, &token, arguments.rounds as usize)?;
    for (program, measured) in programs.iter().zip(&mut measured) {
        measured.instructions = counted(program, &token);
    }

    let compared = comparisons(&measured);
    let mut out = io::stdout().lock();
    match arguments.json {
        true => {
            for comparison in &compared {
                writeln!(out, "{}", json(comparison, &measured))?;
            }
            for (name, why) in &missing {
                writeln!(
                    out,
                    "{}",
                    serde_json::json!({ "peer": name.key(), "missing": why })
                )?;
            }
        }
        false => writeln!(out, "{}", markdown(&measured, &compared, &missing))?,
    }
    Ok(())
}

/// `None` where they cannot be counted, which is said.
fn counted(program: &Program, token: &str) -> Option<u64> {
    if !program.is_native {
        return None;
    }
    instructions(program, token)
        .inspect_err(|error| eprintln!("process-figures: instructions are not counted: {error}"))
        .ok()
}
