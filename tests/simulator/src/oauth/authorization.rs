//! `/oauth_auth.do`: log-in, consent, and back to the client with a code or a token.

use std::time::SystemTime;

use http::{Method, Request, StatusCode, header};
use hyper::body::Bytes;

use crate::{
    answers::{self, Answer},
    oauth::{
        OAuth,
        codes::{Authorization, Challenge},
        form::Form,
        issued::Holder,
        pages,
        registry::{GrantType, RegisteredClient},
    },
};

/// A request whose client and redirect URI are known to belong together, so that an answer may go
/// there.
struct Wanted {
    client: RegisteredClient,
    redirect_uri: String,
    state: String,
    grant: GrantType,
}

/// What is asked for, and found to be in order.
struct InOrder {
    scope: String,
    challenge: Option<Challenge>,
}

impl OAuth {
    pub(crate) fn authorization_endpoint(
        &mut self,
        request: &Request<Bytes>,
        now: SystemTime,
    ) -> Answer {
        let answer = self.authorize(request, now);
        pages::kept_from_caches_and_frames(answer.unwrap_or_else(|refusal| refusal))
    }

    fn authorize(&mut self, request: &Request<Bytes>, now: SystemTime) -> Result<Answer, Answer> {
        let query = Form::of_query(request).map_err(|_| {
            pages::error(
                "The request is not valid",
                "A parameter stands there twice.",
            )
        })?;
        let wanted = self.wanted(&query)?;
        let in_order = wanted
            .check(&query)
            .map_err(|error| wanted.redirect(&[("error", error)]))?;
        let this_page = request
            .uri()
            .path_and_query()
            .map_or("", |uri| uri.as_str());
        if request.method() == Method::GET {
            return Ok(match self.sessions.of(request.headers()) {
                None => pages::log_in(this_page, false),
                Some(session) => {
                    pages::consent(this_page, &wanted.client.name, &in_order.scope, session)
                }
            });
        }
        if request.method() != Method::POST {
            return Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let form = Form::of_body(request)?;
        if let Some(user_name) = form.get("user_name") {
            let password = form.get("user_password").unwrap_or_default();
            return Ok(match self.users.log_in(user_name, password) {
                None => pages::log_in(this_page, true),
                Some(user) => {
                    let cookie = self.sessions.begin(&user.user_name);
                    let answer = answers::redirect(StatusCode::SEE_OTHER, this_page);
                    answers::with_header(answer, header::SET_COOKIE, &cookie)
                }
            });
        }
        let session = self.sessions.of(request.headers());
        let form_token = form.get("sysparm_ck");
        let session = session
            .filter(|session| form_token == Some(&session.form_token))
            .ok_or_else(|| pages::log_in(this_page, false))?;
        match form.get("consent") {
            Some("allow") => {}
            Some("deny") => return Ok(wanted.redirect(&[("error", "access_denied")])),
            _ => return Err(answers::empty(StatusCode::BAD_REQUEST)),
        }
        let holder = Holder {
            client_id: wanted.client.client_id.clone(),
            user_name: session.user_name.clone(),
            scope: in_order.scope,
        };
        if wanted.grant == GrantType::Implicit {
            let (token, lifetime) = self.tokens.access_token(&holder, now);
            return Ok(wanted.redirect(&[
                ("access_token", &token),
                ("token_type", "Bearer"),
                ("expires_in", &lifetime.as_secs().to_string()),
                ("scope", &holder.scope),
            ]));
        }
        let authorization = Authorization {
            holder,
            redirect_uri: wanted.redirect_uri.clone(),
            state: wanted.state.clone(),
            challenge: in_order.challenge,
        };
        let code = self.codes.give(authorization, now);
        Ok(wanted.redirect(&[("code", &code)]))
    }

    /// Where this fails there is nowhere to send the browser: the user sees a page.
    fn wanted(&self, query: &Form) -> Result<Wanted, Answer> {
        let client_id = query.get("client_id").unwrap_or_default();
        let client = self.registry.by_id(client_id).ok_or_else(|| {
            pages::error(
                "Unknown client",
                "No entry of the application registry has this client ID.",
            )
        })?;
        let redirect_uri = query.get("redirect_uri").unwrap_or_default();
        if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
            return Err(pages::error(
                "Invalid redirect_uri",
                "It is not, character by character, a Redirect URL of the registry entry.",
            ));
        }
        let state = query.get("state").unwrap_or_default();
        if state.is_empty() || !state.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(pages::error(
                "Invalid state",
                "The parameter state is mandatory and must hold no special characters.",
            ));
        }
        Ok(Wanted {
            client: client.clone(),
            redirect_uri: redirect_uri.to_owned(),
            state: state.to_owned(),
            grant: match query.get("response_type") {
                Some("token") => GrantType::Implicit,
                _ => GrantType::AuthorizationCode,
            },
        })
    }
}

impl Wanted {
    /// Otherwise, the error of RFC 6749 §4.1.2.1.
    fn check(&self, query: &Form) -> Result<InOrder, &'static str> {
        match query.get("response_type") {
            Some("code" | "token") => {}
            Some(_) => return Err("unsupported_response_type"),
            None => return Err("invalid_request"),
        }
        if !self.client.may(self.grant) {
            return Err("unauthorized_client");
        }
        let challenge = query.get("code_challenge");
        let challenge = match (challenge, query.get("code_challenge_method")) {
            (None, None) => None,
            (Some(challenge), Some("S256")) => {
                Some(Challenge::parse(challenge).ok_or("invalid_request")?)
            }
            _ => return Err("invalid_request"),
        };
        let needs_challenge = self.client.is_public() && self.grant == GrantType::AuthorizationCode;
        if needs_challenge && challenge.is_none() {
            return Err("invalid_request");
        }
        let scope = self.client.scope(query.get("scope"));
        Ok(InOrder {
            scope: scope.ok_or("invalid_scope")?,
            challenge,
        })
    }

    /// Back to the client: what the implicit grant gives stands in the fragment, which no server
    /// sees.
    fn redirect(&self, parameters: &[(&str, &str)]) -> Answer {
        let mut encoded = form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(parameters);
        let encoded = encoded.append_pair("state", &self.state).finish();
        let separator = match self.grant {
            GrantType::Implicit => '#',
            _ if self.redirect_uri.contains('?') => '&',
            _ => '?',
        };
        let location = format!("{}{separator}{encoded}", self.redirect_uri);
        answers::redirect(StatusCode::FOUND, &location)
    }
}
