//! What the end-to-end tests in `tests/` share: the real programs, run with an environment that
//! holds nothing but what a test puts there.

pub mod browser;
mod files;
mod grants;
#[cfg(target_os = "linux")]
mod system;

pub use files::{private_file, set_mode};
pub use grants::{library_client, refresh_token_of_legacy};
#[cfg(target_os = "linux")]
pub use system::FAULTS_OF_THE_SYSTEM;

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use std::{
    env, fs,
    io::Write,
    path::PathBuf,
    process::{self, Child, Command, Output, Stdio},
    sync::OnceLock,
    thread,
    time::Instant,
};

use snow_token_simulator::{InstanceOptions, Options, Simulator};

/// A simulated instance as it is by default.
pub fn simulator() -> Simulator {
    simulator_with(Options::default())
}

/// A simulated instance whose registry or tokens are not as by default.
pub fn simulator_of(instance: InstanceOptions) -> Simulator {
    simulator_with(Options {
        instance,
        ..Options::default()
    })
}

/// A simulated instance that is started in another way.
pub fn simulator_with(options: Options) -> Simulator {
    Simulator::start(options).expect("the simulated instance starts")
}

/// The command `snow-token` without any setting.
pub fn snow_token() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    without_environment(PROGRAM.get_or_init(|| program("snow-token")))
}

/// The command `snow-token` at the simulated instance, without credentials.
pub fn snow_token_at(simulator: &Simulator) -> Command {
    let mut command = snow_token();
    set_instance(&mut command, simulator);
    command
}

/// The command `snow-token` as that client of the simulated instance.
pub fn snow_token_as(simulator: &Simulator, client: &str) -> Command {
    let mut command = snow_token_at(simulator);
    set_client(&mut command, simulator, client);
    command
}

fn set_instance(command: &mut Command, simulator: &Simulator) {
    command
        .env("SERVICENOW_INSTANCE", simulator.url())
        .env("SERVICENOW_CA_FILE", simulator.ca_file());
}

fn set_client(command: &mut Command, simulator: &Simulator, client: &str) {
    let client = simulator.client(client);
    command.env("SERVICENOW_CLIENT_ID", &client.client_id);
    if !client.is_public() {
        command.env("SERVICENOW_CLIENT_SECRET", client.client_secret);
    }
}

/// The program `snow-token-simulator`.
pub fn simulator_program() -> Command {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    without_environment(PROGRAM.get_or_init(|| program("snow-token-simulator")))
}

/// An example without any setting.
pub fn example(name: &str) -> Command {
    let built = cargo_build().example(name).run();
    without_environment(&built.expect("the example builds").path().to_owned())
}

/// An example of the library as that client of the simulated instance.
pub fn example_as(name: &str, simulator: &Simulator, client: &str) -> Command {
    let mut command = example(name);
    set_instance(&mut command, simulator);
    set_client(&mut command, simulator, client);
    command
}

/// Builds a program of the workspace with the features that the tests are built with, so that its
/// dependencies are there already.
pub fn program(bin: &str) -> PathBuf {
    let built = cargo_build().bin(bin).run();
    built.expect("the program builds").path().to_owned()
}

/// Cargo as whoever runs the tests has started it. What cargo tells a test of its package is not for
/// another cargo: a build script that looks at it would run again, and all that depends on it be built
/// again. With a test, for without one cargo leaves out what only tests ask of dependencies, and builds
/// most of them once more.
fn cargo_build() -> escargot::CargoBuild {
    let of_package = |name: &str| {
        ["CARGO_MANIFEST_", "CARGO_PKG_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let names = names.filter(|name| of_package(name));
    let build = escargot::CargoBuild::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .args(["--workspace", "--test", "settings"])
        .current_release();
    names.fold(build, escargot::CargoBuild::env_remove)
}

/// A home that no other command has: nothing is cached in it.
pub fn fresh_home() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let homes = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tmp/homes");
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let home = PathBuf::from(homes).join(format!("{}-{number}", process::id()));
    // One of an earlier run, whose process had the same number.
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).expect("a home can be made");
    home
}

fn without_environment(program: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    command.env("HOME", fresh_home());
    // Windows opens no socket without it.
    if let Some(root) = env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command
}

/// What a program did.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl From<Output> for Outcome {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("the program was not killed"),
            stdout: String::from_utf8(output.stdout).expect("the output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("the messages are UTF-8"),
        }
    }
}

/// A program that is killed when the test is done with it, or has failed.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts the program, its standard output at hand.
    pub fn start(command: &mut Command) -> Self {
        let child = command.stdout(Stdio::piped()).spawn();
        Self(child.expect("the program runs"))
    }

    /// The program.
    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program, and kills it when so much time has gone by.
pub fn kill_after(command: &mut Command, pause: Duration) {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    thread::sleep(pause);
    child.kill().expect("it can be killed");
    child.wait().expect("it has ended");
}

/// Runs the program to its end.
pub fn run(command: &mut Command) -> Outcome {
    finish(command, None)
}

/// Runs the program to its end with `input` as its standard input.
pub fn run_with_input(command: &mut Command, input: &[u8]) -> Outcome {
    finish(command.stdin(Stdio::piped()), Some(input))
}

/// A program that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn finish(command: &mut Command, input: Option<&[u8]>) -> Outcome {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    if let Some(input) = input {
        let mut stdin = child.stdin.take().expect("standard input is a pipe");
        stdin.write_all(input).expect("the program reads its input");
    }
    // What a program prints here fits into a pipe.
    let began = Instant::now();
    while child
        .try_wait()
        .expect("the program can be waited for")
        .is_none()
    {
        if began.elapsed() > PATIENCE {
            child.kill().expect("the program can be killed");
            panic!("{command:?} hangs");
        }
        thread::sleep(Duration::from_millis(2));
    }
    child
        .wait_with_output()
        .expect("the program has ended")
        .into()
}
