//! Claims of the caller's own.
#![cfg(feature = "custom-claims")]

use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use snow_token_core::{
    BufferTooSmall,
    assertion::{Algorithm, Assertion, AssertionError, CustomClaimsError},
};

fn claims_with<T: Serialize>(custom: &T) -> Result<Value, AssertionError> {
    let mut buf = vec![0xaa; 65_536];
    let input = Assertion::new("gateway", "sensor")
        .with_custom_claims(custom)
        .signing_input(1_795_000_000, "1", Algorithm::Es256, &mut buf);
    let input = match input {
        Ok(input) => input,
        Err(error) => {
            assert!(buf.iter().all(|byte| *byte == 0));
            return Err(error);
        }
    };
    let (_, claims) = input.as_str().split_once('.').unwrap();
    let claims = Base64UrlUnpadded::decode_vec(claims).unwrap();
    let mut claims: Value = serde_json::from_slice(&claims).unwrap();
    let members = claims.as_object_mut().unwrap();
    for name in ["aud", "sub", "iss", "exp", "iat", "jti"] {
        assert!(members.remove(name).is_some());
    }
    Ok(claims)
}

#[derive(Serialize)]
enum Kind {
    Unit,
    Newtype(u8),
    Tuple(u8, bool),
    Struct { a: u8, b: Option<()> },
}

#[derive(Serialize)]
struct Wrapper(f64);

#[derive(Serialize)]
struct Pair(i8, char);

#[derive(Serialize)]
struct Site<'a> {
    site: &'a str,
    kinds: [Kind; 4],
    wrapper: Wrapper,
    pair: Pair,
    big: (u64, i64),
    none: Option<u8>,
    some: Option<&'a str>,
    #[serde(flatten)]
    more: BTreeMap<&'a str, f32>,
    empty: (),
    list: Vec<u16>,
}

#[test]
fn every_kind_of_value_is_written_as_serde_json_writes_it() {
    let site = Site {
        site: "a\"\\\n\u{1}\u{1f}ł",
        kinds: [
            Kind::Unit,
            Kind::Newtype(1),
            Kind::Tuple(2, true),
            Kind::Struct { a: 3, b: Some(()) },
        ],
        wrapper: Wrapper(-1.5e-9),
        pair: Pair(-8, 'ł'),
        big: (u64::MAX, i64::MIN),
        none: None,
        some: Some("x"),
        more: BTreeMap::from([("load", 0.5)]),
        empty: (),
        list: vec![],
    };
    assert_eq!(claims_with(&site), Ok(serde_json::to_value(&site).unwrap()));
}

#[test]
fn a_standard_claim_is_refused_and_so_is_what_has_no_members() {
    let refused = |error| Err(AssertionError::CustomClaims(error));
    for name in ["aud", "sub", "iss", "exp", "iat", "jti", "nbf"] {
        assert_eq!(
            claims_with(&json!({ name: 1 })),
            refused(CustomClaimsError::Reserved)
        );
        // Within a value the name is free.
        assert!(claims_with(&json!({ "x": { name: 1 } })).is_ok());
    }
    assert_eq!(
        claims_with(&[1, 2]),
        refused(CustomClaimsError::NotAnObject)
    );
    assert_eq!(claims_with(&"x"), refused(CustomClaimsError::NotAnObject));
    assert_eq!(
        claims_with(&BTreeMap::from([(1, 2)])),
        refused(CustomClaimsError::KeyNotText)
    );
    assert_eq!(
        claims_with(&BTreeMap::from([("x", f64::NAN)])),
        refused(CustomClaimsError::NotANumber)
    );
    assert_eq!(claims_with(&None::<Wrapper>), Ok(json!({})));
    assert_eq!(claims_with(&json!({})), Ok(json!({})));
}

/// A map of one member, with a key of any type.
struct Keyed<K>(K);

impl<K: Serialize> Serialize for Keyed<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([(&self.0, 1)])
    }
}

struct Bytes;

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(b"x")
    }
}

#[derive(Serialize)]
struct Nothing;

#[derive(Serialize)]
struct Around<T>(T);

#[test]
fn every_kind_of_value_is_refused_where_only_members_or_only_text_can_stand() {
    let not_an_object = Err(AssertionError::CustomClaims(CustomClaimsError::NotAnObject));
    let not_text = Err(AssertionError::CustomClaims(CustomClaimsError::KeyNotText));
    macro_rules! refused_in_both_places {
        ($($value:expr),* $(,)?) => {
            $(
                assert_eq!(claims_with(&$value), not_an_object);
                assert_eq!(claims_with(&Around(Some($value))), not_an_object);
                assert_eq!(claims_with(&Keyed($value)), not_text);
                assert_eq!(claims_with(&Keyed(Around(Some($value)))), not_text);
            )*
        };
    }
    refused_in_both_places!(true, 1_i8, 1_i16, 1_i32, 1_i64, 1_u8, 1_u16, 1_u32, 1_u64);
    refused_in_both_places!(0.5_f32, 0.5_f64, (), Nothing, Bytes, format_args!("x"));
    refused_in_both_places!([1, 2], vec![1], (1, 2), Pair(1, 'x'));
    refused_in_both_places!(Kind::Newtype(1), Kind::Tuple(1, true));
    refused_in_both_places!(Kind::Struct { a: 1, b: None });

    assert_eq!(claims_with(&"x"), not_an_object);
    assert_eq!(claims_with(&'x'), not_an_object);
    assert_eq!(claims_with(&Kind::Unit), not_an_object);
    assert_eq!(claims_with(&Keyed(None::<&str>)), not_text);
    assert_eq!(claims_with(&Keyed(json!({}))), not_text);
    assert_eq!(claims_with(&Keyed(Keyed("x"))), not_text);

    assert_eq!(claims_with(&Keyed('x')), Ok(json!({ "x": 1 })));
    assert_eq!(claims_with(&Keyed(Kind::Unit)), Ok(json!({ "Unit": 1 })));
    let around = Keyed(Around(Some("x")));
    assert_eq!(claims_with(&Some(Around(around))), Ok(json!({ "x": 1 })));
}

#[test]
fn every_length_short_of_the_whole_is_refused_with_the_size_that_would_do_and_zeroed() {
    let custom = json!({ "site": "Oslo", "racks": [1, 2], "load": 0.5 });
    let assertion = Assertion::new("gateway", "sensor").with_custom_claims(&custom);
    let input = |buf: &mut [u8]| {
        let input = assertion.signing_input(1_795_000_000, "1", Algorithm::Es256, buf);
        input.map(|input| input.finish(&[1; 64]).unwrap().len())
    };
    let needed = input(&mut [0; 1024]).unwrap();
    for short in 0..needed {
        let mut buf = vec![0xaa; short];
        assert_eq!(
            input(&mut buf),
            Err(AssertionError::BufferTooSmall(BufferTooSmall { needed }))
        );
        assert!(buf.iter().all(|byte| *byte == 0));
    }
    assert_eq!(input(&mut vec![0xaa; needed]), Ok(needed));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_object_survives(
        object in prop::collection::btree_map("x[a-z\"\\\\ł]{0,4}", any_json(), 0..5),
    ) {
        let expected = serde_json::to_value(&object).unwrap();
        prop_assert_eq!(claims_with(&object), Ok(expected));
    }
}
