//! Memory that is the caller's: whatever is written there, every buffer that is too short is refused
//! with the size that would do, and nothing is left in it.
//!
//! The buffers of assertions are in `assertion.rs`, those of answers in `http1.rs`.

use core::fmt::Debug;

use snow_token_core::{
    AccessTokenError, BufferTooSmall, ClientAuthentication, FixedAccessToken, FixedSession, Grant,
    Secret, TokenRequest, TokenResponse, TokenResponseError,
    authorization::{AuthorizationRequest, Callback, CallbackError, State},
    form,
    refusal::Answer,
    session::{Action, Settings},
    token_endpoint::{self, TokenEndpointError},
};

const RESPONSE: &str = r#"{"access_token":"bKr-7_x","refresh_token":"r3fr3sh","scope":"a\/b","token_type":"Bearer","expires_in":1800}"#;
/// The texts in it, as they are kept.
const RESPONSE_TEXTS_LEN: usize = "bKr-7_xr3fr3sha/b".len();

/// Tries every length from none to one more than is needed.
fn check<T, E: Debug>(
    needed: usize,
    mut write: impl FnMut(&mut [u8]) -> Result<T, E>,
    too_small: impl Fn(E) -> Option<BufferTooSmall>,
) {
    for len in 0..needed {
        let mut buf = vec![0xaa; len];
        let error = write(&mut buf).map(|_| ()).unwrap_err();
        assert_eq!(too_small(error), Some(BufferTooSmall { needed }), "{len}");
        assert!(buf.iter().all(|byte| *byte == 0), "{len} of {needed}");
    }
    for len in [needed, needed + 1] {
        assert!(write(&mut vec![0xaa; len]).is_ok());
    }
}

fn clients() -> [ClientAuthentication<'static>; 3] {
    let (client_id, client_secret) = ("gate way", Secret::new("s3cr&t"));
    [
        ClientAuthentication::Body {
            client_id,
            client_secret,
        },
        ClientAuthentication::Basic {
            client_id,
            client_secret,
        },
        ClientAuthentication::None { client_id },
    ]
}

fn grants() -> [Grant<'static>; 5] {
    [
        Grant::ClientCredentials,
        Grant::JwtBearer {
            assertion: Secret::new("e.y.J"),
        },
        Grant::AuthorizationCode {
            code: Secret::new("c0/de"),
            redirect_uri: "http://127.0.0.1:8765/",
            code_verifier: Some(Secret::new("verifier")),
            state: Some("07"),
        },
        Grant::RefreshToken {
            refresh_token: Secret::new("r3fr3sh"),
        },
        Grant::Password {
            username: "a b",
            password: Secret::new("ü"),
        },
    ]
}

#[test]
fn forms() {
    let pairs = [("a b", "ü&="), ("", ""), ("c", "d")];
    check(
        form::encoded_len(pairs),
        |buf| form::encode(pairs, buf).map(|_| ()),
        Some,
    );
}

#[test]
fn token_requests() {
    for grant in grants() {
        for client in clients() {
            let request = TokenRequest::new(grant, client).with_scope("a b");
            check(
                request.body_len(),
                |buf| request.body(buf).map(|_| ()),
                Some,
            );
            let needed = request.authorization_len();
            check(needed, |buf| request.authorization(buf).map(|_| ()), Some);
        }
    }
}

#[test]
fn token_responses() {
    check(
        RESPONSE_TEXTS_LEN,
        |buf| TokenResponse::read(RESPONSE.as_bytes(), buf).map(|_| ()),
        |error| match error {
            TokenResponseError::BufferTooSmall(error) => Some(error),
            _ => None,
        },
    );
    let answer = Answer {
        status: 200,
        content_type: None,
        retry_after: None,
        date: None,
        body: RESPONSE.as_bytes(),
        cut: None,
    };
    check(
        RESPONSE_TEXTS_LEN,
        |buf| token_endpoint::read(&answer, buf).map(|_| ()),
        |error| match error {
            TokenEndpointError::BufferTooSmall(error) => Some(error),
            _ => None,
        },
    );
}

#[test]
fn the_header_of_a_token_and_of_a_session() {
    let too_small = |error| match error {
        AccessTokenError::BufferTooSmall(error) => Some(error),
        _ => None,
    };
    let mut buf = [0; RESPONSE_TEXTS_LEN];
    let response = TokenResponse::read(RESPONSE.as_bytes(), &mut buf).unwrap();
    let needed = "Bearer bKr-7_x".len();

    let token = FixedAccessToken::<7>::new(&response, 0, 60).unwrap();
    assert_eq!(token.authorization_len(), needed);
    check(
        needed,
        |buf| token.authorization(0, buf).map(|_| ()),
        too_small,
    );

    let mut session = FixedSession::<7>::new(Settings::DEFAULT, 0);
    let Action::Request { flight } = session.next(0) else {
        panic!()
    };
    session.token_received(flight, 0, &response).unwrap();
    let Action::UseToken { token, .. } = session.next(0) else {
        panic!()
    };
    check(
        needed,
        |buf| session.authorization(token, 0, buf).map(|_| ()),
        too_small,
    );
}

#[test]
fn memory_for_texts_of_a_fixed_length() {
    let mut buf = [0; RESPONSE_TEXTS_LEN];
    let response = TokenResponse::read(RESPONSE.as_bytes(), &mut buf).unwrap();
    let too_small = Some(BufferTooSmall { needed: 7 });
    assert_eq!(
        FixedAccessToken::<6>::new(&response, 0, 60).err(),
        too_small
    );
    let mut session = FixedSession::<6>::new(Settings::DEFAULT, 0);
    let Action::Request { flight } = session.next(0) else {
        panic!()
    };
    assert_eq!(
        session.token_received(flight, 0, &response).err(),
        too_small
    );
    assert_eq!(
        session.keep_refresh_token(Secret::new("r3fr3sh")).err(),
        too_small
    );
    assert_eq!(session.refresh_token(), None);
}

#[test]
fn the_way_through_the_browser() {
    let state = State::from_random([7; 16]);
    let request = AuthorizationRequest::code("app", "http://127.0.0.1:8765/", &state);
    for request in [
        request,
        request.with_scope("a b"),
        AuthorizationRequest::implicit("app", "http://127.0.0.1:8765/", &state),
    ] {
        let origin = "https://dev12345.service-now.com";
        let needed = request.url_len(origin);
        check(needed, |buf| request.url(origin, buf).map(|_| ()), Some);
    }
    for (parameters, texts) in [
        ("code=c0%2Fde", "c0/de"),
        (
            "error=access_denied&error_description=a+b",
            "access_denieda b",
        ),
        (
            "access_token=a%2Fb&token_type=Bearer&expires_in=9&scope=c",
            "a/bBearer9c",
        ),
    ] {
        let redirect = format!("{parameters}&state={}", state.as_str());
        check(
            texts.len(),
            |buf| Callback::read(&redirect, &state, buf).map(|_| ()),
            |error| match error {
                CallbackError::BufferTooSmall(error) => Some(error),
                _ => None,
            },
        );
    }
}

#[cfg(feature = "http1")]
#[test]
fn heads_of_requests() {
    use snow_token_core::http1::{Authorization, Method, Request, RequestError, TableQuery};

    const HOST: &str = "example.service-now.com";
    let query = TableQuery {
        query: Some("a=b c"),
        fields: Some("sys_id"),
        limit: Some(10),
    };
    let authorizations = [
        None,
        Some(Authorization::foreign_bearer(Secret::new("a.b"))),
        Some(Authorization::api_key(Secret::new("now_x1"))),
        Some(Authorization::basic("user", Secret::new("pässword"))),
    ];
    let requests = [
        Request::new(Method::Get, HOST, "/").closing(),
        Request::new(Method::Put, HOST, "/x").with_headers(&[("X-Y", "z")]),
        Request::create_record(HOST, "incident", 9).without_response_body(),
        Request::get_record(HOST, "incident", "9d38", query),
        Request::query_records(HOST, "incident", query),
        Request::import(HOST, "u_readings", 9),
        Request::events(HOST, 9),
        Request::events_by_mid(HOST, 9),
    ];
    let check_head = |request: Request<'_>| {
        check(
            request.head_len(),
            |buf| request.head(buf).map(|_| ()),
            |error| match error {
                RequestError::BufferTooSmall(error) => Some(error),
                _ => None,
            },
        );
    };
    for request in requests {
        for authorization in authorizations {
            check_head(match authorization {
                Some(authorization) => request.with_authorization(authorization),
                None => request,
            });
        }
    }
    for client in clients() {
        let token_request = TokenRequest::client_credentials(client);
        check_head(Request::token(HOST, &token_request));
    }
}
