//! What is shown of a JWT: any text, and JWTs made of any parts, beside `serde_json`.
//!
//! An input is four lines: the time, a client ID, the header and the claims; then the signature.
#![no_main]

// The library's own, without the client and the TLS that it brings.
#[path = "../../../std-shell/src/jwt/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "a part of another crate")]
mod jwt;

use base64ct::{Base64UrlUnpadded, Encoding};
use jwt::{Jwt, JwtFault};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

struct Input<'a> {
    now_unix: u64,
    client_id: Option<&'a str>,
}

fuzz_target!(|text: &[u8]| {
    let mut lines = text.splitn(5, |byte| *byte == b'\n');
    let [now, client_id, header, claims, signature] =
        core::array::from_fn(|_| lines.next().unwrap_or_default());
    let as_text = |line| core::str::from_utf8(line).unwrap_or_default();
    let input = Input {
        now_unix: as_text(now).parse().unwrap_or(1_795_000_000),
        client_id: Some(as_text(client_id)).filter(|id| !id.is_empty()),
    };
    if let Ok(jwt) = as_text(text).parse::<Jwt>() {
        shown(&jwt, &input);
    }

    let parts = [header, claims, signature].map(Base64UrlUnpadded::encode_string);
    let text = parts.join(".");
    let header = serde_json::from_slice::<Map<String, Value>>(header);
    let claims = serde_json::from_slice::<Map<String, Value>>(claims);
    match (text.parse::<Jwt>(), header, claims) {
        (Ok(jwt), Ok(header), Ok(claims)) => {
            assert_eq!((&jwt.header, &jwt.claims), (&header, &claims));
            assert_eq!(jwt.signature_len, signature.len());
            shown(&jwt, &input);
            // With white space around it is the same, encrypted or cut it is none.
            assert!(format!(" {text}\r\n").parse::<Jwt>() == Ok(jwt));
            assert!(format!("{text}..").parse::<Jwt>().is_err());
            assert!(parts[..2].join(".").parse::<Jwt>().is_err());
        }
        (Err(error), header, claims) => {
            assert!(header.is_err() || claims.is_err(), "{error}");
        }
        (Ok(_), ..) => panic!("neither header nor claims may be anything but objects"),
    }
});

fn shown(jwt: &Jwt, input: &Input<'_>) {
    let faults = jwt.faults(input.client_id, input.now_unix);
    for (index, fault) in faults.iter().enumerate() {
        assert!(!fault.advice().is_empty());
        let again = faults[..index]
            .iter()
            .any(|earlier| earlier.name() == fault.name());
        assert!(
            !again || fault.name() == "lifetime",
            "{} twice",
            fault.name()
        );
    }
    let without = without_secrets(jwt);
    assert_eq!(
        without.faults(input.client_id, input.now_unix),
        faults,
        "a secret claim is told"
    );
    assert_eq!(format!("{without:?}"), format!("{jwt:?}"));
    assert!(
        jwt.signature_in_words()
            .starts_with(&format!("{} bytes", jwt.signature_len))
    );
    for (claim, value) in &jwt.claims {
        let time = jwt.time(claim);
        assert_eq!(time.is_some(), value.is_number());
        if let Some(secs) = value.as_u64() {
            assert_eq!(time, Some(secs));
        }
    }
    expired(jwt, &faults, input.now_unix);
}

/// The same JWT without the claims that are not for strangers; a subject is another one.
fn without_secrets(jwt: &Jwt) -> Jwt {
    let mut jwt = jwt.clone();
    jwt.claims
        .retain(|name, _| name == "sub" || Jwt::SHOWN.contains(&name.as_str()));
    if let Some(Value::String(subject)) = jwt.claims.get_mut("sub")
        && !subject.is_empty()
        && subject.trim() == subject
    {
        *subject = "another".to_owned();
    }
    jwt
}

/// A JWT that has run out has a fault that says so, whatever else it has.
fn expired(jwt: &Jwt, faults: &[JwtFault], now_unix: u64) {
    let names: Vec<_> = faults.iter().map(JwtFault::name).collect();
    match jwt.time("exp") {
        None => assert!(names.contains(&"expiry") || names.contains(&"milliseconds")),
        Some(ends) if ends <= now_unix => {
            let says_so = ["expired", "lifetime", "milliseconds"];
            assert!(names.iter().any(|name| says_so.contains(name)));
        }
        Some(_) => assert!(!names.contains(&"expired")),
    }
}
