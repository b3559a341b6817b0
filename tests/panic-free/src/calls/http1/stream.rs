//! Exchanges over streams of which nothing is known.

use snow_token_core::http1::asynchronous;
use snow_token_core::http1::blocking;
use snow_token_core::http1::{Exchange, ExchangeError, ResponseError};

use embedded_io::{ErrorKind, ErrorType};

use super::request::any_method;
use crate::{
    Call,
    opaque::{any, bytes, debug, display, used},
};

pub(in crate::calls) const CALLS: &[Call] = &[from_response, show];

/// What reads a head.
pub(in crate::calls) const EXCUSED: &[Call] = &[
    blocking_exchange,
    blocking_exchange_with,
    asynchronous_exchange,
    asynchronous_exchange_with,
];

/// It keeps to what `embedded_io` asks of it: no more bytes are read, or written, than there is room.
struct Stream;

impl ErrorType for Stream {
    type Error = ErrorKind;
}

fn error() -> ErrorKind {
    any(ErrorKind::Other)
}

mod over_embedded_io {
    use embedded_io::{Read, Write};

    use super::{ErrorKind, Stream, any, error, used};

    impl Read for Stream {
        fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
            used(buf);
            any(Ok(0))
        }
    }

    impl Write for Stream {
        fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
            used(buf);
            any(Ok(0))
        }

        fn flush(&mut self) -> Result<(), ErrorKind> {
            any(Err(error()))
        }
    }
}

fn blocking_exchange(buf: &mut [u8]) {
    used(blocking::exchange(&mut Stream, bytes(), bytes(), buf));
}

fn blocking_exchange_with(buf: &mut [u8]) {
    let exchange = Exchange::<16>::with_header_limit(any_method(), buf);
    used(blocking::exchange_with(
        &mut Stream,
        bytes(),
        bytes(),
        any(exchange),
    ));
}

mod over_embedded_io_async {
    use core::{
        future::{Future, poll_fn},
        task::Poll,
    };

    use embedded_io_async::{Read, Write};

    use super::{ErrorKind, Stream, any, error, used};

    impl Read for Stream {
        fn read(&mut self, buf: &mut [u8]) -> impl Future<Output = Result<usize, ErrorKind>> {
            used(buf);
            poll_fn(|_| any(Poll::Ready(Ok(0))))
        }
    }

    impl Write for Stream {
        fn write(&mut self, buf: &[u8]) -> impl Future<Output = Result<usize, ErrorKind>> {
            used(buf);
            poll_fn(|_| any(Poll::Ready(Ok(0))))
        }

        fn flush(&mut self) -> impl Future<Output = Result<(), ErrorKind>> {
            poll_fn(|_| any(Poll::Ready(Err(error()))))
        }
    }
}

fn asynchronous_exchange(buf: &mut [u8]) {
    used(embassy_futures::block_on(asynchronous::exchange(
        &mut Stream,
        bytes(),
        bytes(),
        buf,
    )));
}

fn asynchronous_exchange_with(buf: &mut [u8]) {
    let exchange = Exchange::<16>::with_header_limit(any_method(), buf);
    used(embassy_futures::block_on(asynchronous::exchange_with(
        &mut Stream,
        bytes(),
        bytes(),
        any(exchange),
    )));
}

fn from_response(_: &mut [u8]) {
    let error = any(ResponseError::Head);
    used(<ExchangeError<ErrorKind> as From<ResponseError>>::from(
        error,
    ));
}

fn show(_: &mut [u8]) {
    debug::<ExchangeError<ErrorKind>>(&any(ExchangeError::WriteZero));
    display::<ExchangeError<ErrorKind>>(&any(ExchangeError::Transport(error())));
}
