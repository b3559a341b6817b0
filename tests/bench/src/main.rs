//! Prints the figures of [`snow_token_bench`]: a table, or with `--json` a line for each row.

use std::{env, process::ExitCode};

use snow_token_bench::{
    contests,
    figures::{count_each, json, markdown, rows, run_each_once},
};

/// Given by this program to itself, under valgrind.
const ONCE: &str = "--each-once";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(|argument| &**argument).collect();
    let as_text = match *arguments {
        [] => markdown,
        ["--json"] => json,
        [ONCE] => {
            run_each_once();
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("usage: snow-token-bench [--json]");
            return ExitCode::from(2);
        }
    };
    eprintln!("instructions ...");
    let instructions = match count_each(ONCE) {
        Ok(instructions) => instructions,
        Err(error) => {
            eprintln!("snow-token-bench: {error}");
            return ExitCode::FAILURE;
        }
    };
    print!("{}", as_text(&rows(&mut contests(), &instructions)));
    ExitCode::SUCCESS
}
