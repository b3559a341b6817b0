//! The admin endpoint: commands for tests that are not in Rust, by plain HTTP on a loopback port.

use core::convert::Infallible;
use std::{io, net::TcpListener};

use http::{Method, Request, StatusCode, header};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Map, Value, json};

use super::{
    Shared,
    serve::{next, whole},
};
use crate::{
    RecordedRequest,
    answers::{self, Answer},
    command::Command,
};

pub(super) async fn accept(listener: TcpListener, shared: Shared) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let stream = next(&listener).await;
        let shared = shared.clone();
        let service = service_fn(move |request| answer(request, shared.clone()));
        let http = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            // The client sees what goes wrong on its connection.
            let _ = http.await;
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    shared: Shared,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let answer = match whole(request).await {
        Ok(request) => handle(&request, &shared),
        Err(refusal) => refusal,
    };
    Ok(answer.map(Full::new))
}

fn handle(request: &Request<Bytes>, shared: &Shared) -> Answer {
    // A page in a browser could reach a loopback port, too; it is no test.
    if request.headers().contains_key(header::ORIGIN) {
        return refused(StatusCode::FORBIDDEN, "no requests of web pages");
    }
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/describe") => answers::json(StatusCode::OK, &shared.describe()),
        (&Method::GET, "/requests") => {
            let instance = shared.instance();
            let requests: Vec<_> = instance.requests().iter().map(recorded).collect();
            answers::json(StatusCode::OK, &requests.into())
        }
        (&Method::POST, path) => match command(path, request.body()) {
            Ok(command) => match shared.apply(command) {
                Ok(()) => answers::empty(StatusCode::NO_CONTENT),
                Err(error) => refused(StatusCode::BAD_REQUEST, &error),
            },
            Err(error) => refused(StatusCode::BAD_REQUEST, &error),
        },
        _ => refused(
            StatusCode::NOT_FOUND,
            "GET /describe, GET /requests, and POST for commands",
        ),
    }
}

/// `/clock` with `{"offset_secs":-120}`; a command without parameters needs no body.
fn command(path: &str, body: &[u8]) -> Result<Command, String> {
    let mut members: Map<String, Value> = match body.trim_ascii() {
        b"" => Map::new(),
        body => serde_json::from_slice(body).map_err(|error| error.to_string())?,
    };
    let name = path.trim_start_matches('/');
    members.insert("do".to_owned(), name.into());
    serde_json::from_value(members.into()).map_err(|error| error.to_string())
}

fn refused(status: StatusCode, error: &str) -> Answer {
    answers::json(status, &json!({ "error": error }))
}

fn recorded(request: &RecordedRequest) -> Value {
    let headers = request.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value.into())
    });
    json!({
        "method": request.method.as_str(),
        "target": request.target,
        "headers": headers.collect::<Map<String, Value>>(),
        "body": String::from_utf8_lossy(&request.body),
    })
}
