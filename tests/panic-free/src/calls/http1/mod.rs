//! `http1`.

mod exchange;
mod request;
mod stream;

pub(super) use exchange::{CALLS as EXCHANGE, EXCUSED as EXCUSED_EXCHANGE};
pub(super) use request::{CALLS as REQUEST, EXCUSED as EXCUSED_REQUEST};
pub(super) use stream::{CALLS as STREAM, EXCUSED as EXCUSED_STREAM};
