//! Answers that are longer than the buffer, of which what fits is kept.
#![cfg(feature = "http1")]

use core::iter;

use snow_token_core::{
    BufferTooSmall, Cause, Refusal,
    http1::{Exchange, MAX_CUT_BODY_LEN, Method, Response, ResponseError},
    session::Failure,
    token_endpoint::{self, TokenEndpointError},
};

const HIBERNATING: &str = "<h1>Your instance is hibernating</h1>";

/// Feeds the pieces, then ends the stream.
fn read_pieces<'b, 'p>(
    pieces: impl IntoIterator<Item = &'p [u8]>,
    buf: &'b mut [u8],
) -> Result<Response<'b>, ResponseError> {
    let mut exchange = Exchange::new(Method::Post, buf).keeping_what_fits();
    for piece in pieces {
        assert_eq!(exchange.feed(piece), Ok(piece.len()));
    }
    if !exchange.is_done() {
        exchange.end_of_stream()?;
    }
    exchange.finish()
}

/// An answer as its head and its framed body.
struct Sent {
    head: String,
    body: Vec<u8>,
}

impl Sent {
    fn by_length(status: u16, content_type: &str, body: &[u8]) -> Self {
        let len = body.len();
        Self {
            head: format!(
                "HTTP/1.1 {status} \r\nServer: snow_adc\r\nContent-Type: {content_type}\r\n\
                 Content-Length: {len}\r\n\r\n"
            ),
            body: body.to_vec(),
        }
    }

    fn in_chunks(status: u16, content_type: &str, body: &[u8], chunk_len: usize) -> Self {
        let mut framed = Vec::new();
        for chunk in body.chunks(chunk_len) {
            framed.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            framed.extend_from_slice(chunk);
            framed.extend_from_slice(b"\r\n");
        }
        framed.extend_from_slice(b"0\r\n\r\n");
        Self {
            head: format!(
                "HTTP/1.1 {status} \r\nServer: snow_adc\r\nContent-Type: {content_type}\r\n\
                 Transfer-Encoding: chunked\r\n\r\n"
            ),
            body: framed,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        [self.head.as_bytes(), &self.body].concat()
    }
}

/// A page with its heading at this place.
fn page(heading: &str, at: usize, len: usize) -> String {
    let mut page = "<p>Your instance is ".repeat(len.div_ceil(20));
    page.truncate(at);
    page.push_str(heading);
    page.extend(iter::repeat_n('x', len - page.len()));
    page
}

#[test]
fn a_hibernating_instance_is_known_whatever_the_pieces_and_the_buffer() {
    let page = page(HIBERNATING, 150, 300);
    let sent = Sent::in_chunks(200, "text/html", page.as_bytes(), 7);
    let bytes = sent.bytes();
    let whole_len = "text/html".len() + page.len();
    for buf_len in sent.head.len()..whole_len + 2 {
        for piece_len in [1, 13, usize::MAX] {
            let mut buf = vec![0; buf_len];
            let response = read_pieces(bytes.chunks(piece_len), &mut buf).unwrap();
            assert_eq!(response.is_cut(), buf_len < whole_len, "{buf_len}");
            assert!(page.as_bytes().starts_with(response.body));
            let kept_len = page.len().min(buf_len - "text/html".len());
            assert_eq!(response.body.len(), kept_len);
            let refusal = Refusal::read(&response.answer());
            assert_eq!(refusal.cause, Cause::Hibernating, "{buf_len}");
        }
    }
    for at in 0..bytes.len() {
        let (start, end) = bytes.split_at(at);
        let mut buf = vec![0; sent.head.len()];
        let response = read_pieces([start, end], &mut buf).unwrap();
        assert!(response.is_cut() && response.keep_alive);
        let refusal = Refusal::read(&response.answer());
        assert_eq!(refusal.cause, Cause::Hibernating, "split at {at}");
    }
}

#[test]
fn a_kilobyte_diagnoses_the_page_of_an_instance_wherever_its_heading_stands() {
    for at in [0, 500, 990, 1_000, 1_010, 4_000, 5_900 - HIBERNATING.len()] {
        let page = page(HIBERNATING, at, 5_900);
        let sent = Sent::in_chunks(200, "text/html", page.as_bytes(), 4_096);
        let mut buf = [0; 1_024];
        let response = read_pieces(sent.bytes().chunks(256), &mut buf).unwrap();
        let cut = response.cut.unwrap();
        assert_eq!(cut.body_len, 5_900);
        let error = token_endpoint::read(&response.answer(), &mut [0; 64]).unwrap_err();
        let refused = Failure::Refused(Cause::Hibernating);
        assert_eq!(Failure::from(error), refused, "heading at {at}");
    }
}

#[test]
fn other_refusals_are_known_by_what_was_kept_and_by_what_was_not() {
    let cause = |sent: Sent| {
        let mut buf = [0; 256];
        let response = read_pieces([&*sent.bytes()], &mut buf).unwrap();
        assert!(response.is_cut());
        Refusal::read(&response.answer()).cause
    };
    let certificate = page("The SSL certificate error", 1_500, 2_000);
    let sent = |status| Sent::by_length(status, "text/html", certificate.as_bytes());
    assert_eq!(cause(sent(400)), Cause::ClientCertificateRefused);
    assert_eq!(cause(sent(200)), Cause::NotJson);
    let other = page("<form>Log in</form>", 1_500, 2_000);
    let sent = Sent::by_length(200, "text/html", other.as_bytes());
    assert_eq!(cause(sent), Cause::NotJson);
    let words =
        format!(r#"{{"error":"server_error","error_description":"access_denied","x":"{other}"}}"#);
    let sent = Sent::by_length(401, "application/json", words.as_bytes());
    assert_eq!(cause(sent), Cause::AccessDenied);
    // JSON is not searched for the words of a page.
    let words = format!(r#"{{"x":"{}"}}"#, page(HIBERNATING, 1_500, 2_000));
    let sent = Sent::by_length(401, "application/json", words.as_bytes());
    assert_eq!(cause(sent), Cause::NotAuthenticated);
}

#[test]
fn a_cut_answer_of_the_token_endpoint_is_never_a_token() {
    let token = r#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#;
    let padded = |len: usize| format!("{token}{}", " ".repeat(len));
    let long_scope = format!(
        r#"{{"access_token":"2YotnFZ_","token_type":"Bearer","scope":"{}"}}"#,
        "a ".repeat(200)
    );
    // Of the first the beginning alone is a good token.
    for body in [padded(400), long_scope] {
        for sent in [
            Sent::by_length(200, "application/json", body.as_bytes()),
            Sent::in_chunks(200, "application/json", body.as_bytes(), 100),
        ] {
            let needed = "application/json".len() + body.len();
            for buf_len in sent.head.len()..needed {
                let mut buf = vec![0; buf_len];
                let response = read_pieces([&*sent.bytes()], &mut buf).unwrap();
                let mut texts = [0xaa; 512];
                let error = token_endpoint::read(&response.answer(), &mut texts).unwrap_err();
                let expected = TokenEndpointError::BufferTooSmall(BufferTooSmall { needed });
                assert_eq!(error, expected);
                assert_eq!(texts, [0xaa; 512]);
                // A session stops, for the next answer would be no shorter.
                assert_eq!(Failure::from(error), Failure::BufferTooSmall);
            }
            let mut buf = vec![0; needed];
            let response = read_pieces([&*sent.bytes()], &mut buf).unwrap();
            assert!(!response.is_cut());
            let mut texts = [0; 512];
            let token = token_endpoint::read(&response.answer(), &mut texts).unwrap();
            assert_eq!(token.access_token().expose(), "2YotnFZ_");
        }
    }
}

#[test]
fn a_record_that_was_created_is_a_success_and_the_connection_goes_on() {
    let record = format!(r#"{{"result":{{"number":"{}"}}}}"#, "1".repeat(4_000));
    let created = Sent::by_length(201, "application/json", record.as_bytes()).bytes();
    let next = b"HTTP/1.1 204 No Content\r\n\r\n";
    let connection = [&*created, next].concat();

    let mut buf = [0; 256];
    let mut exchange = Exchange::new(Method::Post, &mut buf).keeping_what_fits();
    let mut read = 0;
    while !exchange.is_done() {
        read += exchange.feed(&connection[read..read + 1]).unwrap();
    }
    let response = exchange.finish().unwrap();
    assert_eq!((response.status, response.keep_alive), (201, true));
    assert_eq!(response.cut.unwrap().body_len, record.len());
    let response = read_pieces([&connection[read..]], &mut buf).unwrap();
    assert_eq!((response.status, response.is_cut()), (204, false));
}

#[test]
fn a_body_of_which_a_part_is_dropped_has_a_limit() {
    let framings: [fn(&[u8]) -> Sent; 3] = [
        |body| Sent::by_length(200, "application/json", body),
        |body| Sent::in_chunks(200, "application/json", body, 1_000),
        |body| Sent {
            head: "HTTP/1.0 200 OK\r\nServer: snow_adc\r\n\r\n".to_owned(),
            body: body.to_vec(),
        },
    ];
    for framed in framings {
        let mut buf = [0xaa; 128];
        let at_limit = framed(&[b'1'; MAX_CUT_BODY_LEN]).bytes();
        let response = read_pieces(at_limit.chunks(1_000), &mut buf).unwrap();
        assert_eq!(response.cut.unwrap().body_len, MAX_CUT_BODY_LEN);

        let beyond = framed(&[b'1'; MAX_CUT_BODY_LEN + 1]).bytes();
        let mut exchange = Exchange::new(Method::Get, &mut buf).keeping_what_fits();
        let mut fed = beyond.chunks(1_000).map(|piece| exchange.feed(piece));
        assert_eq!(fed.find_map(Result::err), Some(ResponseError::BodyTooLong));
        drop(fed);
        assert_eq!(exchange.finish(), Err(ResponseError::BodyTooLong));
        assert_eq!(buf, [0; 128]);

        // Where nothing has to be dropped, there is none.
        let mut buf = vec![0; 2 * MAX_CUT_BODY_LEN];
        let response = read_pieces(beyond.chunks(1_000), &mut buf).unwrap();
        assert_eq!(response.body.len(), MAX_CUT_BODY_LEN + 1);
        assert!(!response.is_cut());
    }
    // A length that no memory can hold is refused before anything of it was read.
    let head = b"HTTP/1.1 200 \r\nContent-Length: 18446744073709551615\r\n\r\n";
    let refused = Exchange::new(Method::Get, &mut [0; 128])
        .keeping_what_fits()
        .feed(head);
    assert_eq!(refused, Err(ResponseError::BodyTooLong));
}

#[test]
fn a_body_without_an_end_ends_in_an_error() {
    for (head, piece) in [
        (
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n",
            "1\r\nx\r\n",
        ),
        (
            "HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n",
            "x",
        ),
        ("HTTP/1.1 200 \r\n\r\n", "x"),
    ] {
        let mut buf = [0; 64];
        let mut exchange = Exchange::new(Method::Get, &mut buf).keeping_what_fits();
        exchange.feed(head.as_bytes()).unwrap();
        let endless = iter::repeat_n(piece.as_bytes(), MAX_CUT_BODY_LEN + 1);
        let error = endless
            .map(|piece| exchange.feed(piece))
            .find_map(Result::err);
        assert_eq!(error, Some(ResponseError::BodyTooLong), "{head:?}");
    }
}

#[test]
fn a_cut_body_that_fails_or_ends_early_leaves_nothing() {
    let token = r#"{"access_token":"2YotnFZ_","token_type":"Bearer","x":""#;
    let body = format!("{token}{}", "x".repeat(400));
    let sent = Sent::in_chunks(200, "application/json", body.as_bytes(), 100);
    let bytes = sent.bytes();
    for end in 0..bytes.len() {
        let mut buf = [0xaa; 256];
        let error = read_pieces([&bytes[..end]], &mut buf).unwrap_err();
        assert!(matches!(
            error,
            ResponseError::Truncated | ResponseError::NoAnswer
        ));
        assert_eq!(buf, [0; 256], "{end}");
    }
    let broken = [&bytes[..bytes.len() - 7], b"x"].concat();
    let mut buf = [0xaa; 256];
    let mut exchange = Exchange::new(Method::Post, &mut buf).keeping_what_fits();
    assert_eq!(exchange.feed(&broken), Err(ResponseError::Chunk));
    drop(exchange);
    assert_eq!(buf, [0; 256]);

    let mut exchange = Exchange::new(Method::Post, &mut buf).keeping_what_fits();
    exchange.feed(&bytes).unwrap();
    assert!(!format!("{exchange:?}").contains("2YotnFZ_"));
    drop(exchange);
    assert_eq!(buf, [0; 256]);
    let response = read_pieces([&*bytes], &mut buf).unwrap();
    assert!(!format!("{response:?} {:?}", response.answer()).contains("2YotnFZ_"));
}

#[test]
fn a_head_that_does_not_fit_is_refused_still() {
    let sent = Sent::by_length(201, "application/json", b"{}");
    for buf_len in 0..sent.head.len() {
        let mut buf = vec![0xaa; buf_len];
        let mut exchange = Exchange::new(Method::Post, &mut buf).keeping_what_fits();
        let too_small = ResponseError::BufferTooSmall { needed: None };
        assert_eq!(exchange.feed(&sent.bytes()), Err(too_small));
        drop(exchange);
        assert!(buf.iter().all(|byte| *byte == 0));
    }
}
