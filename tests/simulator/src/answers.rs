//! The bodies that an instance answers with, in its own words.

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Bytes;
use serde_json::{Value, json};

pub(crate) type Answer = Response<Bytes>;

pub(crate) fn json(status: StatusCode, body: &Value) -> Answer {
    with_type(status, "application/json;charset=UTF-8", body.to_string())
}

pub(crate) fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

pub(crate) fn html(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    with_type(status, "text/html;charset=UTF-8", body)
}

fn with_type(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Answer::new(body.into());
    *answer.status_mut() = status;
    with_header(answer, header::CONTENT_TYPE, content_type)
}

pub(crate) fn with_header(mut answer: Answer, name: HeaderName, value: &str) -> Answer {
    let value = HeaderValue::try_from(value).expect("a header value made here is valid");
    answer.headers_mut().insert(name, value);
    answer
}

/// `{"error":"…","error_description":"…"}` (RFC 6749 §5.2).
pub(crate) fn oauth_error(status: StatusCode, error: &str, description: &str) -> Answer {
    json(
        status,
        &json!({ "error_description": description, "error": error }),
    )
}

/// The catch-all of the token endpoint.
pub(crate) fn access_denied() -> Answer {
    oauth_error(StatusCode::UNAUTHORIZED, "server_error", "access_denied")
}

/// A grant that is not good (RFC 6749 §5.2).
pub(crate) fn invalid_grant(description: &str) -> Answer {
    oauth_error(StatusCode::BAD_REQUEST, "invalid_grant", description)
}

pub(crate) fn invalid_scope() -> Answer {
    oauth_error(
        StatusCode::BAD_REQUEST,
        "invalid_scope",
        "the scope is not linked to the client",
    )
}

pub(crate) fn redirect(status: StatusCode, location: &str) -> Answer {
    with_header(empty(status), header::LOCATION, location)
}

/// The host by which the client reached the instance.
pub(crate) fn host(request: &Request<Bytes>) -> &str {
    let host = request.headers().get(header::HOST);
    host.and_then(|host| host.to_str().ok()).unwrap_or_default()
}

/// `{"error":{"message":"…","detail":"…"},"status":"failure"}`, as the REST APIs fail.
pub(crate) fn rest_error(status: StatusCode, message: &str, detail: &str) -> Answer {
    json(
        status,
        &json!({ "error": { "message": message, "detail": detail }, "status": "failure" }),
    )
}

pub(crate) fn not_authenticated() -> Answer {
    with_header(
        rest_error(
            StatusCode::UNAUTHORIZED,
            "User is not authenticated",
            "Required to provide Auth information",
        ),
        header::WWW_AUTHENTICATE,
        "Basic realm=\"Service-now\"",
    )
}

pub(crate) fn missing_scope(scope: &str) -> Answer {
    rest_error(
        StatusCode::FORBIDDEN,
        "User Not Authorized",
        &format!("Missing required API access scope: {scope}"),
    )
}

pub(crate) fn refused_by_acl() -> Answer {
    rest_error(
        StatusCode::FORBIDDEN,
        "Operation Failed",
        "ACL Exception Insert Failed due to security constraints",
    )
}

pub(crate) fn no_record() -> Answer {
    rest_error(
        StatusCode::NOT_FOUND,
        "No Record found",
        "Record doesn't exist or ACL restricts the record retrieval",
    )
}

pub(crate) fn no_table(table: &str) -> Answer {
    rest_error(
        StatusCode::NOT_FOUND,
        &format!("Invalid table {table}"),
        "No such table",
    )
}

pub(crate) fn bad_request(detail: &str) -> Answer {
    rest_error(
        StatusCode::BAD_REQUEST,
        "Exception while reading request",
        detail,
    )
}

pub(crate) fn no_such_page() -> Answer {
    html(
        StatusCode::NOT_FOUND,
        "<html><body><h1>Page not found</h1></body></html>",
    )
}

/// The load balancer before the instance, which wants another client certificate.
pub(crate) fn client_certificate_refused() -> Answer {
    let page = "<html>\r\n<head><title>400 The SSL certificate error</title></head>\r\n<body>\r\n\
        <center><h1>400 Bad Request</h1></center>\r\n\
        <center>The SSL certificate error</center>\r\n\
        <hr><center>snow_adc</center>\r\n</body>\r\n</html>\r\n";
    with_header(
        html(StatusCode::BAD_REQUEST, page),
        header::SERVER,
        "snow_adc",
    )
}

/// A developer instance that sleeps: 200, chunked, some 5,900 bytes.
pub(crate) fn hibernating() -> Answer {
    let filling = "<p>Sign in to the developer site to wake it up.</p>".repeat(110);
    let page = format!(
        "<!DOCTYPE html><html><head><title>Instance Hibernating page</title></head><body>\
         <h1>Your instance is hibernating</h1>{filling}</body></html>"
    );
    let answer = with_header(html(StatusCode::OK, page), header::SERVER, "snow_adc");
    with_header(answer, header::TRANSFER_ENCODING, "chunked")
}

pub(crate) fn rate_limited(limit: u32, retry_after_secs: u64, resets_at_unix: u64) -> Answer {
    let answer = rest_error(
        StatusCode::TOO_MANY_REQUESTS,
        "Rate limit exceeded",
        &format!("Rate limit of {limit} requests per hour exceeded"),
    );
    [
        (header::RETRY_AFTER, retry_after_secs.to_string()),
        (
            HeaderName::from_static("x-ratelimit-limit"),
            limit.to_string(),
        ),
        (
            HeaderName::from_static("x-ratelimit-reset"),
            resets_at_unix.to_string(),
        ),
        (
            HeaderName::from_static("x-ratelimit-rule"),
            "Simulated rule".to_owned(),
        ),
    ]
    .into_iter()
    .fold(answer, |answer, (name, value)| {
        with_header(answer, name, &value)
    })
}
