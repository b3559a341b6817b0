//! What core does with secrets.

use core::hint::black_box;

use base64ct::{Base64, Encoding as _};
use rand::RngExt as _;
use snow_token_core::{
    Secret,
    assertion::{AssertionSigner, Es256, Es384, Es512, Hs256, Rs256},
    authorization::{CodeVerifier, State},
};

use crate::{
    measure::{Finding, Subject},
    rsa_keys,
};

/// What takes less than some microseconds.
pub(crate) fn short() -> Vec<Finding> {
    vec![
        state_comparison(),
        secret_comparison(),
        verifier(),
        state(),
        hmac_key(),
        hmac_message(),
        pem(),
    ]
}

/// Signatures with private keys.
pub(crate) fn long() -> Vec<Finding> {
    let message = rand::rng().random::<[u8; 64]>();
    let ecdsa = |operation, samples| Subject {
        operation,
        classes: KEYS,
        samples,
        batch: 1,
    };
    vec![
        rsa_exponents(),
        rsa_keys(),
        rsa_message(),
        ecdsa("ES256: sign", 20_000).measure(
            || scalars(0).map(|key| Es256::from_bytes(&key).expect("a key")),
            |key| sign::<64>(key, &message),
        ),
        ecdsa("ES384: sign", 5_000).measure(
            || scalars(0).map(|key| Es384::from_bytes(&key).expect("a key")),
            |key| sign::<96>(key, &message),
        ),
        ecdsa("ES512: sign", 5_000).measure(
            || scalars(1).map(|key| Es512::from_bytes(&key).expect("a key")),
            |key| sign::<132>(key, &message),
        ),
    ]
}

const KEYS: [&str; 2] = ["the key 1", "a random key"];
const DIFFERS: [&str; 2] = ["differs at the start", "differs at the end"];

fn state_comparison() -> Finding {
    let subject = Subject {
        operation: "`State::matches`",
        classes: DIFFERS,
        samples: 100_000,
        batch: 32,
    };
    let state = State::from_random(rand::rng().random());
    let digits: [u8; 32] = state.as_str().as_bytes().try_into().expect("32 digits");
    subject.measure(
        || two_that_differ(digits),
        |other| state.matches(text(other)),
    )
}

fn secret_comparison() -> Finding {
    let subject = Subject {
        operation: "`Secret == Secret`",
        classes: DIFFERS,
        samples: 100_000,
        batch: 32,
    };
    let secret: [u8; 32] = core::array::from_fn(|_| rand::rng().random_range(b' '..=b'~'));
    subject.measure(
        || two_that_differ(secret),
        |other| Secret::new(text(&secret)) == Secret::new(text(other)),
    )
}

fn two_that_differ(text: [u8; 32]) -> [[u8; 32]; 2] {
    [0, 31].map(|at| {
        let mut other = text;
        other[at] ^= 1;
        other
    })
}

fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).expect("ASCII")
}

const RANDOM_BYTES: [&str; 2] = ["zeros", "random bytes"];

/// base64url of a secret.
fn verifier() -> Finding {
    let subject = Subject {
        operation: "`CodeVerifier::from_random`, base64url",
        classes: RANDOM_BYTES,
        samples: 100_000,
        batch: 32,
    };
    subject.measure(
        || [[0; 32], rand::rng().random()],
        |random| CodeVerifier::from_random(*random),
    )
}

fn state() -> Finding {
    let subject = Subject {
        operation: "`State::from_random`, hexadecimal",
        classes: RANDOM_BYTES,
        samples: 100_000,
        batch: 32,
    };
    subject.measure(
        || [[0; 16], rand::rng().random()],
        |random| State::from_random(*random),
    )
}

fn hmac_key() -> Finding {
    let subject = Subject {
        operation: "HS256: load a key and sign",
        classes: RANDOM_BYTES,
        samples: 100_000,
        batch: 4,
    };
    subject.measure(
        || [[0; 32], rand::rng().random()],
        |key| sign::<32>(&Hs256::new(key).expect("a key"), b"the same message"),
    )
}

fn hmac_message() -> Finding {
    let subject = Subject {
        operation: "HS256: sign",
        classes: ["a message of zeros", "a random message"],
        samples: 100_000,
        batch: 4,
    };
    let key = Hs256::new(&rand::rng().random::<[u8; 32]>()).expect("a key");
    subject.measure(
        || [[0; 256], rand::rng().random()],
        |message| sign::<32>(&key, message),
    )
}

/// A private key in SEC1 (RFC 5915), from the text to the number.
fn pem() -> Finding {
    const BEFORE: [u8; 7] = [0x30, 0x31, 2, 1, 1, 4, 0x20];
    /// `[0]` with the curve's object identifier.
    const AFTER: [u8; 12] = [
        0xa0, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ];
    let subject = Subject {
        operation: "`Es256::from_pem`",
        classes: KEYS,
        samples: 100_000,
        batch: 4,
    };
    let pem = |key: [u8; 32]| {
        let der = [&BEFORE[..], &key, &AFTER].concat();
        let text = Base64::encode_string(&der);
        let (first, second) = text.split_at(64);
        format!("-----BEGIN EC PRIVATE KEY-----\n{first}\n{second}\n-----END EC PRIVATE KEY-----\n")
    };
    subject.measure(
        || scalars(0).map(pem),
        |pem| Es256::from_pem(pem).expect("a key"),
    )
}

/// The exponents are what the windows of the power are read by.
fn rsa_exponents() -> Finding {
    let subject = Subject {
        operation: "RS256, 2048 bits: sign",
        classes: ["exponents with two ones", "random exponents"],
        samples: 5_000,
        batch: 1,
    };
    let key = rsa_keys::random();
    let load = |exponents: [_; 2]| {
        let key = rsa_keys::with_exponents(&key, &exponents);
        Rs256::from_der(&key).expect("a key")
    };
    let exponent = || {
        let mut exponent: [u8; rsa_keys::HALF] = rand::rng().random();
        exponent[0] |= 0x80;
        exponent[rsa_keys::HALF - 1] |= 1;
        exponent
    };
    let mut two_ones = [0; rsa_keys::HALF];
    two_ones[0] = 0x80;
    two_ones[rsa_keys::HALF - 1] = 1;
    let message = rand::rng().random::<[u8; 64]>();
    subject.measure(
        || [load([two_ones; 2]), load([exponent(), exponent()])],
        |key| sign::<256>(key, &message),
    )
}

fn rsa_keys() -> Finding {
    let subject = Subject {
        operation: "RS256, 2048 bits: sign",
        classes: ["one key", "one of 16 others"],
        samples: 5_000,
        batch: 1,
    };
    let one = rsa_keys::random();
    let others: [_; 16] = core::array::from_fn(|_| rsa_keys::random());
    let message = rand::rng().random::<[u8; 64]>();
    subject.measure(
        || {
            let other = &others[rand::rng().random_range(0..others.len())];
            [&one, other].map(|key| Rs256::from_der(key).expect("a key"))
        },
        |key| sign::<256>(key, &message),
    )
}

fn rsa_message() -> Finding {
    let subject = Subject {
        operation: "RS256, 2048 bits: sign",
        classes: ["one message", "random messages"],
        samples: 5_000,
        batch: 1,
    };
    let key = Rs256::from_der(&rsa_keys::random()).expect("a key");
    let one: [u8; 64] = rand::rng().random();
    subject.measure(
        || [one, rand::rng().random()],
        |message| sign::<256>(&key, message),
    )
}

/// The number one, and a random one that has so many zero bytes before it.
fn scalars<const N: usize>(zeros: usize) -> [[u8; N]; 2] {
    let mut one = [0; N];
    one[N - 1] = 1;
    let mut random: [u8; N] = core::array::from_fn(|_| rand::rng().random());
    random[..zeros].fill(0);
    // Below the order of each curve, whose first bytes are all ones.
    random[zeros] &= 0x7f;
    [one, random]
}

/// The signature, good or not.
fn sign<const N: usize>(signer: &impl AssertionSigner, message: &[u8]) -> [u8; N] {
    let mut signature = [0; N];
    let _failed_or_not = black_box(signer.sign(message, &mut signature));
    signature
}
