//! `snow-token inspect`: what stands in a JWT, what is hidden, and what an instance may hold
//! against it.

use std::{
    fs,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::{Value, json};
use snow_token_end_to_end::{Outcome, fresh_home, run, run_with_input, snow_token};

const SIGNATURE: [u8; 64] = [7; 64];

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]));
        }
    }
    text
}

fn jwt(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |json: &Value| base64url(json.to_string().as_bytes());
    format!("{}.{}.{}", part(header), part(claims), base64url(signature))
}

fn header() -> Value {
    json!({ "alg": "ES256", "typ": "JWT", "kid": "kid-1" })
}

fn now() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.unwrap().as_secs()
}

fn claims() -> Value {
    let now = now();
    json!({
        "aud": "client-1",
        "iss": "client-1",
        "sub": "abel.tuter@example.com",
        "iat": now - 240,
        "exp": now + 60,
        "jti": "jti-1",
        "name": "Abel Tuter",
    })
}

fn inspect(arguments: &[&str], input: &str) -> Outcome {
    let mut command = snow_token();
    command.arg("inspect").args(arguments);
    run_with_input(
        command.env("SERVICENOW_CLIENT_ID", "client-1"),
        input.as_bytes(),
    )
}

fn inspect_as_json(input: &str) -> Value {
    let outcome = inspect(&["--json"], input);
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn shows_what_can_go_into_a_ticket_and_hides_the_rest() {
    let token = jwt(&header(), &claims(), &SIGNATURE);
    let outcome = inspect(&[], &format!("{token}\n"));
    assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
    for shown in [
        r#"alg  "ES256""#,
        r#"kid  "kid-1""#,
        r#"aud  "client-1""#,
        r#"jti  "jti-1""#,
        "sub  [hidden]",
        "name  [hidden]",
        " UTC, 4 min ",
        " UTC, in ",
        "64 bytes: R and S of ES256 side by side; not verified",
        "none of the usual faults",
    ] {
        assert!(
            outcome.stdout.contains(shown),
            "{shown}: {}",
            outcome.stdout
        );
    }
    let parts: Vec<_> = token.split('.').collect();
    for secret in ["abel.tuter", "Abel", parts[1], parts[2]] {
        assert!(!outcome.stdout.contains(secret), "{secret}");
    }
    let json = inspect_as_json(&token);
    assert_eq!(json["hidden"], json!(["sub", "name"]));
    assert_eq!(json["claims"]["sub"], "[hidden]");
    assert_eq!(json["claims"]["exp"], claims()["exp"]);
    assert_eq!(json["signature_bytes"], 64);
    assert_eq!(json["faults"], json!([]));
    assert!(
        json["times"]["exp"]["utc"]
            .as_str()
            .unwrap()
            .ends_with(" UTC")
    );

    let all = inspect(&["--show"], &token);
    assert!(
        all.stdout.contains(r#"sub  "abel.tuter@example.com""#),
        "{}",
        all.stdout
    );
    assert!(all.stdout.contains("Abel Tuter"));
    assert!(!all.stdout.contains(parts[2]));
}

#[test]
fn a_file_and_a_pasted_header_are_read_too() {
    let token = jwt(&header(), &claims(), &SIGNATURE);
    let file = fresh_home().join("token.txt");
    fs::write(&file, &token).unwrap();
    let outcome = run(snow_token().arg("inspect").arg(&file));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("With SERVICENOW_CLIENT_ID set"),
        "{}",
        outcome.stdout
    );
    assert_eq!(inspect(&["-"], &format!("Bearer {token}\r\n")).code, 0);
}

#[test]
fn the_likely_faults_are_named() {
    let now = now();
    for (member, value, name) in [
        (
            "aud",
            json!("https://dev1.service-now.com/oauth_token.do"),
            "audience_is_address",
        ),
        ("aud", json!("client-2"), "audience"),
        ("iss", json!("https://login.example.com"), "issuer"),
        ("sub", Value::Null, "subject"),
        ("exp", json!(now - 100), "expired"),
        ("exp", json!(now + 90_000), "lifetime"),
        ("iat", json!(now + 50), "clock"),
        ("nbf", json!(now - 1), "not_before"),
        ("jti", Value::Null, "id"),
    ] {
        let mut claims = claims();
        claims[member] = value;
        if claims[member].is_null() {
            claims.as_object_mut().unwrap().remove(member);
        }
        let json = inspect_as_json(&jwt(&header(), &claims, &SIGNATURE));
        let faults = json["faults"].as_array().unwrap();
        let names: Vec<_> = faults.iter().map(|fault| &fault["name"]).collect();
        assert_eq!(names, [name], "{member}");
        assert!(!faults[0]["advice"].as_str().unwrap().is_empty());
    }
    let der = inspect_as_json(&jwt(&header(), &claims(), &[7; 71]));
    assert_eq!(der["faults"][0]["name"], "signature_der");
    let none = json!({ "alg": "none", "typ": "JWT", "kid": "1" });
    let outcome = inspect(&[], &jwt(&none, &claims(), &[]));
    // Faults are no failure of the command.
    assert_eq!(outcome.code, 0);
    assert!(outcome.stdout.contains("alg is none"), "{}", outcome.stdout);
}

#[test]
fn what_is_no_jwt_is_told() {
    for (input, code, words) in [
        (
            "Qx7v0opaque-token_of_an_instance",
            6,
            "an opaque token of 32 characters",
        ),
        ("a.b.c.d.e", 6, "encrypted"),
        ("a.b", 6, "three parts"),
        ("YQ.YQ.YQ", 6, "header"),
        ("hello world", 6, "no JWT"),
        ("\n", 2, "empty"),
    ] {
        let outcome = inspect(&[], input);
        assert_eq!(outcome.code, code, "{input}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(
            outcome.stderr.contains(words),
            "{input}: {}",
            outcome.stderr
        );
        assert!(input.trim().is_empty() || !outcome.stderr.contains(input.trim()));
    }
}

#[test]
fn a_token_as_an_argument_is_refused_and_not_repeated() {
    let token = jwt(&header(), &claims(), &SIGNATURE);
    for token in [token, "a".repeat(86)] {
        let outcome = run(snow_token().args(["inspect", &token]));
        assert_eq!(outcome.code, 2);
        assert!(
            outcome.stderr.contains("standard input"),
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains(&token[..20]));
    }
}

#[test]
fn a_token_cannot_steer_the_terminal() {
    let mut claims = claims();
    claims["aud"] = json!("a\u{1b}[2J\u{202e}\u{9b}");
    claims["scope"] = json!(["\u{9b}31m"]);
    claims["\u{9b}x"] = json!(1);
    let outcome = inspect(&["--show"], &jwt(&header(), &claims, &SIGNATURE));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let steers = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!outcome.stdout.contains(steers), "{:?}", outcome.stdout);
}
