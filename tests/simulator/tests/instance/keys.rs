//! Keys with their certificates, and JWTs signed with them. Made by other code than that which
//! verifies: `rcgen` and `ring`, and `p521` for the one curve that `ring` lacks.

use base64ct::{Base64UrlUnpadded, Encoding};
use rcgen::{CertificateParams, KeyPair};
use ring::{hmac, rand::SystemRandom, signature};
use serde_json::Value;
use snow_token_simulator::VerifierKey;

pub(crate) struct Signer {
    pub(crate) algorithm: &'static str,
    key: Key,
}

enum Key {
    Pair(Box<KeyPair>),
    Secret(Vec<u8>),
}

impl Signer {
    pub(crate) fn es256() -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        Self::of("ES256", key)
    }

    pub(crate) fn es384() -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap();
        Self::of("ES384", key)
    }

    #[cfg(feature = "rsa")]
    pub(crate) fn es512() -> Self {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        Self::of("ES512", key)
    }

    #[cfg(feature = "rsa")]
    pub(crate) fn rsa(algorithm: &'static str) -> Self {
        let size = rcgen::RsaKeySize::_2048;
        let key = KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, size).unwrap();
        Self::of(algorithm, key)
    }

    pub(crate) fn secret(algorithm: &'static str, secret: &[u8]) -> Self {
        let key = Key::Secret(secret.to_vec());
        Self { algorithm, key }
    }

    fn of(algorithm: &'static str, key: KeyPair) -> Self {
        let key = Key::Pair(Box::new(key));
        Self { algorithm, key }
    }

    pub(crate) fn verifier_key(&self) -> VerifierKey {
        match &self.key {
            Key::Secret(secret) => VerifierKey::SharedSecret(secret.clone()),
            Key::Pair(key) => {
                let params = CertificateParams::new(["client".to_owned()]).unwrap();
                VerifierKey::CertificatePem(params.self_signed(key.as_ref()).unwrap().pem())
            }
        }
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |json: &Value| Base64UrlUnpadded::encode_string(json.to_string().as_bytes());
        let input = format!("{}.{}", part(header), part(claims));
        let signature = Base64UrlUnpadded::encode_string(&self.signature(input.as_bytes()));
        format!("{input}.{signature}")
    }

    fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let ecdsa = |scheme, key: &KeyPair| {
            let key = signature::EcdsaKeyPair::from_pkcs8(scheme, &key.serialize_der(), &random);
            key.unwrap()
                .sign(&random, message)
                .unwrap()
                .as_ref()
                .to_vec()
        };
        let rsa = |padding: &'static dyn signature::RsaEncoding, key: &KeyPair| {
            let key = signature::RsaKeyPair::from_pkcs8(&key.serialize_der()).unwrap();
            let mut signature = vec![0; key.public().modulus_len()];
            key.sign(padding, &random, message, &mut signature).unwrap();
            signature
        };
        let hmac = |scheme, secret: &[u8]| {
            let key = hmac::Key::new(scheme, secret);
            hmac::sign(&key, message).as_ref().to_vec()
        };
        match (&self.key, self.algorithm) {
            (Key::Pair(key), "ES256") => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, key),
            (Key::Pair(key), "ES384") => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, key),
            (Key::Pair(key), "ES512") => p521(key, message),
            (Key::Pair(key), "RS256") => rsa(&signature::RSA_PKCS1_SHA256, key),
            (Key::Pair(key), "RS384") => rsa(&signature::RSA_PKCS1_SHA384, key),
            (Key::Pair(key), "RS512") => rsa(&signature::RSA_PKCS1_SHA512, key),
            (Key::Secret(secret), "HS256") => hmac(hmac::HMAC_SHA256, secret),
            (Key::Secret(secret), "HS384") => hmac(hmac::HMAC_SHA384, secret),
            (Key::Secret(secret), "HS512") => hmac(hmac::HMAC_SHA512, secret),
            _ => panic!("{} does not fit the key", self.algorithm),
        }
    }
}

fn p521(key: &KeyPair, message: &[u8]) -> Vec<u8> {
    use p521::ecdsa::signature::Signer;
    let pkcs8 = key.serialize_der();
    // The private key is the octet string of 66 bytes in it (RFC 5915).
    let starts = pkcs8
        .windows(2)
        .position(|bytes| bytes == [0x04, 66])
        .unwrap()
        + 2;
    let key = p521::ecdsa::SigningKey::from_slice(&pkcs8[starts..starts + 66]).unwrap();
    let signature: p521::ecdsa::Signature = key.sign(message);
    signature.to_bytes().to_vec()
}

/// The bytes of a key that anybody may know.
#[cfg(feature = "rsa")]
pub(crate) fn public_bytes(signer: &Signer) -> Vec<u8> {
    match &signer.key {
        Key::Pair(key) => rcgen::PublicKeyData::der_bytes(key.as_ref()).to_vec(),
        Key::Secret(_) => Vec::new(),
    }
}
