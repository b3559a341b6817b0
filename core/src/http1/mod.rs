//! HTTP/1.1 (RFC 9112) as far as a client of an instance needs it, without input or output.
//!
//! A [`Request`] writes its head into a buffer; an [`Exchange`] takes the bytes of the answer in
//! pieces of any size and ends in a [`Response`]. Whoever has a stream of `embedded-io` or
//! `embedded-io-async` calls `blocking::exchange` or `asynchronous::exchange` (features of the
//! same names) and needs nothing else.
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
