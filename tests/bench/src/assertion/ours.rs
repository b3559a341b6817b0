//! Our two ways.

use std::hint::black_box;

use snow_token::{ExposeSecret, JwtKey, settings};
use snow_token_core::assertion::AssertionSigner;

use super::{CLIENT_ID, JTI, NOW, OURS, SUBJECT};
use crate::{Contender, Output};

/// Core, into a buffer that is there.
pub(super) fn core(signer: impl AssertionSigner + 'static) -> Contender {
    let mut buf = [0; 1024];
    Contender::new("core", move |out| {
        let jws = black_box(OURS).sign(black_box(NOW), JTI, &signer, &mut buf);
        out(Output::Jws(jws.unwrap()));
    })
}

/// The library, with the clock, a `jti` and a `String` of its own.
pub(super) fn library(key: &[u8]) -> Contender {
    let key = JwtKey::load(key, None).unwrap();
    let assertion = settings::Assertion::new(key, SUBJECT);
    Contender::new("library", move |out| {
        let jws = black_box(&assertion).sign(CLIENT_ID).unwrap();
        out(Output::Jws(jws.expose_secret()));
    })
}
