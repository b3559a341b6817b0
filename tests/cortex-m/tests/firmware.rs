//! The firmware with all parts, in QEMU: each does what it is measured for.

use std::{fs, path::PathBuf, sync::LazyLock};

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
        UnparsedPublicKey, VerificationAlgorithm,
    },
};
use serde_json::Value;
use snow_token_cortex_m::{
    firmware::{EVERYTHING, Firmware, OptLevel, PARTS, Target},
    measure::{self, Ran},
    stack::bounds_of_parts,
};

/// Of all tests, once.
static RAN: LazyLock<Vec<Ran>> =
    LazyLock::new(|| measure::run(&ELF).unwrap_or_else(|error| panic!("{error}")));

static ELF: LazyLock<PathBuf> = LazyLock::new(|| {
    let firmware = Firmware {
        row: EVERYTHING,
        target: Target::Thumbv7em,
        opt_level: OptLevel::Z,
    };
    firmware.elf().unwrap_or_else(|error| panic!("{error}"))
});

fn ran(part: &str) -> &'static Ran {
    let ran = RAN.iter().find(|ran| ran.part == part);
    ran.unwrap_or_else(|| panic!("the firmware has no {part}"))
}

/// An assertion's signing input, its claims and its signature.
fn assertion(part: &str, algorithm: &str) -> (&'static str, Vec<u8>) {
    let jws = &ran(part).result;
    let (input, signature) = jws.rsplit_once('.').expect("three parts");
    let (header, claims) = input.split_once('.').expect("three parts");
    let json = |part: &str| -> Value {
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap()
    };
    assert_eq!(json(header)["alg"], algorithm);
    let claims = json(claims);
    assert_eq!(claims["sub"], "gateway@example.com");
    assert_eq!(claims["iat"], 1_795_000_000);
    assert_eq!(claims["exp"], 1_795_000_300);
    assert_eq!(claims["jti"], "5a5a5a5a-5a5a-4a5a-9a5a-5a5a5a5a5a5a");
    (input, Base64UrlUnpadded::decode_vec(signature).unwrap())
}

fn is_signed(
    part: &str,
    algorithm: &str,
    verification: &'static dyn VerificationAlgorithm,
    public_key: &[u8],
) {
    let (input, signature) = assertion(part, algorithm);
    UnparsedPublicKey::new(verification, public_key)
        .verify(input.as_bytes(), &signature)
        .unwrap_or_else(|_| panic!("{algorithm}: a wrong signature"));
}

#[test]
fn every_part_is_run_and_has_figures() {
    let parts: Vec<&str> = RAN.iter().map(|ran| ran.part.as_str()).collect();
    for part in PARTS {
        assert!(parts.contains(&part.what), "{}", part.what);
    }
    assert_eq!(parts.len(), PARTS.len());
    for ran in RAN.iter() {
        assert!(ran.instructions > 100, "{ran:?}");
        assert!((64..32_000).contains(&ran.stack_bytes), "{ran:?}");
    }
}

/// What a part has been seen to take is no more than what its code says that it can.
#[test]
fn no_part_takes_more_stack_than_its_bound() {
    const TYPES: [(&str, &str); 11] = [
        ("client_credentials_form", "Form"),
        ("token_response", "Granted"),
        ("session_steps", "Steps"),
        ("client_credentials", "ClientCredentials"),
        ("hs256_assertion", "Hs256Assertion"),
        ("es256_assertion", "Es256Assertion"),
        ("es384_assertion", "Es384Assertion"),
        ("rs256_2048_assertion", "Rs256Assertion"),
        ("refusal", "Refused"),
        ("explain", "Explained"),
        ("http1_exchange", "Http1"),
    ];
    let bounds =
        bounds_of_parts(&fs::read(&*ELF).unwrap()).unwrap_or_else(|error| panic!("{error}"));
    for ran in RAN.iter() {
        let (_, part) = TYPES.iter().find(|(name, _)| *name == ran.part).unwrap();
        let (bound, painted) = (bounds[*part], ran.stack_bytes);
        println!("{}: {painted} bytes of {bound}", ran.part);
        assert!(painted <= bound, "{}: {painted} bytes of {bound}", ran.part);
        // A bound of everything would be kept by anything.
        assert!(
            bound < 3 * painted,
            "{}: {painted} bytes of {bound}",
            ran.part
        );
    }
}

#[test]
fn the_form_has_what_the_instance_is_asked_with() {
    assert_eq!(
        ran("client_credentials_form").result,
        "grant_type=client_credentials&client_id=9c6e2d175433201001a118caa0ea2a43\
         &client_secret=n0t%26S3cret-at%3Dall_0123456789abcd"
    );
}

#[test]
fn the_token_of_the_response_comes_into_the_header() {
    let token = &ran("token_response").result;
    assert_eq!(token.len(), 86);
    for part in ["session_steps", "client_credentials"] {
        assert_eq!(ran(part).result, format!("Bearer {token}"), "{part}");
    }
    let body: Value = serde_json::from_str(&ran("http1_exchange").result).unwrap();
    assert_eq!(body["access_token"], **token);
}

#[test]
fn a_refusal_has_its_cause_and_its_words() {
    assert_eq!(ran("refusal").result, "AccessDenied");
    assert!(ran("explain").result.contains("client ID or secret"));
}

#[test]
fn the_hs256_assertion_has_the_right_signature() {
    let (input, signature) = assertion("hs256_assertion", "HS256");
    let key = hmac::Key::new(
        hmac::HMAC_SHA256,
        include_bytes!("../firmware/keys/hs256.txt"),
    );
    hmac::verify(&key, input.as_bytes(), &signature).expect("the right signature");
}

#[test]
fn the_es256_assertion_has_the_right_signature() {
    // The public key, uncompressed, is the end of the file.
    let key = include_bytes!("../firmware/keys/es256.p8");
    let public_key = key.last_chunk::<65>().unwrap();
    is_signed(
        "es256_assertion",
        "ES256",
        &ECDSA_P256_SHA256_FIXED,
        public_key,
    );
}

#[test]
fn the_es384_assertion_has_the_right_signature() {
    let key = include_bytes!("../firmware/keys/es384.p8");
    let public_key = key.last_chunk::<97>().unwrap();
    is_signed(
        "es384_assertion",
        "ES384",
        &ECDSA_P384_SHA384_FIXED,
        public_key,
    );
}

#[test]
fn the_rs256_assertion_has_the_right_signature() {
    let key = include_bytes!("../firmware/keys/rs256.p8");
    let key = ring::rsa::KeyPair::from_pkcs8(key).expect("an RSA key");
    let part = "rs256_2048_assertion";
    is_signed(
        part,
        "RS256",
        &RSA_PKCS1_2048_8192_SHA256,
        key.public().as_ref(),
    );
}
