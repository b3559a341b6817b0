//! A token endpoint: the request, and what comes of it.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use snow_token_core::{
    BufferTooSmall, Cause, ClientAuthentication, Grant, Secret, TOKEN_PATH, TokenRequest, form,
    http_date::{self, ClockOffset},
    token_endpoint::{self, TokenEndpointError},
};
use ureq::http::{Method as HttpMethod, header};
use zeroize::Zeroizing;

use crate::{
    clock::unix_now,
    error::{Error, ErrorKind},
    settings::{
        ClientAuth, IdToken, Key, Method, OAuthClient, Settings,
        keys::{IDP_TOKEN_URL, INSTANCE},
    },
    token::Token,
    transport::{HttpRequest, Transport, answer_too_long},
    words::words_without,
};

/// A token response is some hundred bytes, some thousand with a JWT in it.
const TOKEN_RESPONSE_LIMIT: u64 = 64 * 1024;

/// The instance's token endpoint, or that of an identity provider.
#[derive(Debug)]
pub(super) struct TokenEndpoint {
    transport: Transport,
    /// How far its clock is ahead for certain, once that is known.
    clock_offset: Mutex<ClockOffset>,
}

/// What a token endpoint granted.
pub(super) struct Granted {
    pub(super) token: Token,
    pub(super) refresh_token: Option<SecretString>,
}

impl TokenEndpoint {
    pub(super) const fn new(transport: Transport) -> Self {
        Self {
            transport,
            clock_offset: Mutex::new(ClockOffset::NONE),
        }
    }

    pub(super) fn clock_offset(&self) -> ClockOffset {
        *self
            .clock_offset
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a token request and reads its answer.
    pub(super) fn request(
        &self,
        settings: &Settings,
        client: &OAuthClient,
        grant: Grant<'_>,
    ) -> Result<Granted, Error> {
        let client_secret = match &client.authentication {
            ClientAuth::Body(secret) | ClientAuth::Basic(secret) => secret.expose_secret(),
            ClientAuth::None => "",
        };
        let (url, scope, setting) = match &settings.method {
            Method::IdToken(IdToken::Provider {
                token_url, scope, ..
            }) => (token_url.to_string(), scope.as_deref(), IDP_TOKEN_URL),
            _ => (
                settings.instance.join(TOKEN_PATH),
                settings.scope.as_deref(),
                INSTANCE,
            ),
        };
        let request = TokenRequest::new(grant, authentication(client, client_secret));
        let request = match scope {
            Some(scope) => request.with_scope(scope),
            None => request,
        };
        let mut body = Zeroizing::new(vec![0; request.body_len()]);
        let mut authorization = Zeroizing::new(vec![0; request.authorization_len()]);
        let body = request.body(&mut body).map_err(too_small)?;
        let authorization = request
            .authorization(&mut authorization)
            .map_err(too_small)?;
        let mut headers = vec![(header::CONTENT_TYPE, form::CONTENT_TYPE)];
        headers.extend(authorization.map(|value| (header::AUTHORIZATION, value)));

        let sent_unix = unix_now();
        let answer = self.transport.send(&HttpRequest {
            method: &HttpMethod::POST,
            url: &url,
            headers: &headers,
            body: Some(body),
            body_limit: TOKEN_RESPONSE_LIMIT,
        })?;
        if let Some(Ok(date_unix)) = answer.header(header::DATE).map(http_date::parse) {
            let offset = ClockOffset::learn_between(sent_unix, unix_now(), date_unix);
            *self
                .clock_offset
                .lock()
                .unwrap_or_else(PoisonError::into_inner) = offset;
        }

        let mut buf = Zeroizing::new(vec![0; answer.body.len()]);
        let response = token_endpoint::read(&answer.view(), &mut buf).map_err(|error| {
            match error {
                TokenEndpointError::Refused(refusal) => {
                    // `Basic` and what it hides.
                    let credentials = authorization.and_then(|value| value.rsplit(' ').next());
                    let secrets = secrets_of(&grant).into_iter();
                    let secrets = secrets.chain([Some(client_secret), credentials]);
                    let words = words_without(&refusal, secrets.flatten());
                    let cause = match refusal.cause {
                        // No token was shown that could be at fault (RFC 6749 §5.2).
                        Cause::NotAuthenticated => Cause::InvalidClient,
                        cause => cause,
                    };
                    let error = Error::from_cause(cause, format!("POST {url}: {words}"));
                    match error.advice().is_empty() && refusal.error.is_none() {
                        true => error.with_advice([is_it_right(setting)]),
                        false => error,
                    }
                }
                // The beginning of a long answer can look as anything.
                _ if answer.is_cut => answer_too_long("POST", &url, TOKEN_RESPONSE_LIMIT),
                error => Error::new(
                    ErrorKind::UnexpectedAnswer,
                    format!("POST {url}: the answer is not a good token: {error}"),
                )
                .with_advice([is_it_right(setting)]),
            }
        })?;
        Ok(Granted {
            token: Token::granted(&response, scope, sent_unix),
            refresh_token: response
                .refresh_token
                .map(|token| SecretString::from(token.expose())),
        })
    }
}

fn authentication<'a>(client: &'a OAuthClient, client_secret: &'a str) -> ClientAuthentication<'a> {
    let client_id = &client.id;
    let client_secret = Secret::new(client_secret);
    match client.authentication {
        ClientAuth::Body(_) => ClientAuthentication::Body {
            client_id,
            client_secret,
        },
        ClientAuth::Basic(_) => ClientAuthentication::Basic {
            client_id,
            client_secret,
        },
        ClientAuth::None => ClientAuthentication::None { client_id },
    }
}

/// What must not be seen in a server's words.
fn secrets_of<'a>(grant: &Grant<'a>) -> Vec<Option<&'a str>> {
    match *grant {
        Grant::JwtBearer { assertion } => vec![Some(assertion.expose())],
        Grant::AuthorizationCode {
            code,
            code_verifier,
            ..
        } => {
            vec![Some(code.expose()), code_verifier.map(Secret::expose)]
        }
        Grant::RefreshToken { refresh_token } => vec![Some(refresh_token.expose())],
        Grant::Password { password, .. } => vec![Some(password.expose())],
        _ => vec![],
    }
}

fn is_it_right(setting: Key) -> String {
    format!(
        "look at {}: is it right, and reached directly?",
        setting.variable
    )
}

fn too_small(error: BufferTooSmall) -> Error {
    Error::new(ErrorKind::UnexpectedAnswer, error.to_string())
}
