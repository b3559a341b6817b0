//! The client: one token, renewed by itself, and requests with it.

use std::sync::Arc;

use secrecy::ExposeSecret;
use snow_token_core::Cause;

use crate::{
    error::{Error, ErrorKind},
    grant::Tokens,
    proof::Proof,
    renewal::SharedToken,
    request::Request,
    response::Response,
    settings::{Method, Settings},
    store::{FileStore, MemoryStore, TokenStore},
    token::Token,
    transport::{HttpRequest, Transport, answer_too_long},
};

/// The largest answer of an API that is taken, in bytes.
const RESPONSE_LIMIT: u64 = 64 * 1024 * 1024;

/// A client of one instance. Threads share it; they share its token too.
///
/// A token is asked for when it is first needed, and again 60 s before it ends (or at half of
/// what is left, if that is later). One thread renews at a time. While a token is still good the
/// others go on with it, and so does the one that renews, should that fail. Threads that wait for a
/// token share the outcome, a failure too.
///
/// A failure is an error at once; nothing is waited out behind the caller's back. Who asks again
/// sooner than the session's growing waits allow gets the same error again, and nothing is sent. A
/// refusal for good is asked about again after an hour, or after [`retry`](Self::retry).
///
/// # Examples
/// ```no_run
/// # use snow_token::Client;
/// let client = Client::from_env()?;
/// println!("good for {:?} s", client.token()?.expires_in_secs());
/// # Ok::<(), snow_token::Error>(())
/// ```
#[derive(Debug)]
pub struct Client {
    settings: Settings,
    tokens: Tokens,
    shared: SharedToken,
    /// To the instance; a token may come from elsewhere.
    transport: Transport,
}

/// How a [`Client`] is made.
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    settings: Settings,
    store: Arc<dyn TokenStore>,
    uses_stored: bool,
}

impl ClientBuilder {
    /// Keeps tokens in this store. Defaults to a [`MemoryStore`] of the client's own.
    pub fn with_store(self, store: impl TokenStore + 'static) -> Self {
        self.with_shared_store(Arc::new(store))
    }

    /// As [`with_store`](Self::with_store), with a store that others use too.
    pub fn with_shared_store(mut self, store: Arc<dyn TokenStore>) -> Self {
        self.store = store;
        self
    }

    /// Asks the instance for a token although there may be a good one in the store, and keeps it
    /// there in its place.
    pub const fn ignoring_stored_tokens(mut self) -> Self {
        self.uses_stored = false;
        self
    }

    /// The client; nothing is sent yet.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where the certificates cannot be read, or the proxy that the
    /// environment names makes no sense.
    pub fn build(self) -> Result<Client, Error> {
        let settings = self.settings;
        let transport = Transport::to_instance(&settings)?;
        let to_tokens = match Transport::to_provider(&settings)? {
            Some(provider) => provider,
            None => transport.clone(),
        };
        Ok(Client {
            tokens: Tokens::new(&settings, to_tokens, self.store, self.uses_stored),
            shared: SharedToken::new(settings.margin_secs),
            transport,
            settings,
        })
    }
}

impl Client {
    /// A client that keeps its tokens in memory; nothing is sent yet.
    ///
    /// # Errors
    /// As [`ClientBuilder::build`].
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Self::builder(settings).build()
    }

    /// A client with the settings and the store that the command `snow-token` has: the environment
    /// and the profile file, and the files of this user. So it shares tokens with the command, and
    /// uses its login.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], naming the setting.
    pub fn from_env() -> Result<Self, Error> {
        let settings = Settings::from_env()?;
        let client = match (FileStore::of_user(), &settings.method) {
            (Ok(files), _) => Self::builder(settings).with_store(files),
            // The login of a person is in those files, or nowhere.
            (Err(error), Method::AuthorizationCode { .. }) => return Err(error.into()),
            (Err(error), _) => {
                tracing::info!("tokens are kept in memory alone: {error}");
                Self::builder(settings)
            }
        };
        client.build()
    }

    /// A client with other than the default parts.
    pub fn builder(settings: Settings) -> ClientBuilder {
        ClientBuilder {
            settings,
            store: Arc::new(MemoryStore::new()),
            uses_stored: true,
        }
    }

    /// The settings that it was made with.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A token that is good now: the one that is held, one from the store, or a new one.
    ///
    /// # Errors
    /// [`Error`], when there is no good token and none could be had; [`ErrorKind::Usage`] where the
    /// method has no token (an API key, Basic).
    pub fn token(&self) -> Result<Arc<Token>, Error> {
        if let Method::ApiKey(_) | Method::Basic { .. } = self.settings.method {
            let what = format!(
                "the method {} has no access token",
                self.settings.method.name()
            );
            return Err(Error::new(ErrorKind::Usage, what)
                .with_advice(["send requests with it: snow-token request GET /api/now/..."]));
        }
        self.shared
            .get(|wanted| self.tokens.obtain(&self.settings, wanted))
    }

    /// Asks again at once after a failure or a refusal: what was wrong has been set right.
    pub fn retry(&self) {
        self.shared.retry();
    }

    /// Sends a request to the instance, and gives the answer back whatever its status is.
    ///
    /// A 401 brings one new token and one repeat, unless the instance hands the same token out
    /// again. Nothing else is repeated.
    ///
    /// # Errors
    /// [`Error`], when there was no token or no answer. An answer that refuses is not an error
    /// until [`Response::into_success`].
    pub fn send(&self, request: &Request<'_>) -> Result<Response, Error> {
        let url = self.settings.instance.join(&request.encoded_path()?);
        let proof = self.proof()?;
        let response = self.exchange(request, &url, &proof)?;
        if response.status() != 401 || !self.refuse(&proof) {
            return Ok(response);
        }
        let successor = match self.proof() {
            Ok(successor) => successor,
            // The answer that there is says it best.
            Err(error) if error.cause() == Some(Cause::NotAuthenticated) => {
                tracing::info!("HTTP 401: {error}");
                return Ok(response);
            }
            Err(error) => return Err(error),
        };
        if successor.is_same_as(&proof) {
            tracing::info!("HTTP 401, and the instance gave the same token again: not repeated");
            return Ok(response);
        }
        tracing::info!("HTTP 401: repeated with a new token");
        let repeated = self.exchange(request, &url, &successor)?;
        if repeated.status() == 401 {
            self.refuse(&successor);
        }
        Ok(repeated)
    }

    /// The header by which a request proves who sends it.
    pub(crate) fn proof(&self) -> Result<Proof, Error> {
        match &self.settings.method {
            Method::ApiKey(key) => Ok(Proof::api_key(key.expose_secret())),
            Method::Basic { username, password } => {
                Ok(Proof::basic(username, password.expose_secret()))
            }
            _ => self.token().map(Proof::bearer),
        }
    }

    /// An API answered 401. Whether it may be worth while to ask for another token.
    pub(crate) fn refuse(&self, proof: &Proof) -> bool {
        proof.token().is_some_and(|token| self.shared.refuse(token))
    }

    fn exchange(&self, request: &Request<'_>, url: &str, proof: &Proof) -> Result<Response, Error> {
        let mut headers = vec![(proof.header(), proof.value())];
        headers.extend(request.header_pairs());
        let answer = self.transport.send(&HttpRequest {
            method: request.method(),
            url,
            headers: &headers,
            body: request.body(),
            body_limit: RESPONSE_LIMIT,
        })?;
        if answer.is_cut {
            return Err(answer_too_long(
                request.method().as_str(),
                url,
                RESPONSE_LIMIT,
            ));
        }
        Ok(Response::new(
            request.method().clone(),
            url,
            answer,
            proof.secrets(),
        ))
    }

    /// The path of the page after this one, by the `Link` header (RFC 8288), where there is one.
    ///
    /// # Errors
    /// [`ErrorKind::UnexpectedAnswer`], where it is on another host: the token does not go there.
    pub fn next_page(&self, response: &Response) -> Result<Option<String>, Error> {
        let Some(next) = response.header("link").and_then(next_link) else {
            return Ok(None);
        };
        let origin = self.settings.instance.to_string();
        let path = match next.strip_prefix(&origin) {
            Some(path) => path,
            None => next,
        };
        match path.starts_with('/') && !path.starts_with("//") {
            true => Ok(Some(path.to_owned())),
            false => Err(Error::new(
                ErrorKind::UnexpectedAnswer,
                format!("the next page is not at {origin}"),
            )
            .with_advice([
                "the token is not sent to another host: look at the instance's URL \
                 (glide.servlet.uri), and at SERVICENOW_INSTANCE",
            ])),
        }
    }

    /// `GET path`; see [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn get(&self, path: &str) -> Result<Response, Error> {
        self.send(&Request::new("GET", path)?)
    }

    /// `POST path` with JSON; see [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn post(&self, path: &str, json: &[u8]) -> Result<Response, Error> {
        self.send(&Request::new("POST", path)?.with_json(json))
    }

    /// `PUT path` with JSON; see [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn put(&self, path: &str, json: &[u8]) -> Result<Response, Error> {
        self.send(&Request::new("PUT", path)?.with_json(json))
    }

    /// `PATCH path` with JSON; see [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn patch(&self, path: &str, json: &[u8]) -> Result<Response, Error> {
        self.send(&Request::new("PATCH", path)?.with_json(json))
    }

    /// `DELETE path`; see [`send`](Self::send).
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn delete(&self, path: &str) -> Result<Response, Error> {
        self.send(&Request::new("DELETE", path)?)
    }

    pub(crate) const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub(crate) const fn shared(&self) -> &SharedToken {
        &self.shared
    }

    pub(crate) const fn transport(&self) -> &Transport {
        &self.transport
    }
}

/// `<https://…>;rel="next"`, one of several with commas between them.
fn next_link(header: &str) -> Option<&str> {
    // A comma can stand within a URL, so the angle brackets count.
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split('<').next().unwrap_or_default();
        let is_next = parameters
            .split([';', ','])
            .any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        if is_next {
            return Some(target);
        }
        rest = after;
    }
    None
}
