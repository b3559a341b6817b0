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
    leave_no_core_dump();
    let arguments = cli::Arguments::of_process();
    cli::log::to_stderr(arguments.verbose);
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

/// The memory of a command that is killed or breaks is not for the disk: secrets are in it.
#[cfg(unix)]
fn leave_no_core_dump() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = Rlimit {
        current: Some(0),
        ..getrlimit(Resource::Core)
    };
    // Less than what is allowed is always allowed.
    let _ = setrlimit(Resource::Core, limit);
}

#[cfg(not(unix))]
fn leave_no_core_dump() {}

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
