//! Signed assertions for the JWT bearer grant: claims into JSON and base64url, and the signature.
//!
//! Keys are loaded before the measurement, in the form in which each contender wants to hold them.
//! The claims are given: those who serialize a struct have it ready, those who want to own it clone
//! it. The library's own way has more in it: it reads the clock, draws random bytes for a `jti` and
//! hands out a `String` that is zeroized.

mod jsonwebtoken;
mod jwt_compact;
mod jwt_simple;
mod ours;
mod primitive;

use std::{hint::black_box, sync::OnceLock};

use serde::Serialize;
use snow_token_core::assertion::{Algorithm, Assertion, Es256, Hs256};

use crate::{Contest, NO_SLOWER};

/// Made for this, guards nothing.
pub const SHARED_SECRET: &[u8] = b"a shared secret of fifty-one bytes that is no secret";
/// Made for this, guards nothing.
pub const P256_PEM: &str = include_str!("../../keys/p256.pem");
/// Made for this, guards nothing.
pub const RSA_PEM: &str = include_str!("../../keys/rsa2048.pem");

/// The client, which is `aud` and `iss` too.
pub const CLIENT_ID: &str = "9c6e2d175433201001a118caa0ea2a43";
const SUBJECT: &str = "sensor-17@example.com";
const JTI: &str = "5dd0e1c7-b657-4bd8-9dce-17ad7efe06ab";
const NOW: u64 = 1_795_000_000;
const EXPIRES_AT: u64 = NOW + 300;

/// The primitive may take this part of the time at least: 2 % are for everything else.
const ALL_BUT_2_PERCENT: f64 = 1.0 / 1.02;
/// A hash of some blocks is so fast that writing the text counts.
const TWO_THIRDS: f64 = 1.0 / 1.5;

/// The claims as the others serialize them, in the same order.
#[derive(Serialize, Clone)]
struct Claims {
    aud: &'static str,
    sub: &'static str,
    iss: &'static str,
    exp: u64,
    iat: u64,
    jti: &'static str,
}

const CLAIMS: Claims = Claims {
    aud: CLIENT_ID,
    sub: SUBJECT,
    iss: CLIENT_ID,
    exp: EXPIRES_AT,
    iat: NOW,
    jti: JTI,
};

const OURS: Assertion<'static> = Assertion::new(CLIENT_ID, SUBJECT);

/// What the bare primitives sign: as long as what the others sign, which make it first.
pub fn signing_input() -> &'static str {
    static INPUT: OnceLock<String> = OnceLock::new();
    INPUT.get_or_init(|| {
        let mut buf = [0; 1024];
        let input = OURS.signing_input(NOW, JTI, Algorithm::Es256, &mut buf);
        input.unwrap().as_str().to_owned()
    })
}

/// A whole one.
pub(crate) fn example() -> &'static str {
    static JWS: OnceLock<String> = OnceLock::new();
    JWS.get_or_init(|| {
        let key = Es256::from_pem(P256_PEM).unwrap();
        let mut buf = [0; 1024];
        OURS.sign(NOW, JTI, &key, &mut buf).unwrap().to_owned()
    })
}

/// For each algorithm core's signer and the library's, each against the primitive that it stands on
/// and against the other libraries.
pub fn contests() -> Vec<Contest> {
    use self::jsonwebtoken::Backend::{AwsLc, RustCrypto};
    let hs256 = |contest: Contest| {
        contest
            .against(TWO_THIRDS, primitive::hmac())
            .against(NO_SLOWER, jsonwebtoken::hs256(RustCrypto))
            .against(NO_SLOWER, jsonwebtoken::hs256(AwsLc))
            .against(NO_SLOWER, jwt_simple::hs256())
            .against(NO_SLOWER, jwt_compact::hs256())
    };
    let es256 = |contest: Contest| {
        contest
            .against(NO_SLOWER, jsonwebtoken::es256(RustCrypto))
            .against(NO_SLOWER, jsonwebtoken::es256(AwsLc))
            .against(NO_SLOWER, jwt_simple::es256())
            .against(NO_SLOWER, jwt_compact::es256())
    };
    let rs256 = |contest: Contest| {
        contest
            .against(NO_SLOWER, jsonwebtoken::rs256(RustCrypto))
            .against(NO_SLOWER, jsonwebtoken::rs256(AwsLc))
            .against(NO_SLOWER, jwt_simple::rs256())
            .against(NO_SLOWER, jwt_compact::rs256())
    };
    vec![
        hs256(Contest::new(
            "assertion_hs256",
            ours::core(Hs256::new(SHARED_SECRET).unwrap()),
        )),
        hs256(Contest::new(
            "assertion_hs256_library",
            ours::library(SHARED_SECRET),
        )),
        es256(
            Contest::new(
                "assertion_es256",
                ours::core(Es256::from_pem(P256_PEM).unwrap()),
            )
            .against(ALL_BUT_2_PERCENT, primitive::p256()),
        ),
        es256(
            Contest::new(
                "assertion_es256_library",
                ours::library(P256_PEM.as_bytes()),
            )
            .against(ALL_BUT_2_PERCENT, primitive::ring_p256()),
        ),
        rs256(
            Contest::new(
                "assertion_rs256",
                ours::core(snow_token_core::assertion::Rs256::from_pem(RSA_PEM).unwrap()),
            )
            .against(ALL_BUT_2_PERCENT, primitive::crypto_bigint()),
        ),
        rs256(
            Contest::new("assertion_rs256_library", ours::library(RSA_PEM.as_bytes()))
                .against(ALL_BUT_2_PERCENT, primitive::ring_rsa()),
        ),
    ]
}

/// The DER of a PEM in PKCS#8.
fn der_of(pem: &str) -> Vec<u8> {
    use base64ct::{Base64, Encoding};
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    Base64::decode_vec(&lines.collect::<String>()).unwrap()
}

/// Seen anew by the optimizer each time.
fn input() -> &'static [u8] {
    black_box(signing_input().as_bytes())
}
