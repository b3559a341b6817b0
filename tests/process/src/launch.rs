//! `process-launch PROGRAM ARGUMENTS...`: runs a program to its end, and tells in a last line on
//! standard error what it cost: `WALL CPU MEMORY`, in microseconds, microseconds and KiB.
//!
//! The kernel counts what a child holds before it becomes the program, which is its parent's memory;
//! so the parent is this, and nothing larger.

use core::error::Error;
use std::{
    env,
    process::{Command, ExitCode, Stdio},
    time::Instant,
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let program = arguments.next().ok_or("which program?")?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    let began = Instant::now();
    let status = command.status()?;
    let wall = began.elapsed();
    if !status.success() {
        eprintln!("{command:?}: {status}");
        return Ok(ExitCode::FAILURE);
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = usage.user_time() + usage.system_time();
    eprintln!(
        "{} {} {}",
        wall.as_micros(),
        cpu.num_microseconds(),
        usage.max_rss()
    );
    Ok(ExitCode::SUCCESS)
}
