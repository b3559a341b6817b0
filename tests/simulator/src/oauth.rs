//! `/oauth_token.do`: registered clients, the client-credentials grant, the tokens that are out.

use core::time::Duration;
use std::{
    collections::{BTreeMap, HashMap},
    time::SystemTime,
};

use http::{HeaderMap, Method, Request, StatusCode, header};
use hyper::body::Bytes;
use serde_json::json;

use crate::{
    answers::{self, Answer},
    instance::{InstanceOptions, random_id, random_text},
};

/// An entry of the application registry (`oauth_entity`).
#[derive(Debug, Clone)]
pub struct RegisteredClient {
    /// What it is called here; an instance shows it in its list.
    pub name: &'static str,
    /// The Client ID.
    pub client_id: String,
    /// The Client Secret. Made up at the start.
    pub client_secret: String,
    /// The auth scopes that are linked to the entry.
    pub scopes: Vec<&'static str>,
    /// The OAuth Application User; without one, client credentials are refused.
    pub user: Option<&'static str>,
    /// Whether the client-credentials grant is enabled.
    pub client_credentials: bool,
}

impl RegisteredClient {
    /// One client of each kind that behaves differently.
    pub fn samples() -> Vec<Self> {
        let client = |name, scopes: &[&'static str]| Self {
            name,
            client_id: random_id(),
            // With the characters that break a client which does not encode them.
            client_secret: random_text(
                "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
                12,
            ) + "&=%+ ;é\"<#"
                + &random_text("abcdefghjkmnpqrstuvwxyz", 4),
            scopes: scopes.to_vec(),
            user: Some("integration.user"),
            client_credentials: true,
        };
        vec![
            client("writer", &["table_read_write"]),
            client("reader", &["table_read"]),
            client("both", &["table_read", "table_read_write"]),
            client("unbounded", &["useraccount"]),
            Self {
                user: None,
                ..client("without_user", &["table_read"])
            },
            Self {
                client_credentials: false,
                ..client("without_grant", &["table_read"])
            },
        ]
    }

    fn has_scope(&self, scope: &str) -> bool {
        self.scopes.contains(&scope)
    }
}

/// The scopes of a token, with a space between them.
pub(crate) struct Scopes(String);

impl Scopes {
    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.split(' ').any(|granted| granted == scope)
    }
}

/// What a request for a token brings while an earlier one for the same client and user is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reissue {
    /// The same token, with what is left of its lifetime.
    SameTokenWithRest,
    /// The same token, its lifetime counted anew (on some releases).
    SameTokenAnew,
    /// A new token each time (unlike any instance).
    NewToken,
}

#[derive(Debug)]
pub(crate) struct TokenEndpoint {
    lifetime: Duration,
    reissue: Reissue,
    basic: bool,
    clients: Vec<RegisteredClient>,
    tokens: HashMap<String, Grant>,
}

#[derive(Debug, Clone)]
struct Grant {
    client_id: String,
    scope: String,
    expires_at: SystemTime,
}

impl TokenEndpoint {
    pub(crate) fn new(options: &InstanceOptions) -> Self {
        Self {
            lifetime: options.token_lifetime,
            reissue: options.reissue,
            basic: options.basic_client_authentication,
            clients: options.clients.clone(),
            tokens: HashMap::new(),
        }
    }

    pub(crate) fn clients(&self) -> &[RegisteredClient] {
        &self.clients
    }

    pub(crate) fn set_lifetime(&mut self, lifetime: Duration) {
        self.lifetime = lifetime;
    }

    pub(crate) fn revoke_all(&mut self) {
        self.tokens.clear();
    }

    /// The scopes of the valid bearer token in `headers`.
    ///
    /// ServiceNow's FAQ on REST API auth scopes has those of the client's registry entry count at
    /// each call, whatever the token was asked for. Here the token's own count, so that a client
    /// which relies on more than it asked for is found out.
    pub(crate) fn authenticate(&self, headers: &HeaderMap, now: SystemTime) -> Option<Scopes> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        let grant = self.tokens.get(token)?;
        let is_valid = scheme.eq_ignore_ascii_case("bearer") && now < grant.expires_at;
        is_valid.then(|| Scopes(grant.scope.clone()))
    }

    pub(crate) fn handle(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        self.grant(request, now).unwrap_or_else(|refusal| refusal)
    }

    fn grant(&mut self, request: &Request<Bytes>, now: SystemTime) -> Result<Answer, Answer> {
        let invalid_request = |description: &str| {
            answers::oauth_error(StatusCode::BAD_REQUEST, "invalid_request", description)
        };
        if request.method() != Method::POST {
            return Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let content_type = header_text(request.headers(), header::CONTENT_TYPE);
        if content_type.split(';').next() != Some("application/x-www-form-urlencoded") {
            return Err(invalid_request("form-encoded parameters are expected"));
        }
        // Parameters in the query do not count: they are to be in the body only.
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(request.body()) {
            if parameters.insert(name, value).is_some() {
                return Err(invalid_request("a parameter stands there twice"));
            }
        }
        let parameter = |name: &str| parameters.get(name).map(|value| value.as_ref());

        match parameter("grant_type") {
            Some("client_credentials") => {}
            Some(_) => {
                return Err(answers::oauth_error(
                    StatusCode::BAD_REQUEST,
                    "unsupported_grant_type",
                    "the grant type is not known",
                ));
            }
            None => return Err(invalid_request("grant_type is missing")),
        }
        let in_body = parameter("client_id").zip(parameter("client_secret"));
        let in_header = basic_credentials(request.headers()).filter(|_| self.basic);
        let (client_id, client_secret) = match (in_body, in_header) {
            (Some((id, secret)), None) => (id.to_owned(), secret.to_owned()),
            (None, Some(credentials)) => credentials,
            _ => return Err(answers::access_denied()),
        };
        let client = self
            .client(&client_id)
            .filter(|client| client.client_secret == client_secret && client.client_credentials)
            .ok_or_else(answers::access_denied)?;
        if client.user.is_none() {
            return Err(answers::oauth_error(
                StatusCode::UNAUTHORIZED,
                "unauthorized_client",
                &format!("OAuth integration user is not configured for OAuth:{client_id}"),
            ));
        }
        let scope = match parameter("scope") {
            None => client.scopes.join(" "),
            Some(asked) if asked.split(' ').all(|scope| client.has_scope(scope)) => {
                asked.to_owned()
            }
            Some(_) => {
                return Err(answers::oauth_error(
                    StatusCode::BAD_REQUEST,
                    "invalid_scope",
                    "the scope is not linked to the client",
                ));
            }
        };
        let (token, lifetime) = self.issue(&client_id, &scope, now);
        let body = json!({
            "access_token": token,
            "scope": scope,
            "token_type": "Bearer",
            "expires_in": lifetime.as_secs(),
        });
        Ok(answers::json(StatusCode::OK, &body))
    }

    /// A token for the client, and how long it lives from now on. A client has one user, so the
    /// same client and scope are the same token.
    fn issue(&mut self, client_id: &str, scope: &str, now: SystemTime) -> (String, Duration) {
        self.tokens.retain(|_, grant| now < grant.expires_at);
        let expires_at = now + self.lifetime;
        let out = self
            .tokens
            .iter_mut()
            .find(|(_, grant)| grant.client_id == client_id && grant.scope == scope);
        if let Some((token, grant)) = out {
            if self.reissue == Reissue::SameTokenAnew {
                grant.expires_at = expires_at;
            }
            if self.reissue != Reissue::NewToken {
                let rest = grant.expires_at.duration_since(now);
                return (token.clone(), rest.unwrap_or_default());
            }
        }
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let token = random_text(alphabet, 86);
        let grant = Grant {
            client_id: client_id.to_owned(),
            scope: scope.to_owned(),
            expires_at,
        };
        self.tokens.insert(token.clone(), grant);
        (token, self.lifetime)
    }

    fn client(&self, client_id: &str) -> Option<&RegisteredClient> {
        let by_id = |client: &&RegisteredClient| client.client_id == client_id;
        self.clients.iter().find(by_id)
    }
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

/// RFC 6749 §2.3.1: name and secret are form-encoded before base64.
fn basic_credentials(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, base64) = header_text(headers, header::AUTHORIZATION).split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = <base64ct::Base64 as base64ct::Encoding>::decode_vec(base64).ok()?;
    let decoded = String::from_utf8(decoded).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decode(id), form_decode(secret)))
}

fn form_decode(text: &str) -> String {
    let name = form_urlencoded::parse(text.as_bytes()).next();
    name.map(|(name, _)| name.into_owned()).unwrap_or_default()
}
