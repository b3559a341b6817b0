//! `/oauth_revoke_token.do`, and `/oauth_revoke.do` where the instance has that one too: whoever
//! knows a token can revoke it.

use http::{Method, Request, StatusCode};
use hyper::body::Bytes;
use serde_json::json;

use crate::{
    answers::{self, Answer},
    oauth::{OAuth, form::Form},
};

impl OAuth {
    /// RFC 7009 §2.2: a token that is not known is no error, for it is not valid afterwards.
    pub(crate) fn revocation_endpoint(&mut self, request: &Request<Bytes>) -> Answer {
        if !matches!(*request.method(), Method::GET | Method::POST) {
            return answers::empty(StatusCode::METHOD_NOT_ALLOWED);
        }
        let form = match Form::of_query(request) {
            Ok(form) => form,
            Err(refusal) => return refusal,
        };
        match form.need("token") {
            Ok(token) => self.tokens.revoke(token),
            Err(refusal) => return refusal,
        }
        answers::json(StatusCode::OK, &json!({}))
    }
}
