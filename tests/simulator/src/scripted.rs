//! Answers that a test has written, in place of the instance's own.

use core::{error::Error, fmt};
use std::collections::VecDeque;

use http::{HeaderName, HeaderValue, StatusCode, header};
use hyper::body::Bytes;

use crate::answers::{self, Answer};

/// An answer in place of the instance's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptedAnswer {
    /// The HTTP status, 200 to 999.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl ScriptedAnswer {
    /// An answer with a body of that type.
    pub fn new(status: u16, content_type: &str, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.to_owned(),
        }
        .with_header("content-type", content_type)
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::new(status, "text/html", "").with_header("location", location)
    }

    /// The same with one header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// A [`ScriptedAnswer`] that HTTP cannot carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAnswer(String);

impl fmt::Display for InvalidAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for InvalidAnswer {}

impl TryFrom<&ScriptedAnswer> for Answer {
    type Error = InvalidAnswer;

    fn try_from(scripted: &ScriptedAnswer) -> Result<Self, InvalidAnswer> {
        let status = StatusCode::from_u16(scripted.status).ok();
        // One of 1xx would not be the answer yet.
        let status = status.filter(|status| !status.is_informational());
        let status = status.ok_or_else(|| InvalidAnswer(format!("status {}", scripted.status)))?;
        let mut answer = answers::empty(status);
        *answer.body_mut() = Bytes::copy_from_slice(scripted.body.as_bytes());
        for (name, value) in &scripted.headers {
            let header = HeaderName::try_from(name)
                .ok()
                .zip(HeaderValue::try_from(value).ok());
            let (name, value) = header.ok_or_else(|| InvalidAnswer(format!("header {name}")))?;
            // The length is the library's business.
            if name != header::CONTENT_LENGTH {
                answer.headers_mut().append(name, value);
            }
        }
        Ok(answer)
    }
}

/// The answers that wait, each for a path.
#[derive(Debug, Default)]
pub(crate) struct Script(VecDeque<(String, Answer)>);

impl Script {
    pub(crate) fn push(
        &mut self,
        path: &str,
        scripted: &ScriptedAnswer,
    ) -> Result<(), InvalidAnswer> {
        self.0
            .push_back((path.to_owned(), Answer::try_from(scripted)?));
        Ok(())
    }

    /// The oldest one for a path that begins so.
    pub(crate) fn take(&mut self, path: &str) -> Option<Answer> {
        let mut waiting = self.0.iter();
        let found = waiting.position(|(begin, _)| path.starts_with(begin.as_str()))?;
        self.0.remove(found).map(|(_, answer)| answer)
    }
}
