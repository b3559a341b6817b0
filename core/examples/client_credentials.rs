//! A token by the client-credentials grant, and a request with it, over any stream of
//! `embedded-io`: what a firmware does over its own TLS session.
//!
//! Here the stream is a script in memory, so that it runs by itself:
//!
//! ```sh
//! cargo run -p snow-token-core --features http1,embedded-io --example client_credentials
//! ```
//!
//! Against something that speaks plain HTTP, such as a proxy that adds TLS:
//!
//! ```sh
//! cargo run -p snow-token-core --features http1,embedded-io --example client_credentials -- 127.0.0.1:8080
//! ```

use core::error::Error;
use std::{env, io, net::TcpStream};

use embedded_io::{ErrorType, Read, Write};
use snow_token_core::{
    ClientAuthentication, FixedAccessToken, Secret, TokenRequest,
    expiry::DEFAULT_MARGIN_SECS,
    http_date::{self, ClockOffset},
    http1::{Authorization, Request, blocking},
    refusal::Refusal,
    token_endpoint,
};
use zeroize::Zeroizing;

fn main() -> Result<(), Box<dyn Error>> {
    match env::args().nth(1) {
        Some(address) => run(&mut Tcp(TcpStream::connect(&address)?), &address),
        None => run(&mut Script::new(ANSWERS), "example.service-now.com"),
    }
}

fn run<S: Read + Write>(stream: &mut S, host: &str) -> Result<(), Box<dyn Error>>
where
    S::Error: 'static,
{
    // On a device the seconds since power-on.
    let uptime_secs = 5;
    // Secrets pass through all of these.
    let mut head = Zeroizing::new([0; 512]);
    let mut body = Zeroizing::new([0; 256]);
    let mut answer = Zeroizing::new([0; 4096]);
    let mut texts = Zeroizing::new([0; 256]);

    let request = TokenRequest::client_credentials(ClientAuthentication::Body {
        client_id: "gateway",
        client_secret: Secret::new("hunter2"),
    });
    let response = blocking::exchange(
        stream,
        Request::token(host, &request).head(&mut *head)?,
        request.body(&mut *body)?,
        &mut *answer,
    )?;
    if let Some(Ok(server_unix)) = response.date.map(http_date::parse) {
        let clock = ClockOffset::learn(uptime_secs, server_unix);
        println!("the time is {}", clock.correct(uptime_secs));
    }
    let granted = token_endpoint::read(&response.answer(), &mut *texts)
        .map_err(|error| format!("no token: {error}"))?;
    let token = FixedAccessToken::<128>::new(&granted, uptime_secs, DEFAULT_MARGIN_SECS)?;
    println!(
        "a token, good for {} s",
        token.expiry().remaining_secs(uptime_secs)
    );
    if !response.keep_alive {
        return Err("the server closes the connection: connect again".into());
    }

    let record = br#"{"short_description":"Pump 7 is hot"}"#;
    let request = Request::create_record(host, "incident", record.len())
        .with_authorization(Authorization::bearer(&token, uptime_secs)?)
        .without_response_body();
    let response = blocking::exchange(stream, request.head(&mut *head)?, record, &mut *answer)?;
    if response.status != 201 {
        return Err(format!("no incident: {}", Refusal::read(&response.answer())).into());
    }
    println!("an incident: {}", response.location.unwrap_or("somewhere"));
    Ok(())
}

const ANSWERS: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\n\
      Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n\
      Content-Type: application/json;charset=UTF-8\r\n\
      Transfer-Encoding: chunked\r\n\r\n\
      57\r\n{\"access_token\":\"2YotnFZFEjr1\",\"scope\":\"table\",\
      \"token_type\":\"Bearer\",\"expires_in\":1799}\r\n\
      0\r\n\r\n",
    b"HTTP/1.1 201 Created\r\n\
      Location: https://example.service-now.com/api/now/table/incident/9c573169c611\r\n\
      Content-Length: 0\r\n\r\n",
];

/// Gives the next answer whenever a request was flushed.
struct Script {
    answers: &'static [&'static [u8]],
    current: &'static [u8],
}

impl Script {
    const fn new(answers: &'static [&'static [u8]]) -> Self {
        Self {
            answers,
            current: &[],
        }
    }
}

impl ErrorType for Script {
    type Error = core::convert::Infallible;
}

impl Write for Script {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        if let Some((next, rest)) = self.answers.split_first() {
            self.current = next;
            self.answers = rest;
        }
        Ok(())
    }
}

impl Read for Script {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        self.current.read(buf)
    }
}

/// A socket of `std` as a stream of `embedded-io`.
struct Tcp(TcpStream);

/// An error of `std` as one of `embedded-io`.
#[derive(Debug)]
struct TcpError(io::Error);

impl core::fmt::Display for TcpError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for TcpError {}

impl embedded_io::Error for TcpError {
    fn kind(&self) -> embedded_io::ErrorKind {
        embedded_io::ErrorKind::Other
    }
}

impl ErrorType for Tcp {
    type Error = TcpError;
}

impl Read for Tcp {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        io::Read::read(&mut self.0, buf).map_err(TcpError)
    }
}

impl Write for Tcp {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        io::Write::write(&mut self.0, bytes).map_err(TcpError)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        io::Write::flush(&mut self.0).map_err(TcpError)
    }
}
