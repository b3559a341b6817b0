//! `json`.

use snow_token_core::json::{Event, Fault, JsonError, Number, Reader, Text};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, text, used},
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

/// Any text that a reader hands out.
pub(super) fn any_text() -> Text<'static> {
    let mut reader = Reader::new(any(b"\"\""));
    loop {
        if let Ok(Some(Event::String(text))) = any(Reader::next(&mut reader)) {
            return any(text);
        }
    }
}

fn number() -> Option<Number<'static>> {
    any(Number::parse(text()))
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
    Text::chars(any_text()).for_each(used);
}

fn eq(_: &mut [u8]) {
    used(<Text<'_> as PartialEq>::eq(&any_text(), &any_text()));
}

fn eq_str(_: &mut [u8]) {
    used(<Text<'_> as PartialEq<str>>::eq(&any_text(), text()));
}

fn as_str(_: &mut [u8]) {
    used(number().map(Number::as_str));
}

fn parse(_: &mut [u8]) {
    used(Number::parse(text()));
}

fn to_u32(_: &mut [u8]) {
    used(number().map(Number::to_u32));
}

fn show_reader(_: &mut [u8]) {
    debug::<Reader<'_>>(&reader());
}

fn show_event(_: &mut [u8]) {
    debug::<Event<'_>>(&any(Event::Null));
}

fn show_text(_: &mut [u8]) {
    debug::<Text<'_>>(&any_text());
    display::<Text<'_>>(&any_text());
}

fn show_number(_: &mut [u8]) {
    if let Some(number) = number() {
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
