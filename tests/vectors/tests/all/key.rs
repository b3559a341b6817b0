//! Keys of every kind that signs assertions, fresh from AWS-LC, and its verdict on signatures. Neither
//! core nor the library signs by it: what it verifies, somebody else verifies.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    hmac,
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair as _, RSA_PKCS1_2048_8192_SHA256,
        RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
        VerificationAlgorithm,
    },
};
use rand::RngExt as _;
use snow_token_core::assertion::Algorithm;

/// What a key is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A shared secret.
    Hmac(hmac::Algorithm),
    /// A key on one of the curves.
    Ecdsa(&'static EcdsaSigningAlgorithm),
    /// An RSA key, of any length.
    Rsa,
}

impl Kind {
    /// The kind that an algorithm of assertions asks for.
    pub(crate) fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Hs256 => Self::Hmac(hmac::HMAC_SHA256),
            Algorithm::Hs384 => Self::Hmac(hmac::HMAC_SHA384),
            Algorithm::Hs512 => Self::Hmac(hmac::HMAC_SHA512),
            Algorithm::Es256 => Self::Ecdsa(&ECDSA_P256_SHA256_FIXED_SIGNING),
            Algorithm::Es384 => Self::Ecdsa(&ECDSA_P384_SHA384_FIXED_SIGNING),
            Algorithm::Es512 => Self::Ecdsa(&ECDSA_P521_SHA512_FIXED_SIGNING),
            Algorithm::Rs256 | Algorithm::Rs384 | Algorithm::Rs512 => Self::Rsa,
            other => panic!("{} is not known here", other.name()),
        }
    }
}

/// A key that was made for this run.
#[derive(Debug)]
pub(crate) struct Key {
    /// The shared secret, or the private key in PKCS#8.
    pub(crate) secret: Vec<u8>,
    /// The uncompressed point, or `RSAPublicKey`; of a shared secret nothing.
    public: Vec<u8>,
}

impl Key {
    /// A random key; of RSA one of 2048 bits. A shared secret has from the hash's length, the least
    /// that RFC 7518 §3.2 allows, to more than a block.
    pub(crate) fn random(kind: Kind) -> Self {
        match kind {
            Kind::Hmac(algorithm) => {
                let mut random = rand::rng();
                let len = random.random_range(algorithm.digest_algorithm().output_len()..=200);
                let mut secret = vec![0; len];
                random.fill(&mut secret[..]);
                Self {
                    secret,
                    public: Vec::new(),
                }
            }
            Kind::Ecdsa(curve) => {
                let pair = EcdsaKeyPair::generate(curve).expect("a key");
                Self {
                    secret: pair.to_pkcs8v1().expect("PKCS#8").as_ref().to_vec(),
                    public: pair.public_key().as_ref().to_vec(),
                }
            }
            Kind::Rsa => Self::rsa(KeySize::Rsa2048),
        }
    }

    /// A random RSA key of this size.
    pub(crate) fn rsa(size: KeySize) -> Self {
        let pair = RsaKeyPair::generate(size).expect("a key");
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("PKCS#8");
        Self {
            secret: pkcs8.as_ref().to_vec(),
            public: pair.public_key().as_ref().to_vec(),
        }
    }

    /// Whether AWS-LC takes this for the key's signature, ECDSA's as R and S side by side.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        let scheme: &dyn VerificationAlgorithm = match algorithm {
            Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
            Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
            Algorithm::Es512 => &ECDSA_P521_SHA512_FIXED,
            Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
            _ => match Kind::of(algorithm) {
                Kind::Hmac(hash) => {
                    let key = hmac::Key::new(hash, &self.secret);
                    return hmac::verify(&key, message, signature).is_ok();
                }
                _ => panic!("{} is not known here", algorithm.name()),
            },
        };
        UnparsedPublicKey::new(scheme, &self.public)
            .verify(message, signature)
            .is_ok()
    }
}
