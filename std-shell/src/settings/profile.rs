//! The profile file: `config.toml` in the user's configuration folder.
//!
//! What stands at its top holds for every profile; `[profiles.NAME]` goes before it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use toml::{Table, Value};
use zeroize::Zeroizing;

use super::{
    keys,
    sources::{Found, Origin},
};
use crate::{error::Error, folders};

const PROFILES: &str = "profiles";

/// The settings of the profile file that count: those of one profile, then those at the top.
pub(super) struct Profile {
    path: PathBuf,
    /// Each with how its key is to be named in messages.
    settings: Vec<(&'static str, String, String)>,
}

impl Profile {
    /// Reads the file, and `name` out of it; `None` where there is no file and none is asked for.
    pub(super) fn load(name: Option<&Found>) -> Result<Option<Self>, Error> {
        let Some(path) = folders::config_file() else {
            return match name {
                None => Ok(None),
                Some(name) => Err(name.error("this user has no folder for configuration")),
            };
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match name {
                    None => Ok(None),
                    Some(name) => Err(name
                        .error(format!("there is no {}", path.display()))
                        .with_advice([format!(
                            "make it, with the settings under [{PROFILES}.{}]",
                            name.text()
                        )])),
                };
            }
            Err(error) => {
                let what = format!("cannot read {}: {error}", path.display());
                return Err(Error::configuration(what));
            }
        };
        Self::parse(&path, &text, name).map(Some)
    }

    fn parse(path: &Path, text: &str, name: Option<&Found>) -> Result<Self, Error> {
        let wrong = |what: String| Error::configuration(format!("{}: {what}", path.display()));
        let mut top: Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start].lines().count().max(1));
            wrong(format!("line {line}: {}", error.message()))
        })?;
        let profiles = match top.remove(PROFILES) {
            None => Table::new(),
            Some(Value::Table(profiles)) => profiles,
            Some(_) => return Err(wrong(format!("{PROFILES} is not a table"))),
        };
        let mut profile = Self {
            path: path.to_owned(),
            settings: Vec::new(),
        };
        // All of them are checked, so that a mistake does not wait for its profile to be used.
        let mut chosen = Vec::new();
        for (profile_name, settings) in &profiles {
            let Value::Table(settings) = settings else {
                return Err(wrong(format!("{PROFILES}.{profile_name} is not a table")));
            };
            let settings = read(path, &format!("{PROFILES}.{profile_name}."), settings)?;
            if name.is_some_and(|name| name.text().trim() == profile_name) {
                chosen = settings;
            }
        }
        if let Some(name) = name
            && !profiles.contains_key(name.text().trim())
        {
            let known: Vec<_> = profiles.keys().map(String::as_str).collect();
            let error = name.error(format!(
                "there is no profile {:?} in {}",
                name.text().trim(),
                path.display()
            ));
            return Err(error.with_advice([match known.is_empty() {
                true => format!("write its settings there under [{PROFILES}.NAME]"),
                false => format!("there are: {}", known.join(", ")),
            }]));
        }
        profile.settings = chosen;
        profile.settings.extend(read(path, "", &top)?);
        Ok(profile)
    }

    pub(super) fn get(&self, name: &str) -> Option<Found> {
        let mut settings = self.settings.iter();
        let (_, key, text) = settings.find(|(known, ..)| *known == name)?;
        Some(Found {
            text: Zeroizing::new(text.clone()),
            origin: Origin::Profile {
                key: key.clone(),
                path: self.path.clone(),
            },
        })
    }
}

/// The settings in one table; `prefix` is where it stands.
fn read(
    path: &Path,
    prefix: &str,
    table: &Table,
) -> Result<Vec<(&'static str, String, String)>, Error> {
    table
        .iter()
        .map(|(key, value)| {
            let full = format!("{prefix}{key}");
            let wrong =
                |what: &str| Error::configuration(format!("{full} in {}: {what}", path.display()));
            let known = keys::PLAIN.iter().filter_map(|key| key.name);
            let Some(name) = known.clone().find(|name| *name == key.as_str()) else {
                if keys::SECRETS
                    .iter()
                    .any(|secret| is_secret_name(secret, key))
                {
                    return Err(
                        wrong("a secret does not belong into this file").with_advice([format!(
                            "put it into a file of its own, and name that with {key}_file"
                        )]),
                    );
                }
                return Err(match nearest(key, known) {
                    Some(near) => {
                        wrong("there is no such setting").with_advice([format!("is {near} meant?")])
                    }
                    None => wrong("there is no such setting"),
                });
            };
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Integer(number) => number.to_string(),
                _ => return Err(wrong("it is neither a text nor a whole number")),
            };
            Ok((name, full, text))
        })
        .collect()
}

/// `client_secret` is what a profile would call `SERVICENOW_CLIENT_SECRET`.
fn is_secret_name(secret: &keys::Key, name: &str) -> bool {
    let variable = secret.variable.strip_prefix("SERVICENOW_");
    variable.is_some_and(|variable| variable.eq_ignore_ascii_case(name))
}

fn nearest<'k>(key: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const ALIKE: f64 = 0.7;
    known
        .map(|name| (strsim::normalized_damerau_levenshtein(key, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> Found {
        Found {
            text: Zeroizing::new(name.to_owned()),
            origin: Origin::Flag("--profile"),
        }
    }

    fn parse(text: &str, name: Option<&str>) -> Result<Profile, Error> {
        let name = name.map(found);
        Profile::parse(Path::new("config.toml"), text, name.as_ref())
    }

    const FILE: &str = "instance = 'dev1'\ntimeout_secs = 9\n[profiles.prod]\ninstance = 'prod1'\n";

    #[test]
    fn a_profile_goes_before_the_top() {
        let text = |profile: &Profile, name| profile.get(name).map(|found| found.text.to_string());
        let top = parse(FILE, None).unwrap();
        assert_eq!(text(&top, "instance").as_deref(), Some("dev1"));
        let prod = parse(FILE, Some("prod")).unwrap();
        assert_eq!(text(&prod, "instance").as_deref(), Some("prod1"));
        assert_eq!(text(&prod, "timeout_secs").as_deref(), Some("9"));
        assert_eq!(text(&prod, "scope"), None);
        assert_eq!(
            prod.get("instance").unwrap().origin.to_string(),
            "profiles.prod.instance in config.toml"
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place_and_what_to_do() {
        for (text, name, what, advice) in [
            (
                "instanse = 'a'",
                None,
                "instanse in config.toml: there is no such setting",
                "is instance meant?",
            ),
            (
                "[profiles.a]\nclientid = 'a'",
                None,
                "profiles.a.clientid",
                "is client_id meant?",
            ),
            (
                "client_secret = 'hunter2'",
                None,
                "a secret does not belong",
                "client_secret_file",
            ),
            (
                "scope = true",
                None,
                "neither a text nor a whole number",
                "",
            ),
            (
                "instance = 'a'\nscope = \n",
                None,
                "config.toml: line 2:",
                "",
            ),
            (
                FILE,
                Some("test"),
                "--profile: there is no profile \"test\"",
                "there are: prod",
            ),
            ("profiles = 1", None, "profiles is not a table", ""),
            ("[profiles]\na = 1", None, "profiles.a is not a table", ""),
        ] {
            let error = parse(text, name).err().unwrap();
            assert!(error.to_string().contains(what), "{error}");
            assert!(error.advice().concat().contains(advice), "{error:?}");
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
