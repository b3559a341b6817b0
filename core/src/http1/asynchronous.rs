//! An exchange over an asynchronous stream of [`embedded_io_async`].

use embedded_io_async::{Read, Write};
use zeroize::Zeroizing;

use super::{
    Exchange, ExchangeError, Method, Response,
    stream::{READ_LEN, after_read, after_write},
};

/// Sends a request and reads its answer into `buf`, which [`Exchange`] describes.
///
/// The stream is one that talks to the peer already: a TLS session. A timeout may drop the
/// future: `buf` is zeroed then, and the connection is of no further use. Zero `request_head` and
/// `buf` after use: a secret may be in them.
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
/// use embedded_io_async::{Read, Write};
/// use snow_token_core::http1::{ExchangeError, Method, Request, asynchronous};
///
/// async fn ping<S: Read + Write>(stream: &mut S) -> Result<u16, ExchangeError<S::Error>> {
///     let request = Request::new(Method::Get, "example.service-now.com", "/api/now/ping");
///     let (mut head, mut buf) = ([0; 256], [0; 4096]);
///     let head = request.head(&mut head).expect("256 bytes do for this request");
///     let response = asynchronous::exchange(stream, head, b"", &mut buf).await?;
///     Ok(response.status)
/// }
/// ```
pub async fn exchange<'b, S: Read + Write>(
    stream: &mut S,
    request_head: &[u8],
    body: &[u8],
    buf: &'b mut [u8],
) -> Result<Response<'b>, ExchangeError<S::Error>> {
    let exchange = Exchange::new(Method::of_head(request_head), buf);
    exchange_with(stream, request_head, body, exchange).await
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
/// use embedded_io_async::{Read, Write};
/// use snow_token_core::http1::{Exchange, ExchangeError, Request, asynchronous};
///
/// async fn report<S: Read + Write>(stream: &mut S) -> Result<u16, ExchangeError<S::Error>> {
///     let body = br#"{"short_description":"Pump 7 is hot"}"#;
///     let request = Request::create_record("example.service-now.com", "incident", body.len());
///     let (mut head, mut buf) = ([0; 256], [0; 1024]);
///     let head = request.head(&mut head).expect("256 bytes do for this request");
///     let exchange = Exchange::new(request.method(), &mut buf).keeping_what_fits();
///     let response = asynchronous::exchange_with(stream, head, body, exchange).await?;
///     Ok(response.status)
/// }
/// ```
pub async fn exchange_with<'b, S: Read + Write, const HEADERS: usize>(
    stream: &mut S,
    request_head: &[u8],
    body: &[u8],
    mut exchange: Exchange<'b, HEADERS>,
) -> Result<Response<'b>, ExchangeError<S::Error>> {
    for part in [request_head, body] {
        let mut rest = part;
        while !rest.is_empty() {
            let written = stream.write(rest).await.map_err(ExchangeError::Transport)?;
            rest = after_write(rest, written)?;
        }
    }
    stream.flush().await.map_err(ExchangeError::Transport)?;

    let mut input = Zeroizing::new([0; READ_LEN]);
    while !exchange.is_done() {
        let read = stream
            .read(&mut *input)
            .await
            .map_err(ExchangeError::Transport)?;
        after_read(&mut exchange, &*input, read)?;
    }
    Ok(exchange.finish()?)
}
