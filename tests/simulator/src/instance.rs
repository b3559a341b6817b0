//! The instance itself: its state, and which part of it answers a request.
//!
//! No input or output: [`Instance::handle`] takes a request and the time and gives an answer.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Method, Request, Response, header};
use hyper::body::Bytes;

use crate::{
    access::{Access, ApiKey, IdentityProvider, IdpEndpoint, TrustedIssuer, TrustedIssuers},
    answers::{self, Answer},
    jwt::{InvalidKey, VerifierKey},
    oauth::{OAuth, RegisteredClient},
    options::InstanceOptions,
    rate_limit::{Counter, RateLimit},
    rest::{Record, RestApis},
    scripted::{InvalidAnswer, Script, ScriptedAnswer},
    users::User,
};

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
const TOKEN_ENDPOINT: &str = "/oauth_token.do";

/// A simulated instance: what it knows and has been told to do.
#[derive(Debug)]
pub struct Instance {
    requests_in_all: Counter,
    requests_for_tokens: Counter,
    hibernating: bool,
    clock_offset: time::Duration,
    script: Script,
    requests: Vec<RecordedRequest>,
    token_requests: usize,
    revocation_at_short_path: bool,
    oauth: OAuth,
    access: Access,
    idp: IdpEndpoint,
    rest: RestApis,
}

impl Instance {
    /// An instance without a server around it, to be asked by [`handle`](Self::handle).
    pub fn new(options: &InstanceOptions) -> Self {
        let idp = IdpEndpoint::new(options.identity_provider.clone());
        let mut issuers = TrustedIssuers::default();
        issuers.trust_with(idp.as_trusted(), idp.public_key());
        Self {
            requests_in_all: Counter::new(options.rate_limit),
            requests_for_tokens: Counter::new(options.token_rate_limit),
            hibernating: false,
            clock_offset: time::Duration::ZERO,
            script: Script::default(),
            requests: Vec::new(),
            token_requests: 0,
            revocation_at_short_path: options.revocation_at_short_path,
            oauth: OAuth::new(options),
            access: Access {
                api_keys: options.api_keys.clone(),
                issuers,
            },
            idp,
            rest: RestApis::new(options.import_sets.clone()),
        }
    }

    /// The entries of the application registry.
    pub fn clients(&self) -> &[RegisteredClient] {
        self.oauth.registry.all()
    }

    /// The users.
    pub fn users(&self) -> &[User] {
        self.oauth.users.all()
    }

    /// The API keys.
    pub fn api_keys(&self) -> &[ApiKey] {
        &self.access.api_keys
    }

    /// The identity provider beside the instance.
    pub fn identity_provider(&self) -> &IdentityProvider {
        &self.idp.provider
    }

    /// The records of a table, the oldest first: columns of strings.
    pub fn records(&self, table: &str) -> &[Record] {
        self.rest.records.all(table)
    }

    /// Forgets the rows that were staged for import.
    pub fn purge_import_sets(&mut self) {
        self.rest.import_sets.purge();
    }

    /// Sends the instance to sleep, or wakes it up.
    pub fn set_hibernating(&mut self, hibernating: bool) {
        self.hibernating = hibernating;
    }

    /// Changes the lifetime of the tokens that are granted from now on.
    pub fn set_token_lifetime(&mut self, lifetime: Duration) {
        self.oauth.tokens.rules.lifetime = lifetime;
    }

    /// Changes how many requests are answered, and counts from nothing.
    pub fn set_rate_limit(&mut self, limit: Option<RateLimit>) {
        self.requests_in_all = Counter::new(limit);
    }

    /// The same for the token endpoint alone.
    pub fn set_token_rate_limit(&mut self, limit: Option<RateLimit>) {
        self.requests_for_tokens = Counter::new(limit);
    }

    /// Moves the instance's clock forward.
    pub fn advance_clock(&mut self, by: Duration) {
        let by = time::Duration::try_from(by).unwrap_or(time::Duration::MAX);
        self.clock_offset = self.clock_offset.saturating_add(by);
    }

    /// Sets the instance's clock to so many seconds before (less than 0) or after the time that it
    /// is. It stands in the `Date` of answers, and tokens and assertions are judged by it.
    pub fn set_clock(&mut self, offset_secs: i64) {
        self.clock_offset = time::Duration::seconds(offset_secs);
    }

    /// Forgets all tokens, as an administrator does who revokes them.
    pub fn revoke_all_tokens(&mut self) {
        self.oauth.tokens.revoke_all();
    }

    /// Adds a JWT Verifier Map, or replaces the one of that client and `kid`. The `kid` may be left
    /// out where the client has one map.
    ///
    /// # Errors
    /// Where the key is none that an instance takes.
    pub fn add_jwt_verifier(
        &mut self,
        client_id: &str,
        kid: Option<&str>,
        key: &VerifierKey,
    ) -> Result<(), InvalidKey> {
        self.oauth.verifier.add(client_id, kid, key)
    }

    /// Takes the ID tokens of an issuer as bearer tokens from now on; one of the same name is
    /// replaced.
    ///
    /// # Errors
    /// Where the key is none that an instance takes.
    pub fn trust_issuer(&mut self, issuer: TrustedIssuer) -> Result<(), InvalidKey> {
        self.access.issuers.trust(issuer)
    }

    /// Answers the next request to a path that begins so with this, whatever it is. Several wait in
    /// line.
    ///
    /// # Errors
    /// Where HTTP cannot carry the answer.
    pub fn script(&mut self, path: &str, answer: &ScriptedAnswer) -> Result<(), InvalidAnswer> {
        self.script.push(path, answer)
    }

    /// [`script`](Self::script) for the token endpoint.
    ///
    /// # Panics
    /// Where HTTP cannot carry the answer.
    pub fn script_token_answer(&mut self, status: u16, content_type: &str, body: &str) {
        let answer = ScriptedAnswer::new(status, content_type, body);
        let scripted = self.script(TOKEN_ENDPOINT, &answer);
        scripted.expect("a test scripts an answer that HTTP can carry");
    }

    /// As [`script_token_answer`](Self::script_token_answer), with a redirect to `location`.
    ///
    /// # Panics
    /// Where HTTP cannot carry the answer.
    pub fn script_token_redirect(&mut self, status: u16, location: &str) {
        let answer = ScriptedAnswer::redirect(status, location);
        let scripted = self.script(TOKEN_ENDPOINT, &answer);
        scripted.expect("a test scripts an answer that HTTP can carry");
    }

    /// The requests so far, the oldest first; the last 256 of them.
    pub fn requests(&self) -> &[RecordedRequest] {
        &self.requests
    }

    /// How many requests the token endpoint has seen.
    pub fn token_requests(&self) -> usize {
        self.token_requests
    }

    /// Answers a request that comes at `now`, by a clock that is right.
    pub fn handle(&mut self, request: &Request<Bytes>, now: SystemTime) -> Response<Bytes> {
        let true_time = now;
        let now = self.by_its_clock(now);
        if self.requests.len() == REQUESTS_KEPT {
            self.requests.remove(0);
        }
        self.requests.push(RecordedRequest {
            method: request.method().clone(),
            target: request.uri().to_string(),
            headers: request.headers().clone(),
            body: request.body().clone(),
        });
        // Another server, which knows nothing of the instance's troubles.
        if request.uri().path() == IdpEndpoint::PATH {
            return self.idp.handle(request, true_time);
        }
        let answer = self.answer(request, now);
        answers::with_header(
            answer.unwrap_or_else(|refusal| refusal),
            header::DATE,
            &httpdate::fmt_http_date(now),
        )
    }

    fn answer(&mut self, request: &Request<Bytes>, now: SystemTime) -> Result<Answer, Answer> {
        let path = request.uri().path();
        let to_token_endpoint = path == TOKEN_ENDPOINT;
        self.token_requests += usize::from(to_token_endpoint);
        if self.hibernating {
            return Err(answers::hibernating());
        }
        self.requests_in_all.count(now)?;
        if to_token_endpoint {
            self.requests_for_tokens.count(now)?;
        }
        if let Some(answer) = self.script.take(path) {
            return Ok(answer);
        }
        Ok(match path {
            TOKEN_ENDPOINT => self.oauth.token_endpoint(request, now),
            "/oauth_auth.do" => self.oauth.authorization_endpoint(request, now),
            "/oauth_revoke_token.do" => self.oauth.revocation_endpoint(request),
            "/oauth_revoke.do" if self.revocation_at_short_path => {
                self.oauth.revocation_endpoint(request)
            }
            api if api.starts_with("/api/") => self.api(request, now),
            _ => answers::no_such_page(),
        })
    }

    fn api(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        match self.access.caller(request, &self.oauth, now) {
            None => answers::not_authenticated(),
            Some(caller) => self.rest.handle(request, &caller, now),
        }
    }

    /// Neither before 1970 nor after the year 9999, which no HTTP date can say.
    fn by_its_clock(&self, now: SystemTime) -> SystemTime {
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let since_epoch = time::Duration::try_from(since_epoch).unwrap_or_default();
        let shown = since_epoch.saturating_add(self.clock_offset);
        let end = time::Duration::seconds(253_402_300_799);
        UNIX_EPOCH + shown.clamp(time::Duration::ZERO, end)
    }
}
