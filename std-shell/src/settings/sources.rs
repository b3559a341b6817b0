//! Where a setting is looked up: flags first, then the environment, then the profile file.

use core::{cell::Cell, fmt};
use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::{
    keys::{self, Key},
    profile::Profile,
};
use crate::{error::Error, folders};

/// Asks a person for the secret that a text describes.
pub type Prompt = fn(what: &str) -> std::io::Result<Zeroizing<String>>;

/// Where settings are looked up.
///
/// # Examples
/// ```
/// use snow_token::settings::{Sources, keys};
///
/// let mut sources = Sources::without_profile();
/// sources.set_flag(keys::INSTANCE, Some("dev12345".to_owned()));
/// let instance = sources.get(keys::INSTANCE)?.unwrap();
/// assert_eq!(instance.text(), "dev12345");
/// assert_eq!(instance.origin().to_string(), "--instance");
/// # Ok::<(), snow_token::Error>(())
/// ```
#[derive(Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, String>,
    profile: Option<Profile>,
    pub(super) prompt: Option<Prompt>,
    pub(super) leaves_secrets_out: bool,
    /// Which setting has taken standard input, which can be read once.
    pub(super) standard_input: Cell<Option<&'static str>>,
}

/// Where the text of a setting stood.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// On the command line.
    Flag(&'static str),
    /// In the environment.
    Variable(&'static str),
    /// In the profile file.
    Profile {
        /// Its key there, with the profile before it.
        key: String,
        /// The file.
        path: PathBuf,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) | Self::Variable(name) => f.write_str(name),
            Self::Profile { key, path } => write!(f, "{key} in {}", path.display()),
        }
    }
}

/// The text of a setting and where it stood. Redacted in `Debug`: it can be a secret.
pub struct Found {
    pub(super) text: Zeroizing<String>,
    pub(super) origin: Origin,
}

impl Found {
    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it stood.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// An error that names where the text stood.
    pub(super) fn error(&self, what: impl fmt::Display) -> Error {
        Error::configuration(format!("{}: {what}", self.origin))
    }

    /// The text in one line, without white space around it.
    pub(crate) fn line(&self) -> Result<String, Error> {
        check_characters(&self.origin, &self.text)?;
        Ok(self.text.trim().to_owned())
    }

    /// The text as the name of a file. In a profile, which no shell reads, `~/` is the user's home;
    /// a relative name there is one in the profile file's folder, wherever the command runs.
    pub(super) fn path(&self) -> PathBuf {
        let name = Path::new(self.text.trim());
        let Origin::Profile { path: profile, .. } = &self.origin else {
            return name.to_owned();
        };
        match (name.strip_prefix("~"), folders::home()) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => profile.with_file_name("").join(name),
        }
    }

    /// A number within `range`.
    pub(super) fn number(
        &self,
        range: core::ops::RangeInclusive<u32>,
        unit: &str,
    ) -> Result<u32, Error> {
        let number = self.text.trim().parse();
        number
            .ok()
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (from, to) = (range.start(), range.end());
                self.error(format!(
                    "{:?} is not {unit} from {from} to {to}",
                    *self.text
                ))
            })
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found")
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}

impl Sources {
    /// The environment, and the profile file as far as no profile is to be named by a flag.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where the profile file makes
    /// no sense or lacks the profile that `SERVICENOW_PROFILE` names.
    pub fn from_env() -> Result<Self, Error> {
        let mut sources = Self::default();
        sources.load_profile()?;
        Ok(sources)
    }

    /// The environment alone.
    pub fn without_profile() -> Self {
        Self::default()
    }

    /// Sets what a flag says, if it was given.
    pub fn set_flag(&mut self, key: Key, value: Option<String>) {
        if let Some(value) = value {
            self.flags.insert(key.variable, value);
        }
    }

    /// Reads the profile file, as flags and the environment say which profile.
    ///
    /// # Errors
    /// As [`from_env`](Self::from_env).
    pub fn load_profile(&mut self) -> Result<(), Error> {
        let name = self.get(keys::PROFILE)?;
        self.profile = Profile::load(name.as_ref())?;
        Ok(())
    }

    /// Lets a secret that is needed and not set be asked for.
    pub fn set_prompt(&mut self, prompt: Prompt) {
        self.prompt = Some(prompt);
    }

    /// Leaves out the secrets by which tokens are asked for and requests are sent: they are neither
    /// read nor asked for. The settings that are resolved then still say whose tokens are meant: a
    /// client with them can show what is kept, forget it and revoke it, and nothing else.
    pub fn leave_secrets_out(&mut self) {
        self.leaves_secrets_out = true;
    }

    /// What a setting says, and where. What is set to nothing, or to white space, counts as not set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where a variable is not UTF-8.
    pub fn get(&self, key: Key) -> Result<Option<Found>, Error> {
        if let Some(found) = self.flag(key) {
            return Ok(Some(found));
        }
        match self.variable(key)? {
            Some(found) => Ok(Some(found)),
            None => Ok(self.in_profile(key)),
        }
    }

    pub(super) fn flag(&self, key: Key) -> Option<Found> {
        let found = Found {
            text: Zeroizing::new(self.flags.get(key.variable)?.clone()),
            origin: Origin::Flag(key.flag?),
        };
        (!is_blank(&found.text)).then_some(found)
    }

    pub(super) fn variable(&self, key: Key) -> Result<Option<Found>, Error> {
        let Some(value) = env::var_os(key.variable) else {
            return Ok(None);
        };
        let text = value
            .into_string()
            .map_err(|_| Error::configuration(format!("{} is not valid UTF-8", key.variable)))?;
        let found = Found {
            text: Zeroizing::new(text),
            origin: Origin::Variable(key.variable),
        };
        Ok((!is_blank(&found.text)).then_some(found))
    }

    pub(super) fn in_profile(&self, key: Key) -> Option<Found> {
        let found = self.profile.as_ref()?.get(key.name?)?;
        (!is_blank(&found.text)).then_some(found)
    }

    pub(crate) fn require(&self, key: Key) -> Result<Found, Error> {
        let found = self.get(key)?;
        found.ok_or_else(|| Error::configuration(format!("{key} is not set")))
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self.flags.keys().collect();
        f.debug_struct("Sources")
            .field("flags", &set)
            .field("profile", &self.profile.is_some())
            .finish_non_exhaustive()
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Refuses control characters without showing the text. A line break at the end is none.
pub(super) fn check_characters(origin: &Origin, text: &str) -> Result<(), Error> {
    match text
        .trim_end_matches(['\r', '\n'])
        .contains(char::is_control)
    {
        true => Err(Error::configuration(format!(
            "{origin}: there is a control character in it, such as a line break"
        ))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_in_a_profile_does_not_depend_on_where_the_command_runs() {
        let path = |text: &str, origin: Origin| {
            let text = Zeroizing::new(text.to_owned());
            Found { text, origin }.path()
        };
        let profile = || Origin::Profile {
            key: "ca_file".to_owned(),
            path: PathBuf::from("/etc/snow-token/config.toml"),
        };
        let home = folders::home().unwrap();
        for (text, expected) in [
            ("/etc/key.pem", PathBuf::from("/etc/key.pem")),
            (" key.pem\n", PathBuf::from("/etc/snow-token/key.pem")),
            ("../key.pem", PathBuf::from("/etc/snow-token/../key.pem")),
            ("~/key.pem", home.join("key.pem")),
            ("~me/key.pem", PathBuf::from("/etc/snow-token/~me/key.pem")),
        ] {
            assert_eq!(path(text, profile()), expected, "{text}");
        }
        for text in ["key.pem", "~/key.pem"] {
            let flag = path(text, Origin::Flag("--ca-file"));
            assert_eq!(flag, Path::new(text));
        }
    }
}
