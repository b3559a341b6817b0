//! The authorization request, and the redirect that answers it.

use proptest::prelude::*;
use snow_token_core::{
    BufferTooSmall, FixedAccessToken, Secret, TokenResponse,
    authorization::{AuthorizationRequest, Callback, CallbackError, Parameter, State},
};

const STATE: &str = "000102030405060708090a0b0c0d0eff";

fn state() -> State {
    State::from_random([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255])
}

fn error(parameters: &str) -> CallbackError {
    Callback::read(parameters, &state(), &mut [0; 256]).unwrap_err()
}

#[test]
fn the_state_is_hexadecimal_and_does_not_show_itself() {
    assert_eq!(state().as_str(), STATE);
    assert!(!format!("{:?}", state()).contains("0102"));
}

#[test]
fn the_url_has_every_parameter_encoded() {
    let state = state();
    let request = AuthorizationRequest::implicit("a b", "http://127.0.0.1:1/c?d", &state)
        .with_scope("one two");
    let expected = format!(
        "https://x/oauth_auth.do?response_type=token&client_id=a+b\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fc%3Fd&state={STATE}&scope=one+two"
    );
    let mut buf = vec![0; request.url_len("https://x")];
    assert_eq!(request.url("https://x", &mut buf), Ok(expected.as_str()));
    let needed = expected.len();
    assert_eq!(
        request.url("https://x", &mut buf[1..]),
        Err(BufferTooSmall { needed })
    );
}

/// RFC 7636 Appendix B.
#[cfg(feature = "pkce")]
#[test]
fn pkce_is_that_of_the_rfc() {
    use snow_token_core::authorization::CodeVerifier;

    let verifier = CodeVerifier::from_random([
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ]);
    let text = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(verifier.secret(), Secret::new(text));
    assert!(!format!("{verifier:?}").contains("dBjf"));
    let challenge = verifier.challenge();
    let expected = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    assert_eq!(challenge.as_str(), expected);

    let state = state();
    let request = AuthorizationRequest::code("app", "u", &state).with_challenge(&challenge);
    let mut buf = [0; 256];
    let url = request.url("", &mut buf).unwrap();
    let end = format!("&code_challenge={expected}&code_challenge_method=S256");
    assert!(url.ends_with(&end), "{url}");
}

#[test]
fn a_code_is_taken_with_the_right_state_alone() {
    let good = format!("code=a%2Fb+c&state={STATE}&session_state=x");
    let mut buf = [0; 64];
    let callback = Callback::read(&good, &state(), &mut buf);
    assert_eq!(callback, Ok(Callback::Code(Secret::new("a/b c"))));
    for parameters in [
        "code=c0de".to_owned(),
        "code=c0de&state=".to_owned(),
        format!("code=c0de&state={}", STATE.to_uppercase()),
        format!("code=c0de&state={STATE}0"),
        format!("code=c0de&state={}", &STATE[1..]),
        "error=access_denied".to_owned(),
        "access_token=a&token_type=bearer&state=0".to_owned(),
        String::new(),
        // What anybody can send is not told what else is wrong with it.
        "code=a&code=b".to_owned(),
        "code=a&code=b&state=0".to_owned(),
        "state=0&state=1".to_owned(),
        "code=%&state=0".to_owned(),
    ] {
        assert_eq!(
            error(&parameters),
            CallbackError::StateMismatch,
            "{parameters}"
        );
    }
}

#[test]
fn a_refused_consent_comes_with_its_words() {
    let query = format!("error=access_denied&state={STATE}&error_description=not+%E2%82%AC");
    let mut buf = [0; 64];
    assert_eq!(
        Callback::read(&query, &state(), &mut buf),
        Ok(Callback::Refused {
            error: "access_denied",
            description: Some("not €"),
        })
    );
}

#[test]
fn what_is_not_a_redirect_is_refused_by_name() {
    for (parameters, expected) in [
        ("", CallbackError::Missing(Parameter::Code)),
        ("code=", CallbackError::Invalid(Parameter::Code)),
        ("code=%", CallbackError::Invalid(Parameter::Code)),
        ("code=%4", CallbackError::Invalid(Parameter::Code)),
        ("code=%+1", CallbackError::Invalid(Parameter::Code)),
        ("code=%ff", CallbackError::Invalid(Parameter::Code)),
        ("code=a&code=b", CallbackError::Duplicate(Parameter::Code)),
        ("state=a", CallbackError::Duplicate(Parameter::State)),
        (
            "error=a&error=b",
            CallbackError::Duplicate(Parameter::Error),
        ),
        (
            "access_token=a",
            CallbackError::Missing(Parameter::TokenType),
        ),
        (
            "access_token=a%0d&token_type=bearer",
            CallbackError::Invalid(Parameter::AccessToken),
        ),
        (
            "access_token=a&token_type=mac",
            CallbackError::Invalid(Parameter::TokenType),
        ),
        (
            "access_token=a&token_type=bearer&expires_in=soon",
            CallbackError::Invalid(Parameter::ExpiresIn),
        ),
        (
            "access_token=a&token_type=bearer&scope=%00",
            CallbackError::Invalid(Parameter::Scope),
        ),
    ] {
        let parameters = format!("{parameters}&state={STATE}");
        assert_eq!(error(&parameters), expected, "{parameters}");
    }
}

#[test]
fn a_fragment_brings_a_token() {
    let fragment =
        format!("access_token=abc&token_type=Bearer&expires_in=1800&scope=a+b&state={STATE}");
    let mut buf = [0; 64];
    let callback = Callback::read(&fragment, &state(), &mut buf);
    let Ok(Callback::Token(token)) = callback else {
        panic!("{callback:?}")
    };
    assert_eq!(token.access_token().expose(), "abc");
    assert_eq!(token.expires_in_secs, Some(1800));
    assert_eq!(token.scope, Some("a b"));
}

#[test]
fn a_buffer_that_is_too_small_is_refused_with_the_size_that_would_do() {
    let query = format!("code=c0de&state={STATE}");
    assert_eq!(
        Callback::read(&query, &state(), &mut [0; 3]),
        Err(CallbackError::BufferTooSmall(BufferTooSmall { needed: 4 }))
    );
}

#[test]
fn a_token_that_is_handed_in_is_one_for_a_header() {
    let response = TokenResponse::handed_in(Secret::new("eyJ.a-b.c_d")).unwrap();
    let token = FixedAccessToken::<32>::new(&response, 0, 60).unwrap();
    let mut buf = [0; 32];
    assert_eq!(token.authorization(9, &mut buf), Ok("Bearer eyJ.a-b.c_d"));
    for wrong in ["", "a b", "a\r\nb", "é"] {
        assert!(TokenResponse::handed_in(Secret::new(wrong)).is_err());
    }
}

#[test]
fn every_prefix_and_every_change_of_a_byte_ends_in_a_value_or_an_error() {
    let good = format!("state={STATE}&access_token=a%2Fb&token_type=Bearer&expires_in=9&scope=a+b");
    let mut buf = [0; 64];
    for end in 0..good.len() {
        let _ = Callback::read(&good[..end], &state(), &mut buf);
    }
    for at in 0..good.len() {
        for byte in 0..=127 {
            let mut changed = good.clone().into_bytes();
            changed[at] = byte;
            let changed = String::from_utf8(changed).unwrap();
            if let Ok(Callback::Token(token)) = Callback::read(&changed, &state(), &mut buf) {
                let token = token.access_token().expose();
                let is_plain =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
                assert!(
                    !token.is_empty() && token.bytes().all(is_plain),
                    "{changed}"
                );
            }
        }
    }
}

proptest! {
    #[test]
    fn any_text_ends_in_a_value_or_an_error(text in "[a-z&=%+0-9é_]{0,80}", known: bool) {
        let text = if known { format!("{text}&state={STATE}") } else { text };
        let _ = Callback::read(&text, &state(), &mut [0; 32]);
    }

    #[test]
    fn every_code_comes_back(code in "\\PC{1,40}") {
        let pairs = [("code", code.as_str()), ("state", STATE)];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let mut buf = vec![0; query.len()];
        let callback = Callback::read(&query, &state(), &mut buf);
        prop_assert_eq!(callback, Ok(Callback::Code(Secret::new(&code))));
    }
}
