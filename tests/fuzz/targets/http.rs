//! Answers of HTTP/1.1, read by core, in one piece and in many, and by `ureq-proto`.
//!
//! An input is the request's method (`G` or `H`), the length of the pieces, and the bytes of a
//! connection to its end. What core takes `ureq-proto` takes, and reads the same; where core is
//! stricter, it is for one of the [`reasons`](is_reason) below.
#![no_main]

use http::{Method as HttpMethod, Request};
use libfuzzer_sys::fuzz_target;
use snow_token_core::http1::{
    Exchange, MAX_CUT_BODY_LEN, MAX_HEAD_LEN, MAX_HEADERS, Method, Response, ResponseError,
};
use ureq_proto::client::{Call, RecvResponseResult, SendRequestResult};

fuzz_target!(|input: &[u8]| {
    let [method, piece_len, stream @ ..] = input else {
        return;
    };
    let method = if *method == b'H' {
        Method::Head
    } else {
        Method::Get
    };
    let piece_len = usize::from(*piece_len).max(1);

    let mut buf = vec![0; MAX_HEAD_LEN + stream.len()];
    let mut buf_of_pieces = buf.clone();
    let (whole, used) = read(Exchange::new(method, &mut buf), [stream]);
    let pieces = Exchange::new(method, &mut buf_of_pieces);
    let (in_pieces, used_of_pieces) = read(pieces, stream.chunks(piece_len));
    assert_eq!((whole, used), (in_pieces, used_of_pieces));

    short_buffers(method, stream, piece_len, whole);
    let theirs = theirs(method, stream);
    match (whole, &theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours.status, theirs.status);
            assert_eq!(ours.body, theirs.body);
            assert_eq!(used, theirs.used);
            assert!(
                !ours.keep_alive || theirs.keep_alive,
                "a connection that is over"
            );
        }
        (Ok(ours), Err(head_len)) => assert!(
            is_good(ours, stream, *head_len),
            "taken, and not by ureq-proto"
        ),
        (Err(error), Ok(theirs)) => {
            assert!(
                is_reason(error, stream, theirs),
                "{error:?}, and not for ureq-proto"
            );
        }
        (Err(_), Err(_)) => {}
    }
});

fn read<'b, 'i>(
    mut exchange: Exchange<'b>,
    pieces: impl IntoIterator<Item = &'i [u8]>,
) -> (Result<Response<'b>, ResponseError>, usize) {
    let mut used = 0;
    for piece in pieces {
        match exchange.feed(piece) {
            Ok(len) => used += len,
            // A piece of which a part was good is not counted.
            Err(error) => {
                assert_eq!(exchange.feed(b"x"), Err(error));
                return (exchange.finish(), 0);
            }
        }
    }
    if !exchange.is_done()
        && let Err(error) = exchange.end_of_stream()
    {
        return (Err(error), 0);
    }
    (exchange.finish(), used)
}

/// A shorter buffer is an error that says so, or makes no difference; and so where it keeps what fits.
fn short_buffers(
    method: Method,
    stream: &[u8],
    piece_len: usize,
    whole: Result<Response<'_>, ResponseError>,
) {
    let len = piece_len * 4;
    let mut buf = vec![0xaa; len];
    let (short, _) = read(Exchange::new(method, &mut buf), [stream]);
    match short {
        Err(ResponseError::BufferTooSmall {
            needed: Some(needed),
        }) => {
            assert!(needed > len);
            if needed < 1 << 20 {
                let mut buf = vec![0; needed];
                let (enough, _) = read(Exchange::new(method, &mut buf), [stream]);
                match whole {
                    // The rest of a length beyond that buffer never came.
                    Err(ResponseError::BufferTooSmall { .. }) => {
                        assert_eq!(enough, Err(ResponseError::Truncated));
                    }
                    whole => assert_eq!(enough, whole),
                }
            }
        }
        Err(ResponseError::BufferTooSmall { needed: None }) => {}
        short => assert_eq!(short, whole),
    }
    if short.is_err() {
        assert!(buf.iter().all(|byte| *byte == 0), "a part was left");
    }

    let mut buf = vec![0xaa; len];
    let cutting = Exchange::new(method, &mut buf).keeping_what_fits();
    let (cut, _) = read(cutting, stream.chunks(piece_len));
    match (cut, whole) {
        (Ok(cut), Ok(whole)) => {
            assert!(whole.body.starts_with(cut.body));
            match cut.cut {
                Some(known) => assert_eq!(known.body_len, whole.body.len()),
                None => assert_eq!(cut, whole),
            }
            assert_eq!(
                (cut.status, cut.keep_alive),
                (whole.status, whole.keep_alive)
            );
        }
        (Err(ResponseError::BufferTooSmall { needed }), _) => assert_eq!(needed, None),
        (Err(ResponseError::BodyTooLong), Err(_)) => {}
        (Err(ResponseError::BodyTooLong), Ok(whole)) => {
            assert!(whole.body.len() > MAX_CUT_BODY_LEN)
        }
        (Err(ResponseError::Truncated), Err(ResponseError::BufferTooSmall { .. })) => {}
        (Err(ours), whole) => assert_eq!(Err(ours), whole),
        (Ok(_), Err(error)) => panic!("{error:?}"),
    }
}

/// What `ureq-proto` reads.
struct Theirs {
    version: http::Version,
    status: u16,
    headers: http::HeaderMap,
    body: Vec<u8>,
    /// Where the body begins, and where it ends.
    head_len: usize,
    used: usize,
    keep_alive: bool,
    interim_answers: usize,
    has_empty_lines: bool,
}

/// Where it fails in the body, the error is where that begins; else 0.
fn theirs(method: Method, stream: &[u8]) -> Result<Theirs, usize> {
    let mut head_len = 0;
    answer(method, stream, &mut head_len).ok_or(head_len)
}

fn answer(method: Method, stream: &[u8], head_len: &mut usize) -> Option<Theirs> {
    let method = match method {
        Method::Head => HttpMethod::HEAD,
        _ => HttpMethod::GET,
    };
    let request = Request::builder()
        .method(method)
        .uri("http://a/")
        .body(())
        .ok()?;
    let mut call = Call::new(request).ok()?.proceed();
    call.write(&mut [0; 256]).ok()?;
    let Ok(Some(SendRequestResult::RecvResponse(mut call))) = call.proceed() else {
        unreachable!("a request without a body");
    };
    let (mut used, mut interim_answers, mut has_empty_lines) = (0, 0, false);
    let response = loop {
        has_empty_lines |= !stream[used..].starts_with(b"HTTP/1.");
        match call.try_response(&stream[used..], false).ok()? {
            (0, None) => return None,
            (len, None) => {
                used += len;
                interim_answers += 1;
            }
            (len, Some(response)) => {
                used += len;
                break response;
            }
        }
    };
    *head_len = used;
    let mut body = vec![0; stream.len()];
    let mut body_len = 0;
    let keep_alive = match call.proceed()? {
        RecvResponseResult::RecvBody(mut call) => {
            loop {
                let (read, written) = call.read(&stream[used..], &mut body[body_len..]).ok()?;
                if read == 0 {
                    break;
                }
                used += read;
                body_len += written;
            }
            match call.proceed()? {
                ureq_proto::client::RecvBodyResult::Cleanup(call) => !call.must_close_connection(),
                ureq_proto::client::RecvBodyResult::Redirect(call) => !call.must_close_connection(),
            }
        }
        RecvResponseResult::Cleanup(call) => !call.must_close_connection(),
        RecvResponseResult::Redirect(call) => !call.must_close_connection(),
    };
    body.truncate(body_len);
    Some(Theirs {
        version: response.version(),
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body,
        head_len: *head_len,
        used,
        keep_alive,
        interim_answers,
        has_empty_lines,
    })
}

/// Why core refuses what `ureq-proto` takes.
fn is_reason(error: ResponseError, stream: &[u8], theirs: &Theirs) -> bool {
    match error {
        // RFC 9112 §2.2 lets a server skip empty lines before a request; before an answer there are none.
        ResponseError::NotHttp => theirs.has_empty_lines,
        ResponseError::Upgrade => theirs.status == 101,
        ResponseError::TooManyHeaders => {
            theirs.headers.len() > MAX_HEADERS || theirs.interim_answers > 0
        }
        ResponseError::TooManyInterimAnswers => theirs.interim_answers > 8,
        ResponseError::HeadTooLong => theirs.head_len > MAX_HEAD_LEN,
        // RFC 9112 §6.1 and §6.3.
        ResponseError::TransferEncoding => {
            let mut codings = theirs
                .headers
                .get_all(http::header::TRANSFER_ENCODING)
                .iter();
            let coding = codings.next();
            let is_chunked = coding.is_some_and(|coding| {
                coding
                    .as_bytes()
                    .trim_ascii()
                    .eq_ignore_ascii_case(b"chunked")
            });
            !is_chunked && coding.is_some()
                || codings.next().is_some()
                || theirs.headers.contains_key(http::header::CONTENT_LENGTH)
                || theirs.version == http::Version::HTTP_10
                // Core looks at those of interim answers, too, which must not have any.
                || theirs.interim_answers > 0
        }
        ResponseError::Chunk => strict_chunks(&stream[theirs.head_len..]).is_none(),
        ResponseError::ChunkOverhead => theirs.used - theirs.head_len - theirs.body.len() > 4_096,
        _ => false,
    }
}

/// Whether an answer is good that `ureq-proto` alone refuses: for headers within a 100, or for a
/// chunk's size with more than 20 bytes in its line.
fn is_good(ours: Response<'_>, stream: &[u8], head_len: usize) -> bool {
    match head_len {
        0 => [b"HTTP/1.0 100", b"HTTP/1.1 100"]
            .iter()
            .any(|interim| stream.windows(interim.len()).any(|part| part == *interim)),
        _ => strict_chunks(&stream[head_len..]).as_deref() == Some(ours.body),
    }
}

/// The body of RFC 9112 §7.1, by its grammar, with white space where §7.1.1 lets it stand.
fn strict_chunks(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let (line, after) = line(rest)?;
        let digits = line
            .iter()
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let (size, extension) = line.split_at(digits);
        let size = u64::from_str_radix(core::str::from_utf8(size).ok()?, 16).ok()?;
        let extension = extension.trim_ascii_start();
        if digits > 16 || !extension.is_empty() && extension[0] != b';' {
            return None;
        }
        rest = after;
        if size == 0 {
            break;
        }
        let (data, after) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        body.extend_from_slice(data);
        rest = after.strip_prefix(b"\r\n")?;
    }
    loop {
        let (trailer, after) = line(rest)?;
        if trailer.is_empty() {
            return Some(body);
        }
        rest = after;
    }
}

/// A line up to its CRLF, without control characters.
fn line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.windows(2).position(|end| end == b"\r\n")?;
    let (line, after) = (&text[..at], &text[at + 2..]);
    let is_text = |byte: &u8| *byte == b'\t' || !byte.is_ascii_control();
    line.iter().all(is_text).then_some((line, after))
}
