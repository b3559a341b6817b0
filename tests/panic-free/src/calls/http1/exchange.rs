//! Answers, without a stream.

use snow_token_core::http1::{
    Exchange, Head, Response, ResponseError,
    body::{BodyReader, Framing},
};

use super::request::any_method;
use crate::{
    Call,
    opaque::{any, bytes, debug, display, used},
};

pub(in crate::calls) const CALLS: &[Call] = &[
    read,
    new,
    with_header_limit,
    keeping_what_fits,
    is_done,
    feed,
    end_of_stream,
    finish,
    is_cut,
    answer,
    body_new,
    body_is_done,
    body_step,
    body_end_of_stream,
    show,
    show_exchange,
];

/// In any state.
fn exchange(buf: &mut [u8]) -> Exchange<'_> {
    any(Exchange::new(any_method(), buf))
}

fn with_response(buf: &mut [u8], use_it: impl FnOnce(Response<'_>)) {
    if let Ok(response) = Exchange::finish(exchange(buf)) {
        use_it(any(response));
    }
}

/// In any state.
fn body() -> BodyReader {
    any(BodyReader::new(any(Framing::Chunked)))
}

fn read(_: &mut [u8]) {
    used(Head::read::<16>(bytes(), any_method()));
}

fn new(buf: &mut [u8]) {
    used(Exchange::new(any_method(), buf));
}

fn with_header_limit(buf: &mut [u8]) {
    used(Exchange::<16>::with_header_limit(any_method(), buf));
}

fn keeping_what_fits(buf: &mut [u8]) {
    used(Exchange::keeping_what_fits(exchange(buf)));
}

fn is_done(buf: &mut [u8]) {
    used(Exchange::is_done(&exchange(buf)));
}

fn feed(buf: &mut [u8]) {
    let mut exchange = exchange(buf);
    used(Exchange::feed(&mut exchange, bytes()));
    used(exchange);
}

fn end_of_stream(buf: &mut [u8]) {
    let mut exchange = exchange(buf);
    used(Exchange::end_of_stream(&mut exchange));
    used(exchange);
}

fn finish(buf: &mut [u8]) {
    used(Exchange::finish(exchange(buf)));
}

fn is_cut(buf: &mut [u8]) {
    with_response(buf, |response| used(Response::is_cut(&response)));
}

fn answer(buf: &mut [u8]) {
    with_response(buf, |response| used(Response::answer(&response)));
}

fn body_new(_: &mut [u8]) {
    used(BodyReader::new(any(Framing::Chunked)));
}

fn body_is_done(_: &mut [u8]) {
    used(BodyReader::is_done(&body()));
}

fn body_step(_: &mut [u8]) {
    let mut body = body();
    used(BodyReader::step(&mut body, bytes()));
    used(body);
}

fn body_end_of_stream(_: &mut [u8]) {
    let mut body = body();
    used(BodyReader::end_of_stream(&mut body));
    used(body);
}

fn show(_: &mut [u8]) {
    if let Ok(head) = any(Head::read::<16>(bytes(), any_method())) {
        debug::<Head<'_>>(&head);
    }
    debug::<BodyReader>(&body());
    debug::<Framing>(&any(Framing::Chunked));
    debug::<ResponseError>(&any(ResponseError::Head));
    display::<ResponseError>(&any(ResponseError::Head));
}

fn show_exchange(buf: &mut [u8]) {
    debug::<Exchange<'_>>(&exchange(buf));
    with_response(buf, |response| debug::<Response<'_>>(&response));
}
