//! An answer of the instance.

use core::fmt;

use snow_token_core::{Cause, Refusal, refusal::Answer};
use ureq::http::{HeaderMap, HeaderName, Method, Version, header};
use zeroize::Zeroizing;

use crate::{
    error::Error,
    transport::{HttpAnswer, without_query},
    words::words_without,
};

/// An answer of the instance, of whatever status.
pub struct Response {
    method: Method,
    url: String,
    answer: HttpAnswer,
    /// What must not be seen in a server's words.
    secrets: Vec<Zeroizing<String>>,
}

impl Response {
    pub(crate) fn new(
        method: Method,
        url: &str,
        answer: HttpAnswer,
        secrets: Vec<Zeroizing<String>>,
    ) -> Self {
        Self {
            method,
            url: url.to_owned(),
            answer,
            secrets,
        }
    }

    /// The status code.
    pub const fn status(&self) -> u16 {
        self.answer.status
    }

    /// The version of HTTP.
    pub const fn version(&self) -> Version {
        self.answer.version
    }

    /// All headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.answer.headers
    }

    /// A header, if it is there and is text.
    pub fn header(&self, name: impl TryInto<HeaderName>) -> Option<&str> {
        self.answer.header(name.try_into().ok()?)
    }

    /// The `Content-Type` header.
    pub fn content_type(&self) -> Option<&str> {
        self.answer.header(header::CONTENT_TYPE)
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.answer.body
    }

    /// The answer as core reads it, for an [`outbox`](crate::outbox).
    pub fn answer(&self) -> Answer<'_> {
        self.answer.view()
    }

    /// The answer, if it is one of success: 2xx, and no page in place of JSON (a sleeping instance
    /// answers HTTP 200 with a page).
    ///
    /// # Errors
    /// [`Error`] with the [cause](Error::cause).
    pub fn into_success(self) -> Result<Self, Error> {
        let refusal = Refusal::read(&self.answer.view());
        let is_page = matches!(refusal.cause, Cause::Hibernating | Cause::NotJson)
            && self
                .content_type()
                .is_some_and(|content_type| content_type.starts_with("text/html"));
        if (200..300).contains(&self.status()) && !is_page {
            return Ok(self);
        }
        let words = words_without(&refusal, self.secrets.iter().map(|secret| secret.as_str()));
        let what = format!("{} {}: {words}", self.method, without_query(&self.url));
        Err(Error::from_cause(refusal.cause, what))
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status())
            .field("body_len", &self.body().len())
            .finish_non_exhaustive()
    }
}
