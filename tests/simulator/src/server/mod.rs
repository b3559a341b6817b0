//! The running simulator: listeners, TLS, and HTTP around one [`Instance`].

mod admin;
mod options;
mod serve;
mod stop;
mod thread;

use core::net::SocketAddr;
use std::{
    io::{self, Write},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value};
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

pub use options::Options;

use self::thread::RuntimeThread;
use crate::{
    certificates,
    client_certificates::{ClientAuthority, ClientCertificates},
    command::{Command, Timeline},
    fault::{Fault, Faults},
    instance::Instance,
    oauth::RegisteredClient,
    users::User,
};

/// What all connections share.
#[derive(Debug, Clone)]
struct Shared {
    instance: Arc<Mutex<Instance>>,
    faults: Faults,
    /// What there is to say beside what the instance says of itself.
    place: Arc<Map<String, Value>>,
}

impl Shared {
    fn instance(&self) -> MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn apply(&self, command: Command) -> Result<(), String> {
        command.apply(&mut self.instance(), &self.faults)
    }

    fn describe(&self) -> Value {
        let mut described = self.instance().describe();
        for (name, value) in self.place.iter() {
            described[name] = value.clone();
        }
        let idp = &mut described["idp"];
        let url = self.place["url"].as_str().unwrap_or_default();
        let token_url = format!("{url}{}", crate::access::IdpEndpoint::PATH);
        idp["token_url"] = token_url.into();
        described
    }
}

/// A simulated instance that runs until this is dropped.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    admin_url: Option<String>,
    ca_pem: String,
    ca_file: NamedTempFile,
    client_authority: ClientAuthority,
    /// Kept for who reads them.
    _client_files: Option<(NamedTempFile, NamedTempFile)>,
    shared: Shared,
    /// The instance runs on it, and ends with it.
    runtime: RuntimeThread,
}

impl Simulator {
    /// Makes the certificates and begins to listen.
    ///
    /// # Errors
    /// Where an address is taken, or other machines can reach it and that was not allowed; and
    /// where the timeline begins with what cannot be done.
    pub fn start(options: Options) -> io::Result<Self> {
        options.check()?;
        let asks = options.client_certificates != ClientCertificates::NotAsked;
        let names = options.all_names();
        let (keys, suites) = (options.keys, options.cipher_suites);
        let chain = certificates::make(keys, suites, options.leaf_flaw, &names, asks)
            .map_err(io::Error::other)?;
        let client_authority = ClientAuthority::new().map_err(io::Error::other)?;
        let gate = client_authority.gate(&options.client_certificates);
        let gate = gate.map_err(invalid_input)?;
        let ca_file = pem_file(&chain.root_pem)?;

        let (listener, address) = listen(options.listen)?;
        let admin = options.admin.map(listen).transpose()?;
        let url = format!("https://{}:{}", options.host(), address.port());
        let admin_url = admin
            .as_ref()
            .map(|(_, address)| format!("http://{address}"));
        let mut place = Map::new();
        let path = |file: &NamedTempFile| Value::from(file.path().to_string_lossy());
        place.insert("url".to_owned(), url.as_str().into());
        place.insert("ca_file".to_owned(), path(&ca_file));
        place.insert("admin_url".to_owned(), admin_url.clone().into());
        let client_files = match asks {
            true => Some(client_files(&client_authority)?),
            false => None,
        };
        if let Some((certificate, key)) = &client_files {
            place.insert("client_cert_file".to_owned(), path(certificate));
            place.insert("client_key_file".to_owned(), path(key));
        }

        let shared = Shared {
            instance: Arc::new(Mutex::new(Instance::new(&options.instance))),
            faults: Faults::default(),
            place: Arc::new(place),
        };
        let Timeline(timeline) = options.timeline;
        let (at_start, later): (Vec<_>, Vec<_>) =
            timeline.into_iter().partition(|(at, _)| at.is_zero());
        for (_, command) in at_start {
            shared.apply(command).map_err(invalid_input)?;
        }
        let runtime = RuntimeThread::start("simulated-instance")?;
        for (at, command) in later {
            let shared = shared.clone();
            runtime.spawn(async move {
                tokio::time::sleep(at).await;
                // It was checked; that a client has gone since then cannot be.
                let _ = shared.apply(command);
            });
        }
        let acceptor = TlsAcceptor::from(Arc::new(chain.server));
        runtime.spawn(serve::accept(listener, acceptor, gate, shared.clone()));
        if let Some((listener, _)) = admin {
            runtime.spawn(admin::accept(listener, shared.clone()));
        }
        Ok(Self {
            url,
            admin_url,
            ca_pem: chain.root_pem,
            ca_file,
            client_authority,
            _client_files: client_files,
            shared,
            runtime,
        })
    }

    /// `https://`, host and port, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where it takes commands, if it does: `http://`, host and port.
    pub fn admin_url(&self) -> Option<&str> {
        self.admin_url.as_deref()
    }

    /// The root certificate that its clients are to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The same in a file, which is there as long as the simulator runs.
    pub fn ca_file(&self) -> &Path {
        self.ca_file.path()
    }

    /// A client certificate that is let through where one is required, and its key, both in PEM.
    ///
    /// # Panics
    /// Where none can be made, for the lack of random bytes.
    pub fn client_certificate(&self) -> (String, String) {
        let issued = self.client_authority.issue();
        issued.expect("a certificate of a key made here")
    }

    /// The registered client of that name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn client(&self, name: &str) -> RegisteredClient {
        let instance = self.instance();
        let client = instance.clients().iter().find(|client| client.name == name);
        client.expect("no registered client has this name").clone()
    }

    /// The user of that name.
    ///
    /// # Panics
    /// Where there is none.
    pub fn user(&self, user_name: &str) -> User {
        let instance = self.instance();
        let mut users = instance.users().iter();
        let user = users.find(|user| user.user_name == user_name);
        user.expect("no user has this name").clone()
    }

    /// The instance, to look into or to change. It answers nobody while this is held.
    pub fn instance(&self) -> MutexGuard<'_, Instance> {
        self.shared.instance()
    }

    /// Breaks an answer or a connection. Several faults wait in line.
    pub fn inject(&self, fault: Fault) {
        self.shared.faults.push(fault);
    }

    /// What a program needs that wants to use the instance, made-up secrets included: `url`,
    /// `ca_file`, `admin_url`, `clients`, `users`, `api_keys` and `idp`; `client_cert_file` and
    /// `client_key_file` where client certificates are required.
    pub fn describe(&self) -> Value {
        self.shared.describe()
    }

    /// Runs until the process is told to stop, by Ctrl-C or SIGTERM, and cleans up. Calls `ready`
    /// once it can be told so.
    ///
    /// # Errors
    /// Where the process cannot listen for signals, and that of `ready`.
    pub fn run_until_stopped(self, ready: impl FnOnce(&Self) -> io::Result<()>) -> io::Result<()> {
        self.runtime.block_on(async {
            let stopped = stop::stop_signal()?;
            ready(&self)?;
            stopped.await
        })
    }
}

fn listen(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Only its owner can read it.
fn pem_file(pem: &str) -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new()
        .prefix("simulated-instance-")
        .suffix(".pem")
        .tempfile()?;
    file.write_all(pem.as_bytes())?;
    file.flush()?;
    Ok(file)
}

fn client_files(authority: &ClientAuthority) -> io::Result<(NamedTempFile, NamedTempFile)> {
    let (certificate, key) = authority.issue().map_err(io::Error::other)?;
    Ok((pem_file(&certificate)?, pem_file(&key)?))
}

fn invalid_input(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}
