//! RS256, RS384 and RS512, and the keys for them.
#![cfg(all(feature = "rs256", feature = "rs384", feature = "rs512"))]

mod common;

use jsonwebtoken::{DecodingKey, Validation, decode};
use snow_token_core::assertion::{
    Assertion, AssertionError, AssertionSigner, KeyError, Rs256, Rs384, Rs512, SigningError,
};

use self::common::{
    changed_keys::{change_der, change_pem},
    openssl::{openssl, openssl_text},
};

fn key(bits: &str) -> String {
    openssl_text(&["genrsa", "-traditional", bits], b"")
}

/// PKCS#1 v1.5 is deterministic: the signatures must be OpenSSL's, byte for byte.
#[test]
fn signatures_are_those_of_openssl_for_every_size_and_hash_and_form_of_key() {
    for bits in ["2048", "3072", "4096"] {
        let pkcs1 = key(bits);
        let from = pkcs1.as_bytes();
        let pkcs8 = openssl_text(&["pkcs8", "-topk8", "-nocrypt"], from);
        let pkcs1_der = openssl(&["rsa", "-traditional", "-outform", "DER"], from);
        let pkcs8_der = openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], from);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, from).unwrap();
        let public_key = openssl(&["rsa", "-pubout"], from);

        let signers: [(&str, Box<dyn AssertionSigner>); 5] = [
            ("-sha256", Box::new(Rs256::from_pem(&pkcs1).unwrap())),
            ("-sha384", Box::new(Rs384::from_pem(&pkcs8).unwrap())),
            ("-sha512", Box::new(Rs512::from_der(&pkcs1_der).unwrap())),
            ("-sha256", Box::new(Rs256::from_der(&pkcs8_der).unwrap())),
            ("-sha512", Box::new(Rs512::from_pem(&pkcs8).unwrap())),
        ];
        for (hash, signer) in signers {
            let mut signature = vec![0; signer.signature_len()];
            signer.sign(b"sample", &mut signature).unwrap();
            let sign = ["dgst", hash, "-sign", path.to_str().unwrap()];
            assert_eq!(signature, openssl(&sign, b"sample"));
            assert_eq!(
                signer.sign(b"sample", &mut signature[1..]),
                Err(SigningError)
            );

            let mut buf = [0; 1024];
            let jws = Assertion::new("gateway", "sensor")
                .sign(4_000_000_000, "1", signer.as_ref(), &mut buf)
                .unwrap();
            let mut validation = Validation::new(signer.algorithm().name().parse().unwrap());
            validation.set_audience(&["gateway"]);
            let public_key = DecodingKey::from_rsa_pem(&public_key).unwrap();
            let token = decode::<serde_json::Value>(jws, &public_key, &validation).unwrap();
            assert_eq!(token.claims["sub"], "sensor");
        }
    }
}

#[test]
fn a_key_whose_numbers_do_not_fit_never_gives_a_signature() {
    let good = openssl(
        &["rsa", "-traditional", "-outform", "DER"],
        key("2048").as_bytes(),
    );
    let assertion = Assertion::new("gateway", "sensor");
    let mut buf = [0xaa; 1024];
    let signer = Rs256::from_der(&good).unwrap();
    let jws = assertion.sign(4_000_000_000, "1", &signer, &mut buf);
    let jws = jws.unwrap().to_owned();
    let mut refused_at_signing = 0;
    for at in (4..good.len()).step_by(29) {
        let mut changed = good.clone();
        changed[at] ^= 1;
        let Ok(signer) = Rs256::from_der(&changed) else {
            continue;
        };
        buf.fill(0xaa);
        match assertion.sign(4_000_000_000, "1", &signer, &mut buf) {
            // The private exponent itself is not used.
            Ok(same) => assert_eq!(same, jws),
            Err(error) => {
                assert_eq!(error, AssertionError::Signing(SigningError));
                assert!(buf.iter().all(|byte| *byte == 0));
                refused_at_signing += 1;
            }
        }
    }
    assert!(refused_at_signing > 5);
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_pkcs1_der_is_an_error_or_a_key() {
    let to_der = ["rsa", "-traditional", "-outform", "DER"];
    change_der(&openssl(&to_der, key("2048").as_bytes()), Rs256::from_der);
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_pkcs8_der_is_an_error_or_a_key() {
    let to_der = ["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"];
    change_der(&openssl(&to_der, key("2048").as_bytes()), Rs256::from_der);
}

/// All values of every byte would take minutes. They are tried in the lines of dashes, in what
/// stands beside them (the version and the modulus' length, the padding) and at the ends of
/// lines; within the numbers three values are.
#[test]
fn every_prefix_and_every_changed_byte_of_a_pem_is_an_error_or_a_key() {
    let pem = key("2048");
    // The DER starts with 12 bytes that are none of the modulus.
    let numbers = pem.find("MII").unwrap() + 16..pem.rfind("-----END").unwrap() - 5;
    let frame = |at| !numbers.contains(&at) || pem.as_bytes()[at] == b'\n';
    change_pem(&pem, frame, Rs256::from_pem);
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let error = |pem: &str| Rs256::from_pem(pem).err();
    assert_eq!(error(&key("1024")), Some(KeyError::WrongSize));
    assert_eq!(error(&key("2056")), Some(KeyError::WrongSize));
    let generate = ["ecparam", "-genkey", "-noout", "-name", "prime256v1"];
    let ec = openssl_text(&generate, b"");
    assert_eq!(error(&ec), Some(KeyError::WrongAlgorithm));
    let ec = openssl_text(&["pkcs8", "-topk8", "-nocrypt"], ec.as_bytes());
    assert_eq!(error(&ec), Some(KeyError::WrongAlgorithm));
    let good = key("2048");
    let encrypt = ["pkcs8", "-topk8", "-passout", "pass:x"];
    let encrypted = openssl_text(&encrypt, good.as_bytes());
    assert_eq!(error(&encrypted), Some(KeyError::Encrypted));
    let signer = Rs256::from_pem(&good).unwrap();
    assert_eq!(format!("{signer:?}"), "Rs256([redacted])");
    assert_eq!(signer.signature_len(), 256);
}

#[test]
fn keys_are_zeroed_on_drop() {
    fn is_zeroed_on_drop<T: zeroize::ZeroizeOnDrop>() {}
    is_zeroed_on_drop::<Rs256>();
    is_zeroed_on_drop::<Rs384>();
    is_zeroed_on_drop::<Rs512>();
}
