//! `json`.

use snow_token_core::json::{Event, Fault, JsonError, Number, Reader, Text};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, text, used},
};

pub(super) const CALLS: &[Call] = &[
    new,
    depth,
    next,
    chars,
    eq,
    eq_str,
    as_str,
    parse,
    to_u32,
    show_reader,
    show_event,
    show_text,
    show_number,
    show_error,
];

/// In any state that it can be in.
fn reader() -> Reader<'static> {
    any(Reader::new(bytes()))
}

fn new(_: &mut [u8]) {
    used(Reader::new(bytes()));
}

fn depth(_: &mut [u8]) {
    used(Reader::depth(&reader()));
}

fn next(_: &mut [u8]) {
    used(Reader::next(&mut reader()));
}

fn chars(_: &mut [u8]) {
    if let Some(text) = perhaps() {
        Text::chars(text).for_each(used);
    }
}

fn eq(_: &mut [u8]) {
    if let (Some(one), Some(other)) = (perhaps(), perhaps()) {
        used(<Text<'_> as PartialEq>::eq(&one, &other));
    }
}

fn eq_str(_: &mut [u8]) {
    if let Some(one) = perhaps() {
        used(<Text<'_> as PartialEq<str>>::eq(&one, text()));
    }
}

fn as_str(_: &mut [u8]) {
    used(perhaps().map(Number::as_str));
}

fn parse(_: &mut [u8]) {
    used(Number::parse(text()));
}

fn to_u32(_: &mut [u8]) {
    used(perhaps().map(Number::to_u32));
}

fn show_reader(_: &mut [u8]) {
    debug::<Reader<'_>>(&reader());
}

fn show_event(_: &mut [u8]) {
    if let Some(event) = perhaps() {
        debug::<Event<'_>>(&event);
    }
}

fn show_text(_: &mut [u8]) {
    if let Some(text) = perhaps() {
        debug::<Text<'_>>(&text);
        display::<Text<'_>>(&text);
    }
}

fn show_number(_: &mut [u8]) {
    if let Some(number) = perhaps() {
        debug::<Number<'_>>(&number);
    }
}

fn show_error(_: &mut [u8]) {
    let error = JsonError {
        fault: any(Fault::Utf8),
        at: any(0),
    };
    debug::<Fault>(&error.fault);
    debug::<JsonError>(&error);
    display::<JsonError>(&error);
}
