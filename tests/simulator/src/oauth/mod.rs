//! The authorization server of an instance: registered clients and users, the ways to a token, the
//! tokens that are out.
//!
//! ```text
//! /oauth_auth.do           authorization.rs, sessions.rs, pages.rs -> codes.rs
//! /oauth_token.do          client_authentication.rs -> token_endpoint.rs -> issued.rs
//!                          verifier_maps.rs (JWT bearer)
//! /oauth_revoke_token.do   revocation.rs
//! ```

mod authorization;
mod client_authentication;
mod codes;
mod form;
mod issued;
mod pages;
mod registry;
mod revocation;
mod sessions;
mod token_endpoint;
mod verifier_maps;

pub(crate) use form::Form;

use std::time::SystemTime;

pub use issued::{AccessTokenFormat, RefreshTokens, Reissue};
pub use registry::{DEFAULT_REDIRECT_URI, GrantType, RegisteredClient};
pub use verifier_maps::AssertionRules;

use codes::Codes;
use issued::{IssuedTokens, TokenRules};
use registry::Registry;
use sessions::Sessions;
use verifier_maps::AssertionVerifier;

use crate::{
    options::InstanceOptions,
    users::{User, Users},
};

/// The scopes of a token, with a space between them.
#[derive(Debug)]
pub(crate) struct Scopes(String);

impl Scopes {
    /// The scope that no auth scope bounds.
    pub(crate) fn everything() -> Self {
        Self("useraccount".to_owned())
    }

    pub(crate) fn has(&self, scope: &str) -> bool {
        self.0.split(' ').any(|granted| granted == scope)
    }
}

#[derive(Debug)]
pub(crate) struct OAuth {
    client_credentials_enabled: bool,
    basic_client_authentication: bool,
    pub(crate) registry: Registry,
    pub(crate) users: Users,
    pub(crate) tokens: IssuedTokens,
    pub(crate) verifier: AssertionVerifier,
    codes: Codes,
    sessions: Sessions,
}

impl OAuth {
    pub(crate) fn new(options: &InstanceOptions) -> Self {
        Self {
            client_credentials_enabled: options.client_credentials_enabled,
            basic_client_authentication: options.basic_client_authentication,
            registry: Registry::new(options.clients.clone()),
            users: Users::new(options.users.clone()),
            tokens: IssuedTokens::new(TokenRules {
                lifetime: options.token_lifetime,
                refresh_lifetime: options.refresh_token_lifetime,
                reissue: options.reissue,
                refresh_tokens: options.refresh_tokens,
                format: options.access_token_format,
            }),
            verifier: AssertionVerifier::new(options.assertions.clone()),
            codes: Codes::default(),
            sessions: Sessions::default(),
        }
    }

    /// The user and the scopes of a valid access token.
    ///
    /// ServiceNow's FAQ on REST API auth scopes has those of the client's registry entry count at
    /// each call, whatever the token was asked for. Here the token's own count, so that a client
    /// which relies on more than it asked for is found out.
    pub(crate) fn bearer(&self, token: &str, now: SystemTime) -> Option<(&User, Scopes)> {
        let holder = self.tokens.holder(token, now)?;
        let user = self.users.named(&holder.user_name)?;
        Some((user, Scopes(holder.scope.clone())))
    }
}
