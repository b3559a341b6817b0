//! A simulated identity provider: `/idp/oauth2/token`, on the same server.

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use http::{Method, Request, StatusCode};
use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::{
    access::{TrustedIssuer, basic_of},
    answers::{self, Answer},
    jwt::{JwtSigner, ParsedKey, VerifierKey},
    oauth::Form,
    random::{random_id, random_token},
};

/// A simulated identity provider, which an instance may trust. It knows one client, and gives it
/// JWTs by client credentials.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    /// The `iss` of its tokens.
    pub issuer: String,
    /// The `aud` of its tokens.
    pub audience: String,
    /// The `sub` of its tokens: the mail address of a user of the instance.
    pub subject: String,
    /// The client's ID.
    pub client_id: String,
    /// The client's secret. Made up at the start.
    pub client_secret: String,
    /// How long its tokens are good.
    pub token_lifetime: Duration,
    /// Whether the instance lets each `jti` count once, which makes it one call per token.
    pub jti_checked: bool,
}

impl Default for IdentityProvider {
    /// One for `integration.user`, whose tokens are good for 300 s and any number of calls.
    fn default() -> Self {
        Self {
            issuer: "https://idp.example.com".to_owned(),
            audience: "simulated-instance".to_owned(),
            subject: "integration.user@example.com".to_owned(),
            client_id: random_id(),
            client_secret: format!("{}~&=%+ ;\"<#", random_token(24)),
            token_lifetime: Duration::from_secs(300),
            jti_checked: false,
        }
    }
}

/// The provider's token endpoint.
#[derive(Debug)]
pub(crate) struct IdpEndpoint {
    pub(crate) provider: IdentityProvider,
    signer: JwtSigner,
}

impl IdpEndpoint {
    pub(crate) const PATH: &'static str = "/idp/oauth2/token";

    pub(crate) fn new(provider: IdentityProvider) -> Self {
        Self {
            provider,
            signer: JwtSigner::new(),
        }
    }

    pub(crate) fn public_key(&self) -> ParsedKey {
        self.signer.public_key()
    }

    /// As the instance trusts it; the key is not in a certificate here.
    pub(crate) fn as_trusted(&self) -> TrustedIssuer {
        let (issuer, audience) = (&self.provider.issuer, &self.provider.audience);
        TrustedIssuer {
            jti_checked: self.provider.jti_checked,
            ..TrustedIssuer::new(issuer, audience, VerifierKey::SharedSecret(Vec::new()))
        }
    }

    pub(crate) fn handle(&self, request: &Request<Bytes>, now: SystemTime) -> Answer {
        match self.grant(request, now) {
            Ok(body) => answers::json(StatusCode::OK, &body),
            Err(refusal) => refusal,
        }
    }

    /// The client shows itself in the body or by HTTP Basic.
    fn grant(&self, request: &Request<Bytes>, now: SystemTime) -> Result<Value, Answer> {
        if request.method() != Method::POST {
            return Err(answers::empty(StatusCode::METHOD_NOT_ALLOWED));
        }
        let form = Form::of_body(request)?;
        let in_body = form.get("client_id").zip(form.get("client_secret"));
        let in_body = in_body.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
        let shown = in_body.or_else(|| basic_of(request.headers()));
        let provider = &self.provider;
        let known = (provider.client_id.clone(), provider.client_secret.clone());
        if shown != Some(known) {
            return Err(answers::oauth_error(
                StatusCode::UNAUTHORIZED,
                "invalid_client",
                "client authentication failed",
            ));
        }
        if form.need("grant_type")? != "client_credentials" {
            return Err(answers::oauth_error(
                StatusCode::BAD_REQUEST,
                "unsupported_grant_type",
                "client_credentials is expected",
            ));
        }
        let issued_at = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let lifetime = provider.token_lifetime.as_secs();
        let token = self.signer.sign(&json!({
            "iss": provider.issuer,
            "aud": provider.audience,
            "sub": provider.subject,
            "iat": issued_at,
            "exp": issued_at.saturating_add(lifetime),
            "jti": random_id(),
        }));
        Ok(json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": lifetime,
        }))
    }
}
