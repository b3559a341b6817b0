//! `jwt-simple` in pure Rust. It takes claims to own them, so each signature clones them.

use std::hint::black_box;

use jwt_simple::{
    algorithms::{
        ECDSAP256KeyPairLike, ES256KeyPair, HS256Key, MACLike, RS256KeyPair, RSAKeyPairLike,
    },
    claims::{Audiences, JWTClaims, NoCustomClaims},
    prelude::UnixTimeStamp,
};

use super::{CLIENT_ID, EXPIRES_AT, JTI, NOW, P256_PEM, RSA_PEM, SHARED_SECRET, SUBJECT};
use crate::{Contender, Output};

pub(super) fn hs256() -> Contender {
    let key = HS256Key::from_bytes(SHARED_SECRET);
    contender(move |claims| key.authenticate(claims).unwrap())
}

pub(super) fn es256() -> Contender {
    let key = ES256KeyPair::from_pem(P256_PEM).unwrap();
    contender(move |claims| key.sign(claims).unwrap())
}

pub(super) fn rs256() -> Contender {
    let key = RS256KeyPair::from_pem(RSA_PEM).unwrap();
    contender(move |claims| key.sign(claims).unwrap())
}

fn contender(sign: impl Fn(JWTClaims<NoCustomClaims>) -> String + 'static) -> Contender {
    let claims = JWTClaims {
        issued_at: Some(UnixTimeStamp::from_secs(NOW)),
        expires_at: Some(UnixTimeStamp::from_secs(EXPIRES_AT)),
        invalid_before: None,
        issuer: Some(CLIENT_ID.to_owned()),
        subject: Some(SUBJECT.to_owned()),
        audiences: Some(Audiences::AsString(CLIENT_ID.to_owned())),
        jwt_id: Some(JTI.to_owned()),
        nonce: None,
        custom: NoCustomClaims {},
    };
    Contender::new("jwt-simple", move |out| {
        out(Output::Jws(&sign(black_box(&claims).clone())));
    })
}
