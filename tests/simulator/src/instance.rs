//! The instance itself: its settings and state, and which part of it answers a request.
//!
//! No input or output: [`Instance::handle`] takes a request and the time and gives an answer.

use core::time::Duration;
use std::{collections::VecDeque, time::SystemTime};

use http::{HeaderMap, Method, Request, StatusCode};
use hyper::body::Bytes;

use crate::{
    answers::{self, Answer},
    oauth::{RegisteredClient, Reissue, TokenEndpoint},
    table_api::Tables,
};

/// How an instance is set up.
#[derive(Debug, Clone)]
pub struct InstanceOptions {
    /// The lifetime of an access token. ServiceNow's default is 1,800 s.
    pub token_lifetime: Duration,
    /// What a second request for a token brings while the first one is still valid.
    pub reissue: Reissue,
    /// Whether HTTP Basic is taken at the token endpoint. ServiceNow does not document it, so
    /// not by default.
    pub basic_client_authentication: bool,
    /// How many requests are answered in an hour; all of them by default.
    pub rate_limit: Option<RateLimit>,
    /// The entries of the application registry.
    pub clients: Vec<RegisteredClient>,
}

/// A bound on how many requests are answered.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// So many requests are answered…
    pub requests: u32,
    /// …in so much time. An instance counts by the hour.
    pub per: Duration,
}

impl Default for InstanceOptions {
    /// As a new instance is, with one client of each [kind](RegisteredClient::samples).
    fn default() -> Self {
        Self {
            token_lifetime: Duration::from_secs(1800),
            reissue: Reissue::SameTokenWithRest,
            basic_client_authentication: false,
            rate_limit: None,
            clients: RegisteredClient::samples(),
        }
    }
}

/// A request as it reached the instance, for tests to look at.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

const REQUESTS_KEPT: usize = 256;

/// A simulated instance: what it knows and has been told to do.
#[derive(Debug)]
pub struct Instance {
    rate_limit: Option<RateLimit>,
    window: Option<(SystemTime, u32)>,
    hibernating: bool,
    clock_offset: Duration,
    scripted: VecDeque<Answer>,
    requests: Vec<RecordedRequest>,
    token_requests: usize,
    token_endpoint: TokenEndpoint,
    tables: Tables,
}

impl Instance {
    pub(crate) fn new(options: InstanceOptions) -> Self {
        Self {
            rate_limit: options.rate_limit,
            window: None,
            hibernating: false,
            clock_offset: Duration::ZERO,
            scripted: VecDeque::new(),
            requests: Vec::new(),
            token_requests: 0,
            token_endpoint: TokenEndpoint::new(&options),
            tables: Tables::default(),
        }
    }

    /// The entries of the application registry.
    pub fn clients(&self) -> &[RegisteredClient] {
        self.token_endpoint.clients()
    }

    /// Sends the instance to sleep, or wakes it up.
    pub fn set_hibernating(&mut self, hibernating: bool) {
        self.hibernating = hibernating;
    }

    /// Changes the lifetime of the tokens that are granted from now on.
    pub fn set_token_lifetime(&mut self, lifetime: Duration) {
        self.token_endpoint.set_lifetime(lifetime);
    }

    /// Moves the instance's clock forward.
    pub fn advance_clock(&mut self, by: Duration) {
        self.clock_offset += by;
    }

    /// Forgets all tokens, as an administrator does who revokes them.
    pub fn revoke_all_tokens(&mut self) {
        self.token_endpoint.revoke_all();
    }

    /// Answers the next request to the token endpoint with this, whatever it is. Several wait in
    /// line.
    pub fn script_token_answer(&mut self, status: u16, content_type: &str, body: &str) {
        let mut answer = answers::empty(
            StatusCode::from_u16(status).expect("a scripted status is between 100 and 999"),
        );
        *answer.body_mut() = Bytes::copy_from_slice(body.as_bytes());
        let answer = answers::with_header(answer, http::header::CONTENT_TYPE, content_type);
        self.scripted.push_back(answer);
    }

    /// As [`script_token_answer`](Self::script_token_answer), with a redirect to `location`.
    pub fn script_token_redirect(&mut self, status: u16, location: &str) {
        self.script_token_answer(status, "text/html", "");
        if let Some(answer) = self.scripted.pop_back() {
            let answer = answers::with_header(answer, http::header::LOCATION, location);
            self.scripted.push_back(answer);
        }
    }

    /// The requests so far, the oldest first; the last 256 of them.
    pub fn requests(&self) -> &[RecordedRequest] {
        &self.requests
    }

    /// How many requests the token endpoint has seen.
    pub fn token_requests(&self) -> usize {
        self.token_requests
    }

    pub(crate) fn handle(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        let now = now + self.clock_offset;
        let target = request.uri().to_string();
        let to_token_endpoint = request.uri().path() == "/oauth_token.do";
        self.token_requests += usize::from(to_token_endpoint);
        if self.requests.len() == REQUESTS_KEPT {
            self.requests.remove(0);
        }
        self.requests.push(RecordedRequest {
            method: request.method().clone(),
            target,
            headers: request.headers().clone(),
            body: request.body().clone(),
        });
        if self.hibernating {
            return answers::hibernating();
        }
        if let Err(answer) = self.count(now) {
            return answer;
        }
        if to_token_endpoint {
            return match self.scripted.pop_front() {
                Some(answer) => answer,
                None => self.token_endpoint.handle(request, now),
            };
        }
        if !request.uri().path().starts_with("/api/") {
            return answers::no_such_page();
        }
        match self.token_endpoint.authenticate(request.headers(), now) {
            None => answers::not_authenticated(),
            Some(scopes) => self.tables.handle(request, &scopes, now),
        }
    }

    fn count(&mut self, now: SystemTime) -> Result<(), Answer> {
        let Some(limit) = self.rate_limit else {
            return Ok(());
        };
        let (start, seen) = match self.window {
            Some((start, seen)) if now < start + limit.per => (start, seen),
            _ => (now, 0),
        };
        self.window = Some((start, seen + 1));
        if seen < limit.requests {
            return Ok(());
        }
        let resets_at = start + limit.per;
        let wait = resets_at.duration_since(now).unwrap_or_default();
        Err(answers::rate_limited(
            limit.requests,
            wait.as_millis()
                .div_ceil(1000)
                .try_into()
                .unwrap_or(u64::MAX),
            unix_secs(resets_at),
        ))
    }
}

fn unix_secs(time: SystemTime) -> u64 {
    let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.map_or(0, |since| since.as_secs())
}

/// `len` characters of `alphabet`, drawn by chance.
pub(crate) fn random_text(alphabet: &str, len: usize) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    let pick = |byte: &u8| alphabet[usize::from(*byte) % alphabet.len()];
    bytes.iter().map(pick).collect()
}

/// A `sys_id` or a client ID: 32 hexadecimal digits.
pub(crate) fn random_id() -> String {
    random_text("0123456789abcdef", 32)
}
