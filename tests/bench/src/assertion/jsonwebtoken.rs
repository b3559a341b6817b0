//! `jsonwebtoken`, by both of its backends. It holds a key as DER and parses it at each signature.

use std::{
    hint::black_box,
    sync::atomic::{AtomicBool, Ordering},
};

use jsonwebtoken::{
    Algorithm, EncodingKey, Header,
    crypto::{CryptoProvider, aws_lc, rust_crypto},
    encode,
};
use rsa::{RsaPrivateKey, pkcs1::EncodeRsaPrivateKey, pkcs8::DecodePrivateKey};

use super::{CLAIMS, P256_PEM, RSA_PEM, SHARED_SECRET, der_of};
use crate::{Contender, Output};

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Backend {
    RustCrypto,
    AwsLc,
}

/// A process has one provider: this one asks which of the two it is to be.
static BY_AWS_LC: AtomicBool = AtomicBool::new(false);
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let by = match BY_AWS_LC.load(Ordering::Relaxed) {
            true => &aws_lc::DEFAULT_PROVIDER,
            false => &rust_crypto::DEFAULT_PROVIDER,
        };
        (by.signer_factory)(algorithm, key)
    },
    verifier_factory: |algorithm, key| {
        (rust_crypto::DEFAULT_PROVIDER.verifier_factory)(algorithm, key)
    },
    key_utils: jsonwebtoken::crypto::KeyUtils::new_unimplemented(),
};

pub(super) fn hs256(backend: Backend) -> Contender {
    let key = EncodingKey::from_secret(SHARED_SECRET);
    contender(Algorithm::HS256, key, backend)
}

pub(super) fn es256(backend: Backend) -> Contender {
    let key = EncodingKey::from_ec_der(&der_of(P256_PEM));
    contender(Algorithm::ES256, key, backend)
}

pub(super) fn rs256(backend: Backend) -> Contender {
    let key = RsaPrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
    let key = EncodingKey::from_rsa_der(key.to_pkcs1_der().unwrap().as_bytes());
    contender(Algorithm::RS256, key, backend)
}

fn contender(algorithm: Algorithm, key: EncodingKey, backend: Backend) -> Contender {
    // Fails where it is installed already.
    let _ = PROVIDER.install_default();
    let header = Header::new(algorithm);
    let name = match backend {
        Backend::RustCrypto => "jsonwebtoken/rust_crypto",
        Backend::AwsLc => "jsonwebtoken/aws_lc",
    };
    Contender::new(name, move |out| {
        BY_AWS_LC.store(backend == Backend::AwsLc, Ordering::Relaxed);
        let jws = encode(&header, black_box(&CLAIMS), &key).unwrap();
        out(Output::Jws(&jws));
    })
}
