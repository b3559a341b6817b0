//! Heads of requests: what they look like, and that nothing breaks out of its place.
#![cfg(feature = "http1")]

use proptest::prelude::*;
use snow_token_core::{
    AccessTokenError, BufferTooSmall, ClientAuthentication, FixedAccessToken, Secret, TokenRequest,
    TokenResponse,
    http1::{Authorization, Method, Request, RequestError, TableQuery},
};

const HOST: &str = "example.service-now.com";

/// The head, and that its length was known.
fn head(request: &Request<'_>) -> Result<String, RequestError> {
    let mut buf = vec![0; request.head_len()];
    let head = request.head(&mut buf)?;
    assert_eq!(head.len(), request.head_len());
    Ok(String::from_utf8(head.to_vec()).unwrap())
}

fn lines(request: &Request<'_>) -> Vec<String> {
    let head = head(request).unwrap();
    let lines = head.strip_suffix("\r\n\r\n").unwrap().split("\r\n");
    lines.map(str::to_owned).collect()
}

fn get(path: &str) -> Request<'_> {
    Request::new(Method::Get, HOST, path)
}

#[test]
fn the_requests_of_the_apis() {
    let query = TableQuery {
        query: Some("a=ü^b"),
        fields: None,
        limit: Some(u32::MAX),
    };
    let columns = TableQuery {
        fields: Some("sys_id,number"),
        ..TableQuery::default()
    };
    for (request, line) in [
        (
            Request::create_record(HOST, "x_acme_reading", 7),
            "POST /api/now/table/x_acme_reading HTTP/1.1",
        ),
        (
            Request::query_records(HOST, "incident", query),
            "GET /api/now/table/incident?sysparm_query=a%3D%C3%BC%5Eb&sysparm_limit=4294967295 HTTP/1.1",
        ),
        (
            Request::query_records(HOST, "incident", TableQuery::default()),
            "GET /api/now/table/incident HTTP/1.1",
        ),
        (
            Request::get_record(
                HOST,
                "incident",
                "9c573169c611228700193229fff72400",
                columns,
            ),
            "GET /api/now/table/incident/9c573169c611228700193229fff72400?sysparm_fields=sys_id%2Cnumber HTTP/1.1",
        ),
        (
            Request::import(HOST, "u_reading", 7),
            "POST /api/now/import/u_reading HTTP/1.1",
        ),
        (
            Request::events(HOST, 7),
            "POST /api/global/em/jsonv2 HTTP/1.1",
        ),
        (
            Request::events_by_mid(HOST, 7),
            "POST /api/mid/em/jsonv2 HTTP/1.1",
        ),
    ] {
        let lines = lines(&request);
        assert_eq!(lines[0], line);
        assert_eq!(lines[1], "Host: example.service-now.com");
        let has_body = lines.contains(&"Content-Length: 7".to_owned())
            && lines.contains(&"Content-Type: application/json".to_owned());
        assert_eq!(has_body, request.method() == Method::Post);
    }
}

#[test]
fn lengths_are_named_where_a_body_is_due() {
    for (method, due) in [
        (Method::Get, false),
        (Method::Head, false),
        (Method::Delete, false),
        (Method::Post, true),
        (Method::Put, true),
        (Method::Patch, true),
    ] {
        let request = Request::new(method, HOST, "/");
        let named = lines(&request).contains(&"Content-Length: 0".to_owned());
        assert_eq!(named, due, "{method:?}");
    }
    for len in [1, 9, 10, 1_234_567_890, usize::MAX] {
        let request = get("/").with_body("a/b", len);
        assert!(lines(&request).contains(&format!("Content-Length: {len}")));
    }
}

#[test]
fn options() {
    let request = get("/").closing().without_response_body();
    let lines = lines(&request.with_headers(&[("User-Agent", "pump 7"), ("X-Empty", "")]));
    assert_eq!(
        lines[3..],
        [
            "X-no-response-body: true",
            "Connection: close",
            "User-Agent: pump 7",
            "X-Empty: "
        ]
    );
}

#[test]
fn every_authorization() {
    let body = br#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#;
    let mut buf = [0; 64];
    let response = TokenResponse::read(body, &mut buf).unwrap();
    let token = FixedAccessToken::<64>::new(&response, 0, 60).unwrap();
    assert_eq!(
        Authorization::bearer(&token, 1_800),
        Err(AccessTokenError::Expired)
    );
    for (authorization, line) in [
        (
            Authorization::bearer(&token, 1_799).unwrap(),
            "Authorization: Bearer 2YotnFZ_",
        ),
        (
            Authorization::foreign_bearer(Secret::new("a.b-c~d+e/f==")),
            "Authorization: Bearer a.b-c~d+e/f==",
        ),
        (
            Authorization::api_key(Secret::new("now_x1")),
            "x-sn-apikey: now_x1",
        ),
        // RFC 7617 §2 and §2.1.
        (
            Authorization::basic("Aladdin", Secret::new("open sesame")),
            "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
        ),
        (
            Authorization::basic("test", Secret::new("123\u{a3}")),
            "Authorization: Basic dGVzdDoxMjPCow==",
        ),
        (
            Authorization::basic("", Secret::new("")),
            "Authorization: Basic Og==",
        ),
    ] {
        let request = get("/").with_authorization(authorization);
        assert_eq!(lines(&request)[2], line);
        let mut buf = vec![0xaa; request.head_len() - 1];
        let needed = request.head_len();
        let expected = Err(RequestError::BufferTooSmall(BufferTooSmall { needed }));
        assert_eq!(request.head(&mut buf), expected);
        assert!(buf.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn the_token_request_authenticates_in_its_header_or_in_its_body() {
    let client_secret = Secret::new("a+b");
    let basic = TokenRequest::client_credentials(ClientAuthentication::Basic {
        client_id: "1PpG/1 :Z",
        client_secret,
    });
    let request = Request::token(HOST, &basic);
    let expected = [
        "POST /oauth_token.do HTTP/1.1",
        "Host: example.service-now.com",
        "Authorization: Basic MVBwRyUyRjErJTNBWjphJTJCYg==",
        "Accept: application/json",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 29",
    ];
    assert_eq!(lines(&request), expected);
    assert!(!format!("{request:?}").contains("a+b"));

    let body = TokenRequest::client_credentials(ClientAuthentication::Body {
        client_id: "gateway",
        client_secret,
    });
    assert!(!head(&Request::token(HOST, &body)).unwrap().contains("Auth"));
}

#[test]
fn nothing_breaks_out_of_its_place() {
    for host in ["", "a b", "a/b", "a\r\nX: y", "a@b", "a?b", "ü", "a\0"] {
        let request = Request::new(Method::Get, host, "/");
        assert_eq!(head(&request), Err(RequestError::Host), "{host:?}");
    }
    for host in ["a", "a-b_c.example:8443", "[::1]:443", "127.0.0.1"] {
        assert!(head(&Request::new(Method::Get, host, "/")).is_ok());
    }
    for path in [
        "",
        "a",
        "/a b",
        "/a\r\nX: y",
        "/a\n",
        "/ü",
        "/#a",
        "/\t",
        "http://x/",
    ] {
        assert_eq!(head(&get(path)), Err(RequestError::Path), "{path:?}");
    }
    for name in ["", "..", "a/b", "a?b", "a%2f", "a b", "a\r\n", "ü", "."] {
        let query = TableQuery::default();
        for request in [
            Request::create_record(HOST, name, 0),
            Request::import(HOST, name, 0),
            Request::query_records(HOST, name, query),
            Request::get_record(HOST, name, "1", query),
            Request::get_record(HOST, "incident", name, query),
        ] {
            assert_eq!(head(&request), Err(RequestError::Record), "{name:?}");
        }
    }
    for name in [
        "",
        "a b",
        "a:",
        "a\r\nX",
        "ü",
        "host",
        "Content-length",
        "transfer-encoding",
        "Connection",
        "authorization",
        "expect",
        "TE",
        "(a)",
    ] {
        let request = get("/");
        let headers = [("X", "y"), (name, "z")];
        let request = request.with_headers(&headers);
        assert_eq!(head(&request), Err(RequestError::HeaderName), "{name:?}");
    }
    for value in [
        "a\r\nX: y",
        "a\nb",
        "a\rb",
        "\0",
        " a",
        "a ",
        "\ta",
        "ü",
        "\u{7f}",
    ] {
        let headers = [("X", value)];
        for request in [
            get("/").with_headers(&headers),
            get("/").with_body(value, 0),
        ] {
            assert_eq!(head(&request), Err(RequestError::HeaderValue), "{value:?}");
        }
    }
    for text in ["", "a b", "a\r\nX: y", "a\n", "ü", "a\0"] {
        for authorization in [
            Authorization::foreign_bearer(Secret::new(text)),
            Authorization::api_key(Secret::new(text)),
        ] {
            let request = get("/").with_authorization(authorization);
            assert_eq!(head(&request), Err(RequestError::Authorization), "{text:?}");
        }
    }
    for (user, password) in [("a:b", "c"), ("a\n", "c"), ("a", "c\r")] {
        let basic = Authorization::basic(user, Secret::new(password));
        let request = get("/").with_authorization(basic);
        assert_eq!(head(&request), Err(RequestError::Authorization));
    }
}

proptest! {
    /// A head that is written has the lines that were asked for, and no others.
    #[test]
    fn any_texts(
        host in "[a-z\r\n ]{0,4}|\\PC*",
        path in "/[a-z\r\n ]{0,4}|\\PC*",
        name in "[A-Za-z\r\n: ]{0,9}",
        value in "[a-z\r\n: \t]{0,9}|\\PC*",
        user: String,
        password: String,
    ) {
        let headers = [(&*name, &*value)];
        let basic = Authorization::basic(&user, Secret::new(&password));
        let request = Request::new(Method::Get, &host, &path)
            .with_authorization(basic)
            .with_headers(&headers);
        if let Ok(head) = head(&request) {
            prop_assert_eq!(head.matches('\r').count(), 6);
            prop_assert_eq!(head.matches('\n').count(), 6);
            let line = format!("\r\n{name}: {value}\r\n\r\n");
            prop_assert!(head.ends_with(&line));
        }
    }

    #[test]
    fn a_query_comes_out_as_it_went_in(query: String, fields: String) {
        let table_query = TableQuery { query: Some(&query), fields: Some(&fields), limit: None };
        let line = lines(&Request::query_records(HOST, "incident", table_query)).remove(0);
        let pairs = line.strip_prefix("GET /api/now/table/incident?").unwrap();
        let pairs = pairs.strip_suffix(" HTTP/1.1").unwrap();
        prop_assert!(!pairs.contains('+'));
        let read: Vec<_> = form_urlencoded::parse(pairs.as_bytes()).into_owned().collect();
        let expected = [("sysparm_query", query), ("sysparm_fields", fields)];
        prop_assert_eq!(read, expected.map(|(name, value)| (name.to_owned(), value)));
    }
}
