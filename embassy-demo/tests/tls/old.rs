//! Servers that do not speak TLS 1.3, or not all of it.

use embassy_futures::block_on;
use snow_token_device::hostile_tls::{
    self, Flaw, HonestServer, HostileServer, Keys, Order, Speaks,
};
use snow_token_gateway::tls::{Suite, TlsError, speaks_only_tls12};

use crate::support::{Client, HOST, Script, Socket};

#[test]
fn tls_1_2_only() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let server = HonestServer::start(&chain, Speaks::Tls12, b"").unwrap();
    let error = Client::new(&chain).run(server.address).unwrap_err();
    assert_eq!(error, TlsError::OnlyTls12);
    assert_eq!(
        error.to_string(),
        "the server speaks TLS 1.2 only; this firmware needs TLS 1.3"
    );
    assert!(server.received.after(1).is_empty());
    assert_eq!(
        block_on(speaks_only_tls12(Socket::connect(server.address))),
        Ok(true)
    );
}

#[test]
fn one_suite_only() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    for (suite, speaks) in [
        (Suite::Aes256GcmSha384, hostile_tls::Suite::Aes128GcmSha256),
        (Suite::Aes128GcmSha256, hostile_tls::Suite::Aes256GcmSha384),
    ] {
        let server = HonestServer::start(&chain, Speaks::Only(speaks), b"").unwrap();
        let client = Client::new(&chain).suite(suite);
        let error = client.run(server.address).unwrap_err();
        assert!(error.wants_other_suite(), "{error:?}");
        assert!(server.received.after(1).is_empty());

        assert_eq!(
            client.suite(suite.other()).run(server.address),
            Ok(Vec::new())
        );
    }
}

#[test]
fn other_groups_only() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let server = HonestServer::start(&chain, Speaks::OtherGroups, b"").unwrap();
    // rustls says the same of a group as of a suite.
    assert_eq!(
        Client::new(&chain).run(server.address),
        Err(TlsError::NoCommonSuite)
    );
}

#[test]
fn probe_of_a_server_of_both_versions() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let server = HonestServer::start(&chain, Speaks::All, b"").unwrap();
    assert_eq!(
        block_on(speaks_only_tls12(Socket::connect(server.address))),
        Ok(false)
    );
}

#[test]
fn probe_of_a_server_of_tls_1_3() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let suite = hostile_tls::Suite::Aes128GcmSha256;
    let speaks = HonestServer::start(&chain, Speaks::Only(suite), b"").unwrap();
    assert_eq!(
        block_on(speaks_only_tls12(Socket::connect(speaks.address))),
        Ok(false)
    );
}

#[test]
fn probe_of_others() {
    for flaw in [
        Flaw::NotTls,
        Flaw::AlertInstead(40),
        Flaw::CloseAt(hostile_tls::Stage::Connected),
    ] {
        let chain = Order::new(Keys::P256, &[HOST]).make();
        let suite = hostile_tls::Suite::Aes128GcmSha256;
        let server = HostileServer::start(chain, suite, flaw, b"").unwrap();
        let result = block_on(speaks_only_tls12(Socket::connect(server.address)));
        assert_eq!(result, Ok(false), "{flaw:?}");
    }
    let answer =
        |bytes: &'static [u8]| block_on(speaks_only_tls12(Script::new(move |_| bytes.to_vec())));
    assert_eq!(answer(b""), Ok(false));
    assert_eq!(
        answer(b"\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03"),
        Ok(false)
    );
    // TLS 1.0.
    assert_eq!(
        answer(b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01................................"),
        Ok(true)
    );
}
