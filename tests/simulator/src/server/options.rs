//! How a simulator is started.

use core::net::SocketAddr;
use std::io;

use crate::{
    certificates::{CipherSuites, KeyKind, LeafFlaw},
    client_certificates::ClientCertificates,
    command::Timeline,
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
    /// Which cipher suites of TLS 1.3 it takes.
    pub cipher_suites: CipherSuites,
    /// What is wrong with the server's certificate.
    pub leaf_flaw: LeafFlaw,
    /// Whether clients must show a certificate.
    pub client_certificates: ClientCertificates,
    /// A loopback address at which it takes commands, by plain HTTP; port 0 for one that is free.
    /// Nowhere by default.
    pub admin: Option<SocketAddr>,
    /// What it does by itself; comes from a [scenario](Self::from_scenario).
    pub timeline: Timeline,
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
            cipher_suites: CipherSuites::All,
            leaf_flaw: LeafFlaw::None,
            client_certificates: ClientCertificates::NotAsked,
            admin: None,
            timeline: Timeline::default(),
            instance: InstanceOptions::default(),
        }
    }
}

impl Options {
    /// Nothing is opened to other machines unless that was asked for.
    pub(super) fn check(&self) -> io::Result<()> {
        let refused = |why| Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        if !self.listen.ip().is_loopback() && !self.allow_remote {
            return refused(format!(
                "{} can be reached by other machines; that must be allowed explicitly",
                self.listen
            ));
        }
        if self.listen.ip().is_unspecified() && self.names.is_empty() {
            return refused(format!(
                "by which name do clients reach {}? It must stand in the certificate",
                self.listen
            ));
        }
        match self.admin.filter(|address| !address.ip().is_loopback()) {
            Some(address) => refused(format!(
                "{address} can be reached by other machines; commands are taken on a loopback \
                 address alone"
            )),
            None => Ok(()),
        }
    }

    /// The host that stands in the URL.
    pub(super) fn host(&self) -> String {
        match (self.names.first(), self.listen) {
            (Some(name), _) => name.clone(),
            (None, SocketAddr::V4(address)) => address.ip().to_string(),
            (None, SocketAddr::V6(address)) => format!("[{}]", address.ip()),
        }
    }

    /// What stands in the certificate.
    pub(super) fn all_names(&self) -> Vec<String> {
        let mut names = self.names.clone();
        names.extend(["localhost", "127.0.0.1", "::1"].map(str::to_owned));
        if !self.listen.ip().is_unspecified() {
            names.push(self.listen.ip().to_string());
        }
        names
    }
}
