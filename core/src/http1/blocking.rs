//! An exchange over a blocking stream of [`embedded_io`].

use embedded_io::{Read, Write};
use zeroize::Zeroizing;

use super::{
    Exchange, ExchangeError, Method, Response,
    stream::{READ_LEN, after_read, after_write},
};

/// Sends a request and reads its answer into `buf`, which [`Exchange`] describes.
///
/// The stream is one that talks to the peer already: a TLS session. Timeouts are the stream's. Zero
/// `request_head` and `buf` after use: a secret may be in them.
///
/// A read of no bytes is the end of the stream. Some streams report an error instead
/// (`embedded-tls` says `ConnectionClosed`): a body that ends with the connection fails over them,
/// one that is framed by its length or by chunks does not, for nothing is read past its end.
///
/// # Errors
/// [`ExchangeError`]. The connection is of no further use then, and `buf` is zeroed.
///
/// # Examples
/// ```
/// use snow_token_core::http1::{Method, Request, blocking};
/// # struct Stream(&'static [u8]);
/// # impl embedded_io::ErrorType for Stream { type Error = embedded_io::ErrorKind; }
/// # impl embedded_io::Write for Stream {
/// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// # impl embedded_io::Read for Stream {
/// #     fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
/// #         self.0.read(buf).map_err(|error| match error {})
/// #     }
/// # }
/// # let mut stream = Stream(b"HTTP/1.1 204 No Content\r\n\r\n");
///
/// let request = Request::new(Method::Get, "example.service-now.com", "/api/now/ping");
/// let (mut head, mut buf) = ([0; 256], [0; 4096]);
/// let response = blocking::exchange(&mut stream, request.head(&mut head)?, b"", &mut buf)?;
/// assert_eq!(response.status, 204);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn exchange<'b, S: Read + Write>(
    stream: &mut S,
    request_head: &[u8],
    body: &[u8],
    buf: &'b mut [u8],
) -> Result<Response<'b>, ExchangeError<S::Error>> {
    let exchange = Exchange::new(Method::of_head(request_head), buf);
    exchange_with(stream, request_head, body, exchange)
}

/// As [`exchange`], with an [`Exchange`] of the caller's making: one that
/// [keeps what fits](Exchange::keeping_what_fits) of a long answer, or takes another number of
/// header lines. It must not have been fed.
///
/// # Errors
/// [`ExchangeError`]. The connection is of no further use then, and the exchange's buffer is zeroed.
///
/// # Examples
/// ```
/// use snow_token_core::http1::{Exchange, Request, blocking};
/// # struct Stream(&'static [u8]);
/// # impl embedded_io::ErrorType for Stream { type Error = embedded_io::ErrorKind; }
/// # impl embedded_io::Write for Stream {
/// #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
/// #     fn flush(&mut self) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// # impl embedded_io::Read for Stream {
/// #     fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
/// #         self.0.read(buf).map_err(|error| match error {})
/// #     }
/// # }
/// # let answer = [&b"HTTP/1.1 201 Created\r\nContent-Length: 5900\r\n\r\n"[..], &[b' '; 5_900]].concat();
/// # let mut stream = Stream(answer.leak());
///
/// let body = br#"{"short_description":"Pump 7 is hot"}"#;
/// let request = Request::create_record("example.service-now.com", "incident", body.len());
/// let (mut head, mut buf) = ([0; 256], [0; 1024]);
/// let exchange = Exchange::new(request.method(), &mut buf).keeping_what_fits();
/// let head = request.head(&mut head)?;
/// let response = blocking::exchange_with(&mut stream, head, body, exchange)?;
/// assert_eq!(response.status, 201);
/// assert!(response.is_cut() && response.keep_alive);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
pub fn exchange_with<'b, S: Read + Write, const HEADERS: usize>(
    stream: &mut S,
    request_head: &[u8],
    body: &[u8],
    mut exchange: Exchange<'b, HEADERS>,
) -> Result<Response<'b>, ExchangeError<S::Error>> {
    for part in [request_head, body] {
        let mut rest = part;
        while !rest.is_empty() {
            let written = stream.write(rest).map_err(ExchangeError::Transport)?;
            rest = after_write(rest, written)?;
        }
    }
    stream.flush().map_err(ExchangeError::Transport)?;

    let mut input = Zeroizing::new([0; READ_LEN]);
    while !exchange.is_done() {
        let read = stream.read(&mut *input).map_err(ExchangeError::Transport)?;
        after_read(&mut exchange, &*input, read)?;
    }
    Ok(exchange.finish()?)
}
