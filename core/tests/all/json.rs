//! The JSON reader, held against serde_json.

use proptest::prelude::*;
use snow_token_core::json::{Event, Fault, JsonError, MAX_DEPTH, Reader, Text};

/// Reads `input` to its end, or to its first error.
fn read(input: &[u8]) -> Result<Vec<Event<'_>>, JsonError> {
    let mut reader = Reader::new(input);
    let mut events = Vec::new();
    while let Some(event) = reader.next()? {
        events.push(event);
        assert!(events.len() <= input.len(), "more events than bytes");
    }
    Ok(events)
}

fn only_string(input: &str) -> String {
    match read(input.as_bytes()).unwrap()[..] {
        [Event::String(text)] => text.chars().collect(),
        _ => panic!("{input} is not a string"),
    }
}

fn fault(input: &[u8]) -> Fault {
    read(input).unwrap_err().fault
}

#[test]
fn escapes_are_resolved() {
    for input in [
        r#""a\/b""#,
        r#""\"\\\/\b\f\n\r\t""#,
        r#""\u0041\u00e9\u20AC""#,
        r#""\ud83d\ude00 \uD834\uDD1E \udbff\udfff \ud800\udc00""#,
        r#""plain é 😀""#,
    ] {
        let expected: String = serde_json::from_str(input).unwrap();
        assert_eq!(only_string(input), expected);
        let [Event::String(text)] = read(input.as_bytes()).unwrap()[..] else {
            panic!()
        };
        assert_eq!(text, *expected.as_str());
    }
}

#[test]
fn what_is_not_a_string_is_refused() {
    assert_eq!(fault(b"\"a\nb\""), Fault::ControlCharacter);
    assert_eq!(fault(br#""\x""#), Fault::Escape);
    assert_eq!(fault(br#""\ud83d""#), Fault::Escape);
    assert_eq!(fault(br#""\ud83d\u0041""#), Fault::Escape);
    assert_eq!(fault(br#""\ude00""#), Fault::Escape);
    assert_eq!(fault(br#""\u00+1""#), Fault::Escape);
    assert_eq!(fault(b"\"\xff\""), Fault::Utf8);
    assert_eq!(fault(br#""\u00"#), Fault::Truncated);
    assert_eq!(fault(br#""abc"#), Fault::Truncated);
}

#[test]
fn whole_numbers_are_read_however_they_are_written() {
    for (input, expected) in [
        ("1799", Some(1799)),
        ("1799.0", Some(1799)),
        ("1.799e3", Some(1799)),
        ("1799000E-3", Some(1799)),
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-0.0e5", Some(0)),
        ("4294967295", Some(u32::MAX)),
        ("4294967296", Some(u32::MAX)),
        ("1e99999999999999999999", Some(u32::MAX)),
        ("0e99999999999999999999", Some(0)),
        ("1e-99999999999999999999", None),
        ("1799.5", None),
        ("15e-1", None),
        ("-1", None),
    ] {
        let [Event::Number(number)] = read(input.as_bytes()).unwrap()[..] else {
            panic!("{input} is not a number")
        };
        assert_eq!(number.to_u32(), expected, "{input}");
    }
    for input in ["01", "1.", ".5", "+1", "1e", "0x10", "-", "--1", "NaN"] {
        assert!(read(input.as_bytes()).is_err(), "{input} was taken");
    }
}

#[test]
fn words_and_white_space_are_those_of_json_and_no_others() {
    assert_eq!(read(b"\t\r\n true \n").unwrap(), [Event::Bool(true)]);
    assert_eq!(read(b"false").unwrap(), [Event::Bool(false)]);
    assert_eq!(read(b"null").unwrap(), [Event::Null]);
    for input in [
        "tru",
        "nulL",
        "falze",
        "True",
        "truefalse",
        "\x0ctrue",
        "\x0btrue",
        "\u{a0}true",
    ] {
        assert!(read(input.as_bytes()).is_err(), "{input:?} was taken");
    }
    assert_eq!(fault("\u{feff}true".as_bytes()), Fault::Unexpected);
}

#[test]
fn nesting_ends_at_the_limit_and_not_at_the_end_of_the_stack() {
    let at_limit = MAX_DEPTH as usize;
    let nested = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert!(read(&nested(at_limit)).is_ok());
    assert_eq!(fault(&nested(at_limit + 1)), Fault::TooDeep);
    assert_eq!(fault(&vec![b'['; 100_000]), Fault::TooDeep);
    assert_eq!(fault(&br#"{"a":"#.repeat(100_000)), Fault::TooDeep);
}

#[test]
fn brackets_close_what_they_opened() {
    for input in ["[}", "{]", "[{]}", "]", "{\"a\":1]", "[1}"] {
        assert_eq!(fault(input.as_bytes()), Fault::Unexpected, "{input}");
    }
}

#[test]
fn a_text_is_harmless_on_a_terminal_and_can_be_cut() {
    let [Event::String(text)] = read(br#""a\u001b[31m\r\n\u0085\u202e""#).unwrap()[..] else {
        panic!()
    };
    assert_eq!(text.to_string(), r"a\u{1b}[31m\r\n\u{85}\u{202e}");
    assert_eq!(format!("{text:.2}"), r"a\u{1b}…");
    assert_eq!(format!("{text:?}"), "Text(27 bytes)");
}

proptest! {
    #[test]
    fn agrees_with_serde_json_on_texts_that_are_nearly_json(
        input in r#"([\[\]{}:, \n]|"[a-c\\u0-9\"é]{0,5}"|-?[0-9]{1,3}(\.[0-9])?([eE][+-]?[0-9])?|true|null|"[a-b]":){0,12}"#,
    ) {
        let theirs = serde_json::from_str::<serde_json::Value>(&input);
        // serde_json alone refuses numbers that no float can hold.
        if !theirs.as_ref().is_err_and(|error| error.to_string().contains("out of range")) {
            prop_assert_eq!(read(input.as_bytes()).is_ok(), theirs.is_ok(), "{}", input);
        }
    }

    #[test]
    fn reads_what_serde_json_wrote(value in json(), pretty: bool) {
        let text = if pretty {
            serde_json::to_string_pretty(&value)
        } else {
            serde_json::to_string(&value)
        };
        let text = text.unwrap();
        let mut reader = Reader::new(text.as_bytes());
        let first = reader.next().unwrap().unwrap();
        prop_assert_eq!(rebuild(&mut reader, first), value);
        prop_assert_eq!(reader.next(), Ok(None));
    }

    #[test]
    fn any_bytes_end_in_events_or_an_error(input in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&input);
    }

    #[test]
    fn strings_come_back(text: String) {
        let input = serde_json::to_string(&text).unwrap();
        prop_assert_eq!(only_string(&input), text);
    }
}

/// The value that begins with `first`.
fn rebuild(reader: &mut Reader<'_>, first: Event<'_>) -> serde_json::Value {
    let text = |text: Text<'_>| text.chars().collect::<String>();
    match first {
        Event::Null => serde_json::Value::Null,
        Event::Bool(value) => value.into(),
        Event::Number(number) => serde_json::from_str(number.as_str()).unwrap(),
        Event::String(value) => text(value).into(),
        Event::ArrayStart => {
            let mut elements = Vec::new();
            loop {
                match reader.next().unwrap().unwrap() {
                    Event::ArrayEnd => return elements.into(),
                    element => elements.push(rebuild(reader, element)),
                }
            }
        }
        Event::ObjectStart => {
            let mut members = serde_json::Map::new();
            loop {
                match reader.next().unwrap().unwrap() {
                    Event::ObjectEnd => return members.into(),
                    Event::Key(key) => {
                        let first = reader.next().unwrap().unwrap();
                        members.insert(text(key), rebuild(reader, first));
                    }
                    event => panic!("{event:?} in place of a key"),
                }
            }
        }
        event => panic!("{event:?} in place of a value"),
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        // Eighths: serde_json reads other fractions with the last bit off.
        any::<i32>().prop_map(|eighths| (f64::from(eighths) / 8.0).into()),
        any::<String>().prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::hash_map(any::<String>(), inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}
