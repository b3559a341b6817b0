//! RSA keys of 2048 bits in PKCS#1, good ones and such whose exponents were replaced.

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair, KeySize},
};
use rsa::{
    pkcs1::{
        RsaPrivateKey, UintRef,
        der::{Decode as _, Encode as _},
    },
    pkcs8::PrivateKeyInfoRef,
};

/// The length of a prime, and of an exponent modulo one.
pub(crate) const HALF: usize = 128;

/// A new key.
pub(crate) fn random() -> Vec<u8> {
    let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let pkcs8: Pkcs8V1Der<'_> = key.as_der().expect("PKCS#8");
    let info = PrivateKeyInfoRef::from_der(pkcs8.as_ref()).expect("PKCS#8");
    info.private_key.as_bytes().to_vec()
}

/// The same key with other exponents modulo its primes. It signs all the way, and then sees that the
/// signature is none.
pub(crate) fn with_exponents(pkcs1: &[u8], exponents: &[[u8; HALF]; 2]) -> Vec<u8> {
    let mut key = RsaPrivateKey::from_der(pkcs1).expect("PKCS#1");
    let [dp, dq] = exponents;
    key.exponent1 = UintRef::new(dp).expect("a number");
    key.exponent2 = UintRef::new(dq).expect("a number");
    key.to_der().expect("DER")
}
