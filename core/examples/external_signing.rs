//! Shows how an assertion is signed outside, by a secure element or by hardware that takes its time:
//! the bytes to sign go out, the signature comes back later.
//!
//! Start it with `cargo run -p snow-token-core --features es256 --example external_signing`.

use core::error::Error;
use std::{sync::mpsc, thread};

use snow_token_core::assertion::{Algorithm, Assertion, AssertionSigner, Es256, Jti};

/// Stands for a chip with a key that never leaves it.
struct SecureElement {
    requests: mpsc::Sender<Vec<u8>>,
    signatures: mpsc::Receiver<[u8; 64]>,
}

impl SecureElement {
    fn new() -> Self {
        let (requests, inbox) = mpsc::channel::<Vec<u8>>();
        let (outbox, signatures) = mpsc::channel();
        thread::spawn(move || {
            let key = Es256::from_bytes(&[7; 32]).expect("the number is in range");
            for message in inbox {
                let mut signature = [0; 64];
                key.sign(&message, &mut signature)
                    .expect("64 bytes take a signature");
                if outbox.send(signature).is_err() {
                    return;
                }
            }
        });
        Self {
            requests,
            signatures,
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let element = SecureElement::new();
    let jti = Jti::from_random(&[42; 16]);
    let mut buf = [0; 512];

    // Step one: header and claims, and with them the bytes to sign.
    let assertion = Assertion::new("gateway", "sensor@example.com");
    let input = assertion.signing_input(1_795_000_000, jti.as_str(), Algorithm::Es256, &mut buf)?;
    println!("to be signed: {} bytes", input.as_bytes().len());
    element.requests.send(input.as_bytes().to_vec())?;

    // Meanwhile a firmware does something else; the input keeps the buffer.
    let signature = element.signatures.recv()?;

    // Step two: the signature goes behind it.
    let jws = input.finish(&signature)?;
    println!("an assertion of {} characters", jws.len());
    Ok(())
}
