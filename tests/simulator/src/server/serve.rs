//! Connections: TLS, the fault layer, HTTP.

use core::convert::Infallible;
use std::{io, net::TcpListener, time::SystemTime};

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::Shared;
use crate::{
    answers::{self, Answer},
    client_certificates::Gate,
    fault::{Fault, relay},
};

pub(super) async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    gate: Option<Gate>,
    shared: Shared,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let stream = next(&listener).await;
        let (acceptor, gate) = (acceptor.clone(), gate.clone());
        tokio::spawn(serve(stream, acceptor, gate, shared.clone()));
    }
}

/// The next connection. What fails on the way is one connection (or the table of open files), not
/// the listener.
pub(super) async fn next(listener: &tokio::net::TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            Err(_) => tokio::time::sleep(core::time::Duration::from_millis(10)).await,
        }
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    gate: Option<Gate>,
    shared: Shared,
) -> io::Result<()> {
    match shared.faults.for_connection() {
        Some(Fault::SilentBeforeTls) => return core::future::pending().await,
        Some(_) => return Ok(()),
        None => {}
    }
    stream.set_nodelay(true)?;
    let stream = acceptor.accept(stream).await?;
    let (_, tls) = stream.get_ref();
    let is_admitted = gate.is_none_or(|gate| gate.admits(tls.peer_certificates()));
    let (to_http, from_relay) = tokio::io::duplex(64 * 1024);
    let faults = shared.faults.clone();
    let service = service_fn(move |request| answer(request, is_admitted, shared.clone()));
    let http = http1::Builder::new().serve_connection(TokioIo::new(from_relay), service);
    tokio::spawn(async move {
        // The client sees what goes wrong on its connection; there is nobody to tell it here.
        let _ = http.await;
    });
    relay(stream, to_http, faults).await
}

const BODY_LIMIT: usize = 1024 * 1024;

async fn answer(
    request: Request<Incoming>,
    is_admitted: bool,
    shared: Shared,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let answer: Answer = match whole(request).await {
        Ok(_) if !is_admitted => answers::client_certificate_refused(),
        Ok(request) => shared.instance().handle(&request, SystemTime::now()),
        Err(refusal) => refusal,
    };
    Ok(answer.map(Full::new))
}

/// A request with its body.
pub(super) async fn whole(request: Request<Incoming>) -> Result<Request<Bytes>, Answer> {
    let (head, body) = request.into_parts();
    match Limited::new(body, BODY_LIMIT).collect().await {
        Ok(body) => Ok(Request::from_parts(head, body.to_bytes())),
        Err(_) => Err(answers::empty(StatusCode::PAYLOAD_TOO_LARGE)),
    }
}
