//! What comes from outside, into every reader: random bytes, every beginning of every good message,
//! every change of one byte, and messages without an end. Each is an error or a value, never a
//! panic, never a stack that grows or a time that explodes.
//!
//! What the errors are stands in the tests of each reader; keys are read in `assertion_*.rs`.

use core::{fmt::Debug, time::Duration};
use std::{thread, time::Instant};

use proptest::prelude::*;
use snow_token_core::{
    TokenResponse,
    authorization::{Callback, State},
    http_date,
    json::{Event, Number, Reader},
    refusal::Answer,
    session::Failure,
    token_endpoint,
};

/// A reader, and messages that it takes.
struct Case {
    name: &'static str,
    read: fn(&[u8]),
    good: &'static [&'static [u8]],
}

const CASES: &[Case] = &[
    Case {
        name: "json",
        read: json,
        good: &[
            br#"{"a":[1,-2.5e3,true,false,null,"x\ud83d\ude00\n"],"b":{},"c":[]}"#,
            b" [ 0 , 1799.0 ] ",
        ],
    },
    Case {
        name: "token_response",
        read: token_response,
        good: &[
            br#"{"access_token":"a.b","refresh_token":"c d","scope":"x y","token_type":"Bearer","expires_in":"1799"}"#,
            br#"{"access_token":"\u0061","token_type":"bearer","expires_in":1.8e3,"x":[{}]}"#,
        ],
    },
    Case {
        name: "token_endpoint and refusal",
        read: answer,
        good: &[
            br#"{"access_token":"a.b","token_type":"Bearer","expires_in":1800}"#,
            br#"{"error":"server_error","error_description":"access_denied"}"#,
            br#"{"error":{"message":"no","detail":"Missing required API access scope: x"},"status":"failure"}"#,
            b"<html><h1>Your instance is hibernating</h1></html>",
            b"<title>400 The SSL certificate error</title>",
        ],
    },
    Case {
        name: "callback, and with it the form decoder",
        read: callback,
        good: &[
            b"code=a%2Fb+c&state=07070707070707070707070707070707",
            b"error=access_denied&error_description=%C3%A9&state=07070707070707070707070707070707",
            b"access_token=a&token_type=Bearer&expires_in=9&scope=a+b&state=07070707070707070707070707070707",
        ],
    },
    Case {
        name: "http_date",
        read: date,
        good: &[
            b"Sun, 06 Nov 1994 08:49:37 GMT",
            b"Sunday, 06-Nov-94 08:49:37 GMT",
            b"Sun Nov  6 08:49:37 1994",
            b"120",
        ],
    },
    #[cfg(feature = "http1")]
    Case {
        name: "http1 head",
        read: http1::head,
        good: &[
            b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Type: a/b\r\nContent-Length: 4, 4\r\nConnection: x, close\r\n\r\n",
            b"HTTP/1.0 429 \r\nRetry-After: 7\r\n\r\n",
        ],
    },
    #[cfg(feature = "http1")]
    Case {
        name: "http1 body",
        read: http1::body,
        good: &[b"4\r\nsnow\r\n0a ; a=\"b;c\"\r\n0123456789\r\n000\r\nX: y\r\nZ:\r\n\r\n"],
    },
    #[cfg(feature = "http1")]
    Case {
        name: "http1 exchange",
        read: http1::exchange,
        good: &[
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nLocation: /x\r\nContent-Length: 4\r\n\r\nsnow",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsnow\r\n0\r\n\r\n",
            b"HTTP/1.0 200 OK\r\n\r\nto the end",
        ],
    },
];

/// An error can be shown, whatever it is.
fn show(error: impl ToString + Debug) {
    let _ = (error.to_string(), format!("{error:?}"));
}

fn json(input: &[u8]) {
    let mut reader = Reader::new(input);
    let mut events = 0;
    loop {
        match reader.next() {
            Ok(None) => break,
            Err(error) => return show(error),
            Ok(Some(Event::Key(text) | Event::String(text))) => {
                let _ = (text.to_string(), text == *"a");
            }
            Ok(Some(Event::Number(number))) => {
                let _ = (number.to_u32(), number.as_str());
            }
            Ok(Some(_)) => {}
        }
        events += 1;
        assert!(events <= input.len(), "more events than bytes");
    }
    let _ = Number::parse(&String::from_utf8_lossy(input));
}

fn token_response(body: &[u8]) {
    // A buffer of the body's length always does.
    if let Err(error) = TokenResponse::read(body, &mut vec![0; body.len()]) {
        show(error);
    }
    let _ = TokenResponse::read(body, &mut [0; 3]);
}

fn answer(body: &[u8]) {
    let head = String::from_utf8_lossy(body.get(..40).unwrap_or(body));
    for (status, content_type) in [
        (200, Some("application/json")),
        (403, Some("application/json")),
        (400, None),
        (503, Some(&*head)),
    ] {
        let answer = Answer {
            status,
            content_type,
            retry_after: Some(&head),
            date: Some(&head),
            body,
            cut: None,
        };
        // All but 200 is read as a refusal.
        if let Err(error) = token_endpoint::read(&answer, &mut [0; 64]) {
            assert!(error.to_string().len() < 6_000);
            let _ = Failure::from(error);
        }
    }
}

fn callback(parameters: &[u8]) {
    let parameters = String::from_utf8_lossy(parameters);
    let state = State::from_random([7; 16]);
    // A buffer of the redirect's length always does.
    if let Err(error) = Callback::read(&parameters, &state, &mut vec![0; parameters.len()]) {
        show(error);
    }
    let _ = Callback::read(&parameters, &state, &mut [0; 3]);
}

fn date(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    if let Err(error) = http_date::parse(&text) {
        show(error);
    }
    for now in [0, 784_111_777, u64::MAX] {
        let _ = http_date::parse_at(&text, now);
    }
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (retry_after, date) in [(&*text, Some(date)), (date, Some(&text)), (&text, None)] {
        let _ = http_date::retry_after_secs(retry_after, date);
    }
}

#[cfg(feature = "http1")]
mod http1 {
    use snow_token_core::http1::{
        Exchange, Head, MAX_HEADERS, Method, Response, ResponseError,
        body::{BodyReader, Framing},
    };

    use super::show;

    pub(crate) fn head(bytes: &[u8]) {
        for method in [Method::Get, Method::Head] {
            if let Err(error) = Head::read::<MAX_HEADERS>(bytes, method) {
                show(error);
            }
            let _ = Head::read::<2>(bytes, method);
        }
    }

    pub(crate) fn body(bytes: &[u8]) {
        for framing in [Framing::Chunked, Framing::Length(9), Framing::UntilClose] {
            let mut reader = BodyReader::new(framing);
            let mut rest = bytes;
            while !rest.is_empty() && !reader.is_done() {
                match reader.step(rest) {
                    Err(error) => return show(error),
                    Ok((consumed, data)) => {
                        assert!(consumed > 0 && data.len() <= consumed);
                        rest = &rest[consumed..];
                    }
                }
            }
            let _ = reader.end_of_stream();
        }
    }

    /// In one piece; `http1.rs` has those in many.
    pub(crate) fn exchange(bytes: &[u8]) {
        for buf_len in [64, 512] {
            let mut buf = vec![0; buf_len];
            let whole = read(Exchange::new(Method::Get, &mut buf), bytes);
            let whole = whole.map(|response| response.body.len());
            let cut = read(
                Exchange::new(Method::Get, &mut buf).keeping_what_fits(),
                bytes,
            );
            // What fits is the same, and what was cut was an error.
            match (whole, cut) {
                (Ok(len), Ok(cut)) => assert!(cut.body.len() == len && !cut.is_cut()),
                (Err(ResponseError::BufferTooSmall { .. }), Ok(cut)) => assert!(cut.is_cut()),
                (whole, cut) => assert!(whole.is_err() && cut.is_err()),
            }
        }
    }

    fn read<'b>(mut exchange: Exchange<'b>, bytes: &[u8]) -> Result<Response<'b>, ResponseError> {
        exchange.feed(bytes).inspect_err(|error| show(*error))?;
        if !exchange.is_done() {
            exchange.end_of_stream()?;
        }
        exchange.finish()
    }
}

/// All good messages, each with its case.
fn messages() -> impl Iterator<Item = (&'static Case, &'static [u8])> {
    CASES
        .iter()
        .flat_map(|case| case.good.iter().map(move |good| (case, *good)))
}

#[test]
fn every_beginning_of_every_good_message() {
    for (case, good) in messages() {
        for end in 0..=good.len() {
            (case.read)(&good[..end]);
        }
    }
}

#[test]
fn every_change_of_one_byte_of_every_good_message() {
    for (case, good) in messages() {
        let mut changed = good.to_vec();
        for at in 0..good.len() {
            for byte in 0..=u8::MAX {
                changed[at] = byte;
                (case.read)(&changed);
            }
            changed[at] = good[at];
        }
    }
}

/// What a reader could be kept busy with, or led into the depth by.
const FILLERS: &[&[u8]] = &[
    b"[",
    br#"{"a":"#,
    br#""error":{"#,
    br#""a":1,"#,
    br"\ud83d\ude00",
    br"\",
    b"\"",
    b"1",
    b" ",
    b"\0",
    b"\xff",
    b"instance is ",
    b"&",
    b"a=b&",
    b"%41",
    b"\r\n",
    b"A: b\r\n",
    b"1\r\nx\r\n",
    b"HTTP/1.1 100 \r\n\r\n",
    b"Sun, ",
];

#[test]
fn messages_without_an_end_cost_no_stack_and_little_time() {
    const LEN: usize = 1 << 14;
    let slowest = Duration::from_secs(10);
    let readers = move || {
        for (case, good) in messages() {
            for filler in FILLERS {
                for at in [0, good.len() / 2] {
                    let (start, end) = good.split_at(at);
                    let endless = filler.repeat(LEN / filler.len());
                    let started = Instant::now();
                    (case.read)(&[start, &endless, end].concat());
                    assert!(started.elapsed() < slowest, "{}: {filler:?}", case.name);
                }
            }
        }
    };
    // A reader that recursed would need far more.
    let small = thread::Builder::new().stack_size(64 * 1024);
    small.spawn(readers).unwrap().join().unwrap();
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for case in CASES {
            (case.read)(&bytes);
        }
    }

    /// Good messages of which a part was taken out, and another put in.
    #[test]
    fn good_messages_with_foreign_parts(
        from in any::<prop::sample::Index>(),
        to in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..9),
    ) {
        for (case, good) in messages() {
            let (from, to) = (from.index(good.len()), to.index(good.len()));
            let part: Vec<_> = [&good[..from], &bytes, &good[to..]].concat();
            (case.read)(&part);
        }
    }
}
