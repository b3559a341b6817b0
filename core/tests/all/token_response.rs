//! Reading the token endpoint's answer: what is taken, and what is refused and why.

use proptest::prelude::*;
use snow_token_core::{
    BufferTooSmall, Cause, Member, TokenResponse, TokenResponseError,
    json::Fault,
    refusal::Answer,
    token_endpoint::{self, TokenEndpointError},
};

const GOOD: &str = r#"{"access_token":"bKr-7_x.~+/==","scope":"useraccount","token_type":"Bearer","expires_in":1799}"#;

fn read<'b>(body: &str, buf: &'b mut [u8]) -> Result<TokenResponse<'b>, TokenResponseError> {
    TokenResponse::read(body.as_bytes(), buf)
}

fn error(body: &str) -> TokenResponseError {
    let mut buf = [0xaa; 512];
    let error = read(body, &mut buf).unwrap_err();
    assert_eq!(buf, [0xaa; 512], "something was left in the buffer");
    error
}

#[test]
fn the_answer_of_an_instance_is_read() {
    let mut buf = [0; 64];
    let token = read(GOOD, &mut buf).unwrap();
    assert_eq!(token.access_token().expose(), "bKr-7_x.~+/==");
    assert_eq!(token.expires_in_secs, Some(1799));
    assert_eq!(token.scope, Some("useraccount"));
}

#[test]
fn a_refresh_token_is_kept_beside_the_access_token() {
    let body = GOOD.replacen('{', r#"{"refresh_token":"r\/ 3","#, 1);
    let mut buf = [0; 64];
    let token = read(&body, &mut buf).unwrap();
    assert_eq!(token.access_token().expose(), "bKr-7_x.~+/==");
    assert_eq!(token.refresh_token.unwrap().expose(), "r/ 3");
    assert_eq!(token.scope, Some("useraccount"));
    assert!(!format!("{token:?}").contains("r/ 3"));
    for wrong in ["17", r#""""#, r#""a\n""#, r#""é""#] {
        let body = GOOD.replacen('{', &format!(r#"{{"refresh_token":{wrong},"#), 1);
        let invalid = TokenResponseError::Invalid(Member::RefreshToken);
        assert_eq!(error(&body), invalid, "{wrong}");
    }
}

#[test]
fn escapes_are_resolved_in_names_and_values() {
    let body = r#"{"access\u005ftoken":"a\/b\u003d","token_type":"\u0042earer","scope":"\u00e9"}"#;
    let mut buf = [0; 64];
    let token = read(body, &mut buf).unwrap();
    assert_eq!(token.access_token().expose(), "a/b=");
    assert_eq!(token.scope, Some("é"));
}

#[test]
fn the_lifetime_is_read_as_a_number_or_as_a_string() {
    for (expires_in, expected) in [
        ("1799", Some(1799)),
        ("1799.0", Some(1799)),
        (r#""1799""#, Some(1799)),
        (r#""1799.0""#, Some(1799)),
        ("0", Some(0)),
        ("99999999999", Some(u32::MAX)),
        ("null", None),
    ] {
        let body = GOOD.replace("1799", expires_in);
        let mut buf = [0; 64];
        let token = read(&body, &mut buf).unwrap();
        assert_eq!(token.expires_in_secs, expected, "{expires_in}");
    }
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    let mut buf = [0; 64];
    let token = read(r#"{"token_type":"BEARER","access_token":"a"}"#, &mut buf).unwrap();
    assert_eq!((token.expires_in_secs, token.scope), (None, None));
}

#[test]
fn unknown_members_are_passed_over_whatever_they_hold() {
    for unknown in [
        r#""x""#,
        "1e5",
        "[[{}],[1,2]]",
        r#"{"access_token":"other"}"#,
        "null",
    ] {
        let body = GOOD.replacen('{', &format!(r#"{{"format":{unknown},"#), 1);
        let mut buf = [0; 64];
        let token = read(&body, &mut buf).unwrap();
        assert_eq!(token.access_token().expose(), "bKr-7_x.~+/==");
    }
}

#[test]
fn a_token_that_could_not_stand_in_a_header_is_refused() {
    for token in [
        "",
        "=",
        "a b",
        r"a\r\nX-Evil: 1",
        r"a\n",
        r"a\u0000",
        "é",
        r"\u00e9",
        "a=b",
        "a,b",
        "a\\\"",
        r"\ud83d\ude00",
    ] {
        let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
        assert_eq!(
            error(&body),
            TokenResponseError::Invalid(Member::AccessToken),
            "{token:?}"
        );
    }
}

#[test]
fn values_of_the_wrong_kind_are_refused_by_name() {
    for (from, to, member) in [
        (r#""bKr-7_x.~+/==""#, "17", Member::AccessToken),
        (r#""bKr-7_x.~+/==""#, r#"["a"]"#, Member::AccessToken),
        (r#""Bearer""#, r#""mac""#, Member::TokenType),
        (r#""Bearer""#, "true", Member::TokenType),
        (r#""useraccount""#, r#"["useraccount"]"#, Member::Scope),
        (r#""useraccount""#, r#""a\u001bb""#, Member::Scope),
        ("1799", "-1", Member::ExpiresIn),
        ("1799", "1799.5", Member::ExpiresIn),
        ("1799", r#""soon""#, Member::ExpiresIn),
        ("1799", r#"" 1799""#, Member::ExpiresIn),
        ("1799", r#""""#, Member::ExpiresIn),
        ("1799", "true", Member::ExpiresIn),
        ("1799", "{}", Member::ExpiresIn),
    ] {
        let body = GOOD.replace(from, to);
        assert_eq!(error(&body), TokenResponseError::Invalid(member), "{body}");
    }
}

#[test]
fn duplicate_members_are_refused() {
    for (name, value, member) in [
        ("access_token", r#""other""#, Member::AccessToken),
        ("access_token", "null", Member::AccessToken),
        ("access\\u005ftoken", r#""other""#, Member::AccessToken),
        ("token_type", r#""Bearer""#, Member::TokenType),
        ("expires_in", "1", Member::ExpiresIn),
        ("scope", r#""x""#, Member::Scope),
        (
            "refresh_token",
            r#""x","refresh_token":"y""#,
            Member::RefreshToken,
        ),
    ] {
        for body in [
            GOOD.replacen('{', &format!(r#"{{"{name}":{value},"#), 1),
            GOOD.replace('}', &format!(r#","{name}":{value}}}"#)),
        ] {
            assert_eq!(
                error(&body),
                TokenResponseError::Duplicate(member),
                "{body}"
            );
        }
    }
}

#[test]
fn an_error_in_the_answer_is_a_refusal_whatever_else_is_there() {
    for body in [
        r#"{"error":"server_error"}"#,
        r#"{"access_token":"","error":"server_error"}"#,
        r#"{"error":"server_error","token_type":17}"#,
        r#"{"access_token":"a","token_type":"Bearer","error":{}}"#,
    ] {
        assert_eq!(error(body), TokenResponseError::IsAnError, "{body}");
    }
    let body = GOOD.replacen('{', r#"{"error":null,"#, 1);
    assert!(read(&body, &mut [0; 64]).is_ok());
}

#[test]
fn missing_members_are_named() {
    for (body, member) in [
        ("{}", Member::AccessToken),
        (
            r#"{"access_token":null,"token_type":"Bearer"}"#,
            Member::AccessToken,
        ),
        (r#"{"access_token":"a"}"#, Member::TokenType),
    ] {
        assert_eq!(error(body), TokenResponseError::Missing(member));
    }
}

#[test]
fn every_prefix_of_a_good_answer_is_called_truncated() {
    for end in 0..GOOD.len() {
        match error(&GOOD[..end]) {
            TokenResponseError::Json(json) => assert_eq!(json.fault, Fault::Truncated, "{end}"),
            error => panic!("{end}: {error:?}"),
        }
    }
}

#[test]
fn every_single_byte_change_ends_in_a_value_or_an_error() {
    let mut buf = [0; 256];
    for at in 0..GOOD.len() {
        for byte in 0..=u8::MAX {
            let mut body = GOOD.as_bytes().to_vec();
            body[at] = byte;
            if let Ok(token) = TokenResponse::read(&body, &mut buf) {
                let token = token.access_token().expose();
                let is_plain =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
                assert!(
                    !token.is_empty() && token.bytes().all(is_plain),
                    "{token:?}"
                );
            }
        }
    }
}

#[test]
fn json_that_is_no_object_is_refused() {
    for body in ["null", "[]", r#""token""#, "1"] {
        assert_eq!(error(body), TokenResponseError::NotAnObject);
    }
}

#[test]
fn what_follows_the_object_is_refused() {
    let TokenResponseError::Json(json) = error(&format!("{GOOD}{GOOD}")) else {
        panic!()
    };
    assert_eq!(json.fault, Fault::TrailingData);
    assert!(read(&format!("\r\n{GOOD}\n"), &mut [0; 64]).is_ok());
}

#[test]
fn a_buffer_one_byte_short_is_refused_with_the_size_that_would_do_and_zeroed() {
    let needed = "bKr-7_x.~+/==useraccount".len();
    let mut buf = vec![0xaa; needed - 1];
    assert_eq!(
        read(GOOD, &mut buf),
        Err(TokenResponseError::BufferTooSmall(BufferTooSmall {
            needed
        }))
    );
    assert!(buf.iter().all(|byte| *byte == 0));
    assert!(read(GOOD, &mut vec![0; needed]).is_ok());
}

#[test]
fn a_response_does_not_show_its_token() {
    let mut buf = [0; 64];
    let token = read(GOOD, &mut buf).unwrap();
    assert!(!format!("{token:?}").contains("bKr-7"));
}

#[test]
fn status_and_content_type_are_looked_at_before_the_json() {
    let answer = |status, content_type, body: &'static str| Answer {
        status,
        content_type,
        retry_after: None,
        date: None,
        body: body.as_bytes(),
        cut: None,
    };
    let json = Some("application/json;charset=UTF-8");
    let mut buf = [0; 256];
    assert!(token_endpoint::read(&answer(200, json, GOOD), &mut buf).is_ok());
    assert!(token_endpoint::read(&answer(200, None, GOOD), &mut buf).is_ok());

    for (status, content_type, body, cause) in [
        (401, json, GOOD, Cause::NotAuthenticated),
        (
            200,
            None,
            "<h1>Your instance is hibernating</h1>",
            Cause::Hibernating,
        ),
        (200, None, " \r\n<html>", Cause::NotJson),
        (200, Some("text/html"), GOOD, Cause::NotJson),
        (
            200,
            Some("text/html"),
            "<h1>Your instance is hibernating</h1>",
            Cause::Hibernating,
        ),
        (
            200,
            json,
            r#"{"error":"invalid_client"}"#,
            Cause::InvalidClient,
        ),
    ] {
        match token_endpoint::read(&answer(status, content_type, body), &mut buf) {
            Err(TokenEndpointError::Refused(refusal)) => assert_eq!(refusal.cause, cause),
            other => panic!("{body}: {other:?}"),
        };
    }
}

#[test]
fn what_is_wrong_with_an_answer_is_told_apart() {
    let answer = |body: &'static str| Answer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        date: None,
        body: body.as_bytes(),
        cut: None,
    };
    let malformed = token_endpoint::read(&answer("{}"), &mut [0; 64]).unwrap_err();
    assert_eq!(malformed.to_string(), "`access_token` is missing");
    assert!(matches!(malformed, TokenEndpointError::Malformed(_)));
    let broken = token_endpoint::read(&answer("{"), &mut [0; 64]).unwrap_err();
    assert_eq!(broken.to_string(), "the JSON ends too early (byte 1)");
    assert_eq!(
        token_endpoint::read(&answer(GOOD), &mut [0; 4]),
        Err(TokenEndpointError::BufferTooSmall(BufferTooSmall {
            needed: 24
        }))
    );
}

proptest! {
    #[test]
    fn any_bytes_end_in_a_value_or_an_error(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = TokenResponse::read(&body, &mut [0; 64]);
    }
}
