//! The gateway in QEMU, on the machine `mps2-an386`: a Cortex-M4F with a LAN9118. What a board takes
//! from its chip, this one takes from the host, by semihosting: the configuration, entropy, the log.
//!
//! Arguments, each an `arg=` of `-semihosting-config`:
//!
//! - `config=PATH`: the configuration, a file of the host.
//! - `entropy=PATH`: where random bytes come from, `/dev/urandom` by default.
//! - `until=STATE` or `until=STATE:TIMES`: end well once the gateway has shown the state so often.
//! - `log=LEVEL`: `error`, `warn`, `info` (the default), `debug`, `trace` or `off`.
//!
//! The program ends with 0 by `until`, 2 for a wrong argument or configuration, 101 after a panic,
//! 102 after a fault and 103 when the stack has overflowed.
#![no_std]
#![no_main]

mod console_log;
mod faults;
mod figures;
mod host;
mod interrupts;
mod lan9118;
mod registers;
mod stack;
mod time;

use core::sync::atomic::{AtomicBool, Ordering};

use embassy_executor::Spawner;
use embassy_executor::raw::Executor;
use embassy_net::{Runner, Stack};
use log::LevelFilter;
use rand_core::RngCore;
use snow_token_gateway::Memory;
use snow_token_gateway::config::{Config, DECODED_LEN};
use snow_token_gateway::demo;
use snow_token_gateway::embassy_network::{self, EmbassyNetwork, NetworkMemory, stack_config};
use snow_token_gateway::tls::Buffers;
use static_cell::{ConstStaticCell, StaticCell};

use crate::figures::Console;
use crate::host::Entropy;
use crate::lan9118::Lan9118;

/// A wrong argument, or a configuration that cannot be read.
const EXIT_USAGE: u8 = 2;
/// A TLS record of any length, unless it was asked for less.
const READ_LEN: usize = if cfg!(feature = "small-records") {
    Buffers::SMALL_READ_LEN
} else {
    Buffers::READ_LEN
};

// Made in place, for there is not enough stack to move them.
static MEMORY: ConstStaticCell<Memory<READ_LEN>> = ConstStaticCell::new(Memory::new());
static DECODED: ConstStaticCell<[u8; DECODED_LEN]> = ConstStaticCell::new([0; DECODED_LEN]);
static CONFIG: StaticCell<Config<'static>> = StaticCell::new();
static NETWORK_MEMORY: ConstStaticCell<NetworkMemory> = ConstStaticCell::new(NetworkMemory::new());
static PARTS: StaticCell<Parts> = StaticCell::new();
static EXECUTOR: StaticCell<Executor> = StaticCell::new();

/// Whether a task is to be polled.
static PENDING: AtomicBool = AtomicBool::new(false);

/// What the executor calls when a task wakes, from an interrupt as well.
// SAFETY: the name that the executor looks for, with its signature.
#[unsafe(export_name = "__pender")]
fn pender(_: *mut ()) {
    PENDING.store(true, Ordering::Release);
}

#[cortex_m_rt::entry]
fn main() -> ! {
    faults::guard_memory();
    time::start();
    let host_memory = host::memory();
    let arguments = Arguments::parse(host::command_line(&mut host_memory.command_line));
    console_log::start(arguments.log);

    let executor = EXECUTOR.init(Executor::new(core::ptr::null_mut()));
    let spawner = executor.spawner();
    start(spawner, arguments, &mut host_memory.config);
    loop {
        // SAFETY: here alone, on one thread, and not from within itself.
        unsafe { executor.poll() };
        critical_section::with(|cs| {
            // Not WFE, for which QEMU does not sleep.
            if !PENDING.swap(false, Ordering::Acquire) {
                time::idle(cs);
            }
        });
    }
}

fn start(spawner: Spawner, arguments: Arguments, config: &'static mut [u8]) {
    let Ok(mut rng) = Entropy::open(arguments.entropy) else {
        usage("entropy");
    };
    let config = match arguments.config {
        Some(path) => match host::read_file(path, config) {
            Ok(config) => config,
            Err(_) => usage("config"),
        },
        None => usage("config"),
    };
    let config = match Config::parse(config, DECODED.take()) {
        Ok(config) => CONFIG.init(config),
        Err(error) => {
            log::error!("{error}");
            figures::end(EXIT_USAGE);
        }
    };
    let memory = NETWORK_MEMORY.take();
    let (stack, runner) = embassy_net::new(
        Lan9118::start(),
        stack_config(config.address),
        &mut memory.stack,
        rng.next_u64(),
    );
    let mut seed = [0; 16];
    rng.fill_bytes(&mut seed);
    let parts = PARTS.init(Parts {
        network: EmbassyNetwork::new(stack, &mut memory.connection, seed),
        rng,
        console: Console::new(arguments.until),
        config,
    });

    spawner.spawn(run_stack(runner).expect("it is spawned once"));
    spawner.spawn(tell_address(stack).expect("it is spawned once"));
    spawner.spawn(run_gateway(parts).expect("it is spawned once"));
}

#[embassy_executor::task]
async fn run_stack(mut runner: Runner<'static, Lan9118>) -> ! {
    runner.run().await
}

#[embassy_executor::task]
async fn tell_address(stack: Stack<'static>) -> ! {
    embassy_network::tell_address(stack).await
}

#[embassy_executor::task]
async fn run_gateway(parts: &'static mut Parts) -> ! {
    let Parts {
        network,
        rng,
        console,
        config,
    } = parts;
    demo::run(network, rng, console, config, MEMORY.take()).await
}

/// What the gateway runs on. The task has a reference to it, for with the parts themselves as its
/// arguments the task's whole future, large as it is, is made on the stack and moved.
struct Parts {
    network: EmbassyNetwork<'static>,
    rng: Entropy,
    console: Console,
    config: &'static Config<'static>,
}

struct Arguments {
    config: Option<&'static str>,
    entropy: &'static str,
    until: Option<(snow_token_gateway::indicator::State, u32)>,
    log: LevelFilter,
}

impl Arguments {
    fn parse(line: &'static str) -> Self {
        let mut arguments = Self {
            config: None,
            entropy: "/dev/urandom",
            until: None,
            log: LevelFilter::Info,
        };
        for argument in line.split_ascii_whitespace() {
            match argument.split_once('=') {
                Some(("config", path)) => arguments.config = Some(path),
                Some(("entropy", path)) => arguments.entropy = path,
                Some(("until", until)) => {
                    let (name, times) = until.split_once(':').unwrap_or((until, "1"));
                    let (Some(state), Ok(times)) = (figures::state(name), times.parse()) else {
                        usage(argument);
                    };
                    arguments.until = Some((state, times));
                }
                Some(("log", level)) => {
                    let Ok(level) = level.parse() else {
                        usage(argument);
                    };
                    arguments.log = level;
                }
                // The name of the program, which QEMU puts there where no argument is given.
                _ => (),
            }
        }
        arguments
    }
}

/// Says which argument is wrong, or which file cannot be read, and ends the program.
fn usage(what: &str) -> ! {
    host::Line::new()
        .text("wrong argument, or unreadable: ")
        .text(what)
        .print();
    figures::end(EXIT_USAGE)
}
