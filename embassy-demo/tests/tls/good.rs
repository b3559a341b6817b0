//! Servers that are as they should be, or as they may be.

use snow_token_device::hostile_tls::{
    self, Flaw, HonestServer, HostileServer, Keys, Order, Speaks,
};
use snow_token_gateway::tls::{Buffers, Suite};

use crate::support::{Client, HOST, SECRET};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// rustls: the client gets the answer, the server the secret.
fn works(order: &Order, speaks: Speaks, change: impl Fn(Client<'_>) -> Client<'_>) {
    let chain = order.make();
    let server = HonestServer::start(&chain, speaks, ANSWER).unwrap();
    let answer = change(Client::new(&chain)).run(server.address);
    assert_eq!(answer.as_deref(), Ok(ANSWER));
    assert_eq!(server.received.after(1), SECRET);
}

fn works_unchanged(order: &Order) {
    works(order, Speaks::All, |client| client);
}

#[test]
fn p256() {
    works_unchanged(&Order::new(Keys::P256, &[HOST]));
}

#[test]
fn no_intermediate() {
    works_unchanged(&Order::new(Keys::P256, &[HOST]).intermediates(0));
}

#[test]
fn five_intermediates() {
    works_unchanged(&Order::new(Keys::P256, &[HOST]).intermediates(5));
}

#[test]
#[cfg(feature = "p384")]
fn p384_three_levels() {
    works_unchanged(&Order::new(Keys::P384, &[HOST]).intermediates(2));
}

#[test]
#[cfg(feature = "p384")]
fn p256_from_p384() {
    let mut order = Order::new(Keys::P384, &[HOST]);
    order.leaf = Keys::P256;
    works_unchanged(&order);
}

#[test]
#[cfg(feature = "p384")]
fn p384_from_p256() {
    let mut order = Order::new(Keys::P256, &[HOST]);
    order.leaf = Keys::P384;
    works_unchanged(&order);
}

#[test]
#[cfg(feature = "rsa")]
fn rsa_2048_three_levels() {
    works_unchanged(&Order::new(Keys::Rsa2048, &[HOST]).intermediates(2));
}

#[test]
#[cfg(feature = "rsa")]
fn rsa_4096() {
    works_unchanged(&Order::new(Keys::Rsa4096, &[HOST]));
}

#[test]
fn aes_256_only() {
    let speaks = Speaks::Only(hostile_tls::Suite::Aes256GcmSha384);
    let order = Order::new(Keys::P256, &[HOST]);
    works(&order, speaks, |client| {
        client.suite(Suite::Aes256GcmSha384)
    });
}

#[test]
fn wildcard() {
    works_unchanged(&Order::new(Keys::P256, &["*.service-now.com"]));
}

#[test]
fn last_of_six_names() {
    let names = [
        "a.example",
        "b.example",
        "c.example",
        "*.d.example",
        "e.example",
        HOST,
    ];
    works_unchanged(&Order::new(Keys::P256, &names));
}

#[test]
fn ip_address() {
    let order = Order::new(Keys::P256, &["127.0.0.1"]);
    works(&order, Speaks::All, |client| client.host("127.0.0.1"));
}

#[test]
fn dot_of_the_root() {
    let order = Order::new(Keys::P256, &[HOST]);
    works(&order, Speaks::All, |client| {
        client.host("dev12345.service-now.com.")
    });
}

#[test]
fn capital_letters() {
    let order = Order::new(Keys::P256, &[HOST]);
    works(&order, Speaks::All, |client| {
        client.host("DEV12345.Service-Now.com")
    });
}

#[test]
fn small_read_buffer() {
    let order = Order::new(Keys::P256, &[HOST]);
    works(&order, Speaks::All, |client| Client {
        read_len: Buffers::SMALL_READ_LEN,
        ..client
    });
}

/// The server by hand: the same with both suites, and with an answer of this length.
fn works_with(flaw: Flaw, answer_len: usize) {
    let answer: Vec<u8> = (0..answer_len).map(|at| (at % 251) as u8).collect();
    for (suite, server_suite) in [
        (Suite::Aes128GcmSha256, hostile_tls::Suite::Aes128GcmSha256),
        (Suite::Aes256GcmSha384, hostile_tls::Suite::Aes256GcmSha384),
    ] {
        let chain = Order::new(Keys::P256, &[HOST]).intermediates(3).make();
        let root = chain.root.clone();
        let server = HostileServer::start(chain, server_suite, flaw, &answer).unwrap();
        let client = Client::of_root(&root).suite(suite);
        assert_eq!(client.run(server.address).as_ref(), Ok(&answer), "{flaw:?}");
        assert_eq!(server.received.after(1), SECRET);
    }
}

#[test]
fn short_answer() {
    works_with(Flaw::None, 2);
}

#[test]
fn no_answer_but_an_end() {
    works_with(Flaw::None, 0);
}

#[test]
fn records_of_16k() {
    works_with(Flaw::None, 3 * 16_384);
}

#[test]
fn small_chunks() {
    works_with(Flaw::Chunks(7), 1_000);
}

/// Others of the issuer's name stand before it.
#[test]
fn four_intermediates_that_are_not_the_issuer() {
    let mut chain = Order::new(Keys::P256, &[HOST]).make();
    for _ in 0..4 {
        let other = Order::new(Keys::P256, &[HOST]).make();
        chain.certificates.insert(1, other.certificates[1].clone());
    }
    let server = HonestServer::start(&chain, Speaks::All, ANSWER).unwrap();
    let answer = Client::new(&chain).run(server.address);
    assert_eq!(answer.as_deref(), Ok(ANSWER));
}

#[test]
fn strange_but_allowed() {
    works_with(Flaw::Coalesced, 100);
    works_with(Flaw::Padded, 100);
    works_with(Flaw::NoChangeCipherSpec, 100);
    works_with(Flaw::SessionTickets, 100);
    works_with(Flaw::CertificateRequested, 100);
    works_with(Flaw::CertificatesInOtherOrder, 100);
    works_with(Flaw::RootToo, 100);
}
