//! The listener on 127.0.0.1 that a browser is sent back to (RFC 8252 §7.3): as much HTTP as that
//! takes.

use core::{
    net::Ipv4Addr,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, mpsc::Sender},
    thread,
};

use zeroize::Zeroizing;

use super::page;

/// A redirect's query is some hundred bytes, with a JWT in its fragment some thousand.
const REQUEST_LIMIT: usize = 32 * 1024;
const MAX_HEADERS: usize = 64;
/// A browser opens connections ahead of time and says nothing on them.
const PATIENCE: Duration = Duration::from_secs(20);

/// Hands on what comes to `/callback`, until it is stopped.
#[derive(Debug)]
pub(super) struct Listener {
    port: u16,
    stopped: Arc<AtomicBool>,
}

/// What a browser brought.
pub(super) struct Arrival {
    /// The redirect's query or fragment.
    pub(super) parameters: Zeroizing<String>,
    pub(super) reply: Reply,
}

/// The page that the browser waits for.
pub(super) struct Reply(Option<TcpStream>);

impl Reply {
    /// For what came in another way.
    pub(super) const fn to_nobody() -> Self {
        Self(None)
    }

    pub(super) fn done(self, title: &str, text: &str) {
        self.send("200 OK", title, text);
    }

    pub(super) fn failed(self, title: &str, text: &str) {
        self.send("400 Bad Request", title, text);
    }

    fn send(self, status: &str, title: &str, text: &str) {
        if let Some(mut stream) = self.0 {
            // A browser that is gone needs no page.
            let _ = respond(&mut stream, status, &page::message(title, text));
        }
    }
}

impl Listener {
    /// `takes_fragments` serves the page that hands a fragment back: it never leaves a browser by
    /// itself.
    pub(super) fn start(
        port: u16,
        takes_fragments: bool,
        arrivals: Sender<Arrival>,
    ) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let stopped = Arc::new(AtomicBool::new(false));
        let listener = Self {
            port,
            stopped: Arc::clone(&stopped),
        };
        thread::spawn(move || {
            for stream in socket.incoming() {
                if stopped.load(Ordering::Acquire) {
                    return;
                }
                let arrivals = arrivals.clone();
                // One that says nothing must not hold up the others.
                thread::spawn(move || {
                    // What goes wrong here is one connection.
                    let _ = stream.and_then(|stream| serve(stream, takes_fragments, &arrivals));
                });
            }
        });
        Ok(listener)
    }

    /// Frees the port.
    pub(super) fn stop(&self) {
        if !self.stopped.swap(true, Ordering::AcqRel) {
            // Wakes the thread that accepts.
            let _ = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(
    mut stream: TcpStream,
    takes_fragments: bool,
    arrivals: &Sender<Arrival>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(REQUEST_LIMIT));
    let Some(request) = read_request(&mut stream, &mut bytes)? else {
        return respond(
            &mut stream,
            "400 Bad Request",
            &page::message("Not a request", ""),
        );
    };
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let parameters = match (&*request.method, path) {
        ("GET", "/callback") if takes_fragments && query.is_empty() => {
            return respond(&mut stream, "200 OK", &page::fragment());
        }
        ("GET", "/callback") => query.to_owned(),
        ("POST", "/fragment") if takes_fragments => request.body,
        _ => {
            return respond(
                &mut stream,
                "404 Not Found",
                &page::message("Nothing here", ""),
            );
        }
    };
    let arrival = Arrival {
        parameters: Zeroizing::new(parameters),
        reply: Reply(Some(stream)),
    };
    arrivals.send(arrival).map_err(io::Error::other)
}

struct Request {
    method: String,
    target: String,
    body: String,
}

/// `None` where it is no request that is understood here.
fn read_request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<Option<Request>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut head = httparse::Request::new(&mut headers);
        match head.parse(bytes) {
            Ok(httparse::Status::Complete(head_len)) => {
                let length = head
                    .headers
                    .iter()
                    .find(|header| header.name.eq_ignore_ascii_case("content-length"));
                let length =
                    length.and_then(|header| core::str::from_utf8(header.value).ok()?.parse().ok());
                let body_len: usize = length.unwrap_or_default();
                if body_len > REQUEST_LIMIT {
                    return Ok(None);
                }
                if let Some(body) = bytes.get(head_len..head_len + body_len) {
                    return Ok(Some(Request {
                        method: head.method.unwrap_or_default().to_owned(),
                        target: head.path.unwrap_or_default().to_owned(),
                        body: String::from_utf8_lossy(body).into_owned(),
                    }));
                }
            }
            Ok(httparse::Status::Partial) => {}
            Err(_) => return Ok(None),
        }
        let mut piece = Zeroizing::new([0; 2048]);
        let len = stream.read(&mut *piece)?;
        if len == 0 || bytes.len() + len > REQUEST_LIMIT {
            return Ok(None);
        }
        bytes.extend_from_slice(piece.get(..len).unwrap_or_default());
    }
}

fn respond(stream: &mut TcpStream, status: &str, page: &page::Page) -> io::Result<()> {
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: {}\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{}",
        page.html.len(),
        page.policy,
        page.html
    );
    stream.write_all(answer.as_bytes())?;
    stream.flush()
}
