//! Signatures of the algorithms that an instance knows (RFC 7518 §3.1).

use p521::ecdsa::signature::Verifier;
use ring::{
    hmac,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};

use super::key::ParsedKey;

/// Why a signature does not count.
pub(super) fn verify(
    key: &ParsedKey,
    algorithm: &str,
    message: &[u8],
    signature: &[u8],
) -> Result<(), &'static str> {
    let by_public_key = |scheme: &'static dyn VerificationAlgorithm, key: &[u8]| {
        UnparsedPublicKey::new(scheme, key)
            .verify(message, signature)
            .is_ok()
    };
    let by_secret = |scheme, secret: &[u8]| {
        hmac::verify(&hmac::Key::new(scheme, secret), message, signature).is_ok()
    };
    let is_good = match (key, algorithm) {
        (ParsedKey::Rsa(key), "RS256") => by_public_key(&RSA_PKCS1_2048_8192_SHA256, key),
        (ParsedKey::Rsa(key), "RS384") => by_public_key(&RSA_PKCS1_2048_8192_SHA384, key),
        (ParsedKey::Rsa(key), "RS512") => by_public_key(&RSA_PKCS1_2048_8192_SHA512, key),
        (ParsedKey::P256(key), "ES256") => by_public_key(&ECDSA_P256_SHA256_FIXED, key),
        (ParsedKey::P384(key), "ES384") => by_public_key(&ECDSA_P384_SHA384_FIXED, key),
        (ParsedKey::P521(key), "ES512") => by_p521(key, message, signature),
        (ParsedKey::Secret(secret), "HS256") => by_secret(hmac::HMAC_SHA256, secret),
        (ParsedKey::Secret(secret), "HS384") => by_secret(hmac::HMAC_SHA384, secret),
        (ParsedKey::Secret(secret), "HS512") => by_secret(hmac::HMAC_SHA512, secret),
        _ => return Err("the algorithm does not fit the key of the verifier map"),
    };
    match is_good {
        true => Ok(()),
        false => Err("the signature is wrong"),
    }
}

fn by_p521(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(key);
    let signature = p521::ecdsa::Signature::from_slice(signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify(message, &signature).is_ok(),
        _ => false,
    }
}
