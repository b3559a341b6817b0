//! Who calls a REST API: by an access token, an ID token of a trusted issuer, user name and
//! password, or an API key.

mod api_keys;
mod identity_provider;
mod trusted_issuers;

use std::time::SystemTime;

use http::{HeaderMap, Request, header};
use hyper::body::Bytes;

pub use api_keys::ApiKey;
pub use identity_provider::IdentityProvider;
pub(crate) use identity_provider::IdpEndpoint;
pub use trusted_issuers::TrustedIssuer;
pub(crate) use trusted_issuers::TrustedIssuers;

use crate::{
    basic,
    oauth::{OAuth, Scopes},
    users::User,
};

/// A user, and what the credentials open.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) user: User,
    pub(crate) scopes: Scopes,
}

/// What is known beside the tokens of [`OAuth`].
#[derive(Debug)]
pub(crate) struct Access {
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) issuers: TrustedIssuers,
}

impl Access {
    /// Who calls; `None` where the credentials are missing or not good.
    pub(crate) fn caller(
        &mut self,
        request: &Request<Bytes>,
        oauth: &OAuth,
        now: SystemTime,
    ) -> Option<Caller> {
        let users = &oauth.users;
        let Some(value) = text(request.headers(), "authorization") else {
            let key = text(request.headers(), "x-sn-apikey")?;
            let path = request.uri().path();
            let key = self.api_keys.iter().find(|known| known.opens(key, path))?;
            return users.named(&key.user_name).map(unbounded);
        };
        if let Some((user_name, password)) = basic::credentials(value) {
            return users.log_in(&user_name, &password).map(unbounded);
        }
        let (scheme, token) = value.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        if let Some((user, scopes)) = oauth.bearer(token, now) {
            let user = user.clone();
            return Some(Caller { user, scopes });
        }
        self.issuers.user(token, users, now).map(unbounded)
    }
}

/// Auth scopes bound tokens of registered clients only.
fn unbounded(user: &User) -> Caller {
    Caller {
        user: user.clone(),
        scopes: Scopes::everything(),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// As in [`Access::caller`], for who looks at headers alone.
pub(crate) fn basic_of(headers: &HeaderMap) -> Option<(String, String)> {
    text(headers, header::AUTHORIZATION.as_str()).and_then(basic::credentials)
}
