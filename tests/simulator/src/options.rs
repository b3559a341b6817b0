//! How an instance is set up.

use core::time::Duration;

use crate::{
    access::{ApiKey, IdentityProvider},
    oauth::{AccessTokenFormat, AssertionRules, RefreshTokens, RegisteredClient, Reissue},
    rate_limit::RateLimit,
    rest::ImportSet,
    users::User,
};

/// How an instance is set up.
#[derive(Debug, Clone)]
pub struct InstanceOptions {
    /// The lifetime of an access token. ServiceNow's default is 1,800 s.
    pub token_lifetime: Duration,
    /// The lifetime of a refresh token. ServiceNow's default is 8,640,000 s.
    pub refresh_token_lifetime: Duration,
    /// What an access token looks like.
    pub access_token_format: AccessTokenFormat,
    /// What a second request for a token brings while the first one is still valid.
    pub reissue: Reissue,
    /// What becomes of a refresh token that is used.
    pub refresh_tokens: RefreshTokens,
    /// `glide.oauth.inbound.client.credential.grant_type.enabled`.
    pub client_credentials_enabled: bool,
    /// Whether HTTP Basic is taken at the token endpoint. ServiceNow does not document it, so
    /// not by default.
    pub basic_client_authentication: bool,
    /// What is demanded of assertions.
    pub assertions: AssertionRules,
    /// Whether tokens can be revoked at `/oauth_revoke.do` too, as one page of the documentation
    /// says. Not by default.
    pub revocation_at_short_path: bool,
    /// How many requests are answered in an hour; all of them by default.
    pub rate_limit: Option<RateLimit>,
    /// The same for the token endpoint alone.
    pub token_rate_limit: Option<RateLimit>,
    /// The users.
    pub users: Vec<User>,
    /// The entries of the application registry.
    pub clients: Vec<RegisteredClient>,
    /// The API keys and what they reach.
    pub api_keys: Vec<ApiKey>,
    /// An identity provider beside the instance, which trusts it.
    pub identity_provider: IdentityProvider,
    /// The staging tables of the Import Set API.
    pub import_sets: Vec<ImportSet>,
}

impl Default for InstanceOptions {
    /// As a new instance is, with one [client](RegisteredClient::samples) and one
    /// [user](User::samples) of each kind.
    fn default() -> Self {
        Self {
            token_lifetime: Duration::from_secs(1800),
            refresh_token_lifetime: Duration::from_secs(8_640_000),
            access_token_format: AccessTokenFormat::Opaque,
            reissue: Reissue::SameTokenWithRest,
            refresh_tokens: RefreshTokens::SameToken,
            client_credentials_enabled: true,
            basic_client_authentication: false,
            assertions: AssertionRules::default(),
            revocation_at_short_path: false,
            rate_limit: None,
            token_rate_limit: None,
            users: User::samples(),
            clients: RegisteredClient::samples(),
            api_keys: ApiKey::samples(),
            identity_provider: IdentityProvider::default(),
            import_sets: ImportSet::samples(),
        }
    }
}
