//! The lists of a scenario: users, clients, keys, tables.

use core::time::Duration;

use serde::Deserialize;

use super::set;
use crate::{
    ApiKey, GrantType, IdentityProvider, ImportSet, InstanceOptions, RegisteredClient,
    TrustedIssuer, User, UserField, VerifierKey, command::Command,
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSetting {
    user_name: String,
    email: String,
    password: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    #[serde(default)]
    is_admin: bool,
    active: Option<bool>,
}

impl From<UserSetting> for User {
    fn from(setting: UserSetting) -> Self {
        let mut user = Self::new(&setting.user_name, &setting.email);
        set(&mut user.password, setting.password);
        user.roles = setting.roles;
        user.is_admin = setting.is_admin;
        set(&mut user.active, setting.active);
        user
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientSetting {
    name: String,
    client_id: Option<String>,
    client_secret: Option<String>,
    #[serde(default)]
    public: bool,
    grants: Vec<GrantType>,
    scopes: Vec<String>,
    user: Option<String>,
    user_field: Option<UserField>,
    redirect_uris: Option<Vec<String>>,
}

impl ClientSetting {
    pub(super) fn check(&self, users: &[User]) -> Result<(), String> {
        let secret = self.client_secret.as_deref();
        if self.public && secret.is_some() {
            return Err(format!("{:?} is public and has a secret", self.name));
        }
        if !self.public && secret == Some("") {
            return Err(format!(
                "{:?} is not public and its secret is empty",
                self.name
            ));
        }
        // A browser is sent there by a header.
        for uri in self.redirect_uris.iter().flatten() {
            if http::HeaderValue::try_from(uri).is_err() {
                return Err(format!("{uri:?} is no redirect URI"));
            }
        }
        let user = self.user.as_deref().filter(|user| !user.is_empty());
        user.map_or(Ok(()), |user| must_be_user(users, user, &self.name))
    }
}

impl From<ClientSetting> for RegisteredClient {
    fn from(setting: ClientSetting) -> Self {
        let mut client = Self::new(&setting.name, &setting.grants, &[]);
        client.scopes = setting.scopes;
        set(&mut client.client_id, setting.client_id);
        set(&mut client.client_secret, setting.client_secret);
        // The default user is there for those that name none; an empty name is none at all.
        if let Some(user) = setting.user {
            client.user = Some(user).filter(|user| !user.is_empty());
        }
        set(&mut client.user_field, setting.user_field);
        set(&mut client.redirect_uris, setting.redirect_uris);
        match setting.public {
            true => client.public(),
            false => client,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeySetting {
    name: String,
    key: Option<String>,
    user: Option<String>,
    paths: Vec<String>,
}

impl ApiKeySetting {
    pub(super) fn check(&self, users: &[User]) -> Result<(), String> {
        let user = self.user.as_deref();
        user.map_or(Ok(()), |user| must_be_user(users, user, &self.name))
    }
}

impl From<ApiKeySetting> for ApiKey {
    fn from(setting: ApiKeySetting) -> Self {
        let mut key = Self::new(&setting.name, &[]);
        key.paths = setting.paths;
        set(&mut key.key, setting.key);
        set(&mut key.user_name, setting.user);
        key
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportSetSetting {
    staging_table: String,
    table: String,
    transform_map: String,
    coalesce: Option<String>,
    mandatory: Option<String>,
}

impl From<ImportSetSetting> for ImportSet {
    fn from(setting: ImportSetSetting) -> Self {
        Self {
            staging_table: setting.staging_table,
            table: setting.table,
            transform_map: setting.transform_map,
            coalesce: setting.coalesce,
            mandatory: setting.mandatory,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IdpSetting {
    issuer: Option<String>,
    audience: Option<String>,
    subject: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
    token_lifetime_secs: Option<u64>,
    jti_checked: Option<bool>,
}

impl IdpSetting {
    pub(super) fn apply(self, idp: &mut IdentityProvider) {
        set(&mut idp.issuer, self.issuer);
        set(&mut idp.audience, self.audience);
        set(&mut idp.subject, self.subject);
        set(&mut idp.client_id, self.client_id);
        set(&mut idp.client_secret, self.client_secret);
        let lifetime = self.token_lifetime_secs.map(Duration::from_secs);
        set(&mut idp.token_lifetime, lifetime);
        set(&mut idp.jti_checked, self.jti_checked);
    }
}

/// A certificate or a secret, one of the two.
pub(crate) struct KeySetting<'a>(Option<&'a str>, Option<&'a str>);

impl<'a> KeySetting<'a> {
    pub(crate) fn new(pem: &'a Option<String>, secret: &'a Option<String>) -> Self {
        Self(pem.as_deref(), secret.as_deref())
    }

    pub(crate) fn key(&self) -> Result<VerifierKey, String> {
        match (self.0, self.1) {
            (Some(pem), None) => Ok(VerifierKey::CertificatePem(pem.to_owned())),
            (None, Some(secret)) => Ok(VerifierKey::SharedSecret(secret.into())),
            _ => Err("either certificate_pem or shared_secret is needed".to_owned()),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifierSetting {
    client: String,
    kid: Option<String>,
    certificate_pem: Option<String>,
    shared_secret: Option<String>,
}

impl From<VerifierSetting> for Command {
    fn from(setting: VerifierSetting) -> Self {
        Self::JwtVerifier {
            client: setting.client,
            kid: setting.kid,
            certificate_pem: setting.certificate_pem,
            shared_secret: setting.shared_secret,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct IssuerSetting {
    issuer: String,
    audience: String,
    certificate_pem: Option<String>,
    shared_secret: Option<String>,
    user_claim: Option<String>,
    user_field: Option<UserField>,
    clock_skew_secs: Option<u64>,
    jti_checked: Option<bool>,
}

impl IssuerSetting {
    pub(super) fn command(self) -> Result<Command, String> {
        let key = KeySetting::new(&self.certificate_pem, &self.shared_secret).key()?;
        let mut issuer = TrustedIssuer::new(&self.issuer, &self.audience, key);
        set(&mut issuer.user_claim, self.user_claim);
        set(&mut issuer.user_field, self.user_field);
        let skew = self.clock_skew_secs.map(Duration::from_secs);
        set(&mut issuer.clock_skew, skew);
        set(&mut issuer.jti_checked, self.jti_checked);
        Ok(Command::TrustIssuer(Box::new(issuer)))
    }
}

/// Names of clients must be there, and unique.
pub(super) fn must_agree<'c>(
    options: &InstanceOptions,
    commands: impl Iterator<Item = &'c Command>,
) -> Result<(), String> {
    let clients = &options.clients;
    for (index, client) in clients.iter().enumerate() {
        if clients[..index]
            .iter()
            .any(|other| other.name == client.name)
        {
            return Err(format!("two clients are called {:?}", client.name));
        }
    }
    for command in commands {
        let Command::JwtVerifier { client, .. } = command else {
            continue;
        };
        let is_known = |known: &RegisteredClient| [&known.name, &known.client_id].contains(&client);
        if !clients.iter().any(is_known) {
            return Err(format!("jwt_verifiers: no client is called {client:?}"));
        }
    }
    Ok(())
}

fn must_be_user(users: &[User], user: &str, of: &str) -> Result<(), String> {
    match users.iter().any(|known| known.user_name == user) {
        true => Ok(()),
        false => Err(format!("{of:?} acts as {user:?}, who is no user")),
    }
}
