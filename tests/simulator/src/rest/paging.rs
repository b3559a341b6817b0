//! `sysparm_limit` and `sysparm_offset`, and the `Link` header that leads from page to page.

use http::Request;
use hyper::body::Bytes;

use super::table_api::parameter;
use crate::answers::{self, Answer};

/// What an instance answers with where no limit is given.
const DEFAULT_LIMIT: usize = 10_000;

#[derive(Debug)]
pub(super) struct Page {
    pub(super) limit: usize,
    pub(super) offset: usize,
}

impl Page {
    pub(super) fn of(request: &Request<Bytes>) -> Result<Self, Answer> {
        let number = |name: &str, otherwise| match parameter(request, name) {
            None => Ok(otherwise),
            Some(text) => text.parse().map_err(|_| answers::bad_request(name)),
        };
        Ok(Self {
            limit: number("sysparm_limit", DEFAULT_LIMIT)?,
            offset: number("sysparm_offset", 0)?,
        })
    }

    /// `<URL>;rel="first",…`: to the pages that there are.
    pub(super) fn links(&self, request: &Request<Bytes>, total: usize) -> String {
        let limit = self.limit.max(1);
        let last = total.saturating_sub(1) / limit * limit;
        let next = self.offset.saturating_add(limit);
        let links = [
            ("first", Some(0)),
            (
                "prev",
                (self.offset > 0).then(|| self.offset.saturating_sub(limit)),
            ),
            ("next", (next < total).then_some(next)),
            ("last", Some(last)),
        ];
        let link = |(rel, offset): (&str, Option<usize>)| {
            offset.map(|offset| format!("<{}>;rel=\"{rel}\"", url(request, offset)))
        };
        let links: Vec<_> = links.into_iter().filter_map(link).collect();
        links.join(",")
    }
}

/// The URL of the request with another offset.
fn url(request: &Request<Bytes>, offset: usize) -> String {
    let query = request.uri().query().unwrap_or_default();
    let pairs = form_urlencoded::parse(query.as_bytes());
    let others = pairs.filter(|(name, _)| name != "sysparm_offset");
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(others)
        .append_pair("sysparm_offset", &offset.to_string())
        .finish();
    let (host, path) = (answers::host(request), request.uri().path());
    format!("https://{host}{path}?{query}")
}
