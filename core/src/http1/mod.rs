//! HTTP/1.1 (RFC 9112) as far as a client of an instance needs it, without input or output.
//!
//! A [`Request`] writes its head into a buffer; an [`Exchange`] takes the bytes of the answer in
//! pieces of any size and ends in a [`Response`]. Whoever has a stream of `embedded-io` or
//! `embedded-io-async` calls `blocking::exchange` or `asynchronous::exchange` (features of the
//! same names) and needs nothing else.
//!
//! # Examples
//! ```
//! use snow_token_core::{
//!     ClientAuthentication, Secret, TokenRequest,
//!     http1::{Exchange, Request},
//!     token_endpoint,
//! };
//! use zeroize::Zeroize;
//!
//! # let mut sent = Vec::new();
//! # let mut answer: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
//! #     Content-Length: 67\r\n\r\n\
//! #     {\"access_token\":\"2YotnFZ_\",\"token_type\":\"Bearer\",\"expires_in\":1800}";
//! # let mut send = |bytes: &[u8]| sent.extend_from_slice(bytes);
//! # let mut receive = |input: &mut [u8]| {
//! #     let len = input.len().min(answer.len());
//! #     let (piece, rest) = answer.split_at(len);
//! #     input[..len].copy_from_slice(piece);
//! #     answer = rest;
//! #     len
//! # };
//! let token_request = TokenRequest::client_credentials(ClientAuthentication::Body {
//!     client_id: "gateway",
//!     client_secret: Secret::new("hunter2"),
//! });
//! let request = Request::token("example.service-now.com", &token_request);
//! let (mut buf, mut input, mut texts) = ([0; 4096], [0; 256], [0; 256]);
//! send(request.head(&mut buf)?);
//! send(token_request.body(&mut buf)?);
//!
//! let mut exchange = Exchange::new(request.method(), &mut buf);
//! while !exchange.is_done() {
//!     match receive(&mut input) {
//!         0 => exchange.end_of_stream()?,
//!         len => _ = exchange.feed(&input[..len])?,
//!     }
//! }
//! let response = exchange.finish()?;
//! let token = token_endpoint::read(&response.answer(), &mut texts).expect("a token");
//! assert_eq!(token.access_token().expose(), "2YotnFZ_");
//! // Secrets passed through all of these.
//! buf.zeroize();
//! input.zeroize();
//! texts.zeroize();
//! # assert!(sent.starts_with(b"POST /oauth_token.do"));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # In scope
//! One request and its answer at a time, connections kept alive, bodies framed by
//! `Content-Length`, by chunks or by the connection's end, interim answers (1xx).
//!
//! # Out of scope
//! Pipelining, redirects (they are reported, not followed), content codings, upgrades, proxies,
//! cookies.
//!
//! # Strictness
//! What two readers could take for two different messages is refused: lengths that contradict each
//! other, a length beside `Transfer-Encoding`, a coding other than `chunked`, folded lines, bare
//! line feeds within chunks. A body that ends early is an error, never a short result; one that is
//! longer than the buffer is an error too, unless the caller
//! [wants what fits](Exchange::keeping_what_fits).

mod api;
#[cfg(feature = "embedded-io-async")]
pub mod asynchronous;
mod authorization;
#[cfg(feature = "embedded-io")]
pub mod blocking;
pub mod body;
mod error;
mod exchange;
mod request;
mod response;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
mod stream;
mod syntax;

pub use api::TableQuery;
pub use authorization::Authorization;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
pub use error::ExchangeError;
pub use error::ResponseError;
pub use exchange::{Exchange, MAX_CUT_BODY_LEN};
pub use request::{Method, Request, RequestError};
pub use response::{Head, MAX_HEAD_LEN, MAX_HEADERS, Response};
