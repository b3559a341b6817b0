//! What can be wrong with a TLS connection.

use core::fmt;

use embedded_io_async::ErrorKind;

use super::date::Date;

/// Why there is no TLS connection, or none any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum TlsError {
    /// A certificate of the server has expired, or the clock here is wrong.
    Expired {
        /// The time here.
        now_unix: u64,
        /// The last second of the certificate.
        not_after_unix: u64,
    },
    /// A certificate of the server is not valid yet, or the clock here is wrong.
    NotYetValid {
        /// The time here.
        now_unix: u64,
        /// The first second of the certificate.
        not_before_unix: u64,
    },
    /// The certificate is for other names than the one that was asked for.
    WrongName,
    /// The certificates do not lead to a root that is trusted here.
    UnknownIssuer,
    /// A certificate's signature is not that of its issuer.
    BadSignature,
    /// A certificate was signed by one that is not allowed to sign certificates, or not this one.
    IssuerMayNotSign,
    /// The certificate is not one for servers.
    NotForServers,
    /// A key or a signature is of a kind that this firmware cannot verify.
    UnsupportedAlgorithm,
    /// The server's certificates cannot be made sense of.
    MalformedCertificate,
    /// The server did not prove that it has the key of its certificate.
    NotProved,
    /// The server refuses what was offered. As a rule it wants the other cipher suite.
    NoCommonSuite,
    /// The server takes part in TLS 1.3, but not with a key share on P-256.
    NoCommonGroup,
    /// The server speaks TLS 1.2 at most.
    OnlyTls12,
    /// What answered does not speak TLS.
    NotTls,
    /// The server's record does not fit into the read buffer.
    RecordTooLarge,
    /// The server ended the connection with an alert (RFC 8446 §6); its number where it is known.
    Alert(Option<u8>),
    /// The server breaks the protocol, or uses a part of it that is not supported here.
    Protocol,
    /// The server's name is neither a DNS name nor an IP address.
    InvalidServerName,
    /// The connection ended without the server's word that this is all (close_notify).
    Closed,
    /// The connection below failed.
    Transport(ErrorKind),
}

impl TlsError {
    /// Whether a new connection with the other cipher suite may do.
    pub fn wants_other_suite(&self) -> bool {
        matches!(self, Self::NoCommonSuite)
    }

    /// Whether the server's certificate is what is wrong.
    pub fn is_about_certificate(&self) -> bool {
        matches!(
            self,
            Self::Expired { .. }
                | Self::NotYetValid { .. }
                | Self::WrongName
                | Self::UnknownIssuer
                | Self::BadSignature
                | Self::IssuerMayNotSign
                | Self::NotForServers
                | Self::UnsupportedAlgorithm
                | Self::MalformedCertificate
                | Self::NotProved
        )
    }

    /// The alert of RFC 8446 §6, where it says more than its number.
    pub(super) fn from_alert(description: u8) -> Self {
        match description {
            HANDSHAKE_FAILURE | INSUFFICIENT_SECURITY => Self::NoCommonSuite,
            PROTOCOL_VERSION => Self::OnlyTls12,
            CLOSE_NOTIFY => Self::Closed,
            other => Self::Alert(Some(other)),
        }
    }
}

const CLOSE_NOTIFY: u8 = 0;
const HANDSHAKE_FAILURE: u8 = 40;
const PROTOCOL_VERSION: u8 = 70;
const INSUFFICIENT_SECURITY: u8 = 71;

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Expired {
                now_unix,
                not_after_unix,
            } => {
                return write!(
                    f,
                    "the server's certificate expired at {}; here it is {}",
                    Date(*not_after_unix),
                    Date(*now_unix)
                );
            }
            Self::NotYetValid {
                now_unix,
                not_before_unix,
            } => {
                return write!(
                    f,
                    "the server's certificate is valid from {} on; here it is {}",
                    Date(*not_before_unix),
                    Date(*now_unix)
                );
            }
            Self::WrongName => "the server's certificate is for another name",
            Self::UnknownIssuer => "the server's certificate is from an issuer that is not trusted here",
            Self::BadSignature => "the signature of a certificate of the server is wrong",
            Self::IssuerMayNotSign => {
                "a certificate of the server is from an issuer that may not sign it"
            }
            Self::NotForServers => "the server's certificate is not one for servers",
            Self::UnsupportedAlgorithm => {
                "the server's certificates have a kind of key or signature that this firmware cannot verify"
            }
            Self::MalformedCertificate => "the server's certificates are malformed",
            Self::NotProved => "the server did not prove that it has the key of its certificate",
            Self::NoCommonSuite => "the server and this firmware have no cipher suite in common",
            Self::NoCommonGroup => "the server does not exchange keys on P-256",
            Self::OnlyTls12 => "the server speaks TLS 1.2 only; this firmware needs TLS 1.3",
            Self::NotTls => "what answered does not speak TLS",
            Self::RecordTooLarge => "the server sent a TLS record that is larger than the read buffer",
            Self::Alert(Some(description)) => {
                return write!(f, "the server ended the connection with TLS alert {description}");
            }
            Self::Alert(None) => "the server ended the connection with a TLS alert",
            Self::Protocol => "the server did not keep to TLS 1.3",
            Self::InvalidServerName => "the server's name is neither a DNS name nor an IP address",
            Self::Closed => "the connection was cut off",
            Self::Transport(kind) => return write!(f, "the connection failed: {kind:?}"),
        })
    }
}

impl core::error::Error for TlsError {}

impl embedded_io_async::Error for TlsError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Transport(kind) => *kind,
            Self::Closed => ErrorKind::ConnectionAborted,
            Self::RecordTooLarge => ErrorKind::OutOfMemory,
            Self::InvalidServerName => ErrorKind::InvalidInput,
            Self::Alert(_) => ErrorKind::ConnectionReset,
            _ => ErrorKind::InvalidData,
        }
    }
}
