//! `token_request`.

use snow_token_core::{ClientAuthentication, Grant, Secret, TokenRequest};

use crate::{
    Call,
    opaque::{any, debug, pairs, text, used},
};

pub(super) const CALLS: &[Call] = &[
    new,
    client_credentials,
    with_scope,
    with_parameters,
    body_len,
    body,
    authorization_len,
    authorization,
];

/// Text by `Debug`, which Rust's own library cuts where it has to escape.
pub(super) const EXCUSED: &[Call] = &[show_texts];

fn client() -> ClientAuthentication<'static> {
    any(ClientAuthentication::Basic {
        client_id: text(),
        client_secret: Secret::new(text()),
    })
}

/// By any grant, with any authentication.
pub(super) fn request() -> TokenRequest<'static> {
    any(TokenRequest::new(any(Grant::ClientCredentials), client()))
}

fn new(_: &mut [u8]) {
    used(TokenRequest::new(any(Grant::ClientCredentials), client()));
}

fn client_credentials(_: &mut [u8]) {
    used(TokenRequest::client_credentials(client()));
}

fn with_scope(_: &mut [u8]) {
    used(TokenRequest::with_scope(request(), text()));
}

fn with_parameters(_: &mut [u8]) {
    used(TokenRequest::with_parameters(request(), pairs()));
}

fn body_len(_: &mut [u8]) {
    used(TokenRequest::body_len(&request()));
}

fn body(buf: &mut [u8]) {
    used(TokenRequest::body(&request(), buf));
}

fn authorization_len(_: &mut [u8]) {
    used(TokenRequest::authorization_len(&request()));
}

fn authorization(buf: &mut [u8]) {
    used(TokenRequest::authorization(&request(), buf));
}

fn show_texts(_: &mut [u8]) {
    debug::<Grant<'_>>(&any(Grant::ClientCredentials));
    debug::<ClientAuthentication<'_>>(&client());
    debug::<TokenRequest<'_>>(&request());
}
