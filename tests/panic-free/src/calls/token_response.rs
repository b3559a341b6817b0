//! `token_response`.

use snow_token_core::{
    BufferTooSmall, Member, Secret, TokenResponse, TokenResponseError,
    json::{Fault, JsonError},
};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, text, used},
};

pub(super) const CALLS: &[Call] = &[
    read,
    handed_in,
    expiry,
    access_token,
    name,
    from_json,
    from_buffer,
    show,
];

/// Text by `Debug`, which Rust's own library cuts where it has to escape.
pub(super) const EXCUSED: &[Call] = &[show_texts];

/// Any that can be had.
pub(super) fn response() -> Option<TokenResponse<'static>> {
    perhaps()
}

/// Any error.
pub(super) fn error() -> TokenResponseError {
    any(TokenResponseError::IsAnError)
}

fn read(buf: &mut [u8]) {
    used(TokenResponse::read(bytes(), buf));
}

fn handed_in(_: &mut [u8]) {
    used(TokenResponse::handed_in(Secret::new(text())));
}

fn expiry(_: &mut [u8]) {
    if let Some(response) = response() {
        used(TokenResponse::expiry(&response, any(0), any(0)));
    }
}

fn access_token(_: &mut [u8]) {
    if let Some(response) = response() {
        used(TokenResponse::access_token(&response));
    }
}

fn name(_: &mut [u8]) {
    used(Member::name(any(Member::Scope)));
}

fn from_json(_: &mut [u8]) {
    let error = any(JsonError {
        fault: Fault::Utf8,
        at: 0,
    });
    used(<TokenResponseError as From<JsonError>>::from(error));
}

fn from_buffer(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    used(<TokenResponseError as From<BufferTooSmall>>::from(error));
}

fn show_texts(_: &mut [u8]) {
    if let Some(response) = response() {
        debug::<TokenResponse<'_>>(&response);
    }
}

fn show(_: &mut [u8]) {
    debug::<Member>(&any(Member::Scope));
    debug::<TokenResponseError>(&error());
    display::<TokenResponseError>(&error());
}
