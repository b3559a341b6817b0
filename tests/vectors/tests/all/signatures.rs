//! Signatures by random keys over random claims, core's and the library's, each verified by AWS-LC.
//!
//! As many of each algorithm as `SNOW_TOKEN_SIGNATURES` says:
//!
//! ```console
//! $ SNOW_TOKEN_SIGNATURES=10000 cargo test --release -p snow-token-vectors signatures -- --nocapture
//! ```

use std::{env, sync::LazyLock};

use aws_lc_rs::rsa::KeySize;
use base64ct::{Base64UrlUnpadded, Encoding};
use rand::{RngExt as _, seq::IndexedRandom as _};
use serde_json::{Value, json};
use snow_token::{ExposeSecret, JwtKey, settings};
use snow_token_core::assertion::{
    Algorithm, Assertion, AssertionSigner, Es256, Es384, Es512, Hs256, Hs384, Hs512, Jti, Rs256,
    Rs384, Rs512,
};

use crate::key::{Key, Kind};

const COUNT: &str = "SNOW_TOKEN_SIGNATURES";
/// Those of RSA alone take minutes for ten thousand of each.
const DEFAULT_COUNT: usize = 500;

fn count() -> usize {
    match env::var(COUNT) {
        Err(_) => DEFAULT_COUNT,
        Ok(count) => match count.parse() {
            Ok(count @ 1..) => count,
            _ => panic!("{COUNT}={count} is no number of signatures"),
        },
    }
}

/// Large primes take long to find: a few keys of each size, most of the usual one.
static RSA_KEYS: LazyLock<Vec<Key>> = LazyLock::new(|| {
    let sizes = [
        (KeySize::Rsa2048, 12),
        (KeySize::Rsa3072, 5),
        (KeySize::Rsa4096, 3),
    ];
    let sizes = sizes
        .into_iter()
        .flat_map(|(size, count)| core::iter::repeat_n(size, count));
    sizes.map(Key::rsa).collect()
});

struct Claims {
    client_id: String,
    subject: String,
    key_id: Option<String>,
    audience: Option<String>,
    issuer: Option<String>,
    lifetime_secs: u32,
}

impl Claims {
    fn random() -> Self {
        let mut random = rand::rng();
        let mut optional = || random.random::<bool>().then(random_text);
        Self {
            client_id: random_text(),
            subject: random_text(),
            key_id: optional(),
            audience: optional(),
            issuer: optional(),
            lifetime_secs: rand::rng().random_range(1..=86_400),
        }
    }

    /// What header and claims must say of them.
    fn check(&self, header: &Value, claims: &Value, algorithm: Algorithm) {
        assert_eq!(header["alg"], algorithm.name());
        assert_eq!(header["kid"], json!(self.key_id));
        assert_eq!(claims["sub"], self.subject);
        let audience = self.audience.as_ref().unwrap_or(&self.client_id);
        assert_eq!(claims["aud"], *audience);
        let issuer = self.issuer.as_ref().unwrap_or(&self.client_id);
        assert_eq!(claims["iss"], *issuer);
        let (exp, iat) = (claims["exp"].as_u64(), claims["iat"].as_u64());
        assert_eq!(exp.unwrap() - iat.unwrap(), u64::from(self.lifetime_secs));
    }
}

/// A text with what JSON escapes, and what UTF-8 needs up to four bytes for.
fn random_text() -> String {
    let mut random = rand::rng();
    let len = random.random_range(1..40);
    let mut char = || match random.random_range(0..8) {
        0 => random.random_range('\0'..' '),
        1 => *['"', '\\', '/', '\u{7f}'].choose(&mut random).unwrap(),
        2 => random.random(),
        _ => random.random_range(' '..='~'),
    };
    (0..len).map(|_| char()).collect()
}

/// Signs with as many keys and claims as are wanted, and has each signature verified.
fn all_verify(by: &str, algorithm: Algorithm, sign: impl Fn(&Key, &Claims) -> String) {
    let kind = Kind::of(algorithm);
    let count = count();
    for at in 0..count {
        let made;
        let key = match kind {
            Kind::Rsa => &RSA_KEYS[at % RSA_KEYS.len()],
            _ => {
                made = Key::random(kind);
                &made
            }
        };
        let claims = Claims::random();
        let jws = sign(key, &claims);
        // The key is one for this run alone: with it a failure can be looked at.
        let what = || format!("{jws} by {}", Base64UrlUnpadded::encode_string(&key.secret));

        let (input, signature) = jws.rsplit_once('.').unwrap();
        let decode = |text| Base64UrlUnpadded::decode_vec(text).unwrap();
        let mut signature = decode(signature);
        let verifies = |signature: &[u8]| key.verifies(algorithm, input.as_bytes(), signature);
        assert!(verifies(&signature), "{}", what());
        // That AWS-LC says no where there is a reason.
        if at % 16 == 0 {
            let bit = rand::rng().random_range(0..signature.len() * 8);
            signature[bit / 8] ^= 1 << (bit % 8);
            assert!(!verifies(&signature), "bit {bit} of {}", what());
        }

        let parts = input.split('.').map(decode);
        let parts: Vec<Value> = parts
            .map(|part| serde_json::from_slice(&part).unwrap_or_else(|_| panic!("{}", what())))
            .collect();
        claims.check(&parts[0], &parts[1], algorithm);
    }
    println!(
        "{count} signatures by {by}, {}: AWS-LC verifies each ({COUNT} says how many)",
        algorithm.name()
    );
}

/// By core, with the signer that `load` makes of a key.
fn by_core<S: AssertionSigner>(algorithm: Algorithm, load: impl Fn(&[u8]) -> S) {
    all_verify("core", algorithm, |key, claims| {
        let mut assertion = Assertion::new(&claims.client_id, &claims.subject)
            .with_lifetime_secs(claims.lifetime_secs);
        if let Some(key_id) = &claims.key_id {
            assertion = assertion.with_key_id(key_id);
        }
        if let Some(audience) = &claims.audience {
            assertion = assertion.with_audience(audience);
        }
        if let Some(issuer) = &claims.issuer {
            assertion = assertion.with_issuer(issuer);
        }
        let mut random = rand::rng();
        let now_unix = random.random_range(1_767_225_600..=u64::from(u32::MAX));
        let jti = Jti::from_random(&random.random());
        let mut buf = [0; 4096];
        let jws = assertion.sign(now_unix, jti.as_str(), &load(&key.secret), &mut buf);
        jws.unwrap().to_owned()
    });
}

/// By the library, which signs these algorithms by ring.
fn by_the_library(algorithm: Algorithm) {
    all_verify("the library", algorithm, |key, claims| {
        let key = JwtKey::load(&key.secret, Some(algorithm)).unwrap();
        let mut assertion = settings::Assertion::new(key, &claims.subject);
        assertion.key_id.clone_from(&claims.key_id);
        assertion.audience.clone_from(&claims.audience);
        assertion.issuer.clone_from(&claims.issuer);
        assertion.lifetime_secs = claims.lifetime_secs;
        let jws = assertion.sign(&claims.client_id).unwrap();
        jws.expose_secret().to_owned()
    });
}

#[test]
fn hs256_signatures_of_core_verify() {
    by_core(Algorithm::Hs256, |key| Hs256::new(key).unwrap());
}

#[test]
fn hs384_signatures_of_core_verify() {
    by_core(Algorithm::Hs384, |key| Hs384::new(key).unwrap());
}

#[test]
fn hs512_signatures_of_core_verify() {
    by_core(Algorithm::Hs512, |key| Hs512::new(key).unwrap());
}

#[test]
fn es256_signatures_of_core_verify() {
    by_core(Algorithm::Es256, |key| Es256::from_der(key).unwrap());
}

#[test]
fn es384_signatures_of_core_verify() {
    by_core(Algorithm::Es384, |key| Es384::from_der(key).unwrap());
}

#[test]
fn es512_signatures_of_core_verify() {
    by_core(Algorithm::Es512, |key| Es512::from_der(key).unwrap());
}

#[test]
fn rs256_signatures_of_core_verify() {
    by_core(Algorithm::Rs256, |key| Rs256::from_der(key).unwrap());
}

#[test]
fn rs384_signatures_of_core_verify() {
    by_core(Algorithm::Rs384, |key| Rs384::from_der(key).unwrap());
}

#[test]
fn rs512_signatures_of_core_verify() {
    by_core(Algorithm::Rs512, |key| Rs512::from_der(key).unwrap());
}

#[test]
fn es256_signatures_of_the_library_verify() {
    by_the_library(Algorithm::Es256);
}

#[test]
fn es384_signatures_of_the_library_verify() {
    by_the_library(Algorithm::Es384);
}

#[test]
fn rs256_signatures_of_the_library_verify() {
    by_the_library(Algorithm::Rs256);
}

#[test]
fn rs384_signatures_of_the_library_verify() {
    by_the_library(Algorithm::Rs384);
}

#[test]
fn rs512_signatures_of_the_library_verify() {
    by_the_library(Algorithm::Rs512);
}
