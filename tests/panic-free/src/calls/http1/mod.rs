//! `http1`.

mod exchange;
mod request;
mod stream;

pub(super) use exchange::CALLS as EXCHANGE;
pub(super) use request::CALLS as REQUEST;
pub(super) use stream::CALLS as STREAM;
