//! Exchanges over streams of `embedded-io` and `embedded-io-async`.
#![cfg(all(feature = "embedded-io", feature = "embedded-io-async"))]

use core::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use embedded_io::{ErrorKind, ErrorType};
use snow_token_core::http1::{
    Exchange, ExchangeError, Method, Request, Response, ResponseError, asynchronous, blocking,
};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nsnow";

/// A stream that takes what is written in small pieces, and gives an answer in small pieces.
struct Stream<'a> {
    answer: &'a [u8],
    piece_len: usize,
    written: Vec<u8>,
    flushed: usize,
    /// What follows the answer: the end of the stream, or an error.
    end: Result<usize, ErrorKind>,
    write_limit: usize,
    write_end: Result<usize, ErrorKind>,
}

impl<'a> Stream<'a> {
    fn new(answer: &'a [u8], piece_len: usize) -> Self {
        Self {
            answer,
            piece_len,
            written: Vec::new(),
            flushed: 0,
            end: Ok(0),
            write_limit: usize::MAX,
            write_end: Ok(0),
        }
    }
}

impl ErrorType for Stream<'_> {
    type Error = ErrorKind;
}

impl embedded_io::Read for Stream<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        // An answer comes after a request that was flushed.
        assert_eq!(self.flushed, self.written.len());
        if self.answer.is_empty() {
            return self.end;
        }
        let len = self.piece_len.min(buf.len()).min(self.answer.len());
        let (piece, rest) = self.answer.split_at(len);
        buf[..len].copy_from_slice(piece);
        self.answer = rest;
        Ok(len)
    }
}

impl embedded_io::Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        let len = self.piece_len.min(bytes.len());
        if self.written.len() + len > self.write_limit {
            return self.write_end;
        }
        self.written.extend_from_slice(&bytes[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> Result<(), ErrorKind> {
        self.flushed = self.written.len();
        Ok(())
    }
}

impl embedded_io_async::Read for Stream<'_> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        embedded_io::Read::read(self, buf)
    }
}

impl embedded_io_async::Write for Stream<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
        embedded_io::Write::write(self, bytes)
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        embedded_io::Write::flush(self)
    }
}

/// Runs a future that never waits.
fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("the stream never waits"),
    }
}

type Outcome<'b> = Result<Response<'b>, ExchangeError<ErrorKind>>;

/// The exchange over two streams alike: both must come to the same, and write the same.
fn both<'a, 'b>(
    stream: impl Fn() -> Stream<'a>,
    head: &[u8],
    body: &[u8],
    bufs: &'b mut [[u8; 256]; 2],
) -> Outcome<'b> {
    let [first, second] = bufs;
    let (mut sync_stream, mut async_stream) = (stream(), stream());
    let outcome = blocking::exchange(&mut sync_stream, head, body, first);
    let same = ready(asynchronous::exchange(
        &mut async_stream,
        head,
        body,
        second,
    ));
    assert_eq!(outcome, same);
    assert_eq!(sync_stream.written, async_stream.written);
    if outcome.is_ok() {
        assert_eq!(sync_stream.written, [head, body].concat());
    }
    outcome
}

#[test]
fn a_request_and_its_answer_in_pieces_of_any_size() {
    let mut head = [0; 256];
    let request = Request::events("example.service-now.com", 14);
    let head = request.head(&mut head).unwrap();
    for piece_len in [1, 2, 3, 7, 64, 255, 256, 1_000] {
        let mut bufs = [[0; 256]; 2];
        let stream = || Stream::new(ANSWER, piece_len);
        let response = both(stream, head, br#"{"records":[]}"#, &mut bufs).unwrap();
        assert_eq!((response.status, response.body), (200, &b"snow"[..]));
        assert!(response.keep_alive);
        let answer = response.answer();
        assert_eq!(answer.content_type, Some("application/json"));
    }
}

#[test]
fn a_long_answer_is_cut_where_the_caller_wants_it_and_the_next_one_follows() {
    let created = "HTTP/1.1 201 Created\r\nContent-Length: 600\r\n\r\n";
    let answers = [created.as_bytes(), &[b'x'; 600], ANSWER].concat();
    let head = b"POST / HTTP/1.1\r\n\r\n";
    // Byte by byte: nothing of the next answer comes with the one before.
    let (mut sync_stream, mut async_stream) = (Stream::new(&answers, 1), Stream::new(&answers, 1));
    for (status, is_cut) in [(201, true), (200, false)] {
        let mut bufs = [[0; 128]; 2];
        let [first, second] = bufs
            .each_mut()
            .map(|buf| Exchange::new(Method::Post, buf).keeping_what_fits());
        let response = blocking::exchange_with(&mut sync_stream, head, b"", first).unwrap();
        let same = asynchronous::exchange_with(&mut async_stream, head, b"", second);
        assert_eq!(ready(same), Ok(response));
        assert_eq!((response.status, response.is_cut()), (status, is_cut));
        assert!(response.keep_alive);
    }
}

#[test]
fn nothing_is_read_past_an_end_that_is_known() {
    for (answer, body) in [
        (ANSWER, &b"snow"[..]),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsnow\r\n0\r\n\r\n",
            b"snow",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ] {
        // As embedded-tls ends a stream.
        let stream = || Stream {
            end: Err(ErrorKind::ConnectionReset),
            ..Stream::new(answer, 5)
        };
        let mut bufs = [[0; 256]; 2];
        let response = both(stream, b"GET / HTTP/1.1\r\n\r\n", b"", &mut bufs).unwrap();
        assert_eq!(response.body, body);
    }
}

#[test]
fn a_body_until_the_end_needs_a_stream_that_ends() {
    let answer = b"HTTP/1.1 200 OK\r\n\r\nsnow";
    let head = b"GET / HTTP/1.1\r\n\r\n";
    let mut bufs = [[0; 256]; 2];
    let response = both(|| Stream::new(answer, 5), head, b"", &mut bufs).unwrap();
    assert_eq!((response.body, response.keep_alive), (&b"snow"[..], false));

    let reset = || Stream {
        end: Err(ErrorKind::ConnectionReset),
        ..Stream::new(answer, 5)
    };
    let outcome = both(reset, head, b"", &mut bufs);
    let expected = Err(ExchangeError::Transport(ErrorKind::ConnectionReset));
    assert_eq!(outcome, expected);
    assert!(bufs.iter().flatten().all(|byte| *byte == 0));
}

#[test]
fn errors_say_who_is_at_fault() {
    let head = b"GET / HTTP/1.1\r\n\r\n";
    for (answer, error) in [
        (&b""[..], ResponseError::NoAnswer),
        (&ANSWER[..ANSWER.len() - 1], ResponseError::Truncated),
        (b"SSH-2.0-OpenSSH_9.2\r\n", ResponseError::NotHttp),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 257\r\n\r\n",
            ResponseError::BufferTooSmall { needed: Some(257) },
        ),
    ] {
        let mut bufs = [[0xaa; 256]; 2];
        let outcome = both(|| Stream::new(answer, 9), head, b"", &mut bufs);
        assert_eq!(outcome, Err(ExchangeError::Response(error)));
        assert!(bufs.iter().flatten().all(|byte| *byte == 0));
    }
    for (write_end, error) in [
        (Ok(0), ExchangeError::WriteZero),
        (
            Err(ErrorKind::BrokenPipe),
            ExchangeError::Transport(ErrorKind::BrokenPipe),
        ),
    ] {
        for write_limit in [0, 9, head.len(), head.len() + 3] {
            let stream = || Stream {
                write_limit,
                write_end,
                ..Stream::new(ANSWER, 1)
            };
            let mut bufs = [[0; 256]; 2];
            assert_eq!(both(stream, head, b"body", &mut bufs), Err(error));
        }
    }
}

#[test]
fn an_answer_to_head_is_known_by_the_request() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";
    let mut bufs = [[0; 256]; 2];
    let stream = || Stream::new(answer, 9);
    let response = both(stream, b"HEAD / HTTP/1.1\r\n\r\n", b"", &mut bufs).unwrap();
    assert!(response.body.is_empty());
    let outcome = both(stream, b"HEADS / HTTP/1.1\r\n\r\n", b"", &mut bufs);
    assert_eq!(
        outcome,
        Err(ExchangeError::Response(ResponseError::Truncated))
    );
}

#[test]
fn a_stream_that_claims_to_have_read_more_than_fits_has_ended() {
    struct Liar;
    impl ErrorType for Liar {
        type Error = ErrorKind;
    }
    impl embedded_io::Read for Liar {
        fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
            Ok(buf.len() + 1)
        }
    }
    impl embedded_io::Write for Liar {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, ErrorKind> {
            Ok(bytes.len() + 1)
        }
        fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }
    let outcome = blocking::exchange(&mut Liar, b"GET / HTTP/1.1\r\n\r\n", b"", &mut []);
    assert_eq!(
        outcome,
        Err(ExchangeError::Response(ResponseError::NoAnswer))
    );
}
