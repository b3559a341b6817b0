//! The application registry (`oauth_entity`): which clients there are and what each may do.

use serde::Deserialize;

use crate::{
    random::{random_id, random_text},
    users::UserField,
};

/// Where the sample clients expect their users back.
pub const DEFAULT_REDIRECT_URI: &str = "http://127.0.0.1:8765/callback";

/// A way to a token that an entry of the registry has enabled. The refresh-token grant is not
/// among them: who is given a refresh token may use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantType {
    /// `client_credentials`.
    ClientCredentials,
    /// `urn:ietf:params:oauth:grant-type:jwt-bearer`.
    JwtBearer,
    /// `authorization_code`.
    AuthorizationCode,
    /// `password`.
    Password,
    /// The token in the redirect (RFC 6749 §4.2).
    Implicit,
}

impl GrantType {
    /// As it is called in requests; the implicit grant, which has no name there, by that.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::JwtBearer => "urn:ietf:params:oauth:grant-type:jwt-bearer",
            Self::AuthorizationCode => "authorization_code",
            Self::Password => "password",
            Self::Implicit => "implicit",
        }
    }
}

/// An entry of the application registry (`oauth_entity`).
#[derive(Debug, Clone)]
pub struct RegisteredClient {
    /// What it is called here; an instance shows it in its list.
    pub name: String,
    /// The Client ID.
    pub client_id: String,
    /// The Client Secret. Made up at the start. Empty for a public client, which has none.
    pub client_secret: String,
    /// What is enabled.
    pub grants: Vec<GrantType>,
    /// The auth scopes that are linked to the entry.
    pub scopes: Vec<String>,
    /// The user name of the OAuth Application User; without one, client credentials are refused.
    pub user: Option<String>,
    /// The column that the `sub` of an assertion names.
    pub user_field: UserField,
    /// The Redirect URLs, compared exactly.
    pub redirect_uris: Vec<String>,
}

impl RegisteredClient {
    /// A private client of that name, with an ID and a secret made up.
    pub fn new(name: &str, grants: &[GrantType], scopes: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            client_id: random_id(),
            // With the characters that break a client which does not encode them.
            client_secret: random_text(
                "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
                12,
            ) + "&=%+ ;é\"<#"
                + &random_text("abcdefghjkmnpqrstuvwxyz", 4),
            grants: grants.to_vec(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            user: Some("integration.user".to_owned()),
            user_field: UserField::Email,
            redirect_uris: vec![DEFAULT_REDIRECT_URI.to_owned()],
        }
    }

    /// The same as a public client: without a secret, so that it must use PKCE and is promised no
    /// refresh token.
    #[must_use]
    pub fn public(self) -> Self {
        Self {
            client_secret: String::new(),
            ..self
        }
    }

    /// One client of each kind that behaves differently.
    pub fn samples() -> Vec<Self> {
        use GrantType::{AuthorizationCode, ClientCredentials, Implicit, JwtBearer, Password};
        const TABLE_SCOPES: &[&str] = &["table_read", "table_read_write"];
        let machine = |name, scopes| Self::new(name, &[ClientCredentials], scopes);
        let client = |name, grants| Self::new(name, grants, TABLE_SCOPES);
        vec![
            machine("writer", &["table_read_write"]),
            machine("reader", &["table_read"]),
            machine("both", TABLE_SCOPES),
            machine("unbounded", &["useraccount"]),
            Self {
                user: None,
                ..machine("without_user", &["table_read"])
            },
            Self::new("without_grant", &[], &["table_read"]),
            client("jwt", &[JwtBearer]),
            client("jwt_public", &[JwtBearer]).public(),
            client("app", &[AuthorizationCode]),
            client("public_app", &[AuthorizationCode]).public(),
            client("legacy", &[Password, Implicit]),
        ]
    }

    /// Whether it has no secret to show.
    pub fn is_public(&self) -> bool {
        self.client_secret.is_empty()
    }

    /// Whether the grant is enabled.
    pub fn may(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }

    /// The scopes of a token: those that were asked for, or all of the entry's where nothing was
    /// asked for. `None` where one of them is not linked to the entry.
    pub(crate) fn scope(&self, asked: Option<&str>) -> Option<String> {
        match asked {
            None => Some(self.scopes.join(" ")),
            Some(asked) => {
                let is_linked = |scope: &str| self.scopes.iter().any(|linked| linked == scope);
                asked.split(' ').all(is_linked).then(|| asked.to_owned())
            }
        }
    }
}

/// All entries.
#[derive(Debug)]
pub(crate) struct Registry(Vec<RegisteredClient>);

impl Registry {
    pub(crate) fn new(clients: Vec<RegisteredClient>) -> Self {
        Self(clients)
    }

    pub(crate) fn all(&self) -> &[RegisteredClient] {
        &self.0
    }

    pub(crate) fn by_id(&self, client_id: &str) -> Option<&RegisteredClient> {
        let mut entries = self.0.iter();
        entries.find(|client| client.client_id == client_id)
    }
}
