//! Answers of HTTP/1.1: in whatever pieces they arrive, and whatever is wrong with them.
#![cfg(feature = "http1")]

use proptest::prelude::*;
use snow_token_core::{
    Cause, Refusal,
    http1::{Exchange, Head, MAX_HEADERS, Method, Response, ResponseError},
};

/// What of an answer is compared.
#[derive(Debug, Clone, PartialEq)]
struct Read {
    status: u16,
    headers: [Option<String>; 4],
    body: Vec<u8>,
    keep_alive: bool,
}

impl From<Response<'_>> for Read {
    fn from(response: Response<'_>) -> Self {
        let headers = [
            response.content_type,
            response.retry_after,
            response.date,
            response.location,
        ];
        Self {
            status: response.status,
            headers: headers.map(|value| value.map(str::to_owned)),
            body: response.body.to_vec(),
            keep_alive: response.keep_alive,
        }
    }
}

const BUF_LEN: usize = 256;

/// Feeds the pieces, then ends the stream.
fn read_pieces<'p>(
    method: Method,
    pieces: impl IntoIterator<Item = &'p [u8]>,
    buf: &mut [u8],
) -> Result<Read, ResponseError> {
    let mut exchange = Exchange::new(method, buf);
    for piece in pieces {
        exchange.feed(piece)?;
    }
    if !exchange.is_done() {
        exchange.end_of_stream()?;
    }
    exchange.finish().map(Read::from)
}

fn read(answer: &[u8]) -> Result<Read, ResponseError> {
    read_pieces(Method::Get, [answer], &mut [0; BUF_LEN])
}

/// An answer with these header lines and this body.
fn answer(headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n{body}").into_bytes()
}

/// Good answers, each with its body, and whether its end is known before the connection ends.
fn good() -> Vec<(&'static [u8], &'static [u8], bool)> {
    vec![
        (
            b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nSet-Cookie: a=b\r\n\
              Content-Type: application/json\r\nContent-Length: 4\r\n\r\nsnow",
            b"snow",
            true,
        ),
        (
            b"HTTP/1.1 200 OK\r\nServer: snow_adc\r\nContent-Type: text/html\r\n\
              transfer-encoding:  Chunked \r\nLocation: /x\r\n\r\n\
              4\r\nsnow\r\n0a ; a=\"b;c\"\r\n0123456789\r\n000\r\nX: y\r\nZ:\r\n\r\n",
            b"snow0123456789",
            true,
        ),
        (
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n\
              HTTP/1.1 429 \r\nRetry-After: 7\r\nContent-Length: 2, 2\r\n\r\n{}",
            b"{}",
            true,
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", true),
        (
            b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
            b"",
            true,
        ),
        (
            b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n",
            b"",
            true,
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nto the end", b"to the end", false),
    ]
}

#[test]
fn the_pieces_in_which_an_answer_arrives_do_not_matter() {
    for (bytes, body, _) in good() {
        let whole = read(bytes).unwrap();
        assert_eq!(whole.body, body);
        for at in 0..=bytes.len() {
            let (start, end) = bytes.split_at(at);
            let split = read_pieces(Method::Get, [start, end], &mut [0; BUF_LEN]);
            assert_eq!(split, Ok(whole.clone()), "split at {at}");
        }
        let each = read_pieces(Method::Get, bytes.chunks(1), &mut [0; BUF_LEN]);
        assert_eq!(each, Ok(whole));
    }
}

/// A head is taken by lines; each byte has the error that it would have alone.
#[test]
fn the_pieces_in_which_a_bad_head_arrives_do_not_matter_in_a_buffer_of_any_size() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    let cases = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 64),
        ("HTTP/2 200 OK\r\n\r\n", 64),
        ("SSH-2.0-x\r\n", 64),
        ("HT\nTP/1.1 200 OK\r\n\r\n", 64),
        ("\r\n\r\n", 64),
        (long.as_str(), 32_768),
    ];
    for (head, most) in cases {
        let lens = (0..most.min(64)).chain([most]);
        for len in lens {
            let outcome = |piece_len: usize| {
                let mut buf = vec![0; len];
                let mut exchange = Exchange::<MAX_HEADERS>::new(Method::Get, &mut buf);
                for piece in head.as_bytes().chunks(piece_len) {
                    exchange.feed(piece)?;
                }
                Ok::<_, ResponseError>(exchange.is_done())
            };
            let bytewise = outcome(1);
            for piece_len in [2, 3, 7, head.len()] {
                assert_eq!(outcome(piece_len), bytewise, "{head:.20} in {len}");
            }
        }
    }
}

#[test]
fn an_answer_that_ends_early_is_an_error() {
    for (bytes, _, end_is_known) in good() {
        let head_len = bytes
            .windows(4)
            .rposition(|four| four == b"\r\n\r\n")
            .unwrap()
            + 4;
        for end in 0..bytes.len() {
            let expected = match end {
                0 => Err(ResponseError::NoAnswer),
                _ if !end_is_known && end >= head_len => continue,
                _ => Err(ResponseError::Truncated),
            };
            assert_eq!(read(&bytes[..end]), expected, "{end}");
            let mut buf = [0xaa; BUF_LEN];
            let mut exchange = Exchange::new(Method::Get, &mut buf);
            exchange.feed(&bytes[..end]).unwrap();
            assert!(!exchange.is_done());
            assert_eq!(exchange.finish(), Err(ResponseError::Truncated));
            assert!(buf.iter().all(|byte| *byte == 0));
        }
    }
}

#[test]
fn every_single_byte_change_is_an_error_or_a_value() {
    for (bytes, ..) in good() {
        for at in 0..bytes.len() {
            for replacement in 0..=u8::MAX {
                let mut changed = bytes.to_vec();
                changed[at] = replacement;
                let whole = read(&changed);
                let each = read_pieces(Method::Get, changed.chunks(1), &mut [0; BUF_LEN]);
                // What follows an answer may come too late to be noticed.
                assert_eq!(whole.map(|read| read.body), each.map(|read| read.body));
            }
        }
    }
}

#[test]
fn the_headers_that_matter_are_kept() {
    let bytes =
        b"HTTP/1.1 503 Busy\r\nLocation: /a\r\nX: 1\r\nDATE: d\r\ncontent-type: text/html\r\n\
                  Retry-After:\t9\r\nDate: other\r\nContent-Length: 4\r\n\r\nsnow";
    let read = read(bytes).unwrap();
    let expected = ["text/html", "9", "d", "/a"].map(|value| Some(value.to_owned()));
    assert_eq!((read.status, read.headers), (503, expected));
    assert_eq!(read.body, b"snow");
}

#[test]
fn a_refusal_reads_the_wait_from_the_headers() {
    for retry_after in ["120", "Sun, 06 Nov 1994 08:51:37 GMT"] {
        let bytes = format!(
            "HTTP/1.1 429 \r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\
             Retry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n"
        );
        let mut buf = [0; BUF_LEN];
        let mut exchange = Exchange::new(Method::Get, &mut buf);
        exchange.feed(bytes.as_bytes()).unwrap();
        let refusal = Refusal::read(&exchange.finish().unwrap().answer());
        let retry_after_secs = Some(120);
        assert_eq!(refusal.cause, Cause::RateLimited { retry_after_secs });
    }
}

#[test]
fn headers_that_are_kept_do_not_overwrite_each_other() {
    let names = ["Content-Type", "Retry-After", "Date", "Location"];
    let values = ["a", "b", "c", "d"].map(|letter| letter.repeat(40));
    for first in 0..4 {
        for step in [1, 3] {
            let order = (0..4).map(|index| (first + index * step) % 4);
            let lines: Vec<_> = order
                .map(|index| format!("{}:{}", names[index], values[index]))
                .collect();
            let read = read(&answer(&lines.join("\r\n"), "snow")).unwrap();
            assert_eq!(read.headers, values.clone().map(Some), "{lines:?}");
            assert_eq!(read.body, b"snow");
        }
    }
}

#[test]
fn a_buffer_one_byte_short_is_refused_and_zeroed() {
    // The body is longer than the head.
    let body = "x".repeat(200);
    let by_length = answer("Content-Type: a/b\r\nContent-Length: 200", &body);
    let chunked = answer(
        "Content-Type: a/b\r\nTransfer-Encoding: chunked",
        &format!("64\r\n{0}\r\n64\r\n{0}\r\n0\r\n\r\n", "x".repeat(100)),
    );
    let until_close = answer("Content-Type: a/b", &body);
    let needed = "a/b".len() + 200;
    for (bytes, known) in [
        (by_length, Some(needed)),
        (chunked, None),
        (until_close, None),
    ] {
        let mut buf = vec![0xaa; needed - 1];
        let expected = Err(ResponseError::BufferTooSmall { needed: known });
        assert_eq!(read_pieces(Method::Get, [&*bytes], &mut buf), expected);
        assert!(buf.iter().all(|byte| *byte == 0));
        let read = read_pieces(Method::Get, [&*bytes], &mut vec![0; needed]).unwrap();
        assert_eq!(read.body, body.as_bytes());
    }
    // The head is longer than the body.
    let bytes = answer("Content-Length: 0", "");
    let short = read_pieces(Method::Get, [&*bytes], &mut vec![0; bytes.len() - 1]);
    assert_eq!(short, Err(ResponseError::BufferTooSmall { needed: None }));
    assert!(read_pieces(Method::Get, [&*bytes], &mut vec![0; bytes.len()]).is_ok());
    // A length that no memory can hold.
    let bytes = answer("Content-Length: 18446744073709551615", "");
    let needed = Some(usize::MAX);
    assert_eq!(read(&bytes), Err(ResponseError::BufferTooSmall { needed }));
}

#[test]
fn lengths_that_contradict_each_other_are_refused() {
    for headers in [
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: 4,",
        "Content-Length:",
        "Content-Length: +4",
        "Content-Length: -4",
        "Content-Length: 0x4",
        "Content-Length: 4 4",
        "Content-Length: 4.0",
        "Content-Length: 18446744073709551616",
        "Content-Length: \u{664}",
    ] {
        let read = read(&answer(headers, "snow"));
        assert_eq!(read, Err(ResponseError::ContentLength), "{headers}");
    }
    for headers in [
        "Content-Length: 4\r\nContent-Length: 4",
        "Content-Length: 4 , 04",
    ] {
        assert_eq!(read(&answer(headers, "snow")).unwrap().body, b"snow");
    }
}

#[test]
fn transfer_codings_but_chunked_are_refused() {
    for headers in [
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding:",
    ] {
        let read = read(&answer(headers, "0\r\n\r\n"));
        assert_eq!(read, Err(ResponseError::TransferEncoding), "{headers}");
    }
    let old = b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    assert_eq!(read(old), Err(ResponseError::TransferEncoding));
}

#[test]
fn malformed_heads_are_refused() {
    for headers in [
        "A: b\r\n c",
        " A: b",
        "A : b",
        "Transfer-Encoding : chunked",
        ": b",
        "A",
        "A: b\rc",
        "A: b\0",
        "A\u{e9}: b",
    ] {
        let read = read(&answer(headers, ""));
        assert_eq!(read, Err(ResponseError::Head), "{headers:?}");
    }
    for line in [
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1  200 OK",
        "HTTP/1.2 200 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1 200 O\0K",
    ] {
        let read = read(format!("{line}\r\n\r\n").as_bytes());
        assert_eq!(read, Err(ResponseError::Head), "{line:?}");
    }
    for start in [
        "HTTP/2",
        "http/1.1",
        "\r\nHTTP/1.1",
        "<html>",
        "\x15\x03\x01",
    ] {
        let read = read(start.as_bytes());
        assert_eq!(read, Err(ResponseError::NotHttp), "{start:?}");
    }
}

#[test]
fn limits_on_the_head() {
    let read = |bytes: &[u8]| read_pieces(Method::Get, [bytes], &mut [0; 512]);
    let many = |count: usize| answer(&vec!["A: b"; count].join("\r\n"), "");
    assert!(read(&many(MAX_HEADERS)).is_ok());
    assert_eq!(
        read(&many(MAX_HEADERS + 1)),
        Err(ResponseError::TooManyHeaders)
    );
    assert_eq!(
        Head::read::<2>(&many(3), Method::Get),
        Err(ResponseError::TooManyHeaders)
    );
    let long = answer(&format!("A: {}", "b".repeat(20_000)), "");
    let read = read_pieces(Method::Get, [&*long], &mut vec![0; 30_000]);
    assert_eq!(read, Err(ResponseError::HeadTooLong));
}

#[test]
fn interim_answers_are_skipped_up_to_a_number_and_upgrades_refused() {
    let interim = |count| "HTTP/1.1 102 Processing\r\n\r\n".repeat(count);
    let end = "HTTP/1.1 204 No Content\r\n\r\n";
    assert_eq!(read((interim(8) + end).as_bytes()).unwrap().status, 204);
    let read_nine = read((interim(9) + end).as_bytes());
    assert_eq!(read_nine, Err(ResponseError::TooManyInterimAnswers));
    assert_eq!(read(interim(1).as_bytes()), Err(ResponseError::Truncated));
    let upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n";
    assert_eq!(read(upgrade), Err(ResponseError::Upgrade));
}

#[test]
fn an_answer_to_head_has_no_body() {
    let bytes = answer("Content-Length: 4", "");
    let read = read_pieces(Method::Head, [&*bytes], &mut [0; BUF_LEN]).unwrap();
    assert!(read.body.is_empty() && read.keep_alive);
}

#[test]
fn whether_the_connection_is_kept_alive() {
    for (version, headers, keep_alive) in [
        (1, "Content-Length: 0", true),
        (1, "Content-Length: 0\r\nConnection: close", false),
        (1, "Content-Length: 0\r\nConnection: x, Close", false),
        (
            1,
            "Content-Length: 0\r\nConnection: x\r\nConnection: close",
            false,
        ),
        (1, "Content-Length: 0\r\nConnection: keep-alive", true),
        (1, "X: close", false),
        (0, "Content-Length: 0", false),
        (0, "Content-Length: 0\r\nConnection: Keep-Alive", true),
        (
            0,
            "Content-Length: 0\r\nConnection: keep-alive, close",
            false,
        ),
        (0, "Connection: keep-alive", false),
    ] {
        let bytes = format!("HTTP/1.{version} 200 OK\r\n{headers}\r\n\r\n");
        let read = read(bytes.as_bytes()).unwrap();
        assert_eq!(read.keep_alive, keep_alive, "{bytes}");
    }
    // Bytes that nobody asked for.
    let excess = answer("Content-Length: 4", "snowHTTP/1.1");
    let read = read(&excess).unwrap();
    assert_eq!((&*read.body, read.keep_alive), (&b"snow"[..], false));
}

#[test]
fn after_an_error_nothing_more_is_taken() {
    let mut buf = [0; 64];
    let mut exchange = Exchange::new(Method::Get, &mut buf);
    assert_eq!(exchange.feed(b"<html>"), Err(ResponseError::NotHttp));
    assert_eq!(
        exchange.feed(b"HTTP/1.1 204 \r\n\r\n"),
        Err(ResponseError::NotHttp)
    );
    assert_eq!(exchange.end_of_stream(), Err(ResponseError::NotHttp));
    assert_eq!(exchange.finish(), Err(ResponseError::NotHttp));
}

#[test]
fn a_token_does_not_stand_in_debug() {
    let mut buf = [0; 128];
    let mut exchange = Exchange::new(Method::Post, &mut buf);
    exchange
        .feed(&answer("Content-Length: 6", "s3cret"))
        .unwrap();
    assert!(!format!("{exchange:?}").contains("s3cret"));
    assert!(!format!("{:?}", exchange.finish().unwrap()).contains("s3cret"));
}

proptest! {
    #[test]
    fn any_bytes_are_an_error_or_a_value(bytes: Vec<u8>, buf_len in 0..64_usize) {
        let _ = read_pieces(Method::Get, [&*bytes], &mut vec![0; buf_len]);
        let behind_a_head = [&*answer("Transfer-Encoding: chunked", ""), &*bytes].concat();
        let whole = read(&behind_a_head);
        let each = read_pieces(Method::Get, behind_a_head.chunks(1), &mut [0; BUF_LEN]);
        prop_assert_eq!(whole.map(|read| read.body), each.map(|read| read.body));
    }

    #[test]
    fn text_that_looks_like_a_head(lines in "HTTP/1.[01] [0-9]{3} ([A-Za-z-]{1,17}: ?[ -~]{0,9}\r?\n| |\r\n){0,9}") {
        let _ = read(lines.as_bytes());
    }
}
