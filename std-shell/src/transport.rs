//! HTTP over TLS with ureq: bounded in time and size, redirects not followed.

use core::time::Duration;
use std::{io, sync::Arc, time::Instant};

use rustls::CertificateError;
use snow_token_core::refusal::Answer;
use ureq::{
    Agent,
    http::{Method, Request, header},
    tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem},
};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind},
    settings::{CA_FILE, INSTANCE, Settings, TIMEOUT_SECS},
};

const USER_AGENT: &str = concat!("snow-token/", env!("CARGO_PKG_VERSION"));

#[derive(Debug)]
pub(crate) struct Transport {
    agent: Agent,
    timeout: Duration,
}

/// An answer with its body, which may hold a token.
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl HttpAnswer {
    /// As core reads it.
    pub(crate) fn view(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            content_type: self.content_type.as_deref(),
            retry_after: self.retry_after.as_deref(),
            body: &self.body,
        }
    }
}

impl Transport {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let roots = match &settings.ca_pem {
            None => RootCerts::PlatformVerifier,
            Some(pem) => RootCerts::from(certificates(pem)?),
        };
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots)
            .build();
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect is an answer like any other: the credentials do not go with it.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // An address that is not https was let through for loopback alone.
            .https_only(settings.instance.to_string().starts_with("https"))
            .timeout_global(Some(settings.timeout))
            .user_agent(USER_AGENT)
            .allow_non_standard_methods(true)
            .tls_config(tls);
        if settings.instance.is_loopback() {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            timeout: settings.timeout,
        })
    }

    /// Sends a request and reads the whole answer, of whatever status, with at most `body_limit`
    /// bytes of body. Nothing is tried twice.
    pub(crate) fn send(
        &self,
        method: &Method,
        url: &str,
        headers: &[(header::HeaderName, &str)],
        body: Option<&[u8]>,
        body_limit: u64,
    ) -> Result<HttpAnswer, Error> {
        let started = Instant::now();
        let answer = self
            .exchange(method, url, headers, body, body_limit)
            .map_err(|error| self.explain(&error, method, url))?;
        tracing::debug!(
            "{method} {}: HTTP {}, {} bytes, {} ms",
            without_query(url),
            answer.status,
            answer.body.len(),
            started.elapsed().as_millis()
        );
        Ok(answer)
    }

    fn exchange(
        &self,
        method: &Method,
        url: &str,
        headers: &[(header::HeaderName, &str)],
        body: Option<&[u8]>,
        body_limit: u64,
    ) -> Result<HttpAnswer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .header(header::ACCEPT, "application/json");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let mut answer = match body {
            Some(body) => self.agent.run(request.body(body)?)?,
            None => self.agent.run(request.body(())?)?,
        };
        let text = |name| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let (content_type, retry_after) = (text(header::CONTENT_TYPE), text(header::RETRY_AFTER));
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(body_limit);
        Ok(HttpAnswer {
            status,
            content_type,
            retry_after,
            body: Zeroizing::new(body.read_to_vec()?),
        })
    }

    fn explain(&self, error: &ureq::Error, method: &Method, url: &str) -> Error {
        let (kind, problem, advice) = self.diagnose(error);
        Error::new(kind, format!("{method} {}: {problem}", without_query(url))).with_advice(advice)
    }

    fn diagnose(&self, error: &ureq::Error) -> (ErrorKind, String, Vec<String>) {
        let network =
            |problem: &str, advice: String| (ErrorKind::Network, problem.to_owned(), vec![advice]);
        let unexpected = |problem: String| {
            let advice = format!("look at {INSTANCE}: is it an instance, and reached directly?");
            (ErrorKind::UnexpectedAnswer, problem, vec![advice])
        };
        match error {
            ureq::Error::HostNotFound => network(
                "the host was not found",
                format!("look at the spelling of {INSTANCE}, and whether this machine is online"),
            ),
            ureq::Error::Timeout(_) => network(
                &format!("no whole answer within {} s", self.timeout.as_secs()),
                format!("look at the network, or allow more with {TIMEOUT_SECS}"),
            ),
            ureq::Error::Rustls(error) => tls(error),
            ureq::Error::Io(error) => match tls_error(error) {
                Some(error) => tls(error),
                None => io(error),
            },
            ureq::Error::ConnectionFailed => network(
                "no connection came about",
                "look at the network and the proxy".to_owned(),
            ),
            ureq::Error::ConnectProxyFailed(reason) => network(
                &format!("the proxy refused: {reason}"),
                "look at the variables HTTPS_PROXY and NO_PROXY".to_owned(),
            ),
            ureq::Error::InvalidProxyUrl => network(
                "the address of the proxy is not valid",
                "look at the variable HTTPS_PROXY".to_owned(),
            ),
            ureq::Error::BodyExceedsLimit(limit) => {
                unexpected(format!("the answer has more than {limit} bytes"))
            }
            ureq::Error::LargeResponseHeader(..) => {
                unexpected("the answer's headers are too large".to_owned())
            }
            ureq::Error::Protocol(error) => unexpected(format!("the answer is not HTTP: {error}")),
            error => unexpected(error.to_string()),
        }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, Error> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => {
                return Err(Error::configuration(format!("{CA_FILE}: not PEM: {error}")));
            }
        }
    }
    if certificates.is_empty() {
        return Err(
            Error::configuration(format!("{CA_FILE}: there is no certificate in it"))
                .with_advice(["it must hold certificates in PEM: -----BEGIN CERTIFICATE-----"]),
        );
    }
    Ok(certificates)
}

fn tls_error(error: &io::Error) -> Option<&rustls::Error> {
    error.get_ref()?.downcast_ref()
}

fn tls(error: &rustls::Error) -> (ErrorKind, String, Vec<String>) {
    let advice = match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
                "nobody who is trusted vouches for the certificate: is {INSTANCE} right? Behind an \
                 inspecting proxy, or with a private root, name its certificate with {CA_FILE}"
            ),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "the server's certificate has run out, or the clock of this machine is wrong"
                    .to_owned()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "the server's certificate is not valid yet, or the clock of this machine is wrong"
                    .to_owned()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                format!("the server's certificate is for another host: is {INSTANCE} right?")
            }
            _ => format!("the server's certificate was refused: is {INSTANCE} right?"),
        },
        _ => "look at whether a proxy or firewall stands between".to_owned(),
    };
    (
        ErrorKind::Network,
        format!("TLS failed, nothing was sent: {error}"),
        vec![advice],
    )
}

fn io(error: &io::Error) -> (ErrorKind, String, Vec<String>) {
    let (problem, advice) = match error.kind() {
        io::ErrorKind::ConnectionRefused => (
            "the connection was refused".to_owned(),
            format!("nothing listens there: look at host and port of {INSTANCE}"),
        ),
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => (
            "the connection ended before the answer was whole".to_owned(),
            "look at the network, and at proxies or firewalls between; then try again".to_owned(),
        ),
        _ => (error.to_string(), "look at the network".to_owned()),
    };
    (ErrorKind::Network, problem, vec![advice])
}

/// A query can hold what nobody else should read.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
