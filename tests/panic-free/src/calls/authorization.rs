//! `authorization`.

use snow_token_core::authorization::{CodeChallenge, CodeVerifier};
use snow_token_core::{
    BufferTooSmall,
    authorization::{AuthorizationRequest, Callback, CallbackError, Parameter, State},
};

use crate::{
    Call,
    opaque::{any, debug, display, perhaps, text, used},
};

pub(super) const CALLS: &[Call] = &[
    from_random,
    as_str,
    matches,
    code,
    implicit,
    with_scope,
    url_len,
    url,
    read,
    name,
    from_buffer,
    show_request,
    show_callback,
];

fn state() -> State {
    any(State::from_random(any([0; 16])))
}

fn with_request(use_it: impl FnOnce(AuthorizationRequest<'_>)) {
    let state = state();
    use_it(any(AuthorizationRequest::code(text(), text(), &state)));
}

fn from_random(_: &mut [u8]) {
    used(State::from_random(any([0; 16])));
}

fn as_str(_: &mut [u8]) {
    used(State::as_str(&state()));
}

fn matches(_: &mut [u8]) {
    used(State::matches(&state(), text()));
}

fn code(_: &mut [u8]) {
    used(AuthorizationRequest::code(text(), text(), &state()));
}

fn implicit(_: &mut [u8]) {
    used(AuthorizationRequest::implicit(text(), text(), &state()));
}

fn with_scope(_: &mut [u8]) {
    with_request(|request| used(AuthorizationRequest::with_scope(request, text())));
}

fn url_len(_: &mut [u8]) {
    with_request(|request| used(AuthorizationRequest::url_len(&request, text())));
}

fn url(buf: &mut [u8]) {
    with_request(|request| used(AuthorizationRequest::url(&request, text(), buf)));
}

fn read(buf: &mut [u8]) {
    used(Callback::read(text(), &state(), buf));
}

fn name(_: &mut [u8]) {
    used(Parameter::name(any(Parameter::Code)));
}

fn from_buffer(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    used(<CallbackError as From<BufferTooSmall>>::from(error));
}

fn show_request(_: &mut [u8]) {
    debug::<State>(&state());
}

fn show_texts(_: &mut [u8]) {
    with_request(|request| debug::<AuthorizationRequest<'_>>(&request));
    if let Some(callback) = perhaps() {
        debug::<Callback<'_>>(&callback);
    }
}

fn show_callback(_: &mut [u8]) {
    debug::<Parameter>(&any(Parameter::Code));
    debug::<CallbackError>(&any(CallbackError::StateMismatch));
    display::<CallbackError>(&any(CallbackError::StateMismatch));
}

pub(super) const PKCE: &[Call] = &[
    verifier_from_random,
    secret,
    challenge_as_str,
    with_challenge,
    show_pkce,
];

/// A hash, and text by `Debug`, which Rust's own library cuts where it has to escape.
pub(super) const EXCUSED: &[Call] = &[challenge, show_texts];

fn verifier() -> CodeVerifier {
    any(CodeVerifier::from_random(any([0; 32])))
}

fn verifier_from_random(_: &mut [u8]) {
    used(CodeVerifier::from_random(any([0; 32])));
}

fn secret(_: &mut [u8]) {
    used(CodeVerifier::secret(&verifier()));
}

fn challenge(_: &mut [u8]) {
    used(CodeVerifier::challenge(&verifier()));
}

fn challenge_as_str(_: &mut [u8]) {
    if let Some(challenge) = perhaps() {
        used(CodeChallenge::as_str(&challenge));
    }
}

fn with_challenge(_: &mut [u8]) {
    if let Some(challenge) = perhaps() {
        with_request(|request| used(AuthorizationRequest::with_challenge(request, &challenge)));
    }
}

fn show_pkce(_: &mut [u8]) {
    debug::<CodeVerifier>(&verifier());
    if let Some(challenge) = perhaps() {
        debug::<CodeChallenge>(&challenge);
    }
}
