//! `jwt-compact`.

use std::hint::black_box;

use chrono::DateTime;
use jwt_compact::{
    Algorithm, AlgorithmExt, Claims, Header,
    alg::{Es256, Hs256, Hs256Key, Rsa},
};
use p256::pkcs8::DecodePrivateKey;
use rsa::RsaPrivateKey;
use serde::Serialize;

use super::{CLIENT_ID, EXPIRES_AT, JTI, NOW, P256_PEM, RSA_PEM, SHARED_SECRET, SUBJECT};
use crate::{Contender, Output};

/// Those that it has no fields for.
#[derive(Serialize, Clone)]
struct Others {
    aud: &'static str,
    sub: &'static str,
    iss: &'static str,
    jti: &'static str,
}

pub(super) fn hs256() -> Contender {
    contender(Hs256, Hs256Key::new(SHARED_SECRET))
}

pub(super) fn es256() -> Contender {
    let key = p256::ecdsa::SigningKey::from_pkcs8_pem(P256_PEM).unwrap();
    contender(Es256, key)
}

pub(super) fn rs256() -> Contender {
    let key = RsaPrivateKey::from_pkcs8_pem(RSA_PEM).unwrap();
    contender(Rsa::rs256(), key)
}

fn contender<A: Algorithm + 'static>(algorithm: A, key: A::SigningKey) -> Contender
where
    A::SigningKey: 'static,
{
    let at = |unix: u64| DateTime::from_timestamp(unix.cast_signed(), 0);
    let mut claims = Claims::new(Others {
        aud: CLIENT_ID,
        sub: SUBJECT,
        iss: CLIENT_ID,
        jti: JTI,
    });
    claims.issued_at = at(NOW);
    claims.expiration = at(EXPIRES_AT);
    let header = Header::empty().with_token_type("JWT");
    Contender::new("jwt-compact", move |out| {
        let jws = algorithm.token(&header, black_box(&claims), &key).unwrap();
        out(Output::Jws(&jws));
    })
}
