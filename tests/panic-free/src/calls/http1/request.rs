//! Requests and what proves who sends them.

use snow_token_core::{
    BufferTooSmall, Secret,
    http1::{Authorization, Method, Request, RequestError, TableQuery},
};

use super::super::{access_token, token_request};
use crate::{
    Call,
    opaque::{any, debug, display, pairs, perhaps, text, used},
};

pub(in crate::calls) const CALLS: &[Call] = &[
    name,
    new,
    with_body,
    with_authorization,
    with_headers,
    closing,
    method,
    head_len,
    head,
    token,
    create_record,
    get_record,
    query_records,
    import,
    events,
    events_by_mid,
    without_response_body,
    bearer,
    foreign_bearer,
    api_key,
    basic,
    from_buffer,
    show,
];

/// Text by `Debug`, which Rust's own library cuts where it has to escape.
pub(in crate::calls) const EXCUSED: &[Call] = &[show_texts];

/// Any method.
pub(super) fn any_method() -> Method {
    any(Method::Get)
}

fn authorization() -> Authorization<'static> {
    any(Authorization::api_key(Secret::new(text())))
}

fn query() -> TableQuery<'static> {
    TableQuery {
        query: perhaps(),
        fields: perhaps(),
        limit: any(None),
    }
}

fn request() -> Request<'static> {
    any(Request::new(any_method(), text(), text()))
}

fn name(_: &mut [u8]) {
    used(Method::name(any_method()));
}

fn new(_: &mut [u8]) {
    used(Request::new(any_method(), text(), text()));
}

fn with_body(_: &mut [u8]) {
    used(Request::with_body(request(), text(), any(0)));
}

fn with_authorization(_: &mut [u8]) {
    used(Request::with_authorization(request(), authorization()));
}

fn with_headers(_: &mut [u8]) {
    used(Request::with_headers(request(), pairs()));
}

fn closing(_: &mut [u8]) {
    used(Request::closing(request()));
}

fn method(_: &mut [u8]) {
    used(Request::method(&request()));
}

fn head_len(_: &mut [u8]) {
    used(Request::head_len(&request()));
}

fn head(buf: &mut [u8]) {
    used(Request::head(&request(), buf));
}

fn token(_: &mut [u8]) {
    used(Request::token(text(), &token_request::request()));
}

fn create_record(_: &mut [u8]) {
    used(Request::create_record(text(), text(), any(0)));
}

fn get_record(_: &mut [u8]) {
    used(Request::get_record(text(), text(), text(), query()));
}

fn query_records(_: &mut [u8]) {
    used(Request::query_records(text(), text(), query()));
}

fn import(_: &mut [u8]) {
    used(Request::import(text(), text(), any(0)));
}

fn events(_: &mut [u8]) {
    used(Request::events(text(), any(0)));
}

fn events_by_mid(_: &mut [u8]) {
    used(Request::events_by_mid(text(), any(0)));
}

fn without_response_body(_: &mut [u8]) {
    used(Request::without_response_body(request()));
}

fn bearer(_: &mut [u8]) {
    access_token::with_token(|token| used(Authorization::bearer(token, any(0))));
}

fn foreign_bearer(_: &mut [u8]) {
    used(Authorization::foreign_bearer(Secret::new(text())));
}

fn api_key(_: &mut [u8]) {
    used(Authorization::api_key(Secret::new(text())));
}

fn basic(_: &mut [u8]) {
    used(Authorization::basic(text(), Secret::new(text())));
}

fn from_buffer(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    used(<RequestError as From<BufferTooSmall>>::from(error));
}

fn show_texts(_: &mut [u8]) {
    debug::<Authorization<'_>>(&authorization());
    debug::<TableQuery<'_>>(&query());
    debug::<Request<'_>>(&request());
}

fn show(_: &mut [u8]) {
    debug::<Method>(&any_method());
    debug::<RequestError>(&any(RequestError::Host));
    display::<RequestError>(&any(RequestError::Host));
}
