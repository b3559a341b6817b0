//! `gateway-demo`: the gateway's firmware in QEMU, bringing readings into a simulated instance.
//!
//! Builds the firmware, starts the instance and the network around the device, and shows what the
//! device says and what arrives, until Ctrl-C or until so many readings are there.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
    thread,
    time::Instant,
};

use clap::{Parser, ValueEnum};
use snow_token_device::{
    device::{BootOptions, Device, check_qemu},
    error::BootError,
    firmware::{Firmware, Progress},
    scenario::{INSTANCE, Scenario, Target},
};
use snow_token_simulator::{InstanceOptions, Options};

/// The gateway's firmware in QEMU, bringing readings into a simulated ServiceNow instance.
///
/// Needs QEMU (qemu-system-arm) and a Rust that can build for thumbv7em-none-eabihf; says so where
/// one is missing. The device has a network of its own: nothing leaves this machine.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// End when so many readings have arrived; without it, at Ctrl-C
    #[arg(long, value_name = "COUNT")]
    readings: Option<usize>,
    /// What the readings become
    #[arg(long, value_enum, default_value = "table")]
    target: TargetName,
    /// Milliseconds between two readings
    #[arg(long, value_name = "MS", default_value_t = 1000)]
    interval: u32,
    /// Lifetime of a token; an instance's is 1800 by default, with less a renewal can be seen
    #[arg(long, value_name = "SECS", default_value_t = 60)]
    token_lifetime: u32,
    /// Show the figures of the firmware too: instructions, stack
    #[arg(long)]
    figures: bool,
    /// Write all Ethernet frames into this file, for Wireshark
    #[arg(long, value_name = "FILE")]
    capture: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum TargetName {
    /// Records of a table
    Table,
    /// Rows of an import set
    Import,
    /// Events
    Events,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), BootError> {
    check_qemu()?;
    let elf = Firmware::default().elf_with(Progress::Shown)?;
    let scenario = set_up(arguments);
    if let Some(file) = &arguments.capture {
        scenario.network.capture(file)?;
    }
    let stop = stop_at_ctrl_c()?;
    let boot = BootOptions::default();
    let device = Device::boot_elf(&scenario.network, &scenario.config, &boot, &elf)?;
    let mut show = Show {
        out: io::stdout(),
        scenario: &scenario,
        device,
        arguments,
        lines: 0,
        readings: 0,
    };
    show.say(
        "instance",
        &format!("{INSTANCE} is simulated, at {}", scenario.simulator.url()),
    )?;
    show.run(&stop)?;
    Ok(show.summary()?)
}

fn set_up(arguments: &Arguments) -> Scenario {
    let mut scenario = Scenario::with(Options {
        instance: InstanceOptions {
            token_lifetime: Duration::from_secs(arguments.token_lifetime.into()),
            ..InstanceOptions::default()
        },
        ..Options::default()
    });
    scenario.set_target(match arguments.target {
        TargetName::Table => Target::Table,
        TargetName::Import => Target::ImportSet,
        TargetName::Events => Target::Events,
    });
    scenario.config.set("interval_ms", arguments.interval);
    if let Some(count) = arguments.readings {
        scenario.set_readings(count);
    }
    scenario
}

fn stop_at_ctrl_c() -> io::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    thread::spawn({
        let stop = Arc::clone(&stop);
        move || {
            // Without a handler, Ctrl-C ends the program all the same.
            if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                stop.store(true, Ordering::Relaxed);
            }
        }
    });
    Ok(stop)
}

struct Show<'a> {
    out: io::Stdout,
    scenario: &'a Scenario,
    device: Device,
    arguments: &'a Arguments,
    /// Of the device's log, shown so far.
    lines: usize,
    /// Readings of the instance, shown so far.
    readings: usize,
}

impl Show<'_> {
    fn run(&mut self, stop: &AtomicBool) -> io::Result<()> {
        const STEP: Duration = Duration::from_millis(50);
        let began = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            while let Some((mark, line)) = self.device.next_line(self.lines, STEP) {
                self.lines = mark;
                if self.arguments.figures || !line.starts_with("figures: ") {
                    self.say("device", &line)?;
                }
                self.show_readings()?;
            }
            self.show_readings()?;
            if self
                .arguments
                .readings
                .is_some_and(|count| self.readings >= count)
            {
                return Ok(());
            }
            if !self.device.runs() {
                let code = self.device.exit_code(Duration::from_secs(1));
                let said = self.device.qemu_said().join("\n");
                return Err(io::Error::other(format!(
                    "the device has ended after {} s, exit code {code:?}. {said}",
                    began.elapsed().as_secs()
                )));
            }
        }
        Ok(())
    }

    fn show_readings(&mut self) -> io::Result<()> {
        let (table, name) = self.scenario.target().place();
        let new: Vec<_> = {
            let instance = self.scenario.simulator.instance();
            let new = instance.records(table).iter().skip(self.readings);
            new.map(|record| {
                let column = |column: &str| record.get(column).cloned().unwrap_or_default();
                let value = match self.scenario.target() {
                    Target::Events => column("additional_info"),
                    Target::Table | Target::ImportSet => column("u_value"),
                };
                format!("{table}: {}, value {value}", column(name))
            })
            .collect()
        };
        for reading in new {
            self.readings += 1;
            self.say("instance", &format!("{reading} ({})", self.readings))?;
        }
        Ok(())
    }

    fn say(&mut self, who: &str, what: &str) -> io::Result<()> {
        writeln!(self.out, "{who:>8} | {what}")
    }

    fn summary(&mut self) -> io::Result<()> {
        let traffic = self.scenario.traffic();
        let tokens = self.scenario.simulator.instance().token_requests();
        let stack = self.device.figures().last().map(|last| last.stack_bytes);
        writeln!(
            self.out,
            "\n{} readings arrived, {} of them once; {tokens} token requests over {} connections; \
             {} bytes sent, {} received; {} bytes of stack at most.",
            self.readings,
            self.scenario
                .arrived()
                .values()
                .filter(|times| **times == 1)
                .count(),
            traffic.connections,
            traffic.bytes_from_device,
            traffic.bytes_to_device,
            stack.unwrap_or_default(),
        )
    }
}
