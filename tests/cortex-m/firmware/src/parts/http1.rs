//! HTTP/1.1 around a token request.

use core::hint::black_box;

use snow_token_core::http1::{Exchange, Request};

use super::{form::token_request, given};
use crate::Part;

/// As an instance answers, if with fewer headers.
const HEAD: &str = "HTTP/1.1 200 OK\r\n\
    Content-Type: application/json;charset=UTF-8\r\n\
    Content-Length: 167\r\n\
    X-Is-Logged-In: false\r\n\
    Cache-Control: no-cache,no-store,must-revalidate,max-age=-1\r\n\
    Set-Cookie: glide_user_route=glide.0123456789abcdef0123456789abcdef; Max-Age=2147483647\r\n\
    Strict-Transport-Security: max-age=63072000; includeSubDomains\r\n\
    Server: ServiceNow\r\n\
    Date: Thu, 26 Nov 2026 03:00:00 GMT\r\n\r\n";

/// The head of a request, and the answer to it.
#[derive(Debug)]
pub struct Http1 {
    buf: [u8; 1_024],
}

impl Http1 {
    /// With its memory.
    pub const NEW: Self = Self { buf: [0; 1_024] };
}

impl Part for Http1 {
    fn name(&self) -> &'static str {
        "http1_exchange"
    }

    fn run(&mut self) -> &[u8] {
        let token_request = token_request();
        let request = Request::token(black_box("dev12345.service-now.com"), &token_request);
        if request
            .head(&mut self.buf)
            .map(|head| _ = black_box(head))
            .is_err()
        {
            return b"";
        }
        let mut exchange = Exchange::new(request.method(), &mut self.buf);
        for piece in black_box([HEAD, given::TOKEN_RESPONSE]) {
            if exchange.feed(piece.as_bytes()).is_err() {
                return b"";
            }
        }
        match exchange.finish() {
            Ok(response) if response.status == 200 => response.body,
            _ => b"",
        }
    }
}
