//! Servers that do not prove who they are: nothing is sent to them.

use snow_token_device::{
    hostile_tls::{
        Chain, Flaw, HonestServer, HostileServer, Keys, LeafFlaw, Order, Received, Speaks, Suite,
    },
    network::{Ntp, Tcp},
    scenario::{INSTANCE, INSTANCE_ADDRESS, PATIENCE, Scenario},
    texts::{self, tls},
};
use snow_token_simulator::{KeyKind, Options};

use crate::support::{quick, with_readings};

fn chain(flaw: LeafFlaw) -> Chain {
    Order::new(Keys::P256, &[INSTANCE]).flaw(flaw).make()
}

/// Boots a device, lets it try twice, and looks at what it has sent.
fn expect_refused(scenario: &Scenario, received: &Received, why: &str) {
    let device = scenario.boot();
    device.wait_for(why, PATIENCE);
    let mark = device.mark();
    device.wait_for_after(mark, why, PATIENCE);
    assert_eq!(device.count(texts::VERIFIED), 0);
    // The connections of both attempts are over then.
    assert!(received.after(2).is_empty(), "a secret has left");
}

/// A server whose certificate is not as it should be.
fn refuses_certificate(flaw: LeafFlaw, why: &str) {
    let mut scenario = with_readings(3);
    let chain = chain(flaw);
    let server = HonestServer::start(&chain, Speaks::All, b"").unwrap();
    scenario.set_server(server.address, &chain.root);
    expect_refused(&scenario, &server.received, why);
}

/// A server that does not prove that it has the key of its certificate.
fn refuses_handshake(flaw: Flaw, why: &str) {
    let mut scenario = with_readings(3);
    let chain = chain(LeafFlaw::None);
    let root = chain.root.clone();
    let server = HostileServer::start(chain, Suite::Aes128GcmSha256, flaw, b"").unwrap();
    scenario.set_server(server.address, &root);
    expect_refused(&scenario, &server.received, why);
}

#[test]
fn a_root_that_is_not_trusted() {
    let scenario = with_readings(3);
    let server = HonestServer::start(&chain(LeafFlaw::None), Speaks::All, b"").unwrap();
    let address = Tcp::To(server.address);
    scenario.network.set_tcp(INSTANCE_ADDRESS, address);
    expect_refused(&scenario, &server.received, tls::UNKNOWN_ISSUER);
}

#[test]
fn another_name() {
    refuses_certificate(LeafFlaw::OtherName, tls::WRONG_NAME);
}

#[test]
fn a_name_in_the_common_name_alone() {
    refuses_certificate(LeafFlaw::NameInCommonNameOnly, tls::WRONG_NAME);
}

#[test]
fn an_expired_certificate() {
    refuses_certificate(LeafFlaw::Expired, tls::EXPIRED);
}

#[test]
fn a_certificate_that_is_not_valid_yet() {
    refuses_certificate(LeafFlaw::NotYetValid, tls::NOT_YET_VALID);
}

#[test]
fn a_certificate_signed_by_a_leaf() {
    refuses_certificate(LeafFlaw::IssuedByLeaf, tls::ISSUER_MAY_NOT_SIGN);
}

#[test]
fn a_certificate_for_clients() {
    refuses_certificate(LeafFlaw::ForClients, tls::NOT_FOR_SERVERS);
}

#[test]
fn a_certificate_whose_signature_is_wrong() {
    refuses_certificate(LeafFlaw::BadSignature, tls::BAD_SIGNATURE);
}

#[test]
fn certificate_left_out() {
    refuses_handshake(Flaw::CertificateLeftOut, texts::NO_TLS);
}

#[test]
fn certificate_verify_left_out() {
    refuses_handshake(Flaw::CertificateVerifyLeftOut, texts::NO_TLS);
}

#[test]
fn certificate_and_certificate_verify_left_out() {
    refuses_handshake(Flaw::BothLeftOut, texts::NO_TLS);
}

#[test]
fn certificate_verify_before_certificate() {
    refuses_handshake(Flaw::CertificateVerifyBeforeCertificate, texts::NO_TLS);
}

#[test]
fn a_proof_with_a_bad_signature() {
    refuses_handshake(Flaw::BadSignature, texts::NO_TLS);
}

#[test]
fn a_proof_of_another_handshake() {
    refuses_handshake(Flaw::SignatureOfOtherHandshake, texts::NO_TLS);
}

#[test]
fn a_server_that_speaks_tls_1_2_alone() {
    let mut scenario = Scenario::with(Options {
        keys: KeyKind::Rsa2048,
        ..Options::default()
    });
    scenario.set_readings(3);
    let device = scenario.boot();
    device.wait_for(tls::ONLY_TLS12, PATIENCE);
    assert!(scenario.simulator.instance().requests().is_empty());
}

#[test]
fn no_tls_before_the_time_is_known() {
    let mut scenario = Scenario::with(quick());
    scenario.set_readings(3);
    scenario.network.set_ntp(Ntp::Silent);
    let device = scenario.boot();
    device.wait_for(texts::CLOCK_NOT_SET, PATIENCE);
    for ntp in [Ntp::KissOfDeath, Ntp::Unsynchronised] {
        scenario.network.set_ntp(ntp);
        let asked = scenario.network.statistics().ntp_queries;
        let mark = device.mark();
        device.wait_for_after(mark, texts::CLOCK_NOT_SET, PATIENCE);
        device.wait_for_after(device.mark(), texts::CLOCK_NOT_SET, PATIENCE);
        assert!(scenario.network.statistics().ntp_queries > asked);
    }
    assert_eq!(scenario.traffic().connections, 0);
    scenario.network.set_ntp(Ntp::Answers);
    scenario.expect_each_once(3);
}
