//! A request to one of the instance's APIs.

use core::fmt;

use ureq::http::{HeaderName, HeaderValue, Method, header};

use crate::error::{Error, ErrorKind};

/// A request to one of the instance's APIs, without the proof of who sends it.
///
/// # Examples
/// ```
/// use snow_token::Request;
///
/// let request = Request::new("POST", "/api/now/table/incident")?
///     .with_json(br#"{"short_description":"Fan 3 stands still"}"#)
///     .with_header("X-no-response-body", "true")?;
/// # drop(request);
/// # Ok::<(), snow_token::Error>(())
/// ```
#[derive(Clone)]
pub struct Request<'r> {
    method: Method,
    path: &'r str,
    headers: Vec<(HeaderName, &'r str)>,
    body: Option<&'r [u8]>,
}

impl<'r> Request<'r> {
    /// `path` begins with a slash and may have a query, in which characters that cannot stand in a
    /// URL are percent-encoded.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], where `method` is not one of HTTP.
    pub fn new(method: &str, path: &'r str) -> Result<Self, Error> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|_| {
            Error::new(
                ErrorKind::Usage,
                format!("{method:?} is not an HTTP method"),
            )
        })?;
        Ok(Self {
            method,
            path,
            headers: Vec::new(),
            body: None,
        })
    }

    /// Sends JSON along.
    #[must_use]
    pub fn with_json(mut self, json: &'r [u8]) -> Self {
        self.body = Some(json);
        self
    }

    /// Adds a header. One of the request's own (`Content-Type`, `Accept`) is replaced.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], where it cannot be a header, or is one that proves who sends the
    /// request.
    pub fn with_header(mut self, name: &str, value: &'r str) -> Result<Self, Error> {
        let wrong = |what: String| Error::new(ErrorKind::Usage, what);
        let parsed = HeaderName::from_bytes(name.as_bytes());
        let parsed = parsed.map_err(|_| wrong(format!("{name:?} is not the name of a header")))?;
        if HeaderValue::from_str(value).is_err() {
            return Err(wrong(format!(
                "the header {name} has a character that cannot stand there"
            )));
        }
        if parsed == header::AUTHORIZATION || parsed == "x-sn-apikey" {
            return Err(wrong(format!("{name} is what this client adds itself"))
                .with_advice(["set the credentials by the settings"]));
        }
        self.headers.push((parsed, value));
        Ok(self)
    }

    pub(crate) const fn method(&self) -> &Method {
        &self.method
    }

    pub(crate) const fn body(&self) -> Option<&'r [u8]> {
        self.body
    }

    /// The headers, those that go by themselves among them.
    pub(crate) fn header_pairs(&self) -> Vec<(HeaderName, &str)> {
        let mut pairs = self.headers.clone();
        let has = |name: HeaderName| self.headers.iter().any(|(known, _)| *known == name);
        if self.body.is_some() && !has(header::CONTENT_TYPE) {
            pairs.push((header::CONTENT_TYPE, "application/json"));
        }
        pairs
    }

    /// The path, with nothing that could lead the token to another host. What cannot stand in a URL
    /// (RFC 3986 §2) is percent-encoded, as in `sysparm_query=priority<3`.
    pub(crate) fn encoded_path(&self) -> Result<String, Error> {
        let path = self.path;
        if !path.starts_with('/') || path.contains(char::is_control) || path.contains('#') {
            let what = format!("{path:?} is not a path of the instance");
            return Err(Error::new(ErrorKind::Usage, what).with_advice([
                "a path begins with a slash, as /api/now/table/incident?sysparm_limit=1; a # in it \
                 is written as %23",
            ]));
        }
        let mut encoded = String::with_capacity(path.len());
        for byte in path.bytes() {
            let stands_as_is =
                byte.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&byte);
            match stands_as_is {
                true => encoded.push(char::from(byte)),
                false => encoded.push_str(&format!("%{byte:02X}")),
            }
        }
        Ok(encoded)
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("path", &self.path.split('?').next())
            .field("body_len", &self.body.map(<[u8]>::len))
            .finish_non_exhaustive()
    }
}
