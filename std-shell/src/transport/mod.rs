//! HTTP over TLS with ureq: bounded in time and size, redirects not followed.

mod client_certificate;
mod diagnosis;
#[cfg(feature = "doctor")]
mod probe;
#[cfg(feature = "doctor")]
mod recorder;

#[cfg(feature = "doctor")]
pub(crate) use client_certificate::check_client_certificate;

use std::{env, io::Read, sync::Arc, time::Instant};

use snow_token_core::refusal::Answer;
use ureq::{
    Agent, Proxy,
    http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Version, header},
    tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem},
};
use zeroize::Zeroizing;

use crate::{
    error::{Error, ErrorKind},
    instance::InstanceUrl,
    settings::{IdToken, Method as Way, Settings, keys::CA_FILE},
};

const USER_AGENT: &str = concat!("snow-token/", env!("CARGO_PKG_VERSION"));

/// A way to one host. Clones share its connections.
#[derive(Debug, Clone)]
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
    pub(crate) version: Version,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    /// Whether the body went on beyond the limit.
    pub(crate) is_cut: bool,
}

impl HttpAnswer {
    /// A header, if it is there and is text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// As core reads it.
    pub(crate) fn view(&self) -> Answer<'_> {
        Answer {
            status: self.status,
            content_type: self.header(header::CONTENT_TYPE),
            retry_after: self.header(header::RETRY_AFTER),
            date: self.header(header::DATE),
            body: &self.body,
            cut: None,
        }
    }
}

impl Transport {
    /// To the instance.
    pub(crate) fn to_instance(settings: &Settings) -> Result<Self, Error> {
        let certificate = settings.client_certificate.as_ref();
        let certificate = certificate.map(client_certificate::for_ureq).transpose()?;
        Self::new(settings, &settings.instance, certificate)
    }

    /// To the identity provider, where the method has one. The client certificate is not for it.
    pub(crate) fn to_provider(settings: &Settings) -> Result<Option<Self>, Error> {
        match &settings.method {
            Way::IdToken(IdToken::Provider { token_url, .. }) => {
                Self::new(settings, &token_url.origin, None).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn new(
        settings: &Settings,
        host: &InstanceUrl,
        certificate: Option<ClientCert>,
    ) -> Result<Self, Error> {
        let roots = match &settings.roots {
            None => RootCerts::PlatformVerifier,
            Some(roots) => RootCerts::Specific(Arc::clone(
                roots
                    .certificates()
                    .map_err(|what| Error::configuration(format!("{CA_FILE}: {what}")))?,
            )),
        };
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots)
            .client_cert(certificate)
            .build();
        let origin = host.to_string();
        let proxy = match host.is_loopback() {
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
        let mut outgoing = Request::builder().method(request.method).uri(request.url);
        for (name, value) in request.headers {
            let mut value = HeaderValue::try_from(*value).map_err(ureq::http::Error::from)?;
            value.set_sensitive(*name == header::AUTHORIZATION || *name == "x-sn-apikey");
            outgoing = outgoing.header(name, value);
        }
        if !request
            .headers
            .iter()
            .any(|(name, _)| *name == header::ACCEPT)
        {
            outgoing = outgoing.header(header::ACCEPT, "application/json");
        }
        let answer = match request.body {
            Some(body) => self.agent.run(outgoing.body(body)?)?,
            None => self.agent.run(outgoing.body(())?)?,
        };
        let (head, mut incoming) = answer.into_parts();
        let mut body = Zeroizing::new(Vec::new());
        let mut reader = incoming.as_reader().take(request.body_limit);
        reader.read_to_end(&mut body)?;
        let is_cut = reader.into_inner().read(&mut [0])? > 0;
        Ok(HttpAnswer {
            status: head.status.as_u16(),
            version: head.version,
            headers: head.headers,
            body,
            is_cut,
        })
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

/// Root certificates that were read once, for whoever checks them and whoever uses them; or why they
/// cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct Roots(Result<Arc<Vec<Certificate<'static>>>, String>);

impl Roots {
    pub(crate) fn of_pem(pem: &[u8]) -> Self {
        Self(certificates(pem).map(Arc::new))
    }

    pub(crate) fn certificates(&self) -> Result<&Arc<Vec<Certificate<'static>>>, &str> {
        self.0.as_ref().map_err(String::as_str)
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("not PEM: {error}")),
        }
    }
    match certificates.is_empty() {
        true => Err(
            "there is no certificate in it: it must hold certificates in PEM, \
                     -----BEGIN CERTIFICATE-----"
                .to_owned(),
        ),
        false => Ok(certificates),
    }
}

/// A query can hold what nobody else should read.
pub(crate) fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

pub(crate) fn answer_too_long(method: &str, url: &str, limit: u64) -> Error {
    let url = without_query(url);
    let what = format!("{method} {url}: the answer has more than {limit} bytes");
    Error::new(ErrorKind::UnexpectedAnswer, what).with_advice([
        "ask for less at a time (sysparm_limit, sysparm_fields), and look at SERVICENOW_INSTANCE",
    ])
}
