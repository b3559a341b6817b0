//! HS256, HS384 and HS512.
#![cfg(all(feature = "hs256", feature = "hs384", feature = "hs512"))]

use base64ct::{Base64UrlUnpadded, Encoding};
use jsonwebtoken::{DecodingKey, Validation, decode};
use serde_json::Value;
use snow_token_core::assertion::{
    Assertion, AssertionSigner, Hs256, Hs384, Hs512, KeyTooShort, SigningError,
};

fn signature(signer: &dyn AssertionSigner, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; signer.signature_len()];
    signer.sign(input, &mut signature).unwrap();
    signature
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn rfc_7515_appendix_a_1() {
    let key = Base64UrlUnpadded::decode_vec(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    )
    .unwrap();
    let input = concat!(
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    );
    let signature = signature(&Hs256::new(&key).unwrap(), input.as_bytes());
    assert_eq!(
        Base64UrlUnpadded::encode_string(&signature),
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
}

/// Test cases 6 and 7, whose keys are longer than a block. The keys of the others are too short
/// for RFC 7518 §3.2.
#[test]
fn rfc_4231() {
    let key = [0xaa; 131];
    let (hs256, hs384, hs512) = (
        Hs256::new(&key).unwrap(),
        Hs384::new(&key).unwrap(),
        Hs512::new(&key).unwrap(),
    );
    let input = b"Test Using Larger Than Block-Size Key - Hash Key First";
    assert_eq!(
        hex(&signature(&hs256, input)),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
    assert_eq!(
        hex(&signature(&hs384, input)),
        concat!(
            "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6",
            "0c2ef6ab4030fe8296248df163f44952"
        )
    );
    assert_eq!(
        hex(&signature(&hs512, input)),
        concat!(
            "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352",
            "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598"
        )
    );
    let input: &[u8] = b"This is a test using a larger than block-size key and a larger than \
        block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    assert_eq!(
        hex(&signature(&hs256, input)),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
    );
}

#[test]
fn another_implementation_verifies_keys_of_every_length() {
    let key: Vec<u8> = (0..200_u8).collect();
    for len in [64, 65, 127, 128, 129, 200] {
        let key = &key[..len];
        let signers: [&dyn AssertionSigner; 3] = [
            &Hs256::new(key).unwrap(),
            &Hs384::new(key).unwrap(),
            &Hs512::new(key).unwrap(),
        ];
        for signer in signers {
            let mut buf = [0; 512];
            let jws = Assertion::new("gateway", "sensor")
                .sign(4_000_000_000, "1", signer, &mut buf)
                .unwrap();
            let algorithm = signer.algorithm().name().parse().unwrap();
            let mut validation = Validation::new(algorithm);
            validation.set_audience(&["gateway"]);
            let token = decode::<Value>(jws, &DecodingKey::from_secret(key), &validation).unwrap();
            assert_eq!(token.claims["sub"], "sensor");
            assert!(
                decode::<Value>(jws, &DecodingKey::from_secret(b"other"), &validation).is_err()
            );
        }
    }
}

#[test]
fn short_keys_are_refused() {
    assert_eq!(
        Hs256::new(&[1; 31]).err(),
        Some(KeyTooShort { min_len: 32 })
    );
    assert_eq!(
        Hs384::new(&[1; 47]).err(),
        Some(KeyTooShort { min_len: 48 })
    );
    assert_eq!(
        Hs512::new(&[1; 63]).err(),
        Some(KeyTooShort { min_len: 64 })
    );
    assert!(Hs256::new(&[1; 32]).is_ok());
}

#[test]
fn keys_are_redacted_and_a_wrong_slot_is_an_error() {
    let signer = Hs256::new(b"a key of at least thirty-two bytes").unwrap();
    assert_eq!(format!("{signer:?}"), "Hs256([redacted])");
    assert_eq!(signer.sign(b"", &mut [0; 31]), Err(SigningError));
}

#[test]
fn keys_are_zeroed_on_drop() {
    fn is_zeroed_on_drop<T: zeroize::ZeroizeOnDrop>() {}
    is_zeroed_on_drop::<Hs256>();
    is_zeroed_on_drop::<Hs384>();
    is_zeroed_on_drop::<Hs512>();
}
