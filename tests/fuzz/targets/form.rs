//! Forms, encoded here and read by another: what `form_urlencoded` reads is what went in, and it
//! writes the same bytes.
//!
//! An input is names and values in turn, with its first character between them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use snow_token_core::{BufferTooSmall, form};

fuzz_target!(|input: &str| {
    let mut rest = input.chars();
    let separator = rest.next().unwrap_or_default();
    let texts: Vec<_> = rest.as_str().split(separator).collect();
    let pairs: Vec<_> = texts
        .chunks_exact(2)
        .map(|pair| (pair[0], pair[1]))
        .collect();

    let encoded_len = form::encoded_len(pairs.iter().copied());
    let mut buf = vec![0xaa; encoded_len];
    let encoded = form::encode(pairs.iter().copied(), &mut buf).expect("room for all");
    assert_eq!(encoded.len(), encoded_len);

    let mut serializer = form_urlencoded::Serializer::new(String::new());
    serializer.extend_pairs(&pairs);
    assert_eq!(encoded, serializer.finish().as_bytes());

    let read: Vec<_> = form_urlencoded::parse(encoded).collect();
    let expected: Vec<_> = pairs
        .iter()
        .map(|pair| (pair.0.into(), pair.1.into()))
        .collect();
    assert_eq!(read, expected);

    let mut too_small = vec![0xaa; encoded_len.saturating_sub(1)];
    if too_small.len() < encoded_len {
        let needed = BufferTooSmall {
            needed: encoded_len,
        };
        assert_eq!(
            form::encode(pairs.iter().copied(), &mut too_small),
            Err(needed)
        );
        assert!(too_small.iter().all(|byte| *byte == 0), "a part was left");
    }
});
