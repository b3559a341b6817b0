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
pub struct HandIn {
    arrivals: Sender<Arrival>,
    flow: Flow,
}

impl HandIn {
    /// Takes the address that the browser shows at the end: all of it, or what follows `?` or, for
    /// [`Flow::Implicit`], `#`.
    pub fn redirect(&self, address: &str) {
        // Nobody waits any more: there is nothing to do.
        let _ = self.arrivals.send(Arrival {
            parameters: Zeroizing::new(parameters(address, self.flow).to_owned()),
            reply: Reply::to_nobody(),
        });
    }
}

/// What an address says by `?` or `#`, or all of a text without either. Some servers end a redirect
/// with a fragment that means nothing, such as `#_=_`: a code stands in the query alone.
fn parameters(address: &str, flow: Flow) -> &str {
    let address = address.trim();
    let (start, fragment) = address.split_once('#').unwrap_or((address, ""));
    match flow {
        Flow::Implicit if !fragment.is_empty() => fragment,
        _ => start.split_once('?').map_or(start, |(_, query)| query),
    }
}

impl Client {
    /// Begins a login: listens on 127.0.0.1 and makes the address for the browser.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`], where the method is not the authorization code, or the port is
    /// 0 or taken.
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
        // The system would choose one, which the registry entry does not have.
        if *redirect_port == 0 {
            return Err(
                Error::configuration("port 0 is none to which a browser can be sent back")
                    .with_advice([format!(
                        "name the port of the registry entry's redirect URL; {REDIRECT_PORT} sets it"
                    )]),
            );
        }
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
        HandIn {
            arrivals: self.hand_in.clone(),
            flow: self.flow,
        }
    }

    /// Waits for the person, trades what the browser brings for tokens, and keeps them. The client
    /// goes on with them, and the browser shows how it went.
    ///
    /// A redirect with another `state` is none of this login's: it is refused, and waiting goes on.
    ///
    /// # Errors
    /// [`Error`], where nobody came in time, consent was refused, or the instance gave no token.
    pub fn wait(self, patience: Duration) -> Result<LoggedIn, Error> {
        // `None` is past the end of the clock.
        let until = Instant::now().checked_add(patience);
        loop {
            let rest = until.map_or(Duration::MAX, |until| {
                until.saturating_duration_since(Instant::now())
            });
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
                    // What it held before is of another login, if of any.
                    self.client.shared().reset();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{ClientAuth, Settings};

    #[test]
    fn the_address_at_which_a_browser_ended_is_taken_as_it_is_pasted() {
        const CODE: Flow = Flow::CodeWithPkce;
        for (address, flow, expected) in [
            (
                "http://127.0.0.1:1/callback?code=a&state=b",
                CODE,
                "code=a&state=b",
            ),
            (
                " http://127.0.0.1:1/callback?code=a&state=b#\n",
                CODE,
                "code=a&state=b",
            ),
            (
                "http://127.0.0.1:1/callback?code=a&state=b#_=_",
                CODE,
                "code=a&state=b",
            ),
            ("?code=a?b", Flow::CodeWithoutPkce, "code=a?b"),
            ("code=a&state=b", CODE, "code=a&state=b"),
            (
                "http://127.0.0.1:1/callback#access_token=a?b",
                Flow::Implicit,
                "access_token=a?b",
            ),
            (
                "http://127.0.0.1:1/callback?error=a",
                Flow::Implicit,
                "error=a",
            ),
            (
                "http://127.0.0.1:1/callback?error=a#",
                Flow::Implicit,
                "error=a",
            ),
            ("access_token=a", Flow::Implicit, "access_token=a"),
        ] {
            assert_eq!(parameters(address, flow), expected, "{address}");
        }
    }

    fn client(redirect_port: u16) -> Client {
        let method = Method::AuthorizationCode {
            client: OAuthClient::new("id", ClientAuth::None),
            redirect_port,
        };
        Client::new(Settings::new("dev12345".parse().unwrap(), method)).unwrap()
    }

    #[test]
    fn a_port_that_the_system_would_choose_is_refused() {
        let client = client(0);
        let error = client.begin_login(Flow::CodeWithPkce).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains("port 0"), "{error}");
    }

    #[test]
    fn a_login_can_wait_without_an_end() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let client = client(port.unwrap().port());
        let login = client.begin_login(Flow::CodeWithPkce).unwrap();
        // What belongs to nobody's login first.
        login.hand_in().redirect("code=a&code=b");
        let refused = format!("error=access_denied&state={}", login.state.as_str());
        login.hand_in().redirect(&refused);
        let error = login.wait(Duration::MAX).unwrap_err();
        assert!(error.to_string().contains("access_denied"), "{error}");
    }
}
