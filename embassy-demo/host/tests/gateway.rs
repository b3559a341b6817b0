//! The gateway on a desktop, against the simulated instance.

use core::time::Duration;
use std::{
    collections::BTreeMap,
    fs,
    io::Read,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread,
    time::Instant,
};

use snow_token_device::{device::DeviceConfig, network::TimeServer, scenario::root_of};
use snow_token_simulator::{Options, Simulator};

/// Far longer than it takes: other tests run beside this one.
const PATIENCE: Duration = Duration::from_secs(60);
const READINGS: usize = 5;

fn gateway() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_snow-token-gateway-host"));
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// A gateway that runs until this is dropped.
struct Running(Child);

impl Running {
    /// Ends it; what it has said.
    fn end(&mut self) -> String {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
        let mut said = String::new();
        if let Some(mut stderr) = self.0.stderr.take() {
            let _ = stderr.read_to_string(&mut said);
        }
        said
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let said = self.end();
        if thread::panicking() {
            eprintln!("--- the gateway's log ---\n{said}---");
        }
    }
}

/// How often each reading is in the instance, by its name.
fn arrived(simulator: &Simulator) -> BTreeMap<String, usize> {
    let instance = simulator.instance();
    let mut names = BTreeMap::new();
    for record in instance.records("u_reading") {
        let name = record.get("correlation_id").cloned().unwrap_or_default();
        *names.entry(name).or_default() += 1;
    }
    names
}

fn output_for(config: &Path) -> Output {
    gateway().arg(config).output().unwrap()
}

#[test]
fn five_readings_arrive_once_each() {
    let simulator = Simulator::start(Options::default()).unwrap();
    let time_server = TimeServer::start().unwrap();
    let client = simulator.client("writer");
    let authority = simulator.url().strip_prefix("https://").unwrap();
    let config = DeviceConfig::new()
        .with("instance", authority)
        .with("root", root_of(simulator.ca_pem()))
        .with("client_id", &client.client_id)
        .with("client_secret", &client.client_secret)
        .with("target", "table:u_reading")
        .with("device", "desktop-1")
        .with("time_server", time_server.address())
        .with("spread_s", 0)
        .with("interval_ms", 20)
        .with("readings", READINGS);
    let file = config.to_file().unwrap();

    let child = gateway().arg(file.path()).stderr(Stdio::piped()).spawn();
    let mut running = Running(child.unwrap());
    let began = Instant::now();
    while arrived(&simulator).len() < READINGS {
        let runs = matches!(running.0.try_wait(), Ok(None));
        assert!(runs, "the gateway has ended");
        assert!(began.elapsed() < PATIENCE, "{:?}", arrived(&simulator));
        thread::sleep(Duration::from_millis(10));
    }
    // What is sent twice comes a moment later.
    thread::sleep(Duration::from_millis(300));
    let arrived = arrived(&simulator);
    assert_eq!(arrived.len(), READINGS);
    assert!(arrived.values().all(|times| *times == 1), "{arrived:?}");
    assert_eq!(simulator.instance().token_requests(), 1);

    let said = running.end();
    assert!(said.contains("TLS 1.3, verified"), "{said}");
    assert!(!said.contains(&client.client_secret));
}

#[test]
fn a_wrong_configuration_is_said_and_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("gateway.conf");
    for (text, error) in [
        (
            "device=desktop-1\ninstanse=dev12345.service-now.com\n",
            "configuration, line 2: an unknown name",
        ),
        ("device=desktop-1\n", "configuration: instance is missing"),
        ("", "no configuration: provision one"),
    ] {
        fs::write(&config, text).unwrap();
        let output = output_for(&config);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert_eq!(said, format!("snow-token-gateway-host: {error}\n"));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn a_configuration_that_is_not_there_is_said_and_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = output_for(&folder.path().join("none.conf"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("none.conf: "), "{said}");

    let output = gateway().output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("which file is the configuration in?"),
        "{said}"
    );
}
