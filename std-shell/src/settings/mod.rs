//! Settings: from flags, the environment and the profile file, checked once.

pub mod keys;
mod method;
mod profile;
mod secret;
mod sources;
mod token_url;

pub use keys::Key;
pub use method::{Assertion, ClientAuth, IdToken, Method, OAuthClient};
#[cfg(feature = "keys")]
pub(crate) use secret::read_secret_file;
pub(crate) use secret::reread_secret_file;
pub use sources::{Found, Origin, Prompt, Sources};
pub use token_url::TokenUrl;

use core::time::Duration;
use std::borrow::Cow;

use self::{
    keys::{
        CA_FILE, CLIENT_CERT_FILE, CLIENT_KEY_FILE, INSTANCE, MARGIN_SECS, REVOKE_PATH, SCOPE,
        TIMEOUT_SECS,
    },
    secret::read_public_file,
};
use crate::{error::Error, instance::InstanceUrl, transport::Roots};

/// ServiceNow: *Revoke an OAuth token*. It takes the token in the query, from anybody.
const REVOCATION_PATH: &str = "/oauth_revoke_token.do";

use snow_token_core::expiry::DEFAULT_MARGIN_SECS;
use zeroize::Zeroizing;

const DEFAULT_TIMEOUT_SECS: u32 = 30;
const MAX_TIMEOUT_SECS: u32 = 3600;

/// All that a [`Client`](crate::Client) needs to know.
///
/// # Examples
/// ```
/// use snow_token::{Method, SecretString, Settings};
///
/// let method = Method::client_credentials("my-client-id", SecretString::from("hunter2"));
/// let settings = Settings::new("dev12345".parse()?, method).with_scope("table_read");
/// assert!(!format!("{settings:?}").contains("hunter2"));
/// # Ok::<(), snow_token::InvalidInstance>(())
/// ```
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) instance: InstanceUrl,
    pub(crate) method: Method,
    pub(crate) scope: Option<String>,
    pub(crate) roots: Option<Roots>,
    pub(crate) client_certificate: Option<ClientCertificate>,
    pub(crate) timeout: Duration,
    pub(crate) margin_secs: u32,
    pub(crate) revoke_path: Cow<'static, str>,
}

/// A certificate by which this machine proves who it is (mTLS), and its key.
#[derive(Clone)]
pub(crate) struct ClientCertificate {
    pub(crate) chain_pem: Vec<u8>,
    pub(crate) key_pem: Zeroizing<Vec<u8>>,
}

impl core::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ClientCertificate([redacted])")
    }
}

impl Settings {
    /// The way in by `method` to `instance`, the rest as it is by default.
    pub const fn new(instance: InstanceUrl, method: Method) -> Self {
        Self {
            instance,
            method,
            scope: None,
            roots: None,
            client_certificate: None,
            timeout: Duration::from_secs(DEFAULT_TIMEOUT_SECS as u64),
            margin_secs: DEFAULT_MARGIN_SECS,
            revoke_path: Cow::Borrowed(REVOCATION_PATH),
        }
    }

    /// Asks for these scopes, with a space between them, instead of all that the client has.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }

    /// Trusts these root certificates (PEM) instead of the platform's.
    #[must_use]
    pub fn with_ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.roots = Some(Roots::of_pem(&pem.into()));
        self
    }

    /// Shows the instance a client certificate (mTLS): its chain and its private key, both PEM.
    ///
    /// **ServiceNow** checks it at the load balancer, which takes no self-signed ones.
    #[must_use]
    pub fn with_client_certificate(
        mut self,
        chain_pem: impl Into<Vec<u8>>,
        key_pem: impl Into<Vec<u8>>,
    ) -> Self {
        self.client_certificate = Some(ClientCertificate {
            chain_pem: chain_pem.into(),
            key_pem: Zeroizing::new(key_pem.into()),
        });
        self
    }

    /// Bounds the time that one request takes in all, to an hour at most; 30 s unless set.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout.min(Duration::from_secs(MAX_TIMEOUT_SECS.into()));
        self
    }

    /// Renews a token so many seconds before its end, but never in the first half of its life; 60
    /// unless set.
    #[must_use]
    pub const fn with_margin_secs(mut self, margin_secs: u32) -> Self {
        self.margin_secs = margin_secs;
        self
    }

    /// Revokes tokens at this path; `/oauth_revoke_token.do` unless set.
    ///
    /// **ServiceNow**: another page of its documentation says `/oauth_revoke.do`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where it is more or less than
    /// a path: the token would go elsewhere.
    ///
    /// # Examples
    /// ```
    /// # use snow_token::{Method, SecretString, Settings};
    /// # let method = Method::client_credentials("my-client-id", SecretString::from("hunter2"));
    /// let settings = Settings::new("dev12345".parse()?, method);
    /// assert!(settings.clone().with_revoke_path(".example.com/").is_err());
    /// let settings = settings.with_revoke_path("/oauth_revoke.do")?;
    /// # drop(settings);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn with_revoke_path(mut self, path: impl Into<String>) -> Result<Self, Error> {
        let path = path.into();
        token_url::check_path(&path).map_err(|why| {
            Error::configuration(format!("the path {path:?} that revokes: {why}"))
        })?;
        self.revoke_path = Cow::Owned(path);
        Ok(self)
    }

    /// The address of the instance.
    pub const fn instance(&self) -> &InstanceUrl {
        &self.instance
    }

    /// The way in.
    pub const fn method(&self) -> &Method {
        &self.method
    }

    /// The scopes to ask for.
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// How long one request may take in all.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Reads the settings from the environment and the profile file, as the command does.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub fn from_env() -> Result<Self, Error> {
        Self::resolve(&Sources::from_env()?)
    }

    /// Reads the settings from `sources`.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub fn resolve(sources: &Sources) -> Result<Self, Error> {
        let instance = Self::resolve_instance(sources)?;
        Self::resolve_with(sources, instance, Method::resolve(sources)?)
    }

    /// Reads all but the method from `sources`, and takes this one.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_for(sources: &Sources, method: Method) -> Result<Self, Error> {
        let instance = Self::resolve_instance(sources)?;
        Self::resolve_with(sources, instance, method)
    }

    /// The settings of the person who logs in through the browser, whatever method is set.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_login(sources: &Sources) -> Result<Self, Error> {
        let instance = Self::resolve_instance(sources)?;
        Self::resolve_with(sources, instance, Method::authorization_code(sources)?)
    }

    fn resolve_instance(sources: &Sources) -> Result<InstanceUrl, Error> {
        let instance = sources.require(INSTANCE)?;
        instance.text.parse().map_err(|error| instance.error(error))
    }

    fn resolve_with(
        sources: &Sources,
        instance: InstanceUrl,
        method: Method,
    ) -> Result<Self, Error> {
        let mut settings = Self::new(instance, method);
        settings.scope = sources.get(SCOPE)?.map(|scope| scope.line()).transpose()?;
        if let Some(file) = sources.get(CA_FILE)? {
            let roots = Roots::of_pem(&read_public_file(&file)?);
            roots.certificates().map_err(|what| file.error(what))?;
            settings.roots = Some(roots);
        }
        match (
            sources.get(CLIENT_CERT_FILE)?,
            sources.get(CLIENT_KEY_FILE)?,
        ) {
            (None, None) => {}
            (Some(chain), Some(key)) => {
                settings.client_certificate = Some(ClientCertificate {
                    chain_pem: read_public_file(&chain)?,
                    key_pem: sources.read_secret_bytes(&key)?,
                });
            }
            (Some(set), None) => return Err(half_a_certificate(&set, CLIENT_KEY_FILE)),
            (None, Some(set)) => return Err(half_a_certificate(&set, CLIENT_CERT_FILE)),
        }
        if let Some(secs) = sources.get(TIMEOUT_SECS)? {
            let secs = secs.number(1..=MAX_TIMEOUT_SECS, "a number of seconds")?;
            settings.timeout = Duration::from_secs(secs.into());
        }
        if let Some(secs) = sources.get(MARGIN_SECS)? {
            settings.margin_secs = secs.number(0..=86_400, "a number of seconds")?;
        }
        if let Some(path) = sources.get(REVOKE_PATH)? {
            let text = path.line()?;
            token_url::check_path(&text).map_err(|why| path.error(why))?;
            settings.revoke_path = Cow::Owned(text);
        }
        Ok(settings)
    }
}

fn half_a_certificate(set: &Found, missing: Key) -> Error {
    set.error(format!("{missing} must be set too"))
        .with_advice(["a client certificate is of no use without its key, nor the key without it"])
}
