//! Settings: from the environment and from flags, checked once.

use core::{fmt, time::Duration};
use std::{
    collections::BTreeMap,
    env,
    fs::{self, File},
    io::Read,
    path::Path,
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::{error::Error, instance::InstanceUrl};

/// A setting: the environment variable that holds it, and the flag that goes before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The environment variable.
    pub variable: &'static str,
    /// The flag of the command, where it has one. A secret has none: everybody can read the
    /// arguments of a process.
    pub flag: Option<&'static str>,
}

impl Key {
    const fn new(variable: &'static str, flag: &'static str) -> Self {
        Self {
            variable,
            flag: Some(flag),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.variable)?;
        match self.flag {
            Some(flag) => write!(f, " ({flag})"),
            None => Ok(()),
        }
    }
}

/// The instance: its name, host or URL.
pub const INSTANCE: Key = Key::new("SERVICENOW_INSTANCE", "--instance");
/// The way in; `oauth2_client_credentials`, the only one so far, unless set.
pub const AUTH_METHOD: Key = Key::new("SERVICENOW_AUTH_METHOD", "--auth-method");
/// How the client authenticates: `body` unless set, or `basic`.
pub const CLIENT_AUTH: Key = Key::new("SERVICENOW_CLIENT_AUTH", "--client-auth");
/// The Client ID.
pub const CLIENT_ID: Key = Key::new("SERVICENOW_CLIENT_ID", "--client-id");
/// The Client Secret.
pub const CLIENT_SECRET: Key = Key {
    variable: "SERVICENOW_CLIENT_SECRET",
    flag: None,
};
/// A file that holds the Client Secret, instead.
pub const CLIENT_SECRET_FILE: Key =
    Key::new("SERVICENOW_CLIENT_SECRET_FILE", "--client-secret-file");
/// The scopes to ask for, with a space between them; all that the client has unless set.
pub const SCOPE: Key = Key::new("SERVICENOW_SCOPE", "--scope");
/// A PEM file with the root certificates to trust instead of the platform's.
pub const CA_FILE: Key = Key::new("SERVICENOW_CA_FILE", "--ca-file");
/// How long one request may take in all, in seconds; 30 unless set.
pub const TIMEOUT_SECS: Key = Key::new("SERVICENOW_TIMEOUT_SECS", "--timeout-secs");

const CLIENT_CREDENTIALS: &str = "oauth2_client_credentials";
const DEFAULT_TIMEOUT_SECS: u32 = 30;
const MAX_TIMEOUT_SECS: u32 = 3600;

/// Where settings are looked up: flags first, then the environment.
#[derive(Default)]
pub struct Sources {
    flags: BTreeMap<&'static str, String>,
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set: Vec<_> = self.flags.keys().collect();
        f.debug_struct("Sources").field("flags", &set).finish()
    }
}

/// The text of a setting and where it stood, for messages.
struct Found {
    text: Zeroizing<String>,
    from: &'static str,
}

impl Sources {
    /// Sets what a flag says, if it was given.
    pub fn set_flag(&mut self, key: Key, value: Option<String>) {
        if let Some(value) = value {
            self.flags.insert(key.variable, value);
        }
    }

    fn flag(&self, key: Key) -> Option<Found> {
        let found = Found {
            text: Zeroizing::new(self.flags.get(key.variable)?.clone()),
            from: key.flag?,
        };
        (!is_blank(&found.text)).then_some(found)
    }

    fn variable(&self, key: Key) -> Result<Option<Found>, Error> {
        let Some(value) = env::var_os(key.variable) else {
            return Ok(None);
        };
        let text = value
            .into_string()
            .map_err(|_| Error::configuration(format!("{} is not valid UTF-8", key.variable)))?;
        let found = Found {
            text: Zeroizing::new(text),
            from: key.variable,
        };
        Ok((!is_blank(&found.text)).then_some(found))
    }

    fn get(&self, key: Key) -> Result<Option<Found>, Error> {
        match self.flag(key) {
            Some(found) => Ok(Some(found)),
            None => self.variable(key),
        }
    }

    fn require(&self, key: Key) -> Result<Found, Error> {
        let found = self.get(key)?;
        found.ok_or_else(|| Error::configuration(format!("{key} is not set")))
    }
}

/// What is set to nothing, or to white space, counts as not set.
fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// How the client authenticates at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClientAuth {
    /// ID and secret in the body: the form that ServiceNow documents.
    #[default]
    Body,
    /// HTTP Basic. ServiceNow does not document that instances take it.
    Basic,
}

/// All that a [`Client`](crate::Client) needs to know.
///
/// # Examples
/// ```
/// use snow_token::{SecretString, Settings};
///
/// let secret = SecretString::from("hunter2");
/// let settings = Settings::new("dev12345".parse().unwrap(), "my-client-id", secret)
///     .with_scope("table_read");
/// assert!(!format!("{settings:?}").contains("hunter2"));
/// ```
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) instance: InstanceUrl,
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
    pub(crate) client_auth: ClientAuth,
    pub(crate) scope: Option<String>,
    pub(crate) ca_pem: Option<Vec<u8>>,
    pub(crate) timeout: Duration,
}

impl Settings {
    /// Client credentials for `instance`, the rest as it is by default.
    pub fn new(
        instance: InstanceUrl,
        client_id: impl Into<String>,
        client_secret: SecretString,
    ) -> Self {
        Self {
            instance,
            client_id: client_id.into(),
            client_secret,
            client_auth: ClientAuth::default(),
            scope: None,
            ca_pem: None,
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECS.into()),
        }
    }

    /// Asks for these scopes, with a space between them, instead of all that the client has.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Authenticates the client in another way than in the body.
    #[must_use]
    pub fn with_client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Trusts these root certificates (PEM) instead of the platform's.
    #[must_use]
    pub fn with_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca_pem = Some(pem.into());
        self
    }

    /// Bounds the time that one request takes in all, to an hour at most; 30 s unless set.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(Duration::from_secs(MAX_TIMEOUT_SECS.into()));
        self
    }

    /// Reads the settings from the environment.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub fn from_env() -> Result<Self, Error> {
        Self::resolve(&Sources::default())
    }

    /// Reads the settings from flags and the environment.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub fn resolve(sources: &Sources) -> Result<Self, Error> {
        if let Some(method) = sources.get(AUTH_METHOD)?
            && *method.text != CLIENT_CREDENTIALS
        {
            return Err(Error::configuration(format!(
                "{}: {:?} is not a method that is supported yet",
                method.from, *method.text
            ))
            .with_advice([format!("leave it out or set it to {CLIENT_CREDENTIALS}")]));
        }
        let instance = sources.require(INSTANCE)?;
        let instance_url = instance
            .text
            .parse()
            .map_err(|error| Error::configuration(format!("{}: {error}", instance.from)))?;
        let client_id = sources.require(CLIENT_ID)?;
        check_characters(client_id.from, &client_id.text)?;

        let mut settings = Self::new(instance_url, client_id.text.trim(), client_secret(sources)?);
        if let Some(auth) = sources.get(CLIENT_AUTH)? {
            settings.client_auth = client_auth(&auth)?;
        }
        if let Some(scope) = sources.get(SCOPE)? {
            check_characters(scope.from, &scope.text)?;
            settings.scope = Some(scope.text.trim().to_owned());
        }
        if let Some(file) = sources.get(CA_FILE)? {
            settings.ca_pem = Some(read_ca_file(&file)?);
        }
        if let Some(secs) = sources.get(TIMEOUT_SECS)? {
            settings.timeout = timeout(&secs)?;
        }
        Ok(settings)
    }
}

fn client_auth(found: &Found) -> Result<ClientAuth, Error> {
    match found.text.as_str() {
        "body" => Ok(ClientAuth::Body),
        "basic" => Ok(ClientAuth::Basic),
        other => Err(Error::configuration(format!(
            "{}: {other:?} is neither `body` nor `basic`",
            found.from
        ))),
    }
}

fn timeout(found: &Found) -> Result<Duration, Error> {
    match found.text.parse() {
        Ok(secs @ 1..=MAX_TIMEOUT_SECS) => Ok(Duration::from_secs(secs.into())),
        _ => Err(Error::configuration(format!(
            "{}: {:?} is not a number of seconds from 1 to {MAX_TIMEOUT_SECS}",
            found.from, *found.text
        ))),
    }
}

/// The secret, from its variable or from a file. A flag goes before the environment; two variables
/// that contradict each other are an error.
fn client_secret(sources: &Sources) -> Result<SecretString, Error> {
    let file = match sources.flag(CLIENT_SECRET_FILE) {
        Some(file) => Some(file),
        None => match (
            sources.variable(CLIENT_SECRET)?,
            sources.variable(CLIENT_SECRET_FILE)?,
        ) {
            (Some(_), Some(_)) => {
                return Err(Error::configuration(format!(
                    "{} and {} are both set",
                    CLIENT_SECRET.variable, CLIENT_SECRET_FILE.variable
                ))
                .with_advice(["keep one of them: it is not clear which secret is meant"]));
            }
            (Some(secret), None) => return checked_secret(secret.from, &secret.text),
            (None, file) => file,
        },
    };
    let file = file.ok_or_else(|| {
        Error::configuration(format!(
            "neither {CLIENT_SECRET} nor {CLIENT_SECRET_FILE} is set"
        ))
    })?;
    let text = read_secret_file(file.from, Path::new(&*file.text))?;
    checked_secret(file.from, &text)
}

/// A line break at the end is dropped; other white space around the secret is left, for it may
/// belong to it, and warned of.
fn checked_secret(from: &str, text: &str) -> Result<SecretString, Error> {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(Error::configuration(format!("{from}: the secret is empty")));
    }
    check_characters(from, text)?;
    if text.trim() != text {
        tracing::warn!(
            "{from}: the secret begins or ends with white space; was that pasted along?"
        );
    }
    Ok(SecretString::from(text))
}

/// Refuses control characters without showing the text.
fn check_characters(from: &str, text: &str) -> Result<(), Error> {
    match text
        .trim_end_matches(['\r', '\n'])
        .contains(char::is_control)
    {
        true => Err(Error::configuration(format!(
            "{from}: there is a control character in it, such as a line break"
        ))),
        false => Ok(()),
    }
}

const SECRET_FILE_LIMIT: u64 = 64 * 1024;
const CA_FILE_LIMIT: u64 = 16 * 1024 * 1024;

fn read_secret_file(from: &str, path: &Path) -> Result<Zeroizing<String>, Error> {
    let bytes = read_file(from, path, SECRET_FILE_LIMIT, refuse_if_others_can_read)?;
    match core::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Error::configuration(format!(
            "{from}: {} is not a text in UTF-8",
            path.display()
        ))),
    }
}

fn read_ca_file(found: &Found) -> Result<Vec<u8>, Error> {
    let path = Path::new(&*found.text);
    let bytes = read_file(found.from, path, CA_FILE_LIMIT, |_, _, _| Ok(()))?;
    Ok(bytes.to_vec())
}

/// Reads a file of at most `limit` bytes whose metadata pass `check`.
fn read_file(
    from: &str,
    path: &Path,
    limit: u64,
    check: impl FnOnce(&str, &Path, &fs::Metadata) -> Result<(), Error>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed =
        |error| Error::configuration(format!("{from}: cannot read {}: {error}", path.display()));
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    check(from, path, &metadata)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(Error::configuration(format!(
            "{from}: {} has more than {limit} bytes",
            path.display()
        )));
    }
    Ok(bytes)
}

#[cfg(unix)]
fn refuse_if_others_can_read(
    from: &str,
    path: &Path,
    metadata: &fs::Metadata,
) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    match metadata.is_file() && metadata.permissions().mode() & 0o007 != 0 {
        true => Err(Error::configuration(format!(
            "{from}: every user of this machine can read {}",
            path.display()
        ))
        .with_advice([format!("chmod 600 {}", path.display())])),
        false => Ok(()),
    }
}

/// Elsewhere files have lists of who may read them, and files of a user are private by default.
#[cfg(not(unix))]
fn refuse_if_others_can_read(_: &str, _: &Path, _: &fs::Metadata) -> Result<(), Error> {
    Ok(())
}

impl Settings {
    /// The secret, at the moment when it is sent.
    pub(crate) fn expose_client_secret(&self) -> &str {
        self.client_secret.expose_secret()
    }
}
