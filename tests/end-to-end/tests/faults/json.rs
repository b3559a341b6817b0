//! Answers with the status of success whose body is no good token.

use crate::trial::{GRANTED, Trial, UNEXPECTED, answer, faults, json, raw};

const INSTANCE: &str = "look at SERVICENOW_INSTANCE: is it right, and reached directly?";
const NO_BEARER: &str = "`access_token` is not a bearer token";

faults! {
    an_empty_body: json("") => UNEXPECTED, ["not a good token", "ends too early", INSTANCE];
    a_body_that_is_cut: json(&good()[..30]) => UNEXPECTED, ["ends too early", INSTANCE];
    a_form: json("access_token=abc") => UNEXPECTED, ["unexpected character", INSTANCE];
    two_answers_in_one: json(&good().repeat(2)) => UNEXPECTED, ["goes on after its end", INSTANCE];
    null: json("null") => UNEXPECTED, ["not an object", INSTANCE];
    a_list: json(&format!("[{}]", good())) => UNEXPECTED, ["not an object", INSTANCE];
    text_that_is_not_utf_8: not_utf_8() => UNEXPECTED, ["not a good token", INSTANCE];
    a_byte_order_mark: json(&format!("\u{feff}{}", good()))
        => UNEXPECTED, ["unexpected character", INSTANCE];
    lists_50_000_deep: json(&"[".repeat(50_000)) => UNEXPECTED, ["not an object", INSTANCE];
    a_member_of_lists_50_000_deep: json(&format!(r#"{{"a":{}"#, "[".repeat(50_000)))
        => UNEXPECTED, ["nested too deep", INSTANCE];
    // Longer than an answer may be, too.
    lists_100_000_deep: json(&"[".repeat(100_000)) => UNEXPECTED, ["hint: "];
    objects_100_000_deep: json(&r#"{"a":"#.repeat(100_000))
        => UNEXPECTED, ["more than 65536 bytes"];
    a_member_that_is_too_long: json(&format!(r#"{{"a":"{}"}}"#, "x".repeat(70_000)))
        => UNEXPECTED, ["more than 65536 bytes"];
    two_access_tokens: json(&format!(r#"{{"access_token":"abc","access_token":"{GRANTED}","token_type":"Bearer"}}"#))
        => UNEXPECTED, ["`access_token` stands there twice", INSTANCE];
    an_access_token_twice_by_an_escape: json(&format!(r#"{{"access_token":"{GRANTED}","access\u005ftoken":"abc","token_type":"Bearer"}}"#))
        => UNEXPECTED, ["`access_token` stands there twice", INSTANCE];
    no_access_token: json(r#"{"token_type":"Bearer"}"#)
        => UNEXPECTED, ["`access_token` is missing", INSTANCE];
    an_access_token_that_is_a_number: token("17") => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_that_is_null: token("null") => UNEXPECTED, ["`access_token` is", INSTANCE];
    an_access_token_that_is_empty: token(r#""""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_with_a_space: token(r#""a b""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_with_cr_lf: token(r#""a\r\nX-Evil: 1""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_with_an_escaped_lf: token(r#""a\u000a""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_with_nul: token(r#""a\u0000b""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_with_del: token("\"a\u{7f}b\"") => UNEXPECTED, [NO_BEARER, INSTANCE];
    an_access_token_that_is_not_ascii: token(r#""\u00e9""#) => UNEXPECTED, [NO_BEARER, INSTANCE];
    a_bare_control_character: json("{\"access_token\":\"a\tb\",\"token_type\":\"Bearer\"}")
        => UNEXPECTED, ["not a good token", INSTANCE];
    no_token_type: json(r#"{"access_token":"abc"}"#)
        => UNEXPECTED, ["`token_type` is missing", INSTANCE];
    a_token_type_of_mac: with(r#""token_type":"mac""#)
        => UNEXPECTED, ["`token_type` is not \"Bearer\"", INSTANCE];
    a_lifetime_in_words: lifetime(r#""soon""#)
        => UNEXPECTED, ["`expires_in` is not a whole number", INSTANCE];
    a_lifetime_below_nothing: lifetime("-1")
        => UNEXPECTED, ["`expires_in` is not a whole number", INSTANCE];
    a_lifetime_with_a_fraction: lifetime("1799.5")
        => UNEXPECTED, ["`expires_in` is not a whole number", INSTANCE];
    a_lifetime_of_true: lifetime("true")
        => UNEXPECTED, ["`expires_in` is not a whole number", INSTANCE];
    a_scope_that_is_a_list: with(r#""token_type":"Bearer","scope":[]"#)
        => UNEXPECTED, ["`scope` is not a string", INSTANCE];
    a_login_page: answer(200, "text/html", "<form>Log in</form>")
        => UNEXPECTED, ["a page, not JSON", "hint: "];
    a_long_page: answer(200, "text/html", &format!("<html>{}", "x".repeat(70_000)))
        => UNEXPECTED, ["a page, not JSON"];
    a_page_that_is_called_json: json("<!DOCTYPE html><html></html>")
        => UNEXPECTED, ["unexpected character (byte 0)", INSTANCE];
    an_instance_that_hibernates: Trial::with(|simulator| simulator.instance().set_hibernating(true))
        => UNEXPECTED, ["a page that says the instance is hibernating", "hint: "];
}

/// A good answer.
fn good() -> String {
    format!(r#"{{"access_token":"{GRANTED}","token_type":"Bearer","expires_in":1799}}"#)
}

/// This is the `access_token`.
fn token(value: &str) -> Trial {
    json(&format!(
        r#"{{"access_token":{value},"token_type":"Bearer"}}"#
    ))
}

/// These members stand beside an `access_token`.
fn with(members: &str) -> Trial {
    json(&format!(r#"{{"access_token":"{GRANTED}",{members}}}"#))
}

/// This is the `expires_in`.
fn lifetime(value: &str) -> Trial {
    with(&format!(r#""token_type":"Bearer","expires_in":{value}"#))
}

fn not_utf_8() -> Trial {
    let body = b"{\"access_token\":\"a\xff\xfe\",\"token_type\":\"Bearer\"}";
    raw("HTTP/1.1 200 OK\nContent-Type: application/json", body)
}
