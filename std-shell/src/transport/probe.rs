//! A connection for its own sake: made by the parts that make it for a request, so through the same
//! proxy and over the same roots, looked at, and closed.

use core::time::Duration;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, RootCertStore,
    client::{WebPkiServerVerifier, danger::ServerCertVerifier},
    pki_types::{CertificateDer, ServerName},
};
use ureq::{
    Agent, Proxy, Timeout,
    http::{Uri, uri::Authority},
    tls::RootCerts,
    unversioned::{
        resolver::DefaultResolver,
        transport::{
            ConnectProxyConnector, ConnectionDetails, Connector, NextTimeout, RustlsConnector,
            SocksConnector, TcpConnector, Transport as Wire, TransportAdapter, time,
        },
    },
};

use super::{
    Transport,
    client_certificate::{for_rustls, unusable},
    recorder::{RecordedChain, Recorder},
};
use crate::{error::Error, settings::Settings};

/// What became of a TLS handshake.
pub(crate) struct Handshake {
    /// The certificates that the server sent, its own first, trusted or not.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) outcome: Result<Agreed, Error>,
}

/// What both sides agreed on.
#[derive(Debug, Clone)]
pub(crate) struct Agreed {
    pub(crate) is_tls13: bool,
    pub(crate) cipher_suite: String,
    /// From the beginning, the connection included.
    pub(crate) elapsed: Duration,
}

impl Transport {
    /// The proxy that stands between, as `host:port`.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Whether the instance's name is looked up here, and not by a proxy.
    pub(crate) fn looks_names_up(&self) -> bool {
        let proxy = self.agent.config().proxy();
        proxy.is_none_or(Proxy::resolve_target)
    }

    /// Connects to the instance, through the proxy if there is one, and says how long that took.
    pub(crate) fn probe_connection(&self, settings: &Settings) -> Result<Duration, Error> {
        self.probe(settings, None).map(|reached| reached.elapsed)
    }

    /// Connects and shakes hands.
    pub(crate) fn probe_tls(&self, settings: &Settings) -> Handshake {
        let chain = RecordedChain::default();
        let outcome = self
            .tls_config(settings, &chain)
            .and_then(|config| self.probe(settings, Some(config)));
        Handshake {
            chain: chain.take(),
            outcome,
        }
    }

    /// The error of a connection to `host`, in words and with what to do.
    pub(crate) fn connection_error(&self, host: &str, error: io::Error) -> Error {
        self.error(host, &ureq::Error::from(error), Duration::ZERO)
    }

    fn error(&self, host: &str, error: &ureq::Error, elapsed: Duration) -> Error {
        let problem = self.diagnose(error, elapsed);
        Error::new(problem.kind, format!("{host}: {}", problem.what)).with_advice([problem.advice])
    }

    fn probe(&self, settings: &Settings, tls: Option<Arc<ClientConfig>>) -> Result<Agreed, Error> {
        let url = settings.instance.join("/");
        let uri: Uri = url.parse().unwrap_or_default();
        let host = uri
            .authority()
            .map(Authority::to_string)
            .unwrap_or_default();
        let probe = Probe {
            target: uri.authority().cloned(),
            tls,
            timeout: settings.timeout,
            started: Instant::now(),
            agreed: Arc::default(),
        };
        let (started, agreed) = (probe.started, Arc::clone(&probe.agreed));
        let connector = ()
            .chain(SocksConnector::default())
            .chain(ConnectProxyConnector::default())
            .chain(TcpConnector::default())
            .chain(probe)
            // To a proxy that is reached by TLS.
            .chain(RustlsConnector::default());
        let config = self.agent.config().clone();
        let agent = Agent::with_parts(config, connector, DefaultResolver::default());
        let outcome = agent.get(uri).call();
        match (lock(&agreed).take(), outcome) {
            (Some(agreed), _) => Ok(agreed),
            (None, Err(error)) => Err(self.error(&host, &error, started.elapsed())),
            // Cannot be: the probe lets no request through.
            (None, Ok(_)) => Err(Error::unexpected(format!("{host}: no connection was seen"))),
        }
    }

    /// As a request has it, with the certificates written down.
    fn tls_config(
        &self,
        settings: &Settings,
        chain: &RecordedChain,
    ) -> Result<Arc<ClientConfig>, Error> {
        let failed = |error: rustls::Error| {
            let host = settings.instance.to_string();
            self.error(&host, &ureq::Error::Rustls(error), Duration::ZERO)
        };
        let recorder = Recorder::new(self.verifier().map_err(failed)?, chain.clone());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(ALL_VERSIONS)
            .map_err(failed)?
            // The recorder asks a verifier and does as it says.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(recorder));
        let Some(certificate) = &settings.client_certificate else {
            return Ok(Arc::new(config.with_no_client_auth()));
        };
        let (chain, key) = for_rustls(certificate)?;
        let config = config.with_client_auth_cert(chain, key);
        config.map(Arc::new).map_err(|error| unusable(&error))
    }

    fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, rustls::Error> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let RootCerts::Specific(certificates) = self.agent.config().tls_config().root_certs()
        else {
            return Ok(Arc::new(rustls_platform_verifier::Verifier::new(provider)?));
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(
            certificates
                .iter()
                .map(|certificate| CertificateDer::from(certificate.der())),
        );
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| rustls::Error::General(error.to_string()))?;
        Ok(verifier)
    }
}

/// The last link of a chain of connectors: shakes hands if it is to, and stops there.
#[derive(Debug)]
struct Probe {
    target: Option<Authority>,
    tls: Option<Arc<ClientConfig>>,
    timeout: Duration,
    started: Instant,
    agreed: Arc<Mutex<Option<Agreed>>>,
}

impl<In: Wire> Connector<In> for Probe {
    type Out = In;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<In>, ureq::Error> {
        // The chain runs for the way to a proxy too.
        if details.uri.authority() != self.target.as_ref() {
            return Ok(chained);
        }
        let Some(wire) = chained else {
            return Ok(None);
        };
        let mut agreed = Agreed {
            is_tls13: false,
            cipher_suite: String::new(),
            elapsed: Duration::ZERO,
        };
        if let Some(config) = &self.tls {
            let connection = self.shake_hands(Arc::clone(config), details, wire)?;
            agreed.is_tls13 =
                connection.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_3);
            if let Some(suite) = connection.negotiated_cipher_suite() {
                agreed.cipher_suite = format!("{:?}", suite.suite());
            }
        }
        agreed.elapsed = self.started.elapsed();
        *lock(&self.agreed) = Some(agreed);
        // No request follows.
        Err(ureq::Error::ConnectionFailed)
    }
}

impl Probe {
    fn shake_hands(
        &self,
        config: Arc<ClientConfig>,
        details: &ConnectionDetails<'_>,
        wire: impl Wire,
    ) -> Result<ClientConnection, ureq::Error> {
        let host = details.uri.host().unwrap_or_default();
        let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
        let name = name.map_err(|_| ureq::Error::Tls("no host for a certificate"))?;
        let mut connection = ClientConnection::new(config, name)?;
        let mut wire = TransportAdapter::new(wire, Arc::clone(&details.current_time));
        wire.set_timeout(NextTimeout {
            after: time::Duration::Exact(self.timeout.saturating_sub(self.started.elapsed())),
            reason: Timeout::Global,
            ..NextTimeout::default()
        });
        connection.complete_io(&mut wire)?;
        connection.send_close_notify();
        // Manners; the server may be gone.
        let _ = connection.write_tls(&mut wire);
        Ok(connection)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
