//! RS256, RS384 and RS512, and the keys for them.
#![cfg(all(feature = "rs256", feature = "rs384", feature = "rs512"))]

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{DecodingKey, Validation, decode};
use snow_token_core::assertion::{
    Assertion, AssertionError, AssertionSigner, KeyError, Rs256, Rs384, Rs512, SigningError,
};

use crate::common::{
    changed_keys::{change_der, change_pem},
    der,
    openssl::{openssl, openssl_text},
};

fn key(bits: &str) -> String {
    openssl_text(&["genrsa", "-traditional", bits], b"")
}

/// The signature of the appendix, byte for byte.
#[test]
fn rfc_7515_appendix_a_2() {
    let n = concat!(
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddx",
        "HmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs",
        "D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSH",
        "SXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV",
        "MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8",
        "NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    );
    let e = "AQAB";
    let d = concat!(
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97I",
        "jlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0",
        "BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn",
        "439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYT",
        "CBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLh",
        "BOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
    );
    let p = concat!(
        "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdi",
        "YrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPG",
        "BY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
    );
    let q = concat!(
        "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxa",
        "ewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA",
        "-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
    );
    let dp = concat!(
        "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3Q",
        "CLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb",
        "34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
    );
    let dq = concat!(
        "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa",
        "7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-ky",
        "NlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
    );
    let qi = concat!(
        "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2o",
        "y26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLU",
        "W0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U",
    );
    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).unwrap();
    let numbers = [n, e, d, p, q, dp, dq, qi].map(|number| der::integer(&decode(number)));
    // RFC 8017 §A.1.2: version 0, then the numbers in the order of the appendix.
    let pkcs1 = der::sequence(&[&[der::integer(&[0])], &numbers[..]].concat());
    let input = concat!(
        "eyJhbGciOiJSUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ",
    );
    let mut signature = [0; 256];
    let signer = Rs256::from_der(&pkcs1).unwrap();
    signer.sign(input.as_bytes(), &mut signature).unwrap();
    assert_eq!(
        Base64UrlUnpadded::encode_string(&signature),
        concat!(
            "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7",
            "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4",
            "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K",
            "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv",
            "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB",
            "p0igcN_IoypGlUPQGe77Rw",
        )
    );
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
