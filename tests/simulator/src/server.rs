//! The running simulator: a listener, TLS, and HTTP around one [`Instance`].

use core::{convert::Infallible, net::SocketAddr};
use std::{
    io::{self, Write},
    net::TcpListener,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use http::Request;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tempfile::NamedTempFile;
use tokio::{net::TcpStream, runtime::Runtime};
use tokio_rustls::TlsAcceptor;

use crate::{
    answers::{self, Answer},
    certificates::{self, KeyKind, LeafFlaw},
    fault::{Fault, Faults, relay},
    instance::Instance,
    oauth::RegisteredClient,
    options::InstanceOptions,
};

/// How a simulator is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// The address to listen on; port 0 for one that is free.
    pub listen: SocketAddr,
    /// Whether `listen` may be an address that other machines can reach. The instance takes
    /// made-up credentials and has no other protection.
    pub allow_remote: bool,
    /// Names and addresses by which clients reach it, beside `localhost`, the loopback addresses
    /// and `listen`; the first one stands in its URL.
    pub names: Vec<String>,
    /// The kind of certificates.
    pub keys: KeyKind,
    /// What is wrong with the server's certificate.
    pub leaf_flaw: LeafFlaw,
    /// The instance behind it.
    pub instance: InstanceOptions,
}

impl Default for Options {
    /// On a free port of 127.0.0.1, as an instance is now.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            allow_remote: false,
            names: Vec::new(),
            keys: KeyKind::EcdsaP384,
            leaf_flaw: LeafFlaw::None,
            instance: InstanceOptions::default(),
        }
    }
}

/// A simulated instance that runs until this is dropped.
#[derive(Debug)]
pub struct Simulator {
    url: String,
    ca_pem: String,
    ca_file: NamedTempFile,
    instance: Arc<Mutex<Instance>>,
    faults: Faults,
    /// The instance runs on its threads, and ends with it.
    runtime: Option<Runtime>,
}

impl Simulator {
    /// Makes the certificates and begins to listen.
    ///
    /// # Errors
    /// Where the address is taken, or other machines can reach it and that was not allowed.
    pub fn start(options: Options) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() && !options.allow_remote {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "{} can be reached by other machines; that must be allowed explicitly",
                    options.listen
                ),
            ));
        }
        if options.listen.ip().is_unspecified() && options.names.is_empty() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!(
                    "by which name do clients reach {}? It must stand in the certificate",
                    options.listen
                ),
            ));
        }
        let host = match (options.names.first(), options.listen) {
            (Some(name), _) => name.clone(),
            (None, SocketAddr::V4(address)) => address.ip().to_string(),
            (None, SocketAddr::V6(address)) => format!("[{}]", address.ip()),
        };
        let mut names = options.names;
        names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        if !options.listen.ip().is_unspecified() {
            names.push(options.listen.ip().to_string());
        }
        let chain = certificates::make(options.keys, options.leaf_flaw, &names)
            .map_err(io::Error::other)?;
        let mut ca_file = tempfile::Builder::new()
            .prefix("simulated-instance-")
            .suffix(".pem")
            .tempfile()?;
        ca_file.write_all(chain.root_pem.as_bytes())?;
        ca_file.flush()?;

        let listener = TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let instance = Arc::new(Mutex::new(Instance::new(&options.instance)));
        let faults = Faults::default();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("simulated-instance")
            .enable_all()
            .build()?;
        let acceptor = TlsAcceptor::from(Arc::new(chain.server));
        runtime.spawn(accept(
            listener,
            acceptor,
            Arc::clone(&instance),
            faults.clone(),
        ));
        Ok(Self {
            url: format!("https://{host}:{}", address.port()),
            ca_pem: chain.root_pem,
            ca_file,
            instance,
            faults,
            runtime: Some(runtime),
        })
    }

    /// `https://`, host and port, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The root certificate that its clients are to trust.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The same in a file, which is there as long as the simulator runs.
    pub fn ca_file(&self) -> &Path {
        self.ca_file.path()
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

    /// The instance, to look into or to change. It answers nobody while this is held.
    pub fn instance(&self) -> MutexGuard<'_, Instance> {
        lock(&self.instance)
    }

    /// Breaks an answer or a connection. Several faults wait in line.
    pub fn inject(&self, fault: Fault) {
        self.faults.push(fault);
    }

    /// What a program needs that wants to use the instance: `url`, `ca_file`, `clients` and `users`,
    /// made-up secrets included.
    pub fn describe(&self) -> Value {
        let mut described = self.instance().describe();
        let path = described["idp"]["token_path"].take();
        if let (Some(idp), Some(path)) = (described["idp"].as_object_mut(), path.as_str()) {
            idp.remove("token_path");
            idp.insert(
                "token_url".to_owned(),
                format!("{}{path}", self.url()).into(),
            );
        }
        described["url"] = self.url().into();
        described["ca_file"] = self.ca_file().to_string_lossy().into();
        described
    }

    /// Runs until the process is told to stop, by Ctrl-C or SIGTERM, and cleans up. Calls `ready`
    /// once it can be told so.
    ///
    /// # Errors
    /// Where the process cannot listen for signals, and that of `ready`.
    pub fn run_until_stopped(self, ready: impl FnOnce(&Self) -> io::Result<()>) -> io::Result<()> {
        match &self.runtime {
            Some(runtime) => runtime.block_on(async {
                let stopped = stop_signal()?;
                ready(&self)?;
                stopped.await
            }),
            None => Ok(()),
        }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Listens from when it is called, not only from when it is first polled.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(tokio::signal::ctrl_c())
}

fn lock(instance: &Mutex<Instance>) -> MutexGuard<'_, Instance> {
    instance.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    instance: Arc<Mutex<Instance>>,
    faults: Faults,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        // What fails here is one connection (or the table of open files), not the listener.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(core::time::Duration::from_millis(10)).await;
            continue;
        };
        let (acceptor, instance) = (acceptor.clone(), Arc::clone(&instance));
        tokio::spawn(serve(stream, acceptor, instance, faults.clone()));
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    instance: Arc<Mutex<Instance>>,
    faults: Faults,
) -> io::Result<()> {
    match faults.for_connection() {
        Some(Fault::SilentBeforeTls) => return core::future::pending().await,
        Some(_) => return Ok(()),
        None => {}
    }
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let (to_http, from_relay) = tokio::io::duplex(64 * 1024);
    let service = service_fn(move |request| answer(request, Arc::clone(&instance)));
    let http = http1::Builder::new().serve_connection(TokioIo::new(from_relay), service);
    tokio::spawn(async move {
        // The client sees what goes wrong on its connection; there is nobody to tell it here.
        let _ = http.await;
    });
    relay(stream, to_http, faults).await
}

const BODY_LIMIT: usize = 1024 * 1024;

async fn answer(
    request: Request<Incoming>,
    instance: Arc<Mutex<Instance>>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let answer: Answer = match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => {
            let request = Request::from_parts(head, body.to_bytes());
            lock(&instance).handle(&request, SystemTime::now())
        }
        Err(_) => answers::empty(http::StatusCode::PAYLOAD_TOO_LARGE),
    };
    Ok(answer.map(Full::new))
}
