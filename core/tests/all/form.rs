//! Form encoding, and the token request that is made of it.

use proptest::prelude::*;
use snow_token_core::{BufferTooSmall, ClientAuthentication, Grant, Secret, TokenRequest, form};

#[test]
fn every_byte_is_encoded_as_the_url_standard_says() {
    let all: String = ('\0'..='\u{ff}').collect();
    let expected: String = form_urlencoded::byte_serialize(all.as_bytes()).collect();
    let mut buf = [0; 2048];
    let encoded = form::encode([("n", all.as_str())], &mut buf).unwrap();
    assert_eq!(encoded, format!("n={expected}").as_bytes());
}

proptest! {
    #[test]
    fn agrees_with_another_implementation(
        pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..6),
    ) {
        let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let expected = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&pairs)
            .finish();
        let needed = form::encoded_len(pairs.iter().copied());
        prop_assert_eq!(needed, expected.len());
        let mut buf = vec![0; needed];
        let encoded = form::encode(pairs.iter().copied(), &mut buf).unwrap();
        prop_assert_eq!(encoded, expected.as_bytes());
    }
}

#[test]
fn a_buffer_one_byte_short_is_refused_with_the_size_that_would_do_and_zeroed() {
    for client in both_kinds_of_authentication("gate way", "s3cr&t") {
        let request = TokenRequest::client_credentials(client).with_scope("table_read");

        let mut buf = vec![0xaa; request.body_len() - 1];
        let needed = request.body_len();
        assert_eq!(request.body(&mut buf), Err(BufferTooSmall { needed }));
        assert!(buf.iter().all(|byte| *byte == 0));
        assert_eq!(request.body(&mut vec![0; needed]).unwrap().len(), needed);

        if let Some(short) = request.authorization_len().checked_sub(1) {
            let needed = short + 1;
            let mut buf = vec![0xaa; short];
            assert_eq!(
                request.authorization(&mut buf),
                Err(BufferTooSmall { needed })
            );
            assert!(buf.iter().all(|byte| *byte == 0));
            let mut buf = vec![0; needed];
            assert_eq!(
                request.authorization(&mut buf).unwrap().unwrap().len(),
                needed
            );
        }
    }
}

#[test]
fn the_secret_stands_in_the_body_or_in_the_header_and_never_in_both() {
    let [body, basic] = both_kinds_of_authentication("gateway", "s3cret");

    let mut buf = [0; 128];
    let request = TokenRequest::client_credentials(body);
    assert_eq!(request.authorization(&mut buf), Ok(None));
    assert_eq!(
        request.body(&mut buf).unwrap(),
        b"grant_type=client_credentials&client_id=gateway&client_secret=s3cret"
    );

    let request = TokenRequest::client_credentials(basic);
    assert_eq!(
        request.authorization(&mut buf),
        Ok(Some("Basic Z2F0ZXdheTpzM2NyZXQ="))
    );
    assert_eq!(
        request.body(&mut buf).unwrap(),
        b"grant_type=client_credentials"
    );
}

#[test]
fn basic_takes_every_length_of_credentials() {
    // base64 pads differently for each remainder of three.
    for (secret, expected) in [
        ("a", "Basic aTph"),
        ("ab", "Basic aTphYg=="),
        ("abc", "Basic aTphYmM="),
        ("", "Basic aTo="),
    ] {
        let [_, basic] = both_kinds_of_authentication("i", secret);
        let mut buf = [0; 32];
        let request = TokenRequest::client_credentials(basic);
        assert_eq!(request.authorization(&mut buf), Ok(Some(expected)));
    }
}

#[test]
fn a_request_does_not_show_its_secret() {
    for client in both_kinds_of_authentication("gateway", "s3cret") {
        let request = TokenRequest::client_credentials(client);
        assert!(!format!("{request:?}").contains("s3cret"));
    }
}

#[test]
fn each_grant_has_the_parameters_that_servicenow_documents() {
    let public = ClientAuthentication::None { client_id: "app" };
    let [confidential, _] = both_kinds_of_authentication("app", "s3cret");
    let cases = [
        (
            TokenRequest::new(
                Grant::JwtBearer {
                    assertion: Secret::new("a.b.c"),
                },
                confidential,
            ),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c\
             &client_id=app&client_secret=s3cret",
        ),
        (
            TokenRequest::new(
                Grant::AuthorizationCode {
                    code: Secret::new("c0de"),
                    redirect_uri: "http://127.0.0.1:8765/callback",
                    code_verifier: Some(Secret::new("v3rifier")),
                    state: Some("5afe"),
                },
                public,
            ),
            "grant_type=authorization_code&code=c0de&redirect_uri=http%3A%2F%2F127.0.0.1%3A8765\
             %2Fcallback&code_verifier=v3rifier&state=5afe&client_id=app",
        ),
        (
            TokenRequest::new(
                Grant::RefreshToken {
                    refresh_token: Secret::new("r3fresh"),
                },
                confidential,
            )
            .with_scope("useraccount"),
            "grant_type=refresh_token&refresh_token=r3fresh&client_id=app&client_secret=s3cret\
             &scope=useraccount",
        ),
        (
            TokenRequest::new(
                Grant::Password {
                    username: "abel.tuter",
                    password: Secret::new("p w"),
                },
                confidential,
            )
            .with_parameters(&[("nonce", "1"), ("format", "json")]),
            "grant_type=password&username=abel.tuter&password=p+w&client_id=app\
             &client_secret=s3cret&nonce=1&format=json",
        ),
    ];
    for (request, expected) in cases {
        let mut buf = [0; 256];
        let body = request.body(&mut buf).unwrap();
        assert_eq!(core::str::from_utf8(body).unwrap(), expected);
        assert_eq!(request.body_len(), expected.len());
        let shown = format!("{request:?}");
        for secret in ["a.b.c", "c0de", "v3rifier", "r3fresh", "p w", "s3cret"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}

fn both_kinds_of_authentication<'a>(
    client_id: &'a str,
    client_secret: &'a str,
) -> [ClientAuthentication<'a>; 2] {
    let client_secret = Secret::new(client_secret);
    [
        ClientAuthentication::Body {
            client_id,
            client_secret,
        },
        ClientAuthentication::Basic {
            client_id,
            client_secret,
        },
    ]
}
