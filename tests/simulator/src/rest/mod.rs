//! The REST APIs: which one a path means, and which auth scopes it needs.

mod events;
mod import_set;
mod incident;
mod paging;
mod records;
mod table_api;

use std::time::SystemTime;

use http::{Method, Request, StatusCode, header};
use hyper::body::Bytes;

pub use import_set::ImportSet;
pub(crate) use records::Record;

use import_set::ImportSets;
use records::Records;

use crate::{
    access::Caller,
    answers::{self, Answer},
};

/// Which REST API auth scope opens which methods, the same for all APIs here.
const READ_SCOPE: &str = "table_read";
const WRITE_SCOPE: &str = "table_read_write";
/// The scope that passes every check.
const EVERYTHING_SCOPE: &str = "useraccount";

#[derive(Debug)]
pub(crate) struct RestApis {
    pub(crate) records: Records,
    pub(crate) import_sets: ImportSets,
}

impl RestApis {
    pub(crate) fn new(import_sets: Vec<ImportSet>) -> Self {
        Self {
            records: Records::default(),
            import_sets: ImportSets::new(import_sets),
        }
    }

    /// Answers a request of a caller who is known.
    pub(crate) fn handle(
        &mut self,
        request: &Request<Bytes>,
        caller: &Caller,
        now: SystemTime,
    ) -> Answer {
        let answer = self.route(request, caller, now);
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn route(
        &mut self,
        request: &Request<Bytes>,
        caller: &Caller,
        now: SystemTime,
    ) -> Result<Answer, Answer> {
        let path = request.uri().path().trim_end_matches('/');
        let parts: Vec<_> = path.split('/').skip(2).collect();
        let parts = match parts.as_slice() {
            ["now", "v1" | "v2", rest @ ..] => [&["now"], rest].concat(),
            other => other.to_vec(),
        };
        match parts.as_slice() {
            ["now", "table", table] => {
                must_be_open(request, caller)?;
                self.table(request, table, None, now)
            }
            ["now", "table", table, sys_id] => {
                must_be_open(request, caller)?;
                self.table(request, table, Some(sys_id), now)
            }
            ["now", "import", staging_table] if request.method() == Method::POST => {
                must_be_open(request, caller)?;
                self.import(request, staging_table, now)
            }
            ["now", "import", staging_table, sys_id] if request.method() == Method::GET => {
                must_be_open(request, caller)?;
                self.imported(staging_table, sys_id)
            }
            ["global" | "mid", "em", "jsonv2"] if request.method() == Method::POST => {
                must_be_open(request, caller)?;
                self.events(request, caller, now)
            }
            ["now", "import", ..] | ["global" | "mid", "em", "jsonv2"] => {
                Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED))
            }
            _ => Err(answers::rest_error(
                StatusCode::BAD_REQUEST,
                "Requested URI does not represent any resource",
                "",
            )),
        }
    }
}

fn must_be_open(request: &Request<Bytes>, caller: &Caller) -> Result<(), Answer> {
    let needed = match *request.method() {
        Method::GET => &[READ_SCOPE, WRITE_SCOPE, EVERYTHING_SCOPE][..],
        _ => &[WRITE_SCOPE, EVERYTHING_SCOPE],
    };
    match needed.iter().any(|scope| caller.scopes.has(scope)) {
        true => Ok(()),
        false => Err(answers::missing_scope(needed[0])),
    }
}

/// The members of a body that is to be a JSON object.
fn members(request: &Request<Bytes>) -> Result<serde_json::Map<String, serde_json::Value>, Answer> {
    let content_type = request.headers().get(header::CONTENT_TYPE);
    if !content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json")) {
        return Err(answers::rest_error(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported media type",
            "application/json is expected",
        ));
    }
    serde_json::from_slice(request.body())
        .map_err(|_| answers::bad_request("the body is not a JSON object"))
}
