//! Bytes that are not a server's, or not quite: the handshake ends in an error, and in no panic.

use std::{panic, thread};

use embedded_io_async::ErrorKind;
use rand_core::RngCore as _;
use snow_token_device::hostile_tls::{Chain, Flaw, Keys, Order, Session, Suite};
use snow_token_gateway::tls::TlsError;

use crate::support::{Client, HOST, Rng, Script};

/// What a handshake has at most of stack here, without optimization.
const STACK_LEN: usize = 256 * 1024;

fn on_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(STACK_LEN).spawn(test);
    if let Err(panic) = thread.unwrap().join() {
        panic::resume_unwind(panic);
    }
}

fn order() -> Order {
    Order::new(Keys::P256, &[HOST]).intermediates(0)
}

/// The client's numbers are the same in every run, and with them its ClientHello: what a server sent
/// once can be sent again.
fn recorded(chain: &Chain) -> Vec<u8> {
    let mut flight = Vec::new();
    let mut session = Session::new(chain, Suite::Aes128GcmSha256, Flaw::None);
    let script = Script::new(|hello| {
        flight = session.flight(hello);
        flight.clone()
    });
    // The answer to the request is missing.
    assert_eq!(Client::new(chain).run_over(script), Err(TlsError::Closed));
    flight
}

fn replayed(chain: &Chain, flight: &[u8]) -> Result<Vec<u8>, TlsError> {
    Client::new(chain).run_over(Script::new(|_| flight.to_vec()).refusing_data())
}

#[test]
fn every_truncation() {
    on_small_stack(|| {
        let chain = order().make();
        let flight = recorded(&chain);
        for len in 0..flight.len() {
            assert_eq!(
                replayed(&chain, &flight[..len]),
                Err(TlsError::Closed),
                "{len} of {}",
                flight.len()
            );
        }
    });
}

#[test]
fn every_byte_changed() {
    on_small_stack(|| {
        let chain = order().make();
        let mut flight = recorded(&chain);
        let mut record_at = 0;
        while let Some([kind, _, _, high, low]) = flight.get(record_at..record_at + 5) {
            let is_plain = matches!(kind, 20 | 22);
            let is_nothing = *kind == 20;
            let content_at = record_at + 5;
            let end = content_at + usize::from(u16::from_be_bytes([*high, *low]));
            for at in record_at..end {
                let mask = 1 << (at % 8);
                flight[at] ^= mask;
                let error = replayed(&chain, &flight).unwrap_err();
                flight[at] ^= mask;
                // The lower number of a record's version is to be ignored (RFC 8446 §5.1), and
                // ChangeCipherSpec says nothing. Then there is a connection, to no server.
                let is_ignored = is_plain && at == record_at + 2 || is_nothing && at == content_at;
                let is_open = error == TlsError::Transport(ErrorKind::BrokenPipe);
                assert_eq!(is_open, is_ignored, "byte {at}, {mask:#x}: {error}");
            }
            record_at = end;
        }
        assert_eq!(record_at, flight.len());
    });
}

/// The messages themselves, and then encrypted: so far gets a server that has any certificate.
#[test]
fn every_byte_of_the_messages_changed() {
    on_small_stack(|| {
        let chain = order().make();
        let mut at = 0;
        loop {
            let mut is_behind_the_end = true;
            for mask in [0x01, 0xff] {
                let flaw = Flaw::ByteChanged { at, mask };
                let mut session = Session::new(&chain, Suite::Aes128GcmSha256, flaw);
                let script = Script::new(|hello| session.flight(hello)).refusing_data();
                let error = Client::new(&chain).run_over(script).unwrap_err();
                let end = session.encrypted_len();
                // Nobody looks at the length of Finished, which is the hash's. Only a server that has
                // the keys could change it.
                let is_ignored = at >= end || (end - 35..end - 32).contains(&at);
                let is_open = error == TlsError::Transport(ErrorKind::BrokenPipe);
                assert_eq!(
                    is_open, is_ignored,
                    "byte {at} of {end}, {mask:#x}: {error}"
                );
                is_behind_the_end &= at >= end;
            }
            if is_behind_the_end {
                break;
            }
            at += 1;
        }
        assert_ne!(at, 0);
    });
}

#[test]
fn random_bytes() {
    on_small_stack(|| {
        let chain = order().make();
        let mut rng = Rng::new(7);
        for round in 0..2_000_u32 {
            let mut bytes = vec![0; (rng.next_u32() % 300) as usize];
            rng.fill_bytes(&mut bytes);
            if round % 2 == 0 {
                // Far enough to be read as a record, and a ServerHello.
                let len = bytes.len() as u8;
                for (byte, start) in bytes.iter_mut().zip([22, 3, 3, 0, len, 2, 0, 0, len, 3, 3]) {
                    *byte = start;
                }
            }
            assert!(replayed(&chain, &bytes).is_err(), "round {round}");
        }
    });
}

/// Random messages behind a good ServerHello, encrypted.
#[test]
fn random_messages() {
    on_small_stack(|| {
        let chain = order().make();
        for seed in 0..300 {
            let flaw = Flaw::RandomMessages { seed };
            let mut session = Session::new(&chain, Suite::Aes128GcmSha256, flaw);
            let script = Script::new(|hello| session.flight(hello)).refusing_data();
            assert!(Client::new(&chain).run_over(script).is_err(), "{seed}");
        }
    });
}
