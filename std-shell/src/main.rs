//! The command `snow-token`: prints, exit codes and broken pipes. What the subcommands do stands
//! in `cli/`.
//!
//! Exit codes: 0 done, 2 usage, 3 configuration, 4 credentials refused, 5 network or TLS,
//! 6 unexpected answer, 1 anything else (such as a full disk under standard output).

mod cli;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use std::alloc::System;

use snow_token::ErrorKind;
use zeroizing_alloc::ZeroAlloc;

/// Wipes memory that is given back: the buffers of the libraries below hold secrets too.
#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let arguments = cli::Arguments::of_process();
    cli::log_to_stderr(arguments.verbose);
    let mut out = io::stdout().lock();
    let outcome = cli::run(arguments, &mut out).and_then(|()| Ok(out.flush()?));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(cli::Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(cli::Failure::Output(error)) => {
            complain(&format!("cannot write the output: {error}"), &[]);
            ExitCode::FAILURE
        }
        Err(cli::Failure::Input(what)) => {
            complain(&what, &[]);
            ExitCode::from(2)
        }
        Err(cli::Failure::Told(kind)) => ExitCode::from(exit_code(kind)),
        Err(cli::Failure::Client(error)) => {
            complain(&error.to_string(), error.advice());
            ExitCode::from(exit_code(error.kind()))
        }
    }
}

fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Usage => 2,
        ErrorKind::Configuration => 3,
        ErrorKind::Refused => 4,
        ErrorKind::Network => 5,
        ErrorKind::UnexpectedAnswer => 6,
        _ => 1,
    }
}

/// Says on standard error what went wrong and what to do. If even that fails, the exit code is
/// what is left.
fn complain(what: &str, advice: &[String]) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "snow-token: {what}");
    for line in advice {
        let _ = writeln!(err, "  hint: {line}");
    }
}
