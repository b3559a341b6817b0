//! Answers, without a stream.

use snow_token_core::http1::{
    Exchange, Head, Response, ResponseError,
    body::{BodyReader, Framing},
};

use super::request::any_method;
use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, used},
};

pub(in crate::calls) const CALLS: &[Call] = &[
    new,
    with_header_limit,
    keeping_what_fits,
    is_done,
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

/// What reads a head, which `httparse` takes apart; and text by `Debug`, which Rust's own library cuts
/// where it has to escape.
pub(in crate::calls) const EXCUSED: &[Call] = &[read, feed, show_texts];

/// In any state.
fn exchange(buf: &mut [u8]) -> Exchange<'_> {
    any(Exchange::new(any_method(), buf))
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

fn is_cut(_: &mut [u8]) {
    if let Some(response) = perhaps() {
        used(Response::is_cut(&response));
    }
}

fn answer(_: &mut [u8]) {
    if let Some(response) = perhaps() {
        used(Response::answer(&response));
    }
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

fn show_texts(_: &mut [u8]) {
    if let Some(head) = perhaps() {
        debug::<Head<'_>>(&head);
    }
    if let Some(response) = perhaps() {
        debug::<Response<'_>>(&response);
    }
}

fn show(_: &mut [u8]) {
    debug::<BodyReader>(&body());
    debug::<Framing>(&any(Framing::Chunked));
    debug::<ResponseError>(&any(ResponseError::Head));
    display::<ResponseError>(&any(ResponseError::Head));
}

fn show_exchange(buf: &mut [u8]) {
    debug::<Exchange<'_>>(&exchange(buf));
}
