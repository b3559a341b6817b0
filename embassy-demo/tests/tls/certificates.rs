//! Servers with certificates that are not good.

use snow_token_device::hostile_tls::{Chain, HonestServer, Keys, LeafFlaw, Order, Speaks};
use snow_token_gateway::tls::TlsError;

use crate::support::{Client, HOST, now_unix};

const DAY_SECS: u64 = 86_400;

/// The connection fails, and nothing was received before.
fn refused(chain: &Chain, client: Client<'_>) -> TlsError {
    let server = HonestServer::start(chain, Speaks::All, b"").unwrap();
    let error = client.run(server.address).unwrap_err();
    assert!(server.received.after(1).is_empty());
    assert!(error.is_about_certificate(), "{error:?}");
    assert!(!error.wants_other_suite());
    error
}

fn refused_flaw(flaw: LeafFlaw) -> TlsError {
    let chain = Order::new(Keys::P256, &[HOST]).flaw(flaw).make();
    refused(&chain, Client::new(&chain))
}

#[test]
fn wrong_root() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let mut other = Order::new(Keys::P256, &[HOST]).make();
    // Roots of one name: which of them it is, the signature says.
    assert_eq!(refused(&chain, Client::new(&other)), TlsError::BadSignature);

    other = Order::new(Keys::P256, &[HOST])
        .root_name("Other Root")
        .make();
    assert_eq!(
        refused(&chain, Client::new(&other)),
        TlsError::UnknownIssuer
    );
}

#[test]
fn no_root() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let client = Client {
        root: None,
        ..Client::new(&chain)
    };
    assert_eq!(refused(&chain, client), TlsError::UnknownIssuer);
}

#[test]
fn built_in_roots() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let client = Client {
        root: None,
        built_in: true,
        ..Client::new(&chain)
    };
    assert_eq!(refused(&chain, client), TlsError::UnknownIssuer);
}

#[test]
fn intermediate_left_out() {
    let mut chain = Order::new(Keys::P256, &[HOST]).make();
    chain.certificates.truncate(1);
    assert_eq!(
        refused(&chain, Client::new(&chain)),
        TlsError::UnknownIssuer
    );
}

#[test]
fn six_intermediates() {
    let chain = Order::new(Keys::P256, &[HOST]).intermediates(6).make();
    assert_eq!(
        refused(&chain, Client::new(&chain)),
        TlsError::UnknownIssuer
    );
}

#[test]
fn wrong_name() {
    assert_eq!(refused_flaw(LeafFlaw::OtherName), TlsError::WrongName);

    let chain = Order::new(Keys::P256, &["*.service-now.com"]).make();
    for host in [
        "service-now.com",
        "a.b.service-now.com",
        "service-now.com.example",
        "127.0.0.1",
    ] {
        let client = Client::new(&chain).host(host);
        assert_eq!(refused(&chain, client), TlsError::WrongName, "{host}");
    }
}

#[test]
fn wrong_ip_address() {
    let chain = Order::new(Keys::P256, &["127.0.0.2", HOST]).make();
    let client = Client::new(&chain).host("127.0.0.1");
    assert_eq!(refused(&chain, client), TlsError::WrongName);
}

#[test]
fn ip_address_as_dns_name() {
    // rcgen makes an IP address of it, which a DNS name is not compared with.
    let chain = Order::new(Keys::P256, &["127.0.0.1"]).make();
    let client = Client::new(&chain).host("127.0.0.1.example");
    assert_eq!(refused(&chain, client), TlsError::WrongName);
}

#[test]
fn name_in_common_name_only() {
    assert_eq!(
        refused_flaw(LeafFlaw::NameInCommonNameOnly),
        TlsError::WrongName
    );
}

#[test]
fn expired() {
    let error = refused_flaw(LeafFlaw::Expired);
    let TlsError::Expired {
        now_unix: now,
        not_after_unix,
    } = error
    else {
        panic!("{error:?}");
    };
    assert!(now_unix().abs_diff(now) < 60);
    assert!((now - DAY_SECS).abs_diff(not_after_unix) < 60);
}

#[test]
fn not_yet_valid() {
    let error = refused_flaw(LeafFlaw::NotYetValid);
    let TlsError::NotYetValid {
        now_unix: now,
        not_before_unix,
    } = error
    else {
        panic!("{error:?}");
    };
    assert!((now + DAY_SECS).abs_diff(not_before_unix) < 60);
}

#[test]
fn wrong_clock() {
    let chain = Order::new(Keys::P256, &[HOST]).make();
    let at = |now_unix| {
        refused(
            &chain,
            Client {
                now_unix,
                ..Client::new(&chain)
            },
        )
    };
    assert!(matches!(at(0), TlsError::NotYetValid { now_unix: 0, .. }));
    assert!(matches!(
        at(u64::MAX),
        TlsError::Expired {
            now_unix: u64::MAX,
            ..
        }
    ));
    let words = at(946_684_800).to_string();
    assert!(
        words.ends_with("; here it is 2000-01-01T00:00:00Z"),
        "{words}"
    );
}

#[test]
fn issued_by_a_leaf() {
    assert_eq!(
        refused_flaw(LeafFlaw::IssuedByLeaf),
        TlsError::IssuerMayNotSign
    );
}

#[test]
fn for_clients() {
    assert_eq!(refused_flaw(LeafFlaw::ForClients), TlsError::NotForServers);
}

#[test]
fn of_an_authority() {
    assert_eq!(refused_flaw(LeafFlaw::Authority), TlsError::NotForServers);
}

#[test]
fn bad_signature() {
    assert_eq!(refused_flaw(LeafFlaw::BadSignature), TlsError::BadSignature);
}

#[test]
#[cfg(feature = "p384")]
fn bad_signature_on_p384() {
    let chain = Order::new(Keys::P384, &[HOST])
        .flaw(LeafFlaw::BadSignature)
        .make();
    assert_eq!(refused(&chain, Client::new(&chain)), TlsError::BadSignature);
}

#[test]
#[cfg(feature = "rsa")]
fn bad_signature_of_rsa() {
    let chain = Order::new(Keys::Rsa2048, &[HOST])
        .flaw(LeafFlaw::BadSignature)
        .make();
    assert_eq!(refused(&chain, Client::new(&chain)), TlsError::BadSignature);
}

#[test]
#[cfg(not(feature = "p384"))]
fn p384_is_not_built_in() {
    let chain = Order::new(Keys::P384, &[HOST]).make();
    assert_eq!(
        refused(&chain, Client::new(&chain)),
        TlsError::UnsupportedAlgorithm
    );
    // The chain could be verified, the server's key not.
    let mut order = Order::new(Keys::P256, &[HOST]);
    order.leaf = Keys::P384;
    let chain = order.make();
    assert_eq!(
        refused(&chain, Client::new(&chain)),
        TlsError::UnsupportedAlgorithm
    );
}

#[test]
fn ed25519() {
    let mut order = Order::new(Keys::P256, &[HOST]);
    order.leaf = Keys::Ed25519;
    let chain = order.make();
    assert_eq!(
        refused(&chain, Client::new(&chain)),
        TlsError::UnsupportedAlgorithm
    );
}
