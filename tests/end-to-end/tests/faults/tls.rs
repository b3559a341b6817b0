//! TLS: servers that are not to be trusted, and handshakes that fail. Nothing is sent to any of them.

use std::{
    io::Read,
    net::{Shutdown, TcpListener},
    sync::Arc,
    thread,
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
};
use rustls::{
    RootCertStore, ServerConfig, ServerConnection, StreamOwned, crypto::ring,
    pki_types::PrivateKeyDer, server::WebPkiClientVerifier,
};
use snow_token_end_to_end::{private_file, simulator, simulator_with};
use snow_token_simulator::{ClientCertificates, LeafFlaw, Options};

use crate::trial::{NETWORK, REFUSED, Trial, faults, instead_of_tls};

const UNSENT: &str = "TLS failed, nothing was sent";

faults! {
    a_root_that_the_platform_does_not_know: untrusting(Trial::of(simulator()))
        => NETWORK, [UNSENT, "nobody who is trusted vouches", "SERVICENOW_CA_FILE"];
    another_root: Trial::of(simulator()).env("SERVICENOW_CA_FILE", another_root_file())
        => NETWORK, [UNSENT, "nobody who is trusted vouches", "SERVICENOW_CA_FILE"];
    a_self_signed_certificate: untrusting(self_signed())
        => NETWORK, [UNSENT, "nobody who is trusted vouches", "SERVICENOW_CA_FILE"];
    a_certificate_for_another_name: flawed(LeafFlaw::OtherName)
        => NETWORK, [UNSENT, "the server's certificate is for another host: is SERVICENOW_INSTANCE"];
    a_certificate_that_has_run_out: flawed(LeafFlaw::Expired)
        => NETWORK, [UNSENT, "has run out, or the clock of this machine is wrong"];
    a_certificate_that_is_not_valid_yet: flawed(LeafFlaw::NotYetValid)
        => NETWORK, [UNSENT, "not valid yet, or the clock of this machine is wrong"];
    // A ServerHello of TLS 1.1.
    a_server_of_tls_1_1: instead_of_tls(server_hello(2))
        => NETWORK, ["TLS failed", "neither TLS 1.2 nor 1.3", "is SERVICENOW_INSTANCE"];
    a_server_of_tls_1_0: instead_of_tls(server_hello(1))
        => NETWORK, ["TLS failed", "neither TLS 1.2 nor 1.3", "is SERVICENOW_INSTANCE"];
    // Alerts: 40 handshake_failure, 70 protocol_version, 80 internal_error, 112 unrecognized_name.
    no_cipher_in_common: instead_of_tls(alert(40))
        => NETWORK, ["TLS failed", "HandshakeFailure", "neither TLS 1.2 nor 1.3"];
    no_version_in_common: instead_of_tls(alert(70))
        => NETWORK, ["TLS failed", "ProtocolVersion", "neither TLS 1.2 nor 1.3"];
    an_alert_of_the_server: instead_of_tls(alert(80))
        => NETWORK, ["TLS failed", "InternalError", "proxy or firewall"];
    a_name_that_the_server_does_not_know: instead_of_tls(alert(112))
        => NETWORK, ["TLS failed", "UnrecognisedName", "knows no such host: is SERVICENOW_INSTANCE"];
    plain_http_on_the_port_of_tls: instead_of_tls("HTTP/1.1 400 Bad Request\r\n\r\n")
        => NETWORK, ["TLS failed", "may not speak TLS: look at host and port of SERVICENOW_INSTANCE"];
    a_mail_server_on_the_port_of_tls: instead_of_tls("220 mail.example ESMTP\r\n")
        => NETWORK, ["TLS failed", "may not speak TLS: look at host and port of SERVICENOW_INSTANCE"];
    a_cut_amid_the_handshake: instead_of_tls(server_hello(3)[..20].to_vec())
        => NETWORK, ["the connection ended", "look at the network"];
    no_client_certificate_where_the_load_balancer_wants_one: load_balancer(None)
        => REFUSED, ["the load balancer refused the client certificate: there was none"];
    a_client_certificate_that_has_run_out: load_balancer(Some(-1))
        => REFUSED, ["the load balancer refused the client certificate", "it has run out"];
    no_client_certificate_where_tls_wants_one: mutual_tls()
        => NETWORK, ["TLS failed", "SERVICENOW_CLIENT_CERT_FILE"];
}

fn flawed(leaf_flaw: LeafFlaw) -> Trial {
    Trial::of(simulator_with(Options {
        leaf_flaw,
        ..Options::default()
    }))
}

/// By the platform's roots.
fn untrusting(mut trial: Trial) -> Trial {
    trial.command().env_remove("SERVICENOW_CA_FILE");
    trial
}

/// A file that is there after its simulator has gone.
fn another_root_file() -> std::path::PathBuf {
    private_file(
        &snow_token_end_to_end::fresh_home(),
        "roots.pem",
        simulator().ca_pem(),
    )
}

/// A fatal alert in a record of TLS.
fn alert(description: u8) -> [u8; 7] {
    [21, 3, 3, 0, 2, 2, description]
}

/// A ServerHello of the version 3.`minor`, as old servers send it: no extensions, and
/// `TLS_RSA_WITH_AES_128_CBC_SHA`.
fn server_hello(minor: u8) -> Vec<u8> {
    let hello = [&[3, minor][..], &[7; 32], &[0], &[0, 0x2f], &[0]].concat();
    let handshake = [&[2, 0, 0, hello.len() as u8][..], &hello].concat();
    [&[22, 3, minor, 0, handshake.len() as u8][..], &handshake].concat()
}

/// A key and a certificate of a server, valid for as many days.
fn certificate(signed_by: Option<&Issuer<'_, KeyPair>>, days: i64) -> (String, KeyPair) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    params.distinguished_name.push(DnType::CommonName, "A test");
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    let now = time::OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::days(10);
    params.not_after = now + time::Duration::days(days);
    let certificate = match signed_by {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    (certificate.unwrap().pem(), key)
}

fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "A test's CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, Issuer::new(params, key))
}

fn ders(pem: &str) -> Vec<rustls::pki_types::CertificateDer<'static>> {
    use rustls::pki_types::pem::PemObject;
    rustls::pki_types::CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(Result::unwrap)
        .collect()
}

/// A server that makes a handshake and then closes.
fn handshake(roots_of_clients: Option<RootCertStore>, pem: &str, key: &KeyPair) -> Trial {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match roots_of_clients {
        None => builder.with_no_client_auth(),
        Some(roots) => builder.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .build()
                .unwrap(),
        ),
    };
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let config = Arc::new(builder.with_single_cert(ders(pem), key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut tls = StreamOwned::new(ServerConnection::new(config).unwrap(), stream);
        let _ = tls.read(&mut [0; 64]);
        // An alert, which a close with bytes unread would take back.
        while tls.conn.write_tls(&mut tls.sock).is_ok_and(|len| len > 0) {}
        let _ = tls.sock.shutdown(Shutdown::Write);
        let _ = tls.sock.read_to_end(&mut Vec::new());
    });
    Trial::at(&format!("https://{address}"))
}

fn self_signed() -> Trial {
    let (pem, key) = certificate(None, 1);
    handshake(None, &pem, &key)
}

/// TLS itself wants a certificate of the client, as a proxy of a company's own may.
fn mutual_tls() -> Trial {
    let (ca_pem, ca) = authority();
    let (pem, key) = certificate(Some(&ca), 1);
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(ders(&ca_pem));
    let trial = handshake(Some(roots), &pem, &key);
    let ca_file = private_file(trial.home(), "roots.pem", ca_pem);
    trial.env("SERVICENOW_CA_FILE", ca_file)
}

/// An instance behind a load balancer that wants certificates of an authority, and a client with one
/// that is good for so many days, or with none.
fn load_balancer(days: Option<i64>) -> Trial {
    let (ca_pem, ca) = authority();
    let trial = Trial::of(simulator_with(Options {
        client_certificates: ClientCertificates::RequiredFrom(ca_pem),
        ..Options::default()
    }));
    let Some(days) = days else { return trial };
    let (pem, key) = certificate(Some(&ca), days);
    let certificate = private_file(trial.home(), "client.pem", pem);
    let key = private_file(trial.home(), "client.key", key.serialize_pem());
    trial
        .env("SERVICENOW_CLIENT_CERT_FILE", certificate)
        .env("SERVICENOW_CLIENT_KEY_FILE", key)
}

#[test]
fn a_client_certificate_that_is_good_is_let_through() {
    load_balancer(Some(1)).gets_a_token_with(&[]);
}
