//! A client that trusts the simulator's root, and follows no redirect.

use core::time::Duration;
use std::sync::Arc;

use serde_json::Value;
use snow_token_simulator::{Options, Simulator};
use ureq::{
    Agent,
    tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig},
};

pub(crate) fn simulator() -> Simulator {
    Simulator::start(Options::default()).unwrap()
}

pub(crate) fn from_scenario(scenario: &str) -> Simulator {
    Simulator::start(Options::from_scenario(scenario).unwrap()).unwrap()
}

/// A client, with a certificate and its key in PEM or without.
pub(crate) fn agent(simulator: &Simulator, certificate: Option<&(String, String)>) -> Agent {
    let root = Certificate::from_pem(simulator.ca_pem().as_bytes()).unwrap();
    let certificate = certificate.map(|(certificate, key)| {
        let chain = vec![Certificate::from_pem(certificate.as_bytes()).unwrap()];
        ClientCert::new_with_certs(&chain, PrivateKey::from_pem(key.as_bytes()).unwrap())
    });
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(provider)
        .root_certs(RootCerts::from(vec![root]))
        .client_cert(certificate)
        .build();
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .tls_config(tls)
        .proxy(None)
        .build()
        .new_agent()
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: String,
}

impl Answered {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

type Outcome = Result<ureq::http::Response<ureq::Body>, ureq::Error>;

pub(crate) fn answered(outcome: Outcome) -> Result<Answered, ureq::Error> {
    let (head, mut body) = outcome?.into_parts();
    Ok(Answered {
        status: head.status.as_u16(),
        headers: head.headers,
        body: body.with_config().limit(u64::MAX).read_to_string()?,
    })
}

/// Asks for a token by client credentials.
pub(crate) fn token(
    simulator: &Simulator,
    agent: &Agent,
    client: &str,
) -> Result<Answered, ureq::Error> {
    let client = simulator.client(client);
    let url = format!("{}/oauth_token.do", simulator.url());
    answered(agent.post(url).send_form([
        ("grant_type", "client_credentials"),
        ("client_id", client.client_id.as_str()),
        ("client_secret", client.client_secret.as_str()),
    ]))
}
