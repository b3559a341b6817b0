//! Nobody is measured who does something else: what the contenders hand out is the same, or verifies
//! by the same key.

use base64ct::{Base64UrlUnpadded, Encoding};
use crypto_bigint::{NonZero, U1024, U2048};
use p256::pkcs8::DecodePrivateKey;
use ring::{hmac, signature};
use rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPublicKey,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use serde_json::{Value, json};
use snow_token_bench::{
    Output,
    assertion::{self, P256_PEM, RSA_PEM, SHARED_SECRET, signing_input},
    form, token_response,
};

fn verify(what: &str, text: &str, signature: &[u8]) {
    let text = text.as_bytes();
    let verified = match what.trim_end_matches("_library") {
        "assertion_hs256" => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, SHARED_SECRET);
            hmac::verify(&key, text, signature)
        }
        "assertion_es256" => {
            let key = p256::ecdsa::SigningKey::from_pkcs8_pem(P256_PEM).unwrap();
            let point = key.verifying_key().to_encoded_point(false);
            signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point.as_bytes())
                .verify(text, signature)
        }
        "assertion_rs256" => {
            let key = RsaPrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
            let der = key.to_public_key().to_pkcs1_der().unwrap();
            signature::UnparsedPublicKey::new(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                der.as_bytes(),
            )
            .verify(text, signature)
        }
        what => panic!("{what}?"),
    };
    verified.unwrap();
}

fn decoded(part: &str) -> Value {
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap()
}

fn check_jws(what: &str, name: &str, jws: &str) {
    let (text, signature) = jws.rsplit_once('.').unwrap();
    verify(
        what,
        text,
        &Base64UrlUnpadded::decode_vec(signature).unwrap(),
    );

    let (header, claims) = text.split_once('.').unwrap();
    let algorithm = what["assertion_".len()..][..5].to_uppercase();
    assert_eq!(decoded(header), json!({"typ": "JWT", "alg": algorithm}));
    let mut claims = decoded(claims);
    let expected = decoded(signing_input().split_once('.').unwrap().1);
    if name == "library" {
        // By its own clock, and with a name of its own.
        let claims = claims.as_object_mut().unwrap();
        let iat = claims["iat"].as_u64().unwrap();
        assert_eq!(claims["exp"].as_u64().unwrap() - iat, 300);
        let jti = claims["jti"].as_str().unwrap();
        assert_eq!(jti.len(), expected["jti"].as_str().unwrap().len());
        for own in ["exp", "iat", "jti"] {
            claims.insert(own.to_owned(), expected[own].clone());
        }
    }
    assert_eq!(claims, expected);
}

/// A signature modulo each prime.
fn check_halves(halves: [&[u8]; 2]) {
    let key = RsaPrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
    let whole = ring_signature();
    let whole = U2048::from_be_slice(&whole);
    assert_eq!(key.size(), 256);
    for (half, prime) in halves.into_iter().zip(key.primes()) {
        let prime = U1024::from_be_slice(&prime.to_bytes_be());
        let prime: U2048 = (prime, U1024::ZERO).into();
        let half: U2048 = (U1024::from_be_slice(half), U1024::ZERO).into();
        assert_eq!(whole.rem(&NonZero::new(prime).unwrap()), half);
    }
}

fn ring_signature() -> Vec<u8> {
    let mut found = Vec::new();
    for mut contest in assertion::contests() {
        for contender in contest.contenders().filter(|one| one.name == "ring") {
            (contender.work)(&mut |output| {
                if let Output::Signature(signature) = output
                    && signature.len() == 256
                {
                    found = signature.to_vec();
                }
            });
        }
    }
    found
}

#[test]
fn all_assertions_say_the_same_and_all_signatures_verify() {
    for mut contest in assertion::contests() {
        let what = contest.what;
        for contender in contest.contenders() {
            let name = contender.name;
            let mut handed_out = 0;
            (contender.work)(&mut |output| {
                handed_out += 1;
                match output {
                    Output::Jws(jws) => check_jws(what, name, jws),
                    Output::Signature(signature) => verify(what, signing_input(), signature),
                    Output::Halves(p, q) => check_halves([p, q]),
                    other => panic!("{what}, {name}: {other:?}"),
                }
            });
            assert_eq!(handed_out, 1, "{what}, {name}");
        }
    }
}

#[test]
fn all_readers_read_the_same_from_a_token_response() {
    for mut contest in token_response::contests() {
        let what = contest.what;
        let body = match what {
            "token_response" => token_response::PLAIN,
            _ => token_response::ESCAPED,
        };
        let expected: Value = serde_json::from_slice(body).unwrap();
        for contender in contest.contenders() {
            let name = contender.name;
            let mut handed_out = 0;
            (contender.work)(&mut |output| {
                handed_out += 1;
                let Output::Token(said) = output else {
                    panic!("{what}, {name}: {output:?}");
                };
                assert_eq!(said.access_token, expected["access_token"], "{name}");
                assert_eq!(
                    json!(said.refresh_token),
                    expected["refresh_token"],
                    "{name}"
                );
                assert_eq!(json!(said.expires_in), expected["expires_in"], "{name}");
            });
            assert_eq!(handed_out, 1, "{what}, {name}");
        }
    }
}

#[test]
fn all_forms_are_the_same_to_the_byte() {
    for mut contest in form::contests() {
        let what = contest.what;
        let mut bodies = Vec::new();
        for contender in contest.contenders() {
            (contender.work)(&mut |output| match output {
                Output::Form(body) => bodies.push(body.to_vec()),
                other => panic!("{what}, {}: {other:?}", contender.name),
            });
        }
        assert_eq!(bodies.len(), 3);
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{what}");
    }
}
