//! A TLS server that keeps to the protocol: rustls, for all that is not about breaking it.

use core::net::SocketAddr;
use std::{
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use rustls::{
    ALL_VERSIONS, CipherSuite, ServerConfig, ServerConnection, Stream, SupportedProtocolVersion,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer},
    version::{TLS12, TLS13},
};

use super::{Chain, Received, Suite, is_whole};

/// What the server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaks {
    /// TLS 1.2 and TLS 1.3, with all suites.
    All,
    /// TLS 1.3 with this suite only.
    Only(Suite),
    /// TLS 1.2 only.
    Tls12,
    /// TLS 1.3 with key shares on groups other than P-256 only.
    OtherGroups,
}

/// A rustls server on a port of its own, which answers a request of HTTP, or a line, with what it was given, and
/// closes.
#[derive(Debug)]
pub struct HonestServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// The data of applications that it received.
    pub received: Received,
}

impl HonestServer {
    /// Starts one, which serves any number of connections, one after the other.
    ///
    /// # Panics
    /// Where rustls does not take the certificates.
    pub fn start(chain: &Chain, speaks: Speaks, answer: &[u8]) -> io::Result<Self> {
        let config = Arc::new(config(chain, speaks));
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let received = Received::default();
        let (log, answer) = (received.clone(), answer.to_vec());
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                // What a client made of it is for the client's side of the test.
                let _ = serve(connection, &config, &log, &answer);
                log.connection_is_over();
            }
        });
        Ok(Self { address, received })
    }
}

fn serve(
    mut socket: TcpStream,
    config: &Arc<ServerConfig>,
    received: &Received,
    answer: &[u8],
) -> io::Result<()> {
    let mut connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    let mut request = Vec::new();
    let mut buf = [0; 4096];
    loop {
        let len = stream.read(&mut buf)?;
        if len == 0 {
            break;
        }
        received.add(&buf[..len]);
        request.extend_from_slice(&buf[..len]);
        if is_whole(&request) {
            request.clear();
            stream.write_all(answer)?;
            stream.conn.send_close_notify();
            stream.flush()?;
        }
    }
    Ok(())
}

static ONLY_TLS12: [&SupportedProtocolVersion; 1] = [&TLS12];
static ONLY_TLS13: [&SupportedProtocolVersion; 1] = [&TLS13];

fn config(chain: &Chain, speaks: Speaks) -> ServerConfig {
    let mut provider: CryptoProvider = ring::default_provider();
    let versions: &[&SupportedProtocolVersion] = match speaks {
        Speaks::All => ALL_VERSIONS,
        Speaks::Tls12 => &ONLY_TLS12,
        _ => &ONLY_TLS13,
    };
    match speaks {
        Speaks::All | Speaks::Tls12 => {}
        Speaks::Only(suite) => {
            let suite = match suite {
                Suite::Aes128GcmSha256 => CipherSuite::TLS13_AES_128_GCM_SHA256,
                Suite::Aes256GcmSha384 => CipherSuite::TLS13_AES_256_GCM_SHA384,
            };
            provider.cipher_suites.retain(|own| own.suite() == suite);
        }
        Speaks::OtherGroups => provider
            .kx_groups
            .retain(|group| group.name() != rustls::NamedGroup::secp256r1),
    }
    let certificates = chain
        .certificates
        .iter()
        .map(|der| CertificateDer::from(der.clone()))
        .collect();
    let key = PrivateKeyDer::try_from(chain.key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(provider.into())
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap()
}
