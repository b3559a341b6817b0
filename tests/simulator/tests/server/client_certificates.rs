//! mTLS, judged by the load balancer: with an HTTP answer, not with a TLS alert.

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use snow_token_simulator::{ClientCertificates, KeyKind, Options, Simulator};

use crate::support::{agent, token};

fn requiring(client_certificates: ClientCertificates, keys: KeyKind) -> Simulator {
    let options = Options {
        client_certificates,
        keys,
        ..Options::default()
    };
    Simulator::start(options).unwrap()
}

fn self_signed() -> (String, String) {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let params = CertificateParams::new(["client".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (certificate.pem(), key.serialize_pem())
}

#[test]
fn one_that_the_simulator_has_issued_is_let_through() {
    let kinds = [
        KeyKind::EcdsaP384,
        #[cfg(feature = "rsa")]
        KeyKind::Rsa2048,
    ];
    for keys in kinds {
        let simulator = requiring(ClientCertificates::Required, keys);
        let agent = agent(&simulator, Some(&simulator.client_certificate()));
        assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
    }
}

#[test]
fn none_a_self_signed_one_and_one_of_another_authority_get_a_page() {
    let simulator = requiring(ClientCertificates::Required, KeyKind::EcdsaP384);
    let another = crate::support::simulator();
    for certificate in [
        None,
        Some(self_signed()),
        Some(another.client_certificate()),
    ] {
        let agent = agent(&simulator, certificate.as_ref());
        let answered = token(&simulator, &agent, "reader").unwrap();
        assert_eq!(answered.status, 400);
        assert!(answered.header("content-type").starts_with("text/html"));
        assert!(answered.body.contains("The SSL certificate error"));
    }
    assert!(simulator.instance().requests().is_empty());
}

#[test]
fn another_authority_can_be_let_through_too() {
    let authority = self_signed();
    let required = ClientCertificates::RequiredFrom(authority.0.clone());
    let simulator = requiring(required, KeyKind::EcdsaP384);
    let agent = agent(&simulator, Some(&simulator.client_certificate()));
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
    let options = Options {
        client_certificates: ClientCertificates::RequiredFrom("not PEM".to_owned()),
        ..Options::default()
    };
    let error = Simulator::start(options).unwrap_err();
    assert!(error.to_string().contains("no certificate"), "{error}");
}

#[test]
fn its_files_are_in_the_description() {
    let simulator = requiring(ClientCertificates::Required, KeyKind::EcdsaP384);
    let described = simulator.describe();
    let file = |name: &str| std::fs::read_to_string(described[name].as_str().unwrap()).unwrap();
    let certificate = (file("client_cert_file"), file("client_key_file"));
    let agent = agent(&simulator, Some(&certificate));
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
}
