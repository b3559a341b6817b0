//! `http1`.

mod exchange;
mod request;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
mod stream;

pub(super) use exchange::CALLS as EXCHANGE;
pub(super) use request::CALLS as REQUEST;
#[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
pub(super) use stream::CALLS as STREAM;
