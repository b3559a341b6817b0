//! HTTP over TLS with ureq: bounded in time and size, redirects not followed.

use core::time::Duration;
use std::{
    env,
    io::{self, Read},
    sync::Arc,
    time::Instant,
};

use rustls::CertificateError;
use snow_token_core::refusal::Answer;
use ureq::{
    Agent, Proxy,
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
    /// The proxy that stands between, as `host:port`.
    proxy: Option<String>,
}

/// A request, its secrets in the headers or the body.
pub(crate) struct HttpRequest<'r> {
    pub(crate) method: &'r Method,
    pub(crate) url: &'r str,
    pub(crate) headers: &'r [(header::HeaderName, &'r str)],
    pub(crate) body: Option<&'r [u8]>,
    /// How many bytes of the answer's body are read.
    pub(crate) body_limit: u64,
}

/// An answer with its body, which may hold a token.
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Whether the body went on beyond the limit.
    pub(crate) is_cut: bool,
}

impl HttpAnswer {
    /// As core reads it.
    pub(crate) fn view(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            content_type: self.content_type.as_deref(),
            retry_after: self.retry_after.as_deref(),
            date: self.date.as_deref(),
            body: &self.body,
            cut: None,
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
        let origin = settings.instance.to_string();
        let proxy = match settings.instance.is_loopback() {
            true => None,
            false => proxy_from_env(&origin)?,
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect is an answer like any other: the credentials do not go with it.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // An address that is not https was let through for loopback alone.
            .https_only(origin.starts_with("https"))
            .timeout_global(Some(settings.timeout))
            .user_agent(USER_AGENT)
            .allow_non_standard_methods(true)
            .proxy(proxy.clone())
            .tls_config(tls);
        Ok(Self {
            agent: config.build().new_agent(),
            proxy: proxy.map(|proxy| format!("{}:{}", proxy.host(), proxy.port())),
        })
    }

    /// Sends a request and reads the whole answer, of whatever status. Nothing is tried twice.
    pub(crate) fn send(&self, request: &HttpRequest<'_>) -> Result<HttpAnswer, Error> {
        let started = Instant::now();
        let outcome = self.exchange(request);
        let elapsed = started.elapsed();
        let (method, url) = (request.method, without_query(request.url));
        let answer = outcome.map_err(|error| {
            let problem = self.diagnose(&error, elapsed);
            let what = format!("{method} {url}: {}", problem.what);
            Error::new(problem.kind, what).with_advice([problem.advice])
        })?;
        tracing::debug!(
            "{method} {url}: HTTP {}, {} bytes, {} ms",
            answer.status,
            answer.body.len(),
            elapsed.as_millis()
        );
        Ok(answer)
    }

    fn exchange(&self, request: &HttpRequest<'_>) -> Result<HttpAnswer, ureq::Error> {
        let mut outgoing = Request::builder()
            .method(request.method)
            .uri(request.url)
            .header(header::ACCEPT, "application/json");
        for (name, value) in request.headers {
            outgoing = outgoing.header(name, *value);
        }
        let mut answer = match request.body {
            Some(body) => self.agent.run(outgoing.body(body)?)?,
            None => self.agent.run(outgoing.body(())?)?,
        };
        let text = |name| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let content_type = text(header::CONTENT_TYPE);
        let (retry_after, date) = (text(header::RETRY_AFTER), text(header::DATE));
        let mut body = Zeroizing::new(Vec::new());
        let mut reader = answer.body_mut().as_reader().take(request.body_limit);
        reader.read_to_end(&mut body)?;
        let is_cut = reader.into_inner().read(&mut [0])? > 0;
        Ok(HttpAnswer {
            status: answer.status().as_u16(),
            content_type,
            retry_after,
            date,
            body,
            is_cut,
        })
    }

    fn diagnose(&self, error: &ureq::Error, elapsed: Duration) -> Problem {
        match error {
            ureq::Error::HostNotFound => self.host_not_found(),
            ureq::Error::Timeout(_) => Problem::network(
                format!("no whole answer after {:.1} s", elapsed.as_secs_f32()),
                self.or_the_proxy(&format!(
                    "look at the network, or allow more with {TIMEOUT_SECS}"
                )),
            ),
            ureq::Error::Rustls(error) => tls(error),
            ureq::Error::Io(error) => match tls_error(error) {
                Some(error) => tls(error),
                None => self.io(error),
            },
            ureq::Error::ConnectionFailed => Problem::network(
                "no connection came about",
                self.or_the_proxy("look at the network"),
            ),
            ureq::Error::ConnectProxyFailed(reason) => Problem::network(
                format!("the proxy refused: {reason}"),
                self.or_the_proxy("look at the proxy's rules"),
            ),
            ureq::Error::LargeResponseHeader(..) => {
                Problem::unexpected("the answer's headers are too large")
            }
            ureq::Error::Protocol(error) => {
                Problem::unexpected(format!("the answer is not HTTP: {error}"))
            }
            error => Problem::unexpected(error),
        }
    }

    fn io(&self, error: &io::Error) -> Problem {
        match error.kind() {
            _ if is_failed_lookup(error) => self.host_not_found(),
            io::ErrorKind::ConnectionRefused => Problem::network(
                "the connection was refused",
                self.or_the_proxy(&format!(
                    "nothing listens there: look at host and port of {INSTANCE}"
                )),
            ),
            io::ErrorKind::UnexpectedEof
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Problem::network(
                "the connection ended before the answer was whole",
                "look at the network, and at proxies or firewalls between; then try again",
            ),
            _ => Problem::network(error, self.or_the_proxy("look at the network")),
        }
    }

    fn host_not_found(&self) -> Problem {
        Problem::network(
            "the host was not found",
            self.or_the_proxy(&format!(
                "look at the spelling of {INSTANCE}, and whether this machine is online"
            )),
        )
    }

    /// The advice, and the proxy where one stands between: it may be that which is at fault.
    fn or_the_proxy(&self, advice: &str) -> String {
        match &self.proxy {
            None => advice.to_owned(),
            Some(proxy) => format!(
                "the proxy {proxy} stands between (HTTPS_PROXY, ALL_PROXY, HTTP_PROXY): is it \
                 right? Otherwise {advice}"
            ),
        }
    }
}

/// What an error of the HTTP client comes down to.
struct Problem {
    kind: ErrorKind,
    what: String,
    advice: String,
}

impl Problem {
    fn network(what: impl ToString, advice: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Network,
            what: what.to_string(),
            advice: advice.into(),
        }
    }

    fn unexpected(what: impl ToString) -> Self {
        Self {
            kind: ErrorKind::UnexpectedAnswer,
            what: what.to_string(),
            advice: format!("look at {INSTANCE}: is it an instance, and reached directly?"),
        }
    }
}

/// The proxy that the environment names for `origin`. One that makes no sense is an error: to go
/// past it in silence would not be what was asked for.
fn proxy_from_env(origin: &str) -> Result<Option<Proxy>, Error> {
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"] {
        for name in [name, &name.to_ascii_lowercase()] {
            let value = env::var(name).unwrap_or_default();
            if !value.is_empty() && Proxy::new(&value).is_err() {
                // Its value may have a password in it.
                let what = format!("{name} is not the address of a proxy");
                return Err(Error::configuration(what)
                    .with_advice(["write it as http://host:port or socks5://host:port"]));
            }
        }
    }
    let applies = |proxy: &Proxy| match origin.parse() {
        Ok(uri) => !proxy.is_no_proxy(&uri),
        Err(_) => true,
    };
    Ok(Proxy::try_from_env().filter(applies))
}

/// The standard library has no kind of error for it.
fn is_failed_lookup(error: &io::Error) -> bool {
    /// `WSAHOST_NOT_FOUND`
    const WINDOWS_HOST_NOT_FOUND: i32 = 11001;
    match error.raw_os_error() {
        Some(code) => cfg!(windows) && code == WINDOWS_HOST_NOT_FOUND,
        None => error.to_string().starts_with("failed to lookup address"),
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

fn tls(error: &rustls::Error) -> Problem {
    let rustls::Error::InvalidCertificate(certificate) = error else {
        let advice = match error {
            // What the platform's verifier says where it finds no roots.
            rustls::Error::General(words) if words.contains("No CA certificates") => format!(
                "this machine has no root certificates: install the package ca-certificates, or \
                 name a file with {CA_FILE}"
            ),
            rustls::Error::InvalidMessage(_) => {
                format!("what answers there may not speak TLS: look at host and port of {INSTANCE}")
            }
            _ => "look at whether a proxy or firewall stands between".to_owned(),
        };
        return Problem::network(format!("TLS failed: {error}"), advice);
    };
    let advice = match certificate {
        CertificateError::UnknownIssuer | CertificateError::BadSignature => format!(
            "nobody who is trusted vouches for the certificate: is {INSTANCE} right? Behind an \
             inspecting proxy, or with a private root, name its certificate with {CA_FILE}"
        ),
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the server's certificate has run out, or the clock of this machine is wrong".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet, or the clock of this machine is wrong"
                .to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the server's certificate is for another host: is {INSTANCE} right?")
        }
        _ => format!("the server's certificate was refused: is {INSTANCE} right?"),
    };
    // Certificates are looked at before anything else goes out.
    Problem::network(format!("TLS failed, nothing was sent: {error}"), advice)
}

/// A query can hold what nobody else should read.
pub(crate) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}
