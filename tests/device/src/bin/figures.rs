//! `gateway-figures`: what the gateway's firmware costs, as a table or as JSON. `tests/figures` calls
//! it.

use core::error::Error;
use std::{
    fs,
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use clap::Parser;
use snow_token_device::{
    device::check_qemu,
    figures::{
        FEATURE_SETS, boards_table, device_table, json, json_of_board, measure, size_of_board,
        written,
    },
    firmware::Board,
};

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../embassy-demo/README.md");

/// What the gateway's firmware costs: flash, RAM, stack, and instructions until it has a token.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Print a line of JSON for each feature set, instead of a table
    #[arg(long)]
    json: bool,
    /// Put the table into embassy-demo/README.md, too
    #[arg(long)]
    write: bool,
    /// Build the real boards' firmware and print its size, too
    #[arg(long)]
    boards: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway-figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    check_qemu()?;
    let mut out = io::stdout().lock();
    let mut rows = Vec::new();
    for row in FEATURE_SETS {
        let measured = measure(row.variant)?;
        for difference in &measured.differences {
            eprintln!(
                "gateway-figures: two runs of {} differ by {:.1} % in the instructions {}",
                row.features, difference.percent, difference.figure
            );
        }
        if arguments.json {
            writeln!(out, "{}", json(&row, &measured))?;
        }
        rows.push((row, measured));
    }
    let mut boards = Vec::new();
    for board in Board::ALL.into_iter().filter(|_| arguments.boards) {
        let sizes = size_of_board(board)?;
        if arguments.json {
            writeln!(out, "{}", json_of_board(board, sizes))?;
        }
        boards.push((board, sizes));
    }
    let mut tables = vec![("figures:device", device_table(&rows))];
    if arguments.boards {
        tables.push(("figures:boards", boards_table(&boards)));
    }
    if !arguments.json {
        for (_, table) in &tables {
            writeln!(out, "{table}")?;
        }
    }
    if arguments.write {
        let path = Path::new(README);
        let mut readme = fs::read_to_string(path)?;
        for (marker, table) in &tables {
            readme = written(&readme, marker, table)
                .ok_or_else(|| format!("{} has no marker {marker}", path.display()))?;
        }
        fs::write(path, readme)?;
    }
    Ok(())
}
