//! The device: QEMU with the firmware.

mod config;
mod console;
mod monitor;
mod program;

pub use config::DeviceConfig;
pub use program::{InstructionTime, Printed, run_program};

use core::{net::SocketAddr, time::Duration};
use std::{
    ffi::OsString,
    io,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Instant,
};

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::{error::BootError, firmware::Firmware, network::VirtualNetwork};
use console::Console;
use monitor::{Monitor, Waiting};

const QEMU: &str = "qemu-system-arm";
const MACHINE: &str = "mps2-an386";
/// How long the threads that read may take to the end of what QEMU has printed.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// What QEMU calls the device's end of the wire.
const WIRE: &str = "wire";

/// Whether QEMU is there, for those who build the firmware first.
///
/// # Errors
/// Where it is not.
pub fn check_qemu() -> Result<(), BootError> {
    let version = Command::new(QEMU).arg("--version").output();
    version.map(drop).map_err(no_qemu)
}

fn no_qemu(error: io::Error) -> BootError {
    match error.kind() {
        io::ErrorKind::NotFound => BootError::NoQemu,
        _ => BootError::Io(error),
    }
}

/// How a device is started.
#[derive(Debug, Clone, Default)]
pub struct BootOptions {
    /// Which firmware.
    pub firmware: Firmware,
    /// Whether time is counted in instructions, so that figures are the same each time.
    pub counts_instructions: bool,
    /// Arguments of the firmware beside its configuration, as `log=debug`.
    pub arguments: Vec<String>,
}

/// What the firmware has cost up to a change of its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The state that it came to.
    pub state: String,
    /// Since power-on.
    pub uptime_ms: u64,
    /// Since the last state.
    pub instructions: u64,
    /// Since power-on.
    pub instructions_total: u64,
    /// The most that the stack has held.
    pub stack_bytes: u64,
}

impl Figures {
    fn parse(line: &str) -> Option<Self> {
        let figures: Value = serde_json::from_str(line.strip_prefix("figures: ")?).ok()?;
        let number = |name: &str| figures[name].as_u64();
        Some(Self {
            state: figures["state"].as_str()?.to_owned(),
            uptime_ms: number("uptime_ms")?,
            instructions: number("instructions")?,
            instructions_total: number("instructions_total")?,
            stack_bytes: number("stack_bytes")?,
        })
    }
}

/// A device that runs until this is dropped. If a test fails, its whole log is printed then.
#[derive(Debug)]
pub struct Device {
    qemu: Child,
    monitor: Monitor,
    console: Console,
    stderr: Console,
    /// Kept for the firmware, which reads it.
    _config: NamedTempFile,
}

impl Device {
    /// Powers the device up.
    ///
    /// # Errors
    /// Where there is no firmware, or QEMU does not run.
    pub fn boot(network: &VirtualNetwork, config: &DeviceConfig) -> Result<Self, BootError> {
        Self::boot_with(network, config, &BootOptions::default())
    }

    /// Powers the device up in another way.
    ///
    /// # Errors
    /// Where there is no firmware, or QEMU does not run.
    pub fn boot_with(
        network: &VirtualNetwork,
        config: &DeviceConfig,
        options: &BootOptions,
    ) -> Result<Self, BootError> {
        let elf = options.firmware.elf()?;
        Self::boot_elf(network, config, options, &elf)
    }

    /// Powers up a device with this firmware, whichever the options name.
    ///
    /// # Errors
    /// Where QEMU does not run.
    pub fn boot_elf(
        network: &VirtualNetwork,
        config: &DeviceConfig,
        options: &BootOptions,
        elf: &Path,
    ) -> Result<Self, BootError> {
        let config = config.to_file()?;
        let waiting = Waiting::listen()?;
        let mut command = Command::new(QEMU);
        command
            .args(arguments(
                network.address(),
                waiting.address()?,
                config.path(),
                options,
            ))
            .arg("-kernel")
            .arg(elf)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut qemu = command.spawn().map_err(no_qemu)?;
        let (console, stderr) = (Console::default(), Console::default());
        if let (Some(out), Some(err)) = (qemu.stdout.take(), qemu.stderr.take()) {
            console.read_from(out);
            stderr.read_from(err);
        }
        match waiting.accept(&mut qemu) {
            Ok(Some(monitor)) => {
                let mut device = Self {
                    qemu,
                    monitor,
                    console,
                    stderr,
                    _config: config,
                };
                device.monitor.go()?;
                Ok(device)
            }
            Ok(None) => {
                stderr.wait_for_end(LAST_WORDS);
                Err(BootError::Qemu(stderr.lines().join("\n")))
            }
            Err(error) => {
                // It is of no use any longer.
                let _ = qemu.kill();
                let _ = qemu.wait();
                Err(error.into())
            }
        }
    }

    /// What it has printed so far.
    pub fn log(&self) -> Vec<String> {
        self.console.lines()
    }

    /// Where the log ends now, for [`wait_for_after`](Self::wait_for_after).
    pub fn mark(&self) -> usize {
        self.console.len()
    }

    /// Waits for a line with this text, unless it is there, and returns the line.
    ///
    /// # Panics
    /// Where there is none in time, or the device has ended without one.
    pub fn wait_for(&self, text: &str, limit: Duration) -> String {
        self.wait_for_after(0, text, limit)
    }

    /// [`wait_for`](Self::wait_for), of the lines from a mark on.
    ///
    /// # Panics
    /// As there.
    pub fn wait_for_after(&self, mark: usize, text: &str, limit: Duration) -> String {
        let find = |line: &str| line.contains(text).then(|| line.to_owned());
        match self.console.wait(mark, limit, find) {
            Some((_, line)) => line,
            None => panic!("the device has not said {text:?} within {limit:?}"),
        }
    }

    /// Whether a line with this text comes within that time.
    pub fn says(&self, mark: usize, text: &str, limit: Duration) -> bool {
        let find = |line: &str| line.contains(text).then_some(());
        self.console.wait(mark, limit, find).is_some()
    }

    /// Waits for the next line from a mark on and returns it, with the mark behind it; `None`
    /// where none comes in time, or none any longer.
    pub fn next_line(&self, mark: usize, limit: Duration) -> Option<(usize, String)> {
        let line = self.console.wait(mark, limit, |line| Some(line.to_owned()));
        line.map(|(at, line)| (at + 1, line))
    }

    /// How many lines have this text so far.
    pub fn count(&self, text: &str) -> usize {
        let lines = self.log();
        lines.iter().filter(|line| line.contains(text)).count()
    }

    /// What the firmware says that it has cost so far, by its states.
    pub fn figures(&self) -> Vec<Figures> {
        let lines = self.log();
        lines
            .iter()
            .filter_map(|line| Figures::parse(line))
            .collect()
    }

    /// Waits until the firmware ends and returns its exit code; `None` where it does not end.
    pub fn exit_code(&mut self, limit: Duration) -> Option<i32> {
        let began = Instant::now();
        while began.elapsed() < limit {
            match self.qemu.try_wait() {
                Ok(None) => thread::sleep(Duration::from_millis(2)),
                Ok(Some(status)) => {
                    self.console.wait_for_end(LAST_WORDS);
                    return status.code();
                }
                Err(_) => return None,
            }
        }
        None
    }

    /// Whether it runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.qemu.try_wait(), Ok(None))
    }

    /// Plugs the cable in, or out.
    ///
    /// # Panics
    /// Where QEMU has ended.
    pub fn set_link(&mut self, is_up: bool) {
        self.told("set_link", &json!({ "name": WIRE, "up": is_up }));
    }

    /// Presses the reset button: memory is as at power-on.
    ///
    /// # Panics
    /// Where QEMU has ended.
    pub fn reset(&mut self) {
        self.told("system_reset", &json!({}));
    }

    fn told(&mut self, command: &str, arguments: &Value) {
        let told = self.monitor.execute(command, arguments);
        told.expect("QEMU does as it is told");
    }

    /// What QEMU itself has said.
    pub fn qemu_said(&self) -> Vec<String> {
        self.stderr.lines()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
        if thread::panicking() {
            let (log, said) = (self.log().join("\n"), self.qemu_said().join("\n"));
            eprintln!("--- the device's log ---\n{log}\n--- QEMU ---\n{said}\n---");
        }
    }
}

fn arguments(
    network: SocketAddr,
    monitor: SocketAddr,
    config: &Path,
    options: &BootOptions,
) -> Vec<OsString> {
    // A port of 0 is one that is free; the network answers to where the first frame comes from.
    let nic = format!("socket,model=lan9118,id={WIRE},udp={network},localaddr=127.0.0.1:0");
    let mut semihosting = OsString::from("enable=on,target=native,chardev=console");
    let config = config.to_string_lossy();
    for argument in [format!("config={config}").as_str()]
        .into_iter()
        .chain(options.arguments.iter().map(String::as_str))
    {
        semihosting.push(",arg=");
        semihosting.push(argument.replace(',', ",,"));
    }
    // It stands still until the monitor is there: a firmware can be at its end sooner than that.
    let mut arguments: Vec<OsString> = ["-machine", MACHINE, "-display", "none", "-S"]
        .into_iter()
        .chain(["-monitor", "none", "-serial", "null"])
        .chain(["-chardev", "stdio,id=console,signal=off"])
        .map(OsString::from)
        .collect();
    arguments.extend(["-qmp".into(), format!("tcp:{monitor}").into()]);
    arguments.extend(["-nic".into(), nic.into()]);
    arguments.extend(["-semihosting-config".into(), semihosting]);
    if options.counts_instructions {
        arguments.extend(["-icount".into(), "shift=0".into()]);
    }
    arguments
}
