//! `access_token`, in memory of a fixed size.

use snow_token_core::{AccessToken, AccessTokenError, BufferTooSmall};

use super::token_response;
use crate::{
    Call,
    opaque::{any, debug, display, used},
};

/// The memory of a token.
pub(super) type Memory = heapless::String<128>;

pub(super) const CALLS: &[Call] = &[
    new,
    expiry,
    postpone_renewal,
    secret,
    authorization_len,
    authorization,
    from_buffer,
    show,
];

/// Any that can be kept.
pub(super) fn with_token(use_it: impl FnOnce(&mut AccessToken<Memory>)) {
    let response = token_response::response();
    let token = response.and_then(|response| AccessToken::new(&response, any(0), any(0)).ok());
    if let Some(mut token) = token {
        use_it(any(&mut token));
    }
}

fn new(_: &mut [u8]) {
    if let Some(response) = token_response::response() {
        used(AccessToken::<Memory>::new(&response, any(0), any(0)));
    }
}

fn expiry(_: &mut [u8]) {
    with_token(|token| used(AccessToken::expiry(token)));
}

fn postpone_renewal(_: &mut [u8]) {
    with_token(|token| AccessToken::postpone_renewal(token, any(0)));
}

fn secret(_: &mut [u8]) {
    with_token(|token| used(AccessToken::secret(token)));
}

fn authorization_len(_: &mut [u8]) {
    with_token(|token| used(AccessToken::authorization_len(token)));
}

fn authorization(buf: &mut [u8]) {
    with_token(|token| used(AccessToken::authorization(token, any(0), buf)));
}

fn from_buffer(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    used(<AccessTokenError as From<BufferTooSmall>>::from(error));
}

fn show(_: &mut [u8]) {
    with_token(|token| debug::<AccessToken<Memory>>(token));
    debug::<AccessTokenError>(&any(AccessTokenError::Expired));
    display::<AccessTokenError>(&any(AccessTokenError::Expired));
}
