//! `/oauth_token.do`: each grant, and the answer with the token.

use core::time::Duration;
use std::time::SystemTime;

use http::{Method, Request, StatusCode};
use hyper::body::Bytes;
use serde_json::json;

use crate::{
    answers::{self, Answer},
    jwt::Jwt,
    oauth::{
        OAuth,
        client_authentication::authenticate,
        form::Form,
        issued::Holder,
        registry::{GrantType, RegisteredClient},
    },
};

/// What is granted.
struct Granted {
    access_token: String,
    lifetime: Duration,
    scope: String,
    refresh_token: Option<String>,
}

impl OAuth {
    pub(crate) fn token_endpoint(&mut self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        match self.grant(request, now) {
            Ok(granted) => granted.answer(),
            Err(refusal) => refusal,
        }
    }

    fn grant(&mut self, request: &Request<Bytes>, now: SystemTime) -> Result<Granted, Answer> {
        if request.method() != Method::POST {
            return Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        // Parameters in the query do not count: they are to be in the body only.
        let form = Form::of_body(request)?;
        let grant_type = form.need("grant_type")?;
        if grant_type == GrantType::JwtBearer.name() {
            return self.jwt_bearer(request, &form, now);
        }
        let grant = match grant_type {
            "client_credentials" => Self::client_credentials,
            "authorization_code" => Self::authorization_code,
            "refresh_token" => Self::refresh_token,
            "password" => Self::password,
            _ => {
                return Err(answers::oauth_error(
                    StatusCode::BAD_REQUEST,
                    "unsupported_grant_type",
                    "the grant type is not known",
                ));
            }
        };
        let client = self.authenticated(request, &form)?;
        grant(self, &client, &form, now)
    }

    fn authenticated(
        &self,
        request: &Request<Bytes>,
        form: &Form,
    ) -> Result<RegisteredClient, Answer> {
        let basic_is_taken = self.basic_client_authentication;
        authenticate(&self.registry, form, request.headers(), basic_is_taken).cloned()
    }

    fn client_credentials(
        &mut self,
        client: &RegisteredClient,
        form: &Form,
        now: SystemTime,
    ) -> Result<Granted, Answer> {
        must_be_enabled(client, GrantType::ClientCredentials)?;
        if !self.client_credentials_enabled || client.is_public() {
            return Err(answers::access_denied());
        }
        let user = client.user.as_deref();
        let Some(user) = user.and_then(|user_name| self.users.named(user_name)) else {
            return Err(answers::oauth_error(
                StatusCode::UNAUTHORIZED,
                "unauthorized_client",
                &format!(
                    "OAuth integration user is not configured for OAuth:{}",
                    client.client_id
                ),
            ));
        };
        let holder = holder(client, &user.user_name, form)?;
        Ok(self.issue(holder, now))
    }

    fn password(
        &mut self,
        client: &RegisteredClient,
        form: &Form,
        now: SystemTime,
    ) -> Result<Granted, Answer> {
        must_be_enabled(client, GrantType::Password)?;
        let (user_name, password) = (form.need("username")?, form.need("password")?);
        let user = self.users.log_in(user_name, password);
        let user = user.ok_or_else(answers::access_denied)?;
        let holder = holder(client, &user.user_name, form)?;
        Ok(self.issue_refreshable(client, holder, now))
    }

    fn authorization_code(
        &mut self,
        client: &RegisteredClient,
        form: &Form,
        now: SystemTime,
    ) -> Result<Granted, Answer> {
        must_be_enabled(client, GrantType::AuthorizationCode)?;
        let code = self.codes.take(form.need("code")?, now);
        let authorization = code
            .filter(|authorization| authorization.holder.client_id == client.client_id)
            .ok_or_else(|| answers::invalid_grant("the code is not known, used or too old"))?;
        authorization.fits(form).map_err(answers::invalid_grant)?;
        Ok(self.issue_refreshable(client, authorization.holder, now))
    }

    fn refresh_token(
        &mut self,
        client: &RegisteredClient,
        form: &Form,
        now: SystemTime,
    ) -> Result<Granted, Answer> {
        let used = form.need("refresh_token")?;
        let known = self.tokens.refreshed(used, &client.client_id, now);
        let known = known.filter(|holder| self.users.named(&holder.user_name).is_some());
        let mut holder = known.ok_or_else(answers::access_denied)?;
        if let Some(asked) = form.get("scope") {
            // RFC 6749 §6: less than was granted may be asked for, never more.
            let was_granted = |scope: &str| holder.scope.split(' ').any(|had| had == scope);
            if !asked.split(' ').all(was_granted) {
                return Err(answers::invalid_scope());
            }
            holder.scope = asked.to_owned();
        }
        let refresh_token = self.tokens.next_refresh_token(used, now);
        Ok(Granted {
            refresh_token: Some(refresh_token),
            ..self.issue(holder, now)
        })
    }

    fn jwt_bearer(
        &mut self,
        request: &Request<Bytes>,
        form: &Form,
        now: SystemTime,
    ) -> Result<Granted, Answer> {
        let assertion = form.need("assertion")?;
        // A public client need not say who it is: the assertion does.
        let client = match form.get("client_id") {
            None => Jwt::parse(assertion).and_then(|jwt| jwt.text_claim("iss")),
            Some(_) => None,
        };
        let by_assertion = client.and_then(|client_id| self.registry.by_id(&client_id));
        let client = match by_assertion.filter(|client| client.is_public()) {
            Some(client) => client.clone(),
            None => self.authenticated(request, form)?,
        };
        must_be_enabled(&client, GrantType::JwtBearer)?;
        let subject = self
            .verifier
            .subject(assertion, &client, answers::host(request), now)
            .map_err(answers::invalid_grant)?;
        let user = self.users.by(client.user_field, &subject);
        let user = user.ok_or_else(|| answers::invalid_grant("no user has the subject"))?;
        if user.is_admin {
            return Err(answers::invalid_grant(
                "Grant access token to admin is not allowed",
            ));
        }
        let holder = holder(&client, &user.user_name, form)?;
        Ok(self.issue(holder, now))
    }

    fn issue(&mut self, holder: Holder, now: SystemTime) -> Granted {
        let (access_token, lifetime) = self.tokens.access_token(&holder, now);
        Granted {
            access_token,
            lifetime,
            scope: holder.scope,
            refresh_token: None,
        }
    }

    /// With a refresh token, which is promised to private clients only.
    fn issue_refreshable(
        &mut self,
        client: &RegisteredClient,
        holder: Holder,
        now: SystemTime,
    ) -> Granted {
        let is_private = !client.is_public();
        let refresh_token = is_private.then(|| self.tokens.refresh_token(&holder, now));
        Granted {
            refresh_token,
            ..self.issue(holder, now)
        }
    }
}

impl Granted {
    fn answer(self) -> Answer {
        let mut body = json!({
            "access_token": self.access_token,
            "scope": self.scope,
            "token_type": "Bearer",
            "expires_in": self.lifetime.as_secs(),
        });
        if let Some(refresh_token) = self.refresh_token {
            body["refresh_token"] = refresh_token.into();
        }
        answers::json(StatusCode::OK, &body)
    }
}

fn must_be_enabled(client: &RegisteredClient, grant: GrantType) -> Result<(), Answer> {
    match client.may(grant) {
        true => Ok(()),
        false => Err(answers::access_denied()),
    }
}

fn holder(client: &RegisteredClient, user_name: &str, form: &Form) -> Result<Holder, Answer> {
    let scope = client.scope(form.get("scope"));
    Ok(Holder {
        client_id: client.client_id.clone(),
        user_name: user_name.to_owned(),
        scope: scope.ok_or_else(answers::invalid_scope)?,
    })
}
