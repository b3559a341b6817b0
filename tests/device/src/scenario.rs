//! A device at a simulated instance, as tests begin.

use core::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use std::{collections::BTreeMap, fmt, thread, time::Instant};

use base64ct::{Base64, Encoding};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use snow_token_simulator::{Options, Simulator, VerifierKey};

use crate::{
    device::{BootOptions, Device, DeviceConfig},
    network::{Happening, Remote, Tcp, VirtualNetwork},
};

/// The instance's name.
pub const INSTANCE: &str = "dev12345.service-now.com";
/// Its address, in a block for documentation.
pub const INSTANCE_ADDRESS: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 10), 443);
/// Where the time comes from.
pub const TIME_SERVER: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 123);
/// The device's name.
pub const DEVICE_NAME: &str = "pump-7";

/// How long a test waits for what must happen: far longer than it takes, for other tests run
/// beside it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the readings become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Records of a table.
    Table,
    /// Rows of an import set.
    ImportSet,
    /// Events.
    Events,
}

impl Target {
    /// As the device is told.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Table => "table:u_reading",
            Self::ImportSet => "import:u_imp_reading",
            Self::Events => "events",
        }
    }

    /// The table in which the readings end up, and the column with their names.
    pub fn place(self) -> (&'static str, &'static str) {
        match self {
            Self::Table => ("u_reading", "correlation_id"),
            Self::ImportSet => ("u_reading", "u_correlation_id"),
            Self::Events => ("em_alert", "message_key"),
        }
    }

    /// The path of the requests that bring readings.
    pub fn path(self) -> &'static str {
        match self {
            Self::Table => "/api/now/table/u_reading",
            Self::ImportSet => "/api/now/import/u_imp_reading",
            Self::Events => "/api/global/em/jsonv2",
        }
    }
}

/// A simulated instance, a network in which it is found under [`INSTANCE`], and what a device must
/// be told to bring its readings there.
pub struct Scenario {
    /// The instance.
    pub simulator: Simulator,
    /// The network.
    pub network: VirtualNetwork,
    /// What the device is told.
    pub config: DeviceConfig,
    /// How it is started.
    pub boot: BootOptions,
    target: Target,
}

impl Scenario {
    /// An instance as it is by default, and a device that sends readings into a table. Its waits
    /// are short.
    pub fn new() -> Self {
        Self::with(Options::default())
    }

    /// The same at an instance that is started in another way.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn with(options: Options) -> Self {
        let mut options = options;
        if options.names.is_empty() {
            options.names = vec![INSTANCE.to_owned()];
        }
        let simulator = Simulator::start(options).expect("the simulated instance starts");
        let network = VirtualNetwork::start().expect("the network starts");
        network.set_host(INSTANCE, *INSTANCE_ADDRESS.ip());
        network.set_tcp(INSTANCE_ADDRESS, Tcp::To(host_address(&simulator)));
        let config = DeviceConfig::new()
            .with("instance", INSTANCE)
            .with("root", root_of(simulator.ca_pem()))
            .with("device", DEVICE_NAME)
            .with("time_server", TIME_SERVER)
            .with("interval_ms", 50)
            .with("timeout_s", 5)
            .with("backoff_cap_s", 1)
            .with("spread_s", 0)
            .with("settle_s", 1)
            .with("retry_stopped_s", 3600);
        let mut scenario = Self {
            simulator,
            network,
            config,
            boot: BootOptions::default(),
            target: Target::Table,
        };
        scenario.set_client("writer");
        scenario.set_target(Target::Table);
        scenario
    }

    /// Lets the device log in as that client of the instance, by client credentials.
    pub fn set_client(&mut self, name: &str) {
        let client = self.simulator.client(name);
        self.config.set("client_id", &client.client_id);
        match client.is_public() {
            true => self.config.remove("client_secret"),
            false => self.config.set("client_secret", &client.client_secret),
        }
    }

    /// Lets the device log in by JWT bearer, with a key that the instance is told of.
    ///
    /// # Panics
    /// Where the instance does not take the key.
    pub fn log_in_by_jwt_bearer(&mut self) {
        const KEY_ID: &str = "pump";
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("a key can be made");
        let certificate = CertificateParams::default().self_signed(&key);
        let certificate = certificate.expect("a certificate can be made").pem();
        let client_id = self.simulator.client("jwt").client_id;
        let verifier = VerifierKey::CertificatePem(certificate);
        let mut instance = self.simulator.instance();
        let added = instance.add_jwt_verifier(&client_id, Some(KEY_ID), &verifier);
        added.expect("the instance takes the key");
        drop(instance);
        self.set_client("jwt");
        self.config
            .set("jwt_subject", "integration.user@example.com");
        self.config.set("jwt_kid", KEY_ID);
        let key = Base64::encode_string(&key.serialize_der());
        self.config.set("jwt_key", key);
    }

    /// Where the device is to bring its readings.
    pub fn set_target(&mut self, target: Target) {
        self.target = target;
        self.config.set("target", target.setting());
    }

    /// Where the device is to bring its readings.
    pub fn target(&self) -> Target {
        self.target
    }

    /// How many readings the device takes.
    pub fn set_readings(&mut self, count: usize) {
        self.config.set("readings", count);
    }

    /// Puts another server in the instance's place, with another root.
    pub fn set_server(&mut self, address: SocketAddr, root: &[u8]) {
        self.network.set_tcp(INSTANCE_ADDRESS, Tcp::To(address));
        self.config.set("root", Base64::encode_string(root));
    }

    /// Powers the device up.
    ///
    /// # Panics
    /// Where there is no firmware, or no QEMU; with what helps.
    pub fn boot(&self) -> Device {
        Device::boot_with(&self.network, &self.config, &self.boot)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Cuts all connections and refuses new ones, as an instance does that is being restarted, and
    /// forgets all tokens.
    pub fn stop_instance(&self) {
        self.network.set_tcp(INSTANCE_ADDRESS, Tcp::Refused);
        self.network.happen(Happening::Reset);
        self.simulator.instance().revoke_all_tokens();
    }

    /// Lets the instance be reached again.
    pub fn start_instance(&self) {
        let address = host_address(&self.simulator);
        self.network.set_tcp(INSTANCE_ADDRESS, Tcp::To(address));
    }

    /// What went on between the device and the instance's address.
    pub fn traffic(&self) -> Remote {
        self.network.remote(INSTANCE_ADDRESS)
    }

    /// The readings that the instance holds: how often each name occurs.
    pub fn arrived(&self) -> BTreeMap<String, usize> {
        let (table, column) = self.target.place();
        let instance = self.simulator.instance();
        let mut names = BTreeMap::new();
        for record in instance.records(table) {
            let name = record.get(column).cloned().unwrap_or_default();
            *names.entry(name).or_default() += 1;
        }
        names
    }

    /// Waits until the instance holds so many readings, repeats counted once.
    ///
    /// # Panics
    /// Where they do not come in time.
    pub fn wait_for_readings(&self, count: usize) {
        let began = Instant::now();
        loop {
            let arrived = self.arrived().len();
            if arrived >= count {
                return;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "{arrived} of {count} readings arrived; {:?}",
                self.network
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for all of the device's readings, and that each is there once.
    ///
    /// # Panics
    /// Where one is missing, or there twice.
    pub fn expect_each_once(&self, count: usize) {
        self.wait_for_readings(count);
        // What is sent twice comes a moment later.
        thread::sleep(Duration::from_millis(200));
        let arrived = self.arrived();
        assert_eq!(arrived.len(), count, "{arrived:?}");
        let doubled: Vec<_> = arrived.iter().filter(|(_, times)| **times != 1).collect();
        assert!(doubled.is_empty(), "more than once: {doubled:?}");
        assert!(!arrived.contains_key(""), "one has no name");
    }

    /// How many requests with that method the instance has seen for a path that begins so; it
    /// remembers the last 256 requests.
    pub fn requests(&self, method: &str, path: &str) -> usize {
        let instance = self.simulator.instance();
        let requests = instance.requests().iter();
        requests
            .filter(|request| request.method == method && request.target.starts_with(path))
            .count()
    }
}

impl Default for Scenario {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Scenario");
        shown.field("network", &self.network);
        shown.field("config", &self.config);
        shown.finish_non_exhaustive()
    }
}

/// Where the simulated instance listens on this machine.
pub fn host_address(simulator: &Simulator) -> SocketAddr {
    let (_, port) = simulator.url().rsplit_once(':').unwrap_or_default();
    let port = port.parse().expect("a simulated instance's URL has a port");
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// A root certificate as the device is told of it: the lines of a PEM file without the first and
/// the last, joined.
pub fn root_of(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}
