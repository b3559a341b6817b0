//! JWTs that the simulated parties make themselves, with ES256.

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use serde_json::{Value, json};

use super::key::ParsedKey;
use crate::random::random_id;

/// A key that was made up at the start.
#[derive(Debug)]
pub(crate) struct JwtSigner {
    key: EcdsaKeyPair,
    kid: String,
    random: SystemRandom,
}

const RANDOM_BYTES: &str = "the operating system has random bytes";

impl JwtSigner {
    pub(crate) fn new() -> Self {
        let random = SystemRandom::new();
        let scheme = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(scheme, &random).expect(RANDOM_BYTES);
        let key = EcdsaKeyPair::from_pkcs8(scheme, pkcs8.as_ref(), &random);
        Self {
            key: key.expect("a key that was made here is one"),
            kid: random_id(),
            random,
        }
    }

    pub(crate) fn public_key(&self) -> ParsedKey {
        ParsedKey::P256(self.key.public_key().as_ref().to_vec())
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": self.kid });
        let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let input = format!("{}.{}", part(&header), part(claims));
        let signature = self.key.sign(&self.random, input.as_bytes());
        let signature = signature.expect(RANDOM_BYTES);
        let signature = Base64UrlUnpadded::encode_string(signature.as_ref());
        format!("{input}.{signature}")
    }
}
