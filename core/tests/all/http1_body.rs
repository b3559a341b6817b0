//! Chunked bodies: what is taken off, and what is refused.
#![cfg(feature = "http1")]

use proptest::prelude::*;
use snow_token_core::http1::{
    ResponseError,
    body::{BodyReader, Framing, MAX_OVERHEAD_LEN},
};

/// The body, in pieces of this length, and the bytes that are left after it.
fn read_in(
    framing: Framing,
    bytes: &[u8],
    piece_len: usize,
) -> Result<(Vec<u8>, Vec<u8>), ResponseError> {
    let mut reader = BodyReader::new(framing);
    let (mut body, mut left) = (Vec::new(), Vec::new());
    for piece in bytes.chunks(piece_len) {
        let mut rest = piece;
        while !rest.is_empty() && !reader.is_done() {
            let (consumed, data) = reader.step(rest)?;
            assert!(consumed > 0);
            body.extend_from_slice(data);
            rest = &rest[consumed..];
        }
        left.extend_from_slice(rest);
    }
    reader.end_of_stream()?;
    Ok((body, left))
}

fn read(body: &str) -> Result<Vec<u8>, ResponseError> {
    read_in(Framing::Chunked, body.as_bytes(), usize::MAX).map(|(body, _)| body)
}

#[test]
fn each_framing_ends_where_it_should() {
    for (framing, body, left) in [
        (Framing::None, "", "snowfall"),
        (Framing::Length(0), "", "snowfall"),
        (Framing::Length(4), "snow", "fall"),
        (Framing::Length(8), "snowfall", ""),
        (Framing::UntilClose, "snowfall", ""),
    ] {
        for piece_len in 1..10 {
            let read = read_in(framing, b"snowfall", piece_len);
            assert_eq!(read, Ok((body.into(), left.into())), "{framing:?}");
        }
    }
    let short = read_in(Framing::Length(9), b"snowfall", 3);
    assert_eq!(short, Err(ResponseError::Truncated));
}

#[test]
fn malformed_chunks_are_refused() {
    for body in [
        "\r\n",
        "\n",
        ";a\r\n",
        " 4\r\nsnow\r\n",
        "g\r\n",
        "-4\r\n",
        "+4\r\n",
        "0x4\r\n",
        "4\nsnow\r\n",
        "4\r\r\n",
        "4 x\r\nsnow\r\n",
        "4;a\nb\r\nsnow\r\n",
        "4;\0\r\n",
        "4\r\nsnowx",
        "4\r\nsnow\n",
        "4\r\nsnow\r\r",
        "00000000000000004\r\n",
        "10000000000000000\r\n",
        "0\r\n\n",
        "0\r\nA: b\n",
        "0\r\nA: b\r\r",
        "0\r\n\0",
    ] {
        assert_eq!(read(body), Err(ResponseError::Chunk), "{body:?}");
    }
    // The largest size that there is.
    assert_eq!(
        read("ffffffffffffffff\r\nab"),
        Err(ResponseError::Truncated)
    );
}

#[test]
fn limits_on_extensions_and_trailers() {
    let limit = usize::from(MAX_OVERHEAD_LEN);
    for (before, filler, after) in [
        ("1;", "a", "\r\nx\r\n0\r\n\r\n"),
        ("1", " ", "\r\nx\r\n0\r\n\r\n"),
        ("0\r\n", "a", "\r\n\r\n"),
    ] {
        let with = |len: usize| read(&format!("{before}{}{after}", filler.repeat(len)));
        assert!(with(limit).is_ok(), "{before:?}");
        assert_eq!(with(limit + 1), Err(ResponseError::ChunkOverhead));
    }
    // Many small ones count together.
    let many = format!("{}0\r\n\r\n", "1;aaaaaaaaa\r\nx\r\n".repeat(500));
    assert_eq!(read(&many), Err(ResponseError::ChunkOverhead));
}

proptest! {
    /// Whatever the chunks, their extensions, the trailers and the pieces.
    #[test]
    fn chunks_are_taken_off(
        chunks in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 1..40), "0{0,3}", "([ \t]*;[ -~]{0,8})?"),
            0..8,
        ),
        trailers in prop::collection::vec("[A-Za-z]{1,5}: [ -~]{0,9}\r\n", 0..3),
        piece_len in 1..20_usize,
    ) {
        let mut bytes = Vec::new();
        let mut body = Vec::new();
        for (data, zeros, extension) in &chunks {
            bytes.extend_from_slice(format!("{zeros}{:X}{extension}\r\n", data.len()).as_bytes());
            bytes.extend_from_slice(data);
            bytes.extend_from_slice(b"\r\n");
            body.extend_from_slice(data);
        }
        bytes.extend_from_slice(format!("0\r\n{}\r\n", trailers.concat()).as_bytes());

        bytes.extend_from_slice(b"next");
        let read = read_in(Framing::Chunked, &bytes, piece_len);
        prop_assert_eq!(read, Ok((body, b"next".to_vec())));
    }

    #[test]
    fn any_bytes_are_an_error_or_a_value(bytes: Vec<u8>, piece_len in 1..20_usize) {
        let pieces = read_in(Framing::Chunked, &bytes, piece_len);
        prop_assert_eq!(pieces, read_in(Framing::Chunked, &bytes, usize::MAX));
    }
}
