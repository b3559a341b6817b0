//! What an instance can be told while it runs: by the admin endpoint, and by a scenario's timeline.

use core::time::Duration;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{
    Fault, Instance, RateLimit, ScriptedAnswer, TrustedIssuer,
    fault::Faults,
    jwt::ParsedKey,
    scenario::{FaultSetting, KeySetting},
};

/// A command, in its own words: `{"do":"clock","offset_secs":-120}`.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Forgets all tokens.
    RevokeAll {},
    Hibernate {},
    Wake {},
    /// Answers the next request to a path with this.
    Script {
        #[serde(default = "token_endpoint")]
        path: String,
        #[serde(default = "ok")]
        status: u16,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        body: String,
    },
    /// Breaks the next answer or connection.
    Fault(FaultSetting),
    /// Sets the clock so many seconds off.
    Clock {
        offset_secs: i64,
    },
    /// Changes the lifetime of access tokens.
    Lifetime {
        secs: u64,
    },
    /// Without `requests`, there is no limit.
    RateLimit {
        requests: Option<u32>,
        #[serde(default = "an_hour")]
        per_secs: u64,
        /// Counts requests to the token endpoint alone.
        #[serde(default)]
        token_endpoint_only: bool,
    },
    /// Adds a JWT Verifier Map; `client` is its name or its ID.
    JwtVerifier {
        client: String,
        kid: Option<String>,
        certificate_pem: Option<String>,
        shared_secret: Option<String>,
    },
    /// By way of a scenario alone.
    #[serde(skip)]
    TrustIssuer(Box<TrustedIssuer>),
}

fn token_endpoint() -> String {
    "/oauth_token.do".to_owned()
}

fn ok() -> u16 {
    200
}

fn an_hour() -> u64 {
    3600
}

impl Command {
    /// What can be known to be wrong before an instance is told.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self::JwtVerifier {
                certificate_pem,
                shared_secret,
                ..
            } => {
                let key = KeySetting::new(certificate_pem, shared_secret).key()?;
                ParsedKey::try_from(&key).map_err(|error| error.to_string())?;
            }
            Self::TrustIssuer(issuer) => {
                ParsedKey::try_from(&issuer.key).map_err(|error| error.to_string())?;
            }
            Self::Fault(fault) => fault.check()?,
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn apply(self, instance: &mut Instance, faults: &Faults) -> Result<(), String> {
        self.check()?;
        match self {
            Self::RevokeAll {} => instance.revoke_all_tokens(),
            Self::Hibernate {} => instance.set_hibernating(true),
            Self::Wake {} => instance.set_hibernating(false),
            Self::Script {
                path,
                status,
                headers,
                body,
            } => {
                let headers = headers.into_iter().collect();
                let answer = ScriptedAnswer {
                    status,
                    headers,
                    body,
                };
                let scripted = instance.script(&path, &answer);
                scripted.map_err(|error| error.to_string())?;
            }
            Self::Fault(fault) => faults.push(Fault::from(fault)),
            Self::Clock { offset_secs } => instance.set_clock(offset_secs),
            Self::Lifetime { secs } => instance.set_token_lifetime(Duration::from_secs(secs)),
            Self::RateLimit {
                requests,
                per_secs,
                token_endpoint_only,
            } => {
                let per = Duration::from_secs(per_secs);
                let limit = requests.map(|requests| RateLimit { requests, per });
                match token_endpoint_only {
                    true => instance.set_token_rate_limit(limit),
                    false => instance.set_rate_limit(limit),
                }
            }
            Self::JwtVerifier {
                client,
                kid,
                certificate_pem,
                shared_secret,
            } => {
                let mut clients = instance.clients().iter();
                let known = clients.find(|known| known.name == client || known.client_id == client);
                let known = known.ok_or_else(|| format!("no client is called {client:?}"))?;
                let client_id = known.client_id.clone();
                let key = KeySetting::new(&certificate_pem, &shared_secret).key()?;
                let added = instance.add_jwt_verifier(&client_id, kid.as_deref(), &key);
                added.map_err(|error| error.to_string())?;
            }
            Self::TrustIssuer(issuer) => {
                let trusted = instance.trust_issuer(*issuer);
                trusted.map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }
}

/// Commands that an instance is given by itself, so long after its start; those without delay
/// before it answers anybody.
#[derive(Debug, Clone, Default)]
pub struct Timeline(pub(crate) Vec<(Duration, Command)>);
