//! A program that runs in QEMU on its own: no network, no configuration, and an end by itself.

use core::time::Duration;
use std::{
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use super::{LAST_WORDS, MACHINE, QEMU, console::Console, no_qemu};
use crate::error::BootError;

/// How long an instruction takes for the timers of the machine (`-icount shift=`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstructionTime {
    /// The logarithm of the nanoseconds.
    pub ns_log2: u8,
}

/// What a program has printed, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Line by line.
    pub lines: Vec<String>,
    /// `None` where it did not end by itself.
    pub exit_code: Option<i32>,
}

/// Runs a program to its end, or to that of the time that it has.
///
/// # Errors
/// Where QEMU does not run.
pub fn run_program(
    elf: &Path,
    time: InstructionTime,
    limit: Duration,
) -> Result<Printed, BootError> {
    let mut qemu = Command::new(QEMU)
        .args(["-machine", MACHINE, "-display", "none"])
        .args(["-monitor", "none", "-serial", "null"])
        .args(["-chardev", "stdio,id=console,signal=off"])
        .args([
            "-semihosting-config",
            "enable=on,target=native,chardev=console",
        ])
        .args(["-icount", &format!("shift={}", time.ns_log2)])
        .arg("-kernel")
        .arg(elf)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(no_qemu)?;
    let console = Console::default();
    if let Some(out) = qemu.stdout.take() {
        console.read_from(out);
    }
    let began = Instant::now();
    let exit_code = loop {
        match qemu.try_wait()? {
            Some(status) => break status.code(),
            None if began.elapsed() < limit => thread::sleep(Duration::from_millis(2)),
            None => {
                qemu.kill()?;
                qemu.wait()?;
                break None;
            }
        }
    };
    console.wait_for_end(LAST_WORDS);
    Ok(Printed {
        lines: console.lines(),
        exit_code,
    })
}
