//! The head of a request: RFC 9112 §3 (request line) and §5 (headers).

use core::fmt;

use super::{
    authorization::Authorization,
    syntax::{is_free_name, is_host, is_identifier, is_path, is_value},
};
use crate::{
    buffer::{BufferTooSmall, Writer},
    form,
};

/// The method of a request (RFC 9110 §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Method {
    /// GET
    Get,
    /// HEAD: the answer has no body.
    Head,
    /// POST
    Post,
    /// PUT
    Put,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
}

impl Method {
    /// The name in the request line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// That with which a request head begins. One that is not known counts as GET: the answer has
    /// a body.
    #[cfg(any(feature = "embedded-io", feature = "embedded-io-async"))]
    pub(super) fn of_head(request_head: &[u8]) -> Self {
        let all = [Self::Head, Self::Post, Self::Put, Self::Patch, Self::Delete];
        let is_it = |method: &Self| {
            let rest = request_head.strip_prefix(method.name().as_bytes());
            rest.is_some_and(|rest| rest.starts_with(b" "))
        };
        all.into_iter().find(is_it).unwrap_or(Self::Get)
    }

    /// Whether a length is named even where there is no body (RFC 9110 §8.6).
    const fn expects_body(self) -> bool {
        matches!(self, Self::Post | Self::Put | Self::Patch)
    }
}

/// Why a request cannot be written. But for the buffer, the fault is in what the caller gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RequestError {
    /// The host is not a host name or an address, with a port or without.
    Host,
    /// The path does not begin with `/`, or holds a character that cannot stand there.
    Path,
    /// The name of a table, or a `sys_id`, is not made of letters, digits and `_` alone.
    Record,
    /// A header's name has a character that cannot stand there, or the header is one that the
    /// request sets itself.
    HeaderName,
    /// A header's value has a character that cannot stand there, such as a line break.
    HeaderValue,
    /// The token, key, name or password has a character that cannot stand there.
    Authorization,
    /// The caller's buffer is too small.
    BufferTooSmall(BufferTooSmall),
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "not a host name",
            Self::Path => "not a path",
            Self::Record => "not the name of a table or the sys_id of a record",
            Self::HeaderName => "a header's name cannot be sent",
            Self::HeaderValue => "a header's value cannot be sent",
            Self::Authorization => "the token, key, name or password cannot be sent",
            Self::BufferTooSmall(error) => return error.fmt(f),
        })
    }
}

impl core::error::Error for RequestError {}

impl From<BufferTooSmall> for RequestError {
    fn from(error: BufferTooSmall) -> Self {
        Self::BufferTooSmall(error)
    }
}

/// A request but for its body.
///
/// Everything in it is checked before a byte is written, so that no part can break out of its
/// place. Secrets belong into [`Authorization`]: the rest stands in `Debug`.
///
/// # Examples
/// ```
/// use snow_token_core::http1::{Method, Request, RequestError};
///
/// let request = Request::new(Method::Delete, "example.service-now.com", "/api/x/1")
///     .with_headers(&[("X-Request-ID", "7")]);
/// let mut buf = [0; 128];
/// assert_eq!(
///     request.head(&mut buf)?,
///     b"DELETE /api/x/1 HTTP/1.1\r\n\
///       Host: example.service-now.com\r\n\
///       Accept: application/json\r\n\
///       X-Request-ID: 7\r\n\r\n",
/// );
/// assert_eq!(request.head_len(), 102);
///
/// let broken = request.with_headers(&[("X", "7\r\nHost: elsewhere")]);
/// assert_eq!(broken.head(&mut buf), Err(RequestError::HeaderValue));
/// # Ok::<(), RequestError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Request<'a> {
    pub(super) method: Method,
    pub(super) host: &'a str,
    pub(super) target: Target<'a>,
    pub(super) authorization: Option<Authorization<'a>>,
    pub(super) body: Option<(&'a str, usize)>,
    pub(super) wants_response_body: bool,
    closes: bool,
    headers: &'a [(&'a str, &'a str)],
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_fields!(
            f,
            self,
            Request {
                method,
                host,
                target,
                authorization,
                body,
                wants_response_body,
                closes,
                headers
            }
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub(super) enum Target<'a> {
    Path(&'a str),
    /// `api`, a path that ends in `/`, and behind it a table, perhaps a record, and a query.
    Record {
        api: &'static str,
        table: &'a str,
        sys_id: Option<&'a str>,
        query: super::TableQuery<'a>,
    },
}

impl<'a> Request<'a> {
    /// A request without a body for `path`, its query included. The `host` is a name, with a port
    /// where that is not 443.
    pub const fn new(method: Method, host: &'a str, path: &'a str) -> Self {
        Self::to(method, host, Target::Path(path))
    }

    pub(super) const fn to(method: Method, host: &'a str, target: Target<'a>) -> Self {
        Self {
            method,
            host,
            target,
            authorization: None,
            body: None,
            wants_response_body: true,
            closes: false,
            headers: &[],
        }
    }

    /// Announces a body of this type and length, which follows the head.
    #[must_use]
    pub const fn with_body(mut self, content_type: &'a str, len: usize) -> Self {
        self.body = Some((content_type, len));
        self
    }

    /// Proves who sends the request.
    #[must_use]
    pub const fn with_authorization(mut self, authorization: Authorization<'a>) -> Self {
        self.authorization = Some(authorization);
        self
    }

    /// Adds headers. Those that say where a message ends or what becomes of the connection are the
    /// request's own, as are `Host` and `Authorization`.
    #[must_use]
    pub const fn with_headers(mut self, headers: &'a [(&'a str, &'a str)]) -> Self {
        self.headers = headers;
        self
    }

    /// Asks the server to close the connection after its answer.
    #[must_use]
    pub const fn closing(mut self) -> Self {
        self.closes = true;
        self
    }

    /// The method, which [`Exchange::new`](super::Exchange::new) wants to know.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The length in bytes of the head.
    pub fn head_len(&self) -> usize {
        let mut out = Writer::counting();
        self.write(&mut out);
        out.needed()
    }

    /// Writes the head, up to and including the empty line after it. With an
    /// [authorization](Self::with_authorization) a secret is in it: zero `buf` after use.
    ///
    /// # Errors
    /// [`RequestError`]; nothing is written then, and a buffer that is too small is zeroed.
    pub fn head<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], RequestError> {
        self.check()?;
        let mut out = Writer::new(buf);
        self.write(&mut out);
        Ok(out.finish()?)
    }

    fn write(&self, out: &mut Writer<'_>) {
        out.push(self.method.name().as_bytes());
        out.push(b" ");
        self.target.write(out);
        out.push(b" HTTP/1.1\r\n");
        header("Host", self.host, out);
        if let Some(authorization) = &self.authorization {
            authorization.write(out);
        }
        header("Accept", "application/json", out);
        if let Some((content_type, _)) = self.body {
            header("Content-Type", content_type, out);
        }
        if self.body.is_some() || self.method.expects_body() {
            out.push(b"Content-Length: ");
            out.push_decimal(self.body.map_or(0, |(_, len)| len));
            out.push(b"\r\n");
        }
        if !self.wants_response_body {
            header("X-no-response-body", "true", out);
        }
        if self.closes {
            header("Connection", "close", out);
        }
        for (name, value) in self.headers {
            header(name, value, out);
        }
        out.push(b"\r\n");
    }

    fn check(&self) -> Result<(), RequestError> {
        if !is_host(self.host) {
            return Err(RequestError::Host);
        }
        self.target.check()?;
        if self
            .authorization
            .is_some_and(|authorization| !authorization.is_valid())
        {
            return Err(RequestError::Authorization);
        }
        let content_type = self.body.map(|(content_type, _)| content_type);
        let values = self.headers.iter().map(|(_, value)| *value);
        if !self.headers.iter().all(|(name, _)| is_free_name(name)) {
            return Err(RequestError::HeaderName);
        }
        match values.chain(content_type).all(is_value) {
            true => Ok(()),
            false => Err(RequestError::HeaderValue),
        }
    }
}

impl Target<'_> {
    fn write(&self, out: &mut Writer<'_>) {
        match self {
            Self::Path(path) => out.push(path.as_bytes()),
            Self::Record {
                api,
                table,
                sys_id,
                query,
            } => {
                out.push(api.as_bytes());
                out.push(table.as_bytes());
                if let Some(sys_id) = sys_id {
                    out.push(b"/");
                    out.push(sys_id.as_bytes());
                }
                query.write(out);
            }
        }
    }

    fn check(&self) -> Result<(), RequestError> {
        match self {
            Self::Path(path) if is_path(path) => Ok(()),
            Self::Path(_) => Err(RequestError::Path),
            Self::Record { table, sys_id, .. } => {
                match is_identifier(table) && sys_id.is_none_or(is_identifier) {
                    true => Ok(()),
                    false => Err(RequestError::Record),
                }
            }
        }
    }
}

fn header(name: &str, value: &str, out: &mut Writer<'_>) {
    for piece in [name, ": ", value, "\r\n"] {
        out.push(piece.as_bytes());
    }
}

/// Writes `text` so that it can stand in a URL's query: unreserved characters (RFC 3986 §2.3) and
/// `*` as they are, all others as `%XX`.
pub(super) fn push_percent_encoded(text: &str, out: &mut Writer<'_>) {
    form::encode_each(text.as_bytes(), |byte| match byte {
        // In a form a space, and nothing else, becomes a plus.
        b'+' => out.push_array(*b"%20"),
        byte => out.push_array([byte]),
    });
}
