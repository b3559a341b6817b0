//! The signatures alone, of a text that is there: what no library for tokens can be faster than.

use crypto_bigint::{
    Encoding, U1024, U2048,
    modular::runtime_mod::{DynResidue, DynResidueParams},
};
use hmac::{Hmac, Mac};
use p256::{ecdsa::signature::Signer, pkcs8::DecodePrivateKey};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use rsa::{RsaPrivateKey, traits::PrivateKeyParts};
use sha2::{Digest, Sha256};

use super::{P256_PEM, RSA_PEM, SHARED_SECRET, der_of, input};
use crate::{Contender, Output};

/// From the key, as all the libraries do it: the state behind its two blocks, which could be kept, is
/// as secret as the key, and this one is not zeroized.
pub(super) fn hmac() -> Contender {
    Contender::new("hmac+sha2", |out| {
        let mut mac = Hmac::<Sha256>::new_from_slice(SHARED_SECRET).unwrap();
        mac.update(input());
        out(Output::Signature(&mac.finalize().into_bytes()));
    })
}

pub(super) fn p256() -> Contender {
    let key = p256::ecdsa::SigningKey::from_pkcs8_pem(P256_PEM).unwrap();
    Contender::new("p256", move |out| {
        let signature: p256::ecdsa::Signature = key.sign(input());
        out(Output::Signature(&signature.to_bytes()));
    })
}

pub(super) fn ring_p256() -> Contender {
    let random = SystemRandom::new();
    let der = der_of(P256_PEM);
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random).unwrap();
    Contender::new("ring", move |out| {
        let signature = key.sign(&random, input()).unwrap();
        out(Output::Signature(signature.as_ref()));
    })
}

pub(super) fn ring_rsa() -> Contender {
    let random = SystemRandom::new();
    let key = RsaKeyPair::from_pkcs8(&der_of(RSA_PEM)).unwrap();
    let mut signature = [0; 256];
    Contender::new("ring", move |out| {
        key.sign(&RSA_PKCS1_SHA256, &random, input(), &mut signature)
            .unwrap();
        out(Output::Signature(&signature));
    })
}

/// The two exponentiations of the Chinese remainder theorem, without what is around them: core also
/// puts the halves together and verifies the signature.
pub(super) fn crypto_bigint() -> Contender {
    let key = RsaPrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
    let number = |bytes: Vec<u8>| U1024::from_be_slice(&bytes);
    let [p, q] = [0, 1].map(|prime| number(key.primes()[prime].to_bytes_be()));
    let exponents = [key.dp(), key.dq()].map(|number_| number(number_.unwrap().to_bytes_be()));
    Contender::new("crypto-bigint", move |out| {
        let message = padded(&Sha256::digest(input()));
        let (high, low) = message.split();
        let halves = [(p, exponents[0]), (q, exponents[1])].map(|(prime, exponent)| {
            let (reduced, _) = U1024::const_rem_wide((low, high), &prime);
            let params = DynResidueParams::new(&prime);
            let power = DynResidue::new(&reduced, params).pow(&exponent);
            power.retrieve().to_be_bytes()
        });
        out(Output::Halves(&halves[0], &halves[1]));
    })
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) for 2048 bits.
fn padded(hash: &[u8]) -> U2048 {
    const DIGEST_INFO: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let mut bytes = [0xff; 256];
    bytes[..2].copy_from_slice(&[0, 1]);
    bytes[204] = 0;
    bytes[205..224].copy_from_slice(&DIGEST_INFO);
    bytes[224..].copy_from_slice(hash);
    U2048::from_be_slice(&bytes)
}
