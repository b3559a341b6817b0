//! `refusal`.

use snow_token_core::{
    Cause, Refusal, Retry,
    refusal::{Answer, Cut, PageSearch},
};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, used},
};

pub(super) const CALLS: &[Call] = &[
    read,
    retry,
    new,
    feed,
    is_hibernating,
    is_certificate_error,
    show_answer,
    show_refusal,
];

/// Text by `Debug`, which Rust's own library cuts where it has to escape.
pub(super) const EXCUSED: &[Call] = &[show_texts];

fn cut() -> Cut {
    Cut {
        body_len: any(0),
        needed: any(0),
        page: any(PageSearch::new()),
    }
}

/// Any answer.
pub(super) fn answer() -> Answer<'static> {
    Answer {
        status: any(0),
        content_type: perhaps(),
        retry_after: perhaps(),
        date: perhaps(),
        body: bytes(),
        cut: any(Some(cut())),
    }
}

/// Any cause.
pub(super) fn cause() -> Cause {
    any(Cause::Other)
}

fn read(_: &mut [u8]) {
    used(Refusal::read(&answer()));
}

fn retry(_: &mut [u8]) {
    used(Cause::retry(cause()));
}

fn new(_: &mut [u8]) {
    used(PageSearch::new());
}

fn feed(_: &mut [u8]) {
    let mut page = any(PageSearch::new());
    PageSearch::feed(&mut page, bytes());
    used(page);
}

fn is_hibernating(_: &mut [u8]) {
    used(PageSearch::is_hibernating(&any(PageSearch::new())));
}

fn is_certificate_error(_: &mut [u8]) {
    used(PageSearch::is_certificate_error(&any(PageSearch::new())));
}

fn show_texts(_: &mut [u8]) {
    debug::<Answer<'_>>(&answer());
}

fn show_answer(_: &mut [u8]) {
    debug::<Cut>(&cut());
    debug::<PageSearch>(&any(PageSearch::new()));
}

fn show_refusal(_: &mut [u8]) {
    debug::<Cause>(&cause());
    debug::<Retry>(&any(Retry::Never));
    let refusal = any(Refusal::read(&answer()));
    debug::<Refusal<'_>>(&refusal);
    display::<Refusal<'_>>(&refusal);
}
