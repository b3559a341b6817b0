//! What an error of the HTTP client comes down to, and what to do about it.

use core::time::Duration;
use std::io;

use rustls::{AlertDescription as Alert, CertificateError};

use super::Transport;
use crate::{
    error::ErrorKind,
    settings::keys::{CA_FILE, CLIENT_CERT_FILE, INSTANCE, TIMEOUT_SECS},
};

impl Transport {
    pub(super) fn diagnose(&self, error: &ureq::Error, elapsed: Duration) -> Problem {
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
            ureq::Error::Protocol(error) => Problem {
                advice: self.or_the_proxy(&is_it_an_instance()),
                ..Problem::unexpected(format!("the answer is not HTTP: {error}"))
            },
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
                self.or_the_proxy(
                    "look at the network, and at proxies or firewalls between; then try again",
                ),
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
pub(super) struct Problem {
    pub(super) kind: ErrorKind,
    pub(super) what: String,
    pub(super) advice: String,
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
            advice: is_it_an_instance(),
        }
    }
}

fn is_it_an_instance() -> String {
    format!("look at {INSTANCE}: is it an instance, and reached directly?")
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
            rustls::Error::PeerIncompatible(_)
            | rustls::Error::AlertReceived(Alert::HandshakeFailure | Alert::ProtocolVersion) => {
                format!(
                    "what answers there has neither TLS 1.2 nor 1.3 as it is spoken today: is {INSTANCE} \
                     right, or does a proxy or firewall stand between?"
                )
            }
            rustls::Error::AlertReceived(Alert::UnrecognisedName) => {
                format!("what answers there knows no such host: is {INSTANCE} right?")
            }
            rustls::Error::AlertReceived(
                Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateRevoked
                | Alert::CertificateExpired
                | Alert::CertificateUnknown
                | Alert::UnknownCA,
            ) => format!(
                "what answers there asks for a client certificate, and this one, or none, will not do: \
                 look at {CLIENT_CERT_FILE}"
            ),
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
