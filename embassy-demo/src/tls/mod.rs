//! TLS 1.3 to a server that is verified.
//!
//! ```ignore
//! let mut buffers = Buffers::new(&mut read, &mut write)?;
//! let mut stream = TlsStream::new(connection, Suite::default(), &mut buffers);
//! stream.open(&Trust::built_in(), "example.service-now.com", now_unix, &mut rng).await?;
//! stream.write_all(request).await?;
//! stream.flush().await?;
//! ```
//!
//! The handshake and the records are those of [embedded-tls](embedded_tls) 0.19. These parts of it
//! are replaced or guarded, for each is a hole:
//!
//! - **Whether the server was verified at all.** Its `open` is content with a server that leaves out
//!   its certificates, or the signature that proves its key, or both: anybody between the device and
//!   the server can be that server. Here a stream opens only if both came, once each, in their order,
//!   and were good. Until then it takes nothing to send.
//! - **How certificates are verified.** Its own verifier takes a server's certificate for an
//!   authority's and a client's for a server's, falls back to the common name, looks at three names
//!   only, and panics on messages out of order. Here it is rustls-webpki: dates, names (DNS names and
//!   IP addresses in subjectAltName, nothing else), basic constraints, name constraints, serverAuth;
//!   certificates in any order, five intermediates (further ones are not looked at), and twelve
//!   signatures at most, so that no server can keep the processor busy.
//! - **What is not encrypted.** It takes records that are not encrypted at any time: whoever can put
//!   bytes into the connection could end it with a close_notify that passes for the server's, or make
//!   the device panic with a handshake message. Here what has to be encrypted is.
//! - **What is empty.** It panics on an encrypted record with nothing in it, before it knows the
//!   server.
//! - **What the ServerHello says.** It looks neither at its cipher suite nor at whether it is a
//!   HelloRetryRequest, and has no name for alerts that it does not know.
//! - **The end.** After close_notify a read gives `Ok(0)` here, as [`Read`] says, and an end without
//!   it is an error. It cannot go on after a future was dropped half-way; here it does not.
//!
//! # Signatures
//! In certificates: ECDSA on P-256 and, with the feature `p384`, on P-384, each with SHA-256 and with
//! SHA-384; with the feature `rsa` RSA PKCS#1 v1.5 with SHA-256, SHA-384 and SHA-512, and keys of 2048
//! to 4096 bits. That is what webpki has for ring, but for Ed25519, RSA keys above 4096 bits or whose
//! bits are no multiple of eight, and RSA signatures whose parameters are left out.
//!
//! In the handshake: ECDSA P-256 with SHA-256, P-384 with SHA-384, and RSA-PSS.
//!
//! # What embedded-tls cannot do
//! - It offers one cipher suite a connection, and a key share on P-256 only. A server that wants
//!   another group is [`TlsError::NoCommonGroup`], or says the same as of a suite.
//! - It offers Ed25519 and P-384 whether they can be verified here or not. A server that has such a
//!   key only is [`TlsError::UnsupportedAlgorithm`].
//! - A message that comes in several records ends the handshake: [`TlsError::MalformedCertificate`]
//!   of a server whose certificates do. Servers split at 16 KB; some can be told to split earlier.
//! - An EncryptedExtensions with supported_groups that it does not know, or more than thirteen, ends
//!   the handshake ([`TlsError::Protocol`]).
//! - A KeyUpdate ends the connection ([`TlsError::Protocol`]). Servers send one after millions of
//!   records. Session tickets are read and dropped.
//! - But for close_notify it sends no alert that a server could read: where the server is refused, the
//!   connection just ends.
//! - A server that is verified, and then sends a handshake message that has no place there, makes it
//!   panic.
//! - It does not wipe the keys inside of [`TlsStream`]. What is in [`Buffers`] is wiped.

mod algorithms;
mod date;
mod error;
mod guard;
mod probe;
#[cfg(feature = "rsa")]
mod rsa;
mod stream;
mod trust;
#[cfg(test)]
mod vectors;
mod verifier;

use core::pin::pin;

use embedded_io_async::{Read, Write};
use embedded_tls::{
    MaxFragmentLength, TlsCipherSuite, TlsConfig, TlsConnection, TlsContext, TlsVerifier,
};
use rand_core::CryptoRngCore;
use rustls_pki_types::ServerName;

pub use error::TlsError;
pub use probe::speaks_only_tls12;
pub use stream::{Buffers, TlsStream};
pub use trust::{CertificateDer, RootError, Trust, TrustAnchor};

use crate::apart::Apart;
use guard::{Guard, Notes, Phase};
use stream::Connection;
use verifier::{Provider, Verifier};

/// A cipher suite of TLS 1.3 (RFC 8446 appendix B.4). A connection offers one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Suite {
    /// TLS_AES_128_GCM_SHA256, which every server has to have (RFC 8446 §9.1).
    #[default]
    Aes128GcmSha256,
    /// TLS_AES_256_GCM_SHA384, for servers that take no other.
    Aes256GcmSha384,
}

impl Suite {
    /// The one to try on a new connection if the server [does not want this
    /// one](TlsError::wants_other_suite).
    pub const fn other(self) -> Self {
        match self {
            Self::Aes128GcmSha256 => Self::Aes256GcmSha384,
            Self::Aes256GcmSha384 => Self::Aes128GcmSha256,
        }
    }
}

/// Makes a TLS 1.3 connection out of a fresh one of TCP, and verifies the server:
/// [`TlsStream::new`] and [`TlsStream::open`] in one. On a device those two are better: a stream is
/// large, and here it is moved out of a future.
///
/// # Errors
/// As [`TlsStream::open`].
pub async fn handshake<'b, S, R>(
    transport: S,
    suite: Suite,
    trust: &Trust<'_>,
    server_name: &str,
    now_unix: u64,
    rng: &mut R,
    buffers: &'b mut Buffers<'_>,
) -> Result<TlsStream<'b, S>, TlsError>
where
    S: Read + Write + 'b,
    R: CryptoRngCore,
{
    let mut stream = TlsStream::new(transport, suite, buffers);
    stream.open(trust, server_name, now_unix, rng).await?;
    Ok(stream)
}

/// The handshake on a connection of either suite.
async fn open_either<'b, S: Read + Write + 'b>(
    connection: &mut Connection<'b, S>,
    is_small: bool,
    trust: &Trust<'_>,
    server_name: &str,
    now_unix: u64,
    rng: &mut dyn CryptoRngCore,
    notes: &Notes,
) -> Result<(), TlsError> {
    let name = ServerName::try_from(server_name).map_err(|_| TlsError::InvalidServerName)?;
    let mut config = TlsConfig::new();
    if let ServerName::DnsName(name) = &name {
        // Only a DNS name may be sent, and without the dot of the root (RFC 6066 §3).
        let name = name.as_ref();
        config = config.with_server_name(name.strip_suffix('.').unwrap_or(name));
    }
    if cfg!(feature = "rsa") {
        config = config.enable_rsa_signatures();
    }
    if is_small {
        config = config.with_max_fragment_length(MaxFragmentLength::Bits12);
    }
    let verifier = Verifier::new(trust, &name, now_unix);
    match connection {
        Connection::Aes128(connection) => {
            Apart(pin!(open(connection, &config, verifier, rng, notes))).await
        }
        Connection::Aes256(connection) => {
            Apart(pin!(open(connection, &config, verifier, rng, notes))).await
        }
        Connection::Closed => Err(TlsError::Closed),
    }
}

async fn open<'b, S, C>(
    connection: &mut TlsConnection<'b, Guard<'b, S>, C>,
    config: &TlsConfig<'_>,
    verifier: Verifier<'_>,
    rng: &mut dyn CryptoRngCore,
    notes: &Notes,
) -> Result<(), TlsError>
where
    S: Read + Write + 'b,
    C: TlsCipherSuite + 'static,
    for<'a> Verifier<'a>: TlsVerifier<C>,
{
    let mut provider = Provider::<_, C>::new(rng, verifier);
    let opened = connection
        .open(TlsContext::new(config, &mut provider))
        .await;
    conclude(opened, &provider.verifier, notes)
}

/// After the handshake: whether there is a connection.
fn conclude(
    opened: Result<(), embedded_tls::TlsError>,
    verifier: &Verifier<'_>,
    notes: &Notes,
) -> Result<(), TlsError> {
    if let Err(error) = opened {
        return Err(verifier.failure().unwrap_or_else(|| explain(error, notes)));
    }
    verifier.verdict()?;
    notes.phase.set(Phase::Data);
    Ok(())
}

/// What an error of embedded-tls means, with what the guard has seen.
fn explain(error: embedded_tls::TlsError, notes: &Notes) -> TlsError {
    use embedded_tls::TlsError as Error;

    if let Some(fault) = notes.fault.get() {
        return fault;
    }
    match error {
        Error::Io(kind) => TlsError::Transport(kind),
        Error::IoError | Error::ConnectionClosed | Error::MissingHandshake => TlsError::Closed,
        Error::InsufficientSpace => TlsError::RecordTooLarge,
        Error::InvalidCertificate | Error::InvalidCertificateEntry => {
            TlsError::MalformedCertificate
        }
        Error::InvalidSignatureScheme => TlsError::UnsupportedAlgorithm,
        // Of all that embedded-tls calls so, encrypted alerts alone get past the guard.
        Error::InvalidRecord if notes.phase.get() == Phase::Handshake => TlsError::Alert(None),
        Error::InternalError if notes.phase.get() == Phase::Data => TlsError::Alert(None),
        _ => TlsError::Protocol,
    }
}
