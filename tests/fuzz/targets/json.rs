//! JSON, read by core and by `serde_json`: what one takes the other takes, and reads the same.
//!
//! Where they differ on purpose the difference is a rule here, which is checked itself:
//! - core stops at [`MAX_DEPTH`] levels, `serde_json` at 128;
//! - core keeps a number as it is written, `serde_json` refuses what no `f64` can hold.
#![no_main]

#[path = "../support/events.rs"]
mod events;

use events::{Event, is_out_of_range};
use libfuzzer_sys::fuzz_target;
use snow_token_core::json::{self, Fault, JsonError, MAX_DEPTH, Number, Reader};

fuzz_target!(|text: &[u8]| {
    let (ours, fault) = read(text);
    let theirs = events::read(text);
    match (fault, theirs) {
        (None, Ok(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                compare(ours, theirs);
            }
        }
        (None, Err(error)) => assert!(
            is_out_of_range(&error) && ours.iter().any(is_no_f64),
            "taken, and not by serde_json: {error}"
        ),
        (Some(error), theirs) => refused(text, &ours, error, theirs),
    }
    if let Ok(text) = core::str::from_utf8(text) {
        number(text);
    }
});

/// The events, and what ended them if it was not the text's end.
fn read(text: &[u8]) -> (Vec<json::Event<'_>>, Option<JsonError>) {
    let mut reader = Reader::new(text);
    let mut events = Vec::new();
    loop {
        match reader.next() {
            Ok(Some(event)) => events.push(event),
            Ok(None) => break,
            Err(error) => return (events, Some(error)),
        }
        assert!(events.len() <= text.len(), "more events than bytes");
        assert!(reader.depth() <= MAX_DEPTH);
    }
    assert_eq!(reader.depth(), 0);
    assert!(
        matches!(reader.next(), Ok(None)),
        "an end that does not last"
    );
    (events, None)
}

fn refused(
    text: &[u8],
    ours: &[json::Event<'_>],
    error: JsonError,
    theirs: serde_json::Result<Vec<Event>>,
) {
    assert!(error.at <= text.len());
    match error.fault {
        Fault::TooDeep => {
            let opened = |event: &&json::Event<'_>| {
                matches!(event, json::Event::ObjectStart | json::Event::ArrayStart)
            };
            let closed = |event: &&json::Event<'_>| {
                matches!(event, json::Event::ObjectEnd | json::Event::ArrayEnd)
            };
            let depth = ours.iter().filter(opened).count() - ours.iter().filter(closed).count();
            assert_eq!(depth, MAX_DEPTH as usize);
            assert!(matches!(text[error.at], b'[' | b'{'));
            return;
        }
        // At the end, or at the escape that was cut off.
        Fault::Truncated => {
            let rest = &text[error.at..];
            assert!(rest.is_empty() || rest[0] == b'\\' && rest.len() < 12);
        }
        Fault::Unexpected | Fault::TrailingData => {
            assert!(error.at < text.len(), "{error:?}");
        }
        Fault::ControlCharacter => assert!(text[error.at] < b' '),
        Fault::Escape => assert_eq!(text[error.at], b'\\'),
        Fault::Utf8 => assert!(core::str::from_utf8(&text[error.at..]).is_err()),
        fault => unreachable!("{fault:?}"),
    }
    let theirs = theirs.expect_err("refused, and not by serde_json");
    // A number out of range is the first thing that is wrong for `serde_json`.
    if !is_out_of_range(&theirs) && error.fault == Fault::Truncated {
        assert!(theirs.is_eof(), "cut off, and not for serde_json: {theirs}");
    }
}

fn compare(ours: json::Event<'_>, theirs: Event) {
    match (ours, theirs) {
        (json::Event::ObjectStart, Event::ObjectStart)
        | (json::Event::ObjectEnd, Event::ObjectEnd)
        | (json::Event::ArrayStart, Event::ArrayStart)
        | (json::Event::ArrayEnd, Event::ArrayEnd)
        | (json::Event::Null, Event::Null) => {}
        (json::Event::Bool(ours), Event::Bool(theirs)) => assert_eq!(ours, theirs),
        (json::Event::Key(ours), Event::Key(theirs))
        | (json::Event::String(ours), Event::String(theirs)) => {
            assert!(ours.chars().eq(theirs.chars()));
            assert!(ours == *theirs, "not equal to its own characters");
            assert!(ours != *format!("{theirs}x"));
            shown(ours, &theirs);
        }
        (json::Event::Number(ours), Event::Number(theirs)) => {
            let text = ours.as_str();
            assert_eq!(Number::parse(text), Some(ours));
            assert_eq!(text.parse(), Ok(theirs));
        }
        (ours, theirs) => panic!("{ours:?} is not {theirs:?}"),
    }
}

/// What is shown of a text from a server cannot command a terminal, and is the whole of it.
fn shown(text: json::Text<'_>, chars: &str) {
    let shown = text.to_string();
    assert!(!shown.contains(char::is_control));
    assert!(shown.chars().count() >= chars.chars().count());
    let cut = format!("{text:.3}");
    match chars.chars().count() {
        0..=3 => assert_eq!(cut, shown),
        _ => assert!(cut.ends_with('…')),
    }
    assert_eq!(format!("{text:?}").split('(').next(), Some("Text"));
}

fn is_no_f64(event: &json::Event<'_>) -> bool {
    let json::Event::Number(number) = event else {
        return false;
    };
    number.as_str().parse::<f64>().is_ok_and(f64::is_infinite)
}

/// A number by itself: as `f64` reads it, as far as an `f64` can tell.
fn number(text: &str) {
    let number = Number::parse(text);
    let theirs = serde_json::from_str::<serde_json::Number>(text);
    let has_white_space = text.trim_ascii() != text;
    let Some(number) = number else {
        assert!(theirs.is_err() || has_white_space);
        return;
    };
    assert!(theirs.map_or_else(|error| is_out_of_range(&error), |_| true));
    let value: f64 = text.parse().expect("JSON's numbers are Rust's");
    let (mantissa, _) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let is_zero = mantissa.bytes().all(|byte| !matches!(byte, b'1'..=b'9'));
    // So many digits an `f64` keeps apart.
    let is_exact = mantissa.len() <= 15;
    match number.to_u32() {
        Some(0) => assert!(is_zero && value == 0.0),
        Some(u32::MAX) => assert!(value >= f64::from(u32::MAX)),
        Some(whole) => assert_eq!(f64::from(whole), value),
        None => {
            assert!(!is_zero && (value < 0.0 || value.fract() != 0.0 || value == 0.0 || !is_exact))
        }
    }
}
