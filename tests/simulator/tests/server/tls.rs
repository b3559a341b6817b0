//! What the server negotiates: TLS versions, cipher suites, keys.

use std::{io::Write, net::TcpStream, sync::Arc};

use rustls::{
    CipherSuite, ClientConfig, ClientConnection, ProtocolVersion, RootCertStore, Stream,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use snow_token_simulator::{CipherSuites, KeyKind, Options, Simulator};

struct Negotiated {
    version: ProtocolVersion,
    suite: CipherSuite,
}

fn negotiate(simulator: &Simulator) -> Negotiated {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(simulator.ca_pem().as_bytes());
    roots.add(root.unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "127.0.0.1".try_into().unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
    let address = simulator.url().strip_prefix("https://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    Stream::new(&mut client, &mut socket).flush().unwrap();
    while client.is_handshaking() {
        client.complete_io(&mut socket).unwrap();
    }
    Negotiated {
        version: client.protocol_version().unwrap(),
        suite: client.negotiated_cipher_suite().unwrap().suite(),
    }
}

#[test]
fn each_kind_of_key_has_its_version_of_tls() {
    for (keys, version) in [
        (KeyKind::EcdsaP384, ProtocolVersion::TLSv1_3),
        (KeyKind::EcdsaP256, ProtocolVersion::TLSv1_3),
        #[cfg(feature = "rsa")]
        (KeyKind::Rsa2048, ProtocolVersion::TLSv1_2),
        #[cfg(feature = "rsa")]
        (KeyKind::Rsa2048Tls13, ProtocolVersion::TLSv1_3),
    ] {
        let options = Options {
            keys,
            ..Options::default()
        };
        let simulator = Simulator::start(options).unwrap();
        assert_eq!(negotiate(&simulator).version, version, "{keys:?}");
    }
}

#[test]
fn a_server_can_insist_on_aes_256() {
    let options = Options {
        cipher_suites: CipherSuites::Aes256,
        ..Options::default()
    };
    let simulator = Simulator::start(options).unwrap();
    let suite = negotiate(&simulator).suite;
    assert_eq!(suite, CipherSuite::TLS13_AES_256_GCM_SHA384);
}
