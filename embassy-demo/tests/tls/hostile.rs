//! Servers that break the protocol.

use core::time::Duration;

use embedded_io_async::ErrorKind;
use snow_token_device::hostile_tls::{self, Flaw, HostileServer, Keys, Order, Stage};
use snow_token_gateway::tls::{Buffers, Suite, TlsError};

use crate::support::{Client, HOST, SECRET};

/// With both suites: the error, and how much of the secret was received.
fn fails(flaw: Flaw) -> (TlsError, Vec<u8>) {
    let both = [
        (Suite::Aes128GcmSha256, hostile_tls::Suite::Aes128GcmSha256),
        (Suite::Aes256GcmSha384, hostile_tls::Suite::Aes256GcmSha384),
    ]
    .map(|(suite, server_suite)| {
        let chain = Order::new(Keys::P256, &[HOST]).make();
        let root = chain.root.clone();
        let server = HostileServer::start(chain, server_suite, flaw, &[b'a'; 20_000]).unwrap();
        let mut client = Client::of_root(&root).suite(suite);
        if let Flaw::SilentAt(_) = flaw {
            client.patience = Duration::from_millis(500);
        }
        let error = client.run(server.address).expect_err(&format!("{flaw:?}"));
        let received = server.received.after(1);
        (error, received)
    });
    assert_eq!(both[0], both[1], "{flaw:?}");
    both[0].clone()
}

/// Before the client has sent anything.
fn refused(flaw: Flaw) -> TlsError {
    let (error, received) = fails(flaw);
    assert!(received.is_empty(), "{flaw:?}");
    error
}

/// After it has.
fn broken(flaw: Flaw) -> TlsError {
    let (error, received) = fails(flaw);
    assert_eq!(received, SECRET, "{flaw:?}");
    error
}

#[test]
fn server_that_proves_nothing() {
    assert_eq!(refused(Flaw::CertificateVerifyLeftOut), TlsError::NotProved);
    assert_eq!(refused(Flaw::BothLeftOut), TlsError::NotProved);
    assert_eq!(refused(Flaw::NoCertificates), TlsError::NotProved);
}

#[test]
fn messages_out_of_order() {
    for flaw in [
        Flaw::CertificateLeftOut,
        Flaw::CertificateVerifyBeforeCertificate,
        Flaw::CertificateTwice,
        Flaw::CertificateAfterVerify,
        Flaw::CertificateVerifyTwice,
    ] {
        assert_eq!(refused(flaw), TlsError::Protocol, "{flaw:?}");
    }
}

#[test]
fn bad_proof() {
    assert_eq!(refused(Flaw::BadSignature), TlsError::NotProved);
    assert_eq!(
        refused(Flaw::SignatureOfOtherHandshake),
        TlsError::NotProved
    );
    assert_eq!(refused(Flaw::BadFinished), TlsError::Protocol);
}

#[test]
fn other_signature_schemes() {
    // ecdsa_secp384r1_sha384: not what a key on P-256 signs with.
    let other_curve = match cfg!(feature = "p384") {
        true => TlsError::NotProved,
        false => TlsError::UnsupportedAlgorithm,
    };
    assert_eq!(refused(Flaw::Scheme(0x0503)), other_curve);
    // rsa_pss_rsae_sha256.
    let rsa = match cfg!(feature = "rsa") {
        true => TlsError::NotProved,
        false => TlsError::UnsupportedAlgorithm,
    };
    assert_eq!(refused(Flaw::Scheme(0x0804)), rsa);
    // ecdsa_sha1, rsa_pkcs1_sha256 (of TLS 1.2), ed25519, and one that nobody knows.
    for scheme in [0x0203, 0x0401, 0x0807, 0xfefe] {
        assert_eq!(
            refused(Flaw::Scheme(scheme)),
            TlsError::UnsupportedAlgorithm,
            "{scheme:04x}"
        );
    }
}

#[test]
fn silence() {
    let timed_out = TlsError::Transport(ErrorKind::TimedOut);
    for stage in [Stage::Connected, Stage::ServerHello, Stage::Certificates] {
        assert_eq!(refused(Flaw::SilentAt(stage)), timed_out, "{stage:?}");
    }
    assert_eq!(broken(Flaw::SilentAt(Stage::Request)), timed_out);
}

#[test]
fn reset() {
    let reset = TlsError::Transport(ErrorKind::ConnectionReset);
    for stage in [Stage::ServerHello, Stage::Certificates] {
        assert_eq!(refused(Flaw::ResetAt(stage)), reset, "{stage:?}");
    }
    assert_eq!(broken(Flaw::ResetAt(Stage::Request)), reset);
}

#[test]
fn end_without_close_notify() {
    for stage in [
        Stage::Connected,
        Stage::ServerHello,
        Stage::Certificates,
        Stage::Finished,
    ] {
        assert_eq!(refused(Flaw::CloseAt(stage)), TlsError::Closed, "{stage:?}");
    }
    assert_eq!(broken(Flaw::CloseAt(Stage::Request)), TlsError::Closed);
    assert_eq!(broken(Flaw::NoCloseNotify), TlsError::Closed);
    assert_eq!(broken(Flaw::CutInsideRecord), TlsError::Closed);
}

#[test]
fn no_tls_1_3() {
    assert_eq!(refused(Flaw::NotTls), TlsError::NotTls);
    assert_eq!(refused(Flaw::Tls12ServerHello), TlsError::OnlyTls12);
    assert_eq!(refused(Flaw::HelloRetryRequest), TlsError::NoCommonGroup);
    assert_eq!(refused(Flaw::SuiteNotOffered), TlsError::Protocol);
    assert_eq!(refused(Flaw::RecordOfAllLengths), TlsError::RecordTooLarge);
}

#[test]
fn alerts_instead_of_an_answer() {
    for (description, error) in [
        (40, TlsError::NoCommonSuite),
        (71, TlsError::NoCommonSuite),
        (70, TlsError::OnlyTls12),
        (0, TlsError::Closed),
        (112, TlsError::Alert(Some(112))),
        // One that embedded-tls does not know.
        (121, TlsError::Alert(Some(121))),
    ] {
        let got = refused(Flaw::AlertInstead(description));
        assert_eq!(got, error);
        assert_eq!(got.wants_other_suite(), error == TlsError::NoCommonSuite);
    }
}

#[test]
fn strange_records_during_the_handshake() {
    for flaw in [
        Flaw::CertificateInTheClear,
        Flaw::EmptyRecord,
        Flaw::RecordOfZeros,
    ] {
        assert_eq!(refused(flaw), TlsError::Protocol, "{flaw:?}");
    }
    assert_eq!(refused(Flaw::AlertInHandshake(80)), TlsError::Alert(None));
    assert_eq!(
        refused(Flaw::CertificateInTwoRecords),
        TlsError::MalformedCertificate
    );
}

#[test]
fn strange_records_afterwards() {
    for flaw in [
        Flaw::CloseNotifyInTheClear,
        Flaw::FinishedInTheClear,
        Flaw::ChangeCipherSpecAfterwards,
        Flaw::EmptyRecordAfterwards,
        Flaw::KeyUpdate,
    ] {
        assert_eq!(broken(flaw), TlsError::Protocol, "{flaw:?}");
    }
    assert_eq!(broken(Flaw::AlertAfterwards(80)), TlsError::Alert(None));
}

#[test]
fn record_larger_than_the_buffer() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let root = chain.root.clone();
    let suite = hostile_tls::Suite::Aes128GcmSha256;
    let server = HostileServer::start(chain, suite, Flaw::None, &[b'a'; 16_384]).unwrap();
    let client = Client {
        read_len: Buffers::SMALL_READ_LEN,
        ..Client::of_root(&root)
    };
    assert_eq!(client.run(server.address), Err(TlsError::RecordTooLarge));
}

#[test]
fn not_a_name() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    for host in ["", "a b", "https://dev12345.service-now.com", "-", "a..b"] {
        let client = Client::new(&chain).host(host);
        let result = client.run_over(crate::support::Script::new(|_| Vec::new()));
        assert_eq!(result, Err(TlsError::InvalidServerName), "{host}");
    }
}
