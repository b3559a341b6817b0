//! Form encoding, and the token request that is made of it.

use proptest::prelude::*;
use snow_token_core::{BufferTooSmall, ClientAuthentication, Secret, TokenRequest, form};

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
