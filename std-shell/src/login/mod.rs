//! A login through the browser (RFC 8252): a listener on this machine's own address, an authorization
//! request to be opened in a browser, and the redirect that answers it.

mod listener;
mod page;

use core::time::Duration;
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::Instant,
};

use snow_token_core::{
    Grant,
    authorization::{AuthorizationRequest, Callback, CallbackError, CodeVerifier, State},
};
use zeroize::Zeroizing;

use self::listener::{Arrival, Listener, Reply};
use crate::{
    client::Client,
    clock::unix_now,
    error::{Error, ErrorKind},
    settings::{
        Method, OAuthClient,
        keys::{AUTH_METHOD, REDIRECT_PORT},
    },
    token::Token,
};

/// How the browser is to bring the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Flow {
    /// A code with PKCE (RFC 7636), which is traded for tokens. What to use.
    CodeWithPkce,
    /// A code without PKCE, for instances that do not know it.
    CodeWithoutPkce,
    /// The token itself (implicit). **Legacy**: OAuth 2.1 has dropped it, for the token passes
    /// through the browser's history.
    Implicit,
}

/// A login that waits for a person. The listener is gone when this is dropped.
#[derive(Debug)]
pub struct Login<'c> {
    client: &'c Client,
    registered: &'c OAuthClient,
    listener: Listener,
    arrivals: Receiver<Arrival>,
    hand_in: Sender<Arrival>,
    flow: Flow,
    state: State,
    verifier: Option<CodeVerifier>,
    redirect_uri: String,
    url: String,
}

/// What a login brought.
#[derive(Debug)]
#[non_exhaustive]
pub struct LoggedIn {
    /// The access token.
    pub token: Token,
    /// Whether a refresh token is kept: without one the login is over with the token.
    pub has_refresh_token: bool,
}

/// The address at which a browser was sent back, for a browser on another machine.
#[derive(Debug, Clone)]
pub struct HandIn(Sender<Arrival>);

impl HandIn {
    /// Takes the address that the browser shows at the end: all of it, or what follows `?` or `#`.
    pub fn redirect(&self, address: &str) {
        let parameters = address.trim().rsplit(['?', '#']).next().unwrap_or_default();
        // Nobody waits any more: there is nothing to do.
        let _ = self.0.send(Arrival {
            parameters: Zeroizing::new(parameters.to_owned()),
            reply: Reply::to_nobody(),
        });
    }
}

impl Client {
    /// Begins a login: listens on 127.0.0.1 and makes the address for the browser.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], where the method is not the authorization code, or the port is
    /// taken.
    pub fn begin_login(&self, flow: Flow) -> Result<Login<'_>, Error> {
        let Method::AuthorizationCode {
            client,
            redirect_port,
        } = self.settings().method()
        else {
            let method = self.settings().method().name();
            let what = format!("a login through the browser is not a part of the method {method}");
            return Err(Error::configuration(what).with_advice([format!(
                "set {}=oauth2_authorization_code",
                AUTH_METHOD.variable
            )]));
        };
        let (hand_in, arrivals) = std::sync::mpsc::channel();
        let listener = Listener::start(*redirect_port, flow == Flow::Implicit, hand_in.clone())
            .map_err(|error| port_taken(*redirect_port, &error))?;
        let redirect_uri = format!("http://127.0.0.1:{redirect_port}/callback");
        let state = State::from_random(random()?);
        let verifier = match flow {
            Flow::CodeWithPkce => Some(CodeVerifier::from_random(random()?)),
            _ => None,
        };
        let challenge = verifier.as_ref().map(CodeVerifier::challenge);
        let mut request = match flow {
            Flow::Implicit => AuthorizationRequest::implicit(&client.id, &redirect_uri, &state),
            _ => AuthorizationRequest::code(&client.id, &redirect_uri, &state),
        };
        if let Some(scope) = self.settings().scope() {
            request = request.with_scope(scope);
        }
        if let Some(challenge) = &challenge {
            request = request.with_challenge(challenge);
        }
        let origin = self.settings().instance().to_string();
        let mut buf = vec![0; request.url_len(&origin)];
        let url = request.url(&origin, &mut buf);
        let url = url
            .map_err(|error| Error::new(ErrorKind::Usage, error.to_string()))?
            .to_owned();
        Ok(Login {
            client: self,
            registered: client,
            listener,
            arrivals,
            hand_in,
            flow,
            state,
            verifier,
            redirect_uri,
            url,
        })
    }
}

impl Login<'_> {
    /// The address to open in a browser.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address to which the browser is sent back, as the registry entry must have it.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// A way for the address at which the browser ended, where it cannot reach this machine.
    pub fn hand_in(&self) -> HandIn {
        HandIn(self.hand_in.clone())
    }

    /// Waits for the person, trades what the browser brings for tokens, and keeps them. The browser
    /// shows how it went.
    ///
    /// A redirect with another `state` is none of this login's: it is refused, and waiting goes on.
    ///
    /// # Errors
    /// [`Error`], where nobody came in time, consent was refused, or the instance gave no token.
    pub fn wait(self, patience: Duration) -> Result<LoggedIn, Error> {
        let until = Instant::now() + patience;
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            let arrival = match self.arrivals.recv_timeout(rest) {
                Ok(arrival) => arrival,
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(nobody_came(patience, &self.redirect_uri));
                }
            };
            let Arrival { parameters, reply } = arrival;
            match self.finish(&parameters) {
                Err(Unfinished::NotOurs) => {
                    tracing::warn!("a redirect that does not belong to this login was refused");
                    reply.failed(
                        "This is not the answer to the login",
                        "It belongs to another login, or somebody tried to slip it in. The login goes \
                         on waiting for its own.",
                    );
                }
                Err(Unfinished::Failed(error)) => {
                    reply.failed("The login failed", &in_a_sentence(&error));
                    self.listener.stop();
                    return Err(error);
                }
                Ok(logged_in) => {
                    reply.done(
                        "You are logged in",
                        &format!(
                            "snow-token has a token for {}. You can close this window.",
                            self.client.settings().instance()
                        ),
                    );
                    self.listener.stop();
                    return Ok(logged_in);
                }
            }
        }
    }

    fn finish(&self, parameters: &str) -> Result<LoggedIn, Unfinished> {
        let mut buf = Zeroizing::new(vec![0; parameters.len()]);
        let callback = match Callback::read(parameters, &self.state, &mut buf) {
            Ok(callback) => callback,
            Err(CallbackError::StateMismatch) => return Err(Unfinished::NotOurs),
            Err(error) => return Err(Unfinished::Failed(unreadable(&error))),
        };
        let settings = self.client.settings();
        let tokens = self.client.tokens();
        match (callback, self.flow) {
            (Callback::Code(code), Flow::CodeWithPkce | Flow::CodeWithoutPkce) => {
                let grant = Grant::AuthorizationCode {
                    code,
                    redirect_uri: &self.redirect_uri,
                    code_verifier: self.verifier.as_ref().map(CodeVerifier::secret),
                    state: Some(self.state.as_str()),
                };
                let (token, has_refresh_token) = tokens
                    .redeem(settings, self.registered, grant)
                    .map_err(Unfinished::Failed)?;
                Ok(LoggedIn {
                    token,
                    has_refresh_token,
                })
            }
            (Callback::Token(response), Flow::Implicit) => {
                let token = Token::granted(&response, settings.scope(), unix_now());
                Ok(LoggedIn {
                    token: tokens
                        .keep_token(settings, token)
                        .map_err(Unfinished::Failed)?,
                    has_refresh_token: false,
                })
            }
            (Callback::Refused { error, description }, _) => {
                Err(Unfinished::Failed(refused(error, description)))
            }
            _ => Err(Unfinished::Failed(unreadable(
                &"it brought something else than was asked for",
            ))),
        }
    }
}

enum Unfinished {
    /// It belongs to somebody else.
    NotOurs,
    Failed(Error),
}

/// What went wrong and the likeliest thing to do, for the page.
fn in_a_sentence(error: &Error) -> String {
    let what = error.to_string();
    let mut chars = what.chars();
    let first: String = chars
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let advice = error
        .advice()
        .first()
        .map(String::as_str)
        .unwrap_or_default();
    format!("{first}{}. What to do: {advice}.", chars.as_str())
}

/// The words came through the browser: they are cut, and control characters made visible.
fn refused(error: &str, description: Option<&str>) -> Error {
    let shown = |text: &str| -> String {
        text.chars()
            .take(200)
            .flat_map(char::escape_debug)
            .collect()
    };
    let mut what = format!("the login was refused: {}", shown(error));
    if let Some(description) = description {
        what = format!("{what}: {}", shown(description));
    }
    let advice = match error {
        "access_denied" => "consent was not given: log in again and allow it",
        _ => "look at the registry entry: redirect URL, scopes, and whether it is active",
    };
    Error::new(ErrorKind::Refused, what).with_advice([advice])
}

fn unreadable(error: &dyn core::fmt::Display) -> Error {
    let what = format!("the browser's redirect cannot be used: {error}");
    Error::new(ErrorKind::UnexpectedAnswer, what).with_advice(["log in again"])
}

fn nobody_came(patience: Duration, redirect_uri: &str) -> Error {
    let what = format!(
        "nobody came back from the browser within {} s",
        patience.as_secs()
    );
    Error::new(ErrorKind::Network, what).with_advice([
        format!("the registry entry's redirect URL must be {redirect_uri}, to the character"),
        "a browser on another machine cannot come back here: use --no-browser, and paste the \
         address at which it ended"
            .to_owned(),
    ])
}

fn port_taken(port: u16, error: &std::io::Error) -> Error {
    let what = format!("cannot listen on 127.0.0.1:{port}: {error}");
    Error::configuration(what).with_advice([format!(
        "does another login run? Otherwise choose another port with {REDIRECT_PORT}, and set it in \
         the registry entry's redirect URL too"
    )])
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::configuration(format!("no random bytes: {error}")))?;
    Ok(bytes)
}
