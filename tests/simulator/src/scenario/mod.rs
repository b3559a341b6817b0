//! Scenario files: how a simulator is set up and what happens to it, in TOML or JSON.

mod entries;
mod faults;
mod instance;

use core::{error::Error, fmt, net::SocketAddr, time::Duration};

use serde::Deserialize;

pub(crate) use entries::KeySetting;
pub(crate) use faults::FaultSetting;

use entries::{
    ApiKeySetting, ClientSetting, IdpSetting, ImportSetSetting, IssuerSetting, UserSetting,
    VerifierSetting,
};

use instance::InstanceSetting;

use crate::{
    ClientCertificates, KeyKind, LeafFlaw, Options,
    command::{Command, Timeline},
};

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError(String);

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.trim_end())
    }
}

impl Error for ScenarioError {}

/// A scenario as it is written. What is left out is as by default; a list that is there replaces
/// the samples.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenario {
    listen: Option<SocketAddr>,
    allow_remote: Option<bool>,
    #[serde(default)]
    names: Vec<String>,
    keys: Option<Keys>,
    leaf_flaw: Option<Flaw>,
    client_certificates: Option<Asked>,
    client_ca_pem: Option<String>,
    admin: Option<SocketAddr>,
    #[serde(default)]
    instance: InstanceSetting,
    users: Option<Vec<UserSetting>>,
    clients: Option<Vec<ClientSetting>>,
    api_keys: Option<Vec<ApiKeySetting>>,
    import_sets: Option<Vec<ImportSetSetting>>,
    identity_provider: Option<IdpSetting>,
    #[serde(default)]
    jwt_verifiers: Vec<VerifierSetting>,
    #[serde(default)]
    trusted_issuers: Vec<IssuerSetting>,
    #[serde(default)]
    faults: Vec<FaultSetting>,
    #[serde(default)]
    timeline: Vec<serde_json::Map<String, serde_json::Value>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Keys {
    EcdsaP384,
    #[cfg(feature = "rsa")]
    #[serde(rename = "rsa-2048")]
    Rsa2048,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Flaw {
    None,
    Expired,
    NotYetValid,
    OtherName,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Asked {
    NotAsked,
    Required,
}

impl Options {
    /// The options that a scenario describes, in TOML, or in JSON where it begins with a brace.
    ///
    /// # Errors
    /// Where it is neither, has a key that is not known, or describes what cannot be.
    ///
    /// # Examples
    /// ```
    /// use snow_token_simulator::Options;
    ///
    /// let options = Options::from_scenario(
    ///     r#"
    ///     [instance]
    ///     token_lifetime_secs = 60
    ///     refresh_tokens = "rotate"
    ///
    ///     [[clients]]
    ///     name = "gateway"
    ///     grants = ["client_credentials"]
    ///     scopes = ["table_read_write"]
    ///
    ///     [[timeline]]
    ///     at_secs = 30
    ///     do = "hibernate"
    ///     "#,
    /// )?;
    /// assert_eq!(options.instance.clients[0].name, "gateway");
    ///
    /// let error = Options::from_scenario("[instance]\ntoken_lifetime = 60").unwrap_err();
    /// assert!(error.to_string().contains("unknown field `token_lifetime`"));
    /// # Ok::<(), snow_token_simulator::ScenarioError>(())
    /// ```
    pub fn from_scenario(text: &str) -> Result<Self, ScenarioError> {
        let scenario: Scenario = match text.trim_start().starts_with('{') {
            true => serde_json::from_str(text).map_err(|error| ScenarioError(error.to_string()))?,
            false => toml::from_str(text).map_err(|error| ScenarioError(error.to_string()))?,
        };
        scenario.options().map_err(ScenarioError)
    }
}

impl Scenario {
    fn options(self) -> Result<Options, String> {
        let mut timeline = Vec::new();
        let mut at_start = |command| timeline.push((Duration::ZERO, command));
        let mut options = Options::default();
        self.instance.apply(&mut options.instance, &mut at_start);
        if let Some(users) = self.users {
            options.instance.users = users.into_iter().map(Into::into).collect();
        }
        let users = &options.instance.users;
        let mut clients = self.clients.iter().flatten();
        clients.try_for_each(|client| client.check(users))?;
        let mut keys = self.api_keys.iter().flatten();
        keys.try_for_each(|key| key.check(users))?;
        if let Some(clients) = self.clients {
            options.instance.clients = clients.into_iter().map(Into::into).collect();
        }
        if let Some(keys) = self.api_keys {
            options.instance.api_keys = keys.into_iter().map(Into::into).collect();
        }
        if let Some(sets) = self.import_sets {
            options.instance.import_sets = sets.into_iter().map(Into::into).collect();
        }
        if let Some(idp) = self.identity_provider {
            idp.apply(&mut options.instance.identity_provider);
        }
        self.jwt_verifiers
            .into_iter()
            .map(Command::from)
            .for_each(&mut at_start);
        for issuer in self.trusted_issuers {
            at_start(issuer.command()?);
        }
        let faults = self.faults.into_iter().map(Command::Fault);
        faults.for_each(&mut at_start);
        for (number, entry) in (1..).zip(self.timeline) {
            let entry = scheduled(entry);
            timeline.push(entry.map_err(|error| format!("timeline, entry {number}: {error}"))?);
        }
        for (_, command) in &timeline {
            command.check()?;
        }
        entries::must_agree(
            &options.instance,
            timeline.iter().map(|(_, command)| command),
        )?;
        options.timeline = Timeline(timeline);

        options.listen = self.listen.unwrap_or(options.listen);
        options.allow_remote = self.allow_remote.unwrap_or(options.allow_remote);
        options.names = self.names;
        options.admin = self.admin;
        options.keys = match self.keys {
            None | Some(Keys::EcdsaP384) => KeyKind::EcdsaP384,
            #[cfg(feature = "rsa")]
            Some(Keys::Rsa2048) => KeyKind::Rsa2048,
        };
        options.leaf_flaw = match self.leaf_flaw {
            None | Some(Flaw::None) => LeafFlaw::None,
            Some(Flaw::Expired) => LeafFlaw::Expired,
            Some(Flaw::NotYetValid) => LeafFlaw::NotYetValid,
            Some(Flaw::OtherName) => LeafFlaw::OtherName,
        };
        options.client_certificates = match (self.client_certificates, self.client_ca_pem) {
            (None | Some(Asked::NotAsked), None) => ClientCertificates::NotAsked,
            (Some(Asked::Required), None) => ClientCertificates::Required,
            (None | Some(Asked::Required), Some(pem)) => ClientCertificates::RequiredFrom(pem),
            (Some(Asked::NotAsked), Some(_)) => {
                return Err("client_ca_pem needs client_certificates = \"required\"".to_owned());
            }
        };
        Ok(options)
    }
}

/// Where there is a value, it takes the place of the default.
fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// An entry of the timeline is a command with the time at which it is given.
fn scheduled(
    mut entry: serde_json::Map<String, serde_json::Value>,
) -> Result<(Duration, Command), String> {
    let at_secs = entry.remove("at_secs").ok_or("at_secs is missing")?;
    let at_secs = at_secs.as_f64().ok_or("at_secs is not a number")?;
    let at = Duration::try_from_secs_f64(at_secs).map_err(|_| "at_secs is no time")?;
    let command = serde_json::from_value(entry.into()).map_err(|error| error.to_string())?;
    Ok((at, command))
}
