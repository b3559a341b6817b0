//! What the public types show of themselves in `Debug` and in `defmt`: never a secret.

use core::fmt::Debug;

use snow_token_core::{
    Cause, ClientAuthentication, Expiry, FixedAccessToken, FixedSession, Grant, Refusal, Secret,
    TokenRequest, TokenResponse, TokenResponseError,
    authorization::{AuthorizationRequest, Callback, CallbackError, Parameter, State},
    http_date::{ClockOffset, HttpDateError},
    json::Reader,
    refusal::Answer,
    session::{Action, Failure, Renewal, Settings},
    token_endpoint,
};

const SECRET: &str = "s3cr3t";
const TOKEN: &[u8] = br#"{"access_token":"s3cr3t","token_type":"Bearer","expires_in":1800,
    "refresh_token":"s3cr3t-refresh","scope":"useraccount"}"#;

/// What is printed: in `Debug`, and where the feature is on in `defmt` too.
#[cfg(not(feature = "defmt"))]
trait Shown: Debug {
    fn shown(&self) -> Vec<String> {
        vec![format!("{self:?}")]
    }
}

#[cfg(feature = "defmt")]
trait Shown: Debug + defmt::Format {
    fn shown(&self) -> Vec<String> {
        defmt::export::fetch_bytes();
        defmt::export::fmt(self);
        let encoded = defmt::export::fetch_bytes();
        assert!(!encoded.is_empty());
        vec![
            format!("{self:?}"),
            String::from_utf8_lossy(&encoded).into_owned(),
        ]
    }
}

#[cfg(not(feature = "defmt"))]
impl<T: Debug> Shown for T {}

#[cfg(feature = "defmt")]
impl<T: Debug + defmt::Format> Shown for T {}

#[track_caller]
fn assert_shows(value: &impl Shown, text: &str) {
    assert_hides(value, SECRET);
    for shown in value.shown() {
        assert!(shown.contains(text), "{shown}");
    }
}

#[track_caller]
fn assert_redacted(value: &impl Shown) {
    assert_hides(value, SECRET);
}

#[track_caller]
fn assert_hides(value: &impl Shown, secret: &str) {
    // As `Debug` shows bytes.
    let numbers = format!("{:?}", secret.as_bytes());
    let numbers = numbers.trim_matches(['[', ']']);
    for shown in value.shown() {
        assert!(
            !shown.contains(secret) && !shown.contains(numbers),
            "{shown}"
        );
    }
}

fn read(buf: &mut [u8]) -> TokenResponse<'_> {
    TokenResponse::read(TOKEN, buf).unwrap()
}

#[test]
#[should_panic = "s3cr3t"]
fn a_text_that_is_no_secret_would_be_seen() {
    assert_redacted(&SECRET);
}

#[test]
#[should_panic = "115, 51"]
fn bytes_that_are_no_secret_would_be_seen() {
    assert_redacted(&SECRET.as_bytes());
}

#[test]
fn a_secret_is_redacted() {
    assert_redacted(&Secret::new(SECRET));
}

#[test]
fn a_token_request_shows_who_asks_but_not_with_what() {
    let (secret, client_id) = (Secret::new(SECRET), "gateway");
    for client in [
        ClientAuthentication::Body {
            client_id,
            client_secret: secret,
        },
        ClientAuthentication::Basic {
            client_id,
            client_secret: secret,
        },
        ClientAuthentication::None { client_id },
    ] {
        for grant in [
            Grant::ClientCredentials,
            Grant::JwtBearer { assertion: secret },
            Grant::AuthorizationCode {
                code: secret,
                redirect_uri: "http://127.0.0.1",
                code_verifier: Some(secret),
                state: None,
            },
            Grant::RefreshToken {
                refresh_token: secret,
            },
            Grant::Password {
                username: "sensor",
                password: secret,
            },
        ] {
            assert_shows(&TokenRequest::new(grant, client), "gateway");
        }
    }
}

#[test]
fn a_token_response_shows_its_scope_but_not_its_tokens() {
    assert_shows(&read(&mut [0; 128]), "useraccount");
    let errors = [
        TokenResponse::read(b"{", &mut []),
        TokenResponse::read(TOKEN, &mut []),
    ];
    for error in errors {
        assert_redacted(&error.unwrap_err());
    }
    assert_redacted(&TokenResponseError::NotAnObject);
}

#[test]
fn a_token_that_is_kept_and_a_session_show_no_token() {
    let mut buf = [0; 128];
    let response = read(&mut buf);
    let token = FixedAccessToken::<16>::new(&response, 0, 60).unwrap();
    assert_redacted(&token);
    assert_redacted(&FixedAccessToken::<4>::new(&response, 0, 60).unwrap_err());
    assert_redacted(&token.authorization(0, &mut []).unwrap_err());

    let mut session = FixedSession::<16>::new(Settings::DEFAULT, 0);
    assert_redacted(&session);
    let Action::Request { flight } = session.next(0) else {
        panic!()
    };
    session.token_received(flight, 0, &response).unwrap();
    assert_redacted(&session);
    assert_redacted(&session.next(0));
    assert_redacted(&Renewal::new(Settings::DEFAULT, 0));
}

/// An endpoint that repeats the request in its words repeats the secret too.
#[test]
fn a_refusal_shows_its_cause_but_not_the_endpoints_words() {
    let body = br#"{"error":"invalid_client","error_description":"no such client: s3cr3t"}"#;
    let answer = Answer {
        status: 401,
        content_type: Some("application/json"),
        retry_after: None,
        date: None,
        cut: None,
        body,
    };
    assert_shows(&answer, "application/json");
    assert_redacted(&Refusal::read(&answer));
    assert_redacted(&token_endpoint::read(&answer, &mut []).unwrap_err());
}

#[test]
fn json_shows_no_text() {
    let mut reader = Reader::new(TOKEN);
    while let Some(event) = reader.next().unwrap() {
        assert_redacted(&reader);
        assert_redacted(&event);
    }
}

#[test]
fn the_way_through_the_browser_shows_neither_state_nor_code() {
    // The state in hexadecimal digits begins with 07.
    let state = State::from_random([7; 16]);
    let digits = state.as_str();
    let request = AuthorizationRequest::code("gateway", "http://127.0.0.1", &state);
    assert_shows(&request, "gateway");
    assert_hides(&state, &digits[..6]);
    assert_hides(&request, &digits[..6]);
    for query in [
        "code=s3cr3t",
        "access_token=s3cr3t&token_type=bearer",
        "error=access_denied",
    ] {
        let mut buf = [0; 128];
        let query = format!("{query}&state={digits}");
        assert_redacted(&Callback::read(&query, &state, &mut buf).unwrap());
    }
    assert_redacted(&CallbackError::Duplicate(Parameter::State));
}

#[cfg(feature = "pkce")]
#[test]
fn a_code_verifier_is_redacted() {
    use snow_token_core::authorization::CodeVerifier;
    let verifier = CodeVerifier::from_random([7; 32]);
    assert_hides(&verifier, &verifier.secret().expose()[..6]);
    assert_hides(&verifier.challenge(), verifier.secret().expose());
}

#[test]
fn an_assertion_shows_its_claims_but_not_what_is_signed() {
    use snow_token_core::assertion::{Algorithm, Assertion, Jti};
    let assertion = Assertion::new("gateway", "sensor");
    assert_shows(&assertion, "sensor");
    let mut buf = [0; 512];
    let jti = Jti::from_random(&[7; 16]);
    assert_redacted(&jti);
    let input = assertion.signing_input(1_795_000_000, "fresh", Algorithm::Es256, &mut buf);
    let input = input.unwrap();
    // Each JWS begins like this.
    assert!(input.as_str().starts_with("eyJ"));
    assert_hides(&input, "eyJ");
    assert_redacted(
        &assertion
            .signing_input(0, "fresh", Algorithm::Es256, &mut [])
            .unwrap_err(),
    );
}

#[cfg(feature = "hs256")]
#[test]
fn a_signer_shows_its_name_alone() {
    use snow_token_core::assertion::Hs256;
    let signer = Hs256::new(b"s3cr3t, which is 32 bytes at least").unwrap();
    assert_shows(&signer, "Hs256");
    assert_redacted(&Hs256::new(b"s3cr3t").unwrap_err());
}

#[cfg(feature = "http1")]
#[test]
fn http_shows_neither_credentials_nor_bodies() {
    use snow_token_core::http1::{Authorization, Exchange, Method, Request, ResponseError};
    let secret = Secret::new(SECRET);
    for authorization in [
        Authorization::foreign_bearer(secret),
        Authorization::api_key(secret),
        Authorization::basic("sensor", secret),
    ] {
        let request = Request::new(Method::Get, "example.com", "/api");
        assert_shows(&request.with_authorization(authorization), "example.com");
    }
    let mut buf = [0; 128];
    let mut exchange = Exchange::new(Method::Get, &mut buf);
    let answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\ns3cr3t";
    exchange.feed(answer).unwrap();
    assert_redacted(&exchange);
    assert_shows(&exchange.finish().unwrap(), "text/plain");
    assert_redacted(&ResponseError::Chunk);
}

#[test]
fn the_other_types_can_be_shown_too() {
    assert_redacted(&Expiry::new(0, 1_800, 60));
    assert_redacted(&Settings::DEFAULT);
    assert_redacted(&Failure::Refused(Cause::Hibernating));
    assert_redacted(&Cause::Hibernating.retry());
    assert_redacted(&HttpDateError::Syntax);
    assert_redacted(&ClockOffset::NONE);
}
