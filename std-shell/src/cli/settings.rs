//! A flag for each setting that is no secret, from the table of settings.

use std::{
    env,
    ffi::OsString,
    io::{self, IsTerminal},
    sync::Arc,
};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use snow_token::{
    Client, Error, Method, Settings,
    settings::{
        Key, Sources,
        keys::{self, PROFILE},
    },
    store::{FileStore, MemoryStore, StoreError, TokenStore},
};
use zeroize::Zeroizing;

/// What `-h` shows; `--help` shows all.
const USUAL: &[Key] = &[
    keys::INSTANCE,
    keys::AUTH_METHOD,
    keys::CLIENT_ID,
    keys::CLIENT_SECRET_FILE,
    keys::SCOPE,
    keys::CA_FILE,
    PROFILE,
];

#[cfg(feature = "keyring")]
const KEYRING: &str = "keyring";

/// The flags that were given. Each goes before the environment variable that its help names.
#[derive(Debug, Clone)]
pub(crate) struct SettingFlags {
    given: Vec<(Key, String)>,
    /// Whether refresh tokens are kept in the system's store for secrets.
    #[cfg(feature = "keyring")]
    keyring: bool,
}

impl SettingFlags {
    /// The value of a flag, if it was given.
    #[cfg(feature = "simulator")]
    pub(crate) fn get(&self, key: Key) -> Option<&str> {
        let given = self.given.iter().find(|(given, _)| *given == key);
        given.map(|(_, value)| value.as_str())
    }

    /// Flags, environment and profile file; a person at a terminal is asked for what is missing.
    pub(crate) fn sources(&self) -> Result<Sources, Error> {
        let mut sources = Sources::without_profile();
        for (key, value) in &self.given {
            sources.set_flag(*key, Some(value.clone()));
        }
        sources.load_profile()?;
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            sources.set_prompt(ask);
        }
        Ok(sources)
    }

    /// The settings, and a client that shares its tokens with other processes of this user.
    pub(crate) fn client(&self) -> Result<Client, Error> {
        self.client_of(&self.sources()?)
    }

    /// As [`client`](Self::client), with what was found already.
    pub(crate) fn client_of(&self, sources: &Sources) -> Result<Client, Error> {
        let settings = Settings::resolve(sources)?;
        let store = self.store_for(settings.method())?;
        Client::builder(settings).with_shared_store(store).build()
    }

    /// The tokens of this user, as far as the method has some.
    pub(crate) fn store_for(&self, method: &Method) -> Result<Arc<dyn TokenStore>, Error> {
        match method {
            Method::AuthorizationCode { .. } => self.store_beside(FileStore::of_user()?),
            Method::ApiKey(_) | Method::Basic { .. } => Ok(Arc::new(MemoryStore::new())),
            _ => self.store(),
        }
    }

    /// The tokens of this user; of this process alone, where the user has no folder for them.
    pub(crate) fn store(&self) -> Result<Arc<dyn TokenStore>, Error> {
        match FileStore::of_user() {
            Ok(files) => self.store_beside(files),
            Err(error) => Ok(in_memory(&error)),
        }
    }

    /// The tokens of this user without the access tokens.
    pub(crate) fn store_of_logins(&self, method: &Method) -> Result<Arc<dyn TokenStore>, Error> {
        match (FileStore::of_user(), method) {
            (Ok(files), _) => self.store_beside(files.without_access_tokens()),
            (Err(error), Method::AuthorizationCode { .. }) => Err(error.into()),
            (Err(error), Method::RefreshToken { .. }) => Ok(in_memory(&error)),
            // Nothing would be kept in any case.
            (Err(_), _) => Ok(Arc::new(MemoryStore::new())),
        }
    }

    fn store_beside(&self, files: FileStore) -> Result<Arc<dyn TokenStore>, Error> {
        #[cfg(feature = "keyring")]
        if self.keyring {
            return Ok(Arc::new(snow_token::store::KeyringStore::beside(files)?));
        }
        Ok(Arc::new(files))
    }
}

fn in_memory(error: &StoreError) -> Arc<dyn TokenStore> {
    tracing::warn!("no token is kept beyond this run: {error}");
    Arc::new(MemoryStore::new())
}

pub(crate) fn ask(what: &str) -> io::Result<Zeroizing<String>> {
    // On the terminal itself: standard output is for the result.
    rpassword::prompt_password(format!("{what}: ")).map(Zeroizing::new)
}

/// The same, of which the description has only those that stand among the arguments of this process: to
/// describe all of them takes longer than a token from the cache does.
#[derive(Debug)]
pub(crate) struct GivenFlags(pub(crate) SettingFlags);

impl Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        with_flags(command, |_| true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl Args for GivenFlags {
    fn augment_args(command: Command) -> Command {
        let words: Vec<_> = env::args_os().collect();
        let stands_in = |word: &OsString, flag: &str| {
            // `--flag value` or `--flag=value`; one flag more than those that are given does no harm.
            word.as_encoded_bytes().starts_with(flag.as_bytes())
        };
        with_flags(command, |flag| {
            words.iter().any(|word| stands_in(word, flag))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// Describes the flags that `is_wanted`.
fn with_flags(command: Command, is_wanted: impl Fn(&str) -> bool) -> Command {
    #[cfg(feature = "keyring")]
    let command = command.arg(
        Arg::new(KEYRING)
            .long(KEYRING)
            .action(clap::ArgAction::SetTrue)
            .help("Keep refresh tokens in the system's store for secrets")
            .help_heading("Settings")
            .global(true),
    );
    keys::PLAIN
        .iter()
        .chain([&PROFILE])
        .filter_map(|key| Some((key, key.flag.filter(|flag| is_wanted(flag))?)))
        .fold(command, |command, (key, flag)| {
            command.arg(
                Arg::new(key.variable)
                    .long(flag.trim_start_matches('-'))
                    .value_name(key.value)
                    .help(format!("{} [env: {}]", key.help, key.variable))
                    .help_heading("Settings")
                    .hide_short_help(!USUAL.contains(key))
                    .global(true),
            )
        })
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = keys::PLAIN.iter().chain([&PROFILE]).filter_map(|key| {
            // An error where the flag was not described, and so not given.
            let value = matches.try_get_one::<String>(key.variable).ok()??;
            Some((*key, value.clone()))
        });
        Ok(Self {
            given: given.collect(),
            #[cfg(feature = "keyring")]
            keyring: matches.get_flag(KEYRING),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl FromArgMatches for GivenFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        SettingFlags::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}
