//! Parameters that are form-encoded: in a body, in a query.

use std::collections::BTreeMap;

use http::{Request, StatusCode, header};
use hyper::body::Bytes;

use crate::answers::{self, Answer};

/// Names and values, each name once.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// Those of the body.
    pub(crate) fn of_body(request: &Request<Bytes>) -> Result<Self, Answer> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let media_type = content_type.unwrap_or_default().split(';').next();
        if media_type.map(str::trim) != Some("application/x-www-form-urlencoded") {
            return Err(invalid_request("form-encoded parameters are expected"));
        }
        Self::parse(request.body())
    }

    /// Those of the query.
    pub(crate) fn of_query(request: &Request<Bytes>) -> Result<Self, Answer> {
        Self::parse(request.uri().query().unwrap_or_default().as_bytes())
    }

    fn parse(encoded: &[u8]) -> Result<Self, Answer> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            let value = value.into_owned();
            if parameters.insert(name.into_owned(), value).is_some() {
                return Err(invalid_request("a parameter stands there twice"));
            }
        }
        Ok(Self(parameters))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<&str, Answer> {
        let value = self.get(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| invalid_request(&format!("{name} is missing")))
    }
}

pub(crate) fn invalid_request(description: &str) -> Answer {
    answers::oauth_error(StatusCode::BAD_REQUEST, "invalid_request", description)
}
