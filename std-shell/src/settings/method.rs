//! The ways in, each with exactly what it needs.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use snow_token_core::assertion::DEFAULT_LIFETIME_SECS;

use super::{
    keys::{
        API_KEY, API_KEY_FILE, AUTH_METHOD, CLIENT_AUTH, CLIENT_ID, CLIENT_SECRET,
        CLIENT_SECRET_FILE, ID_TOKEN, ID_TOKEN_FILE, IDP_CLIENT_ID, IDP_CLIENT_SECRET,
        IDP_CLIENT_SECRET_FILE, IDP_SCOPE, IDP_TOKEN_URL, JWT_ALGORITHM, JWT_AUDIENCE, JWT_ISSUER,
        JWT_KEY_FILE, JWT_KEY_ID, JWT_LIFETIME_SECS, JWT_SUBJECT, PASSWORD, PASSWORD_FILE,
        REDIRECT_PORT, REFRESH_TOKEN, REFRESH_TOKEN_FILE, USERNAME,
    },
    secret::{STANDARD_INPUT, SecretPlace},
    sources::{Origin, Sources},
    token_url::TokenUrl,
};
use crate::{error::Error, signer::JwtKey};

/// The way into an instance.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Method {
    /// RFC 6749 §4.4: the client acts as its *OAuth Application User*.
    ClientCredentials(OAuthClient),
    /// RFC 7523 §2.1: a signed assertion names the user.
    JwtBearer {
        /// The client.
        client: OAuthClient,
        /// What is signed, and with which key.
        assertion: Assertion,
    },
    /// RFC 6749 §4.1 with PKCE: a person logs in through the browser, and a refresh token is kept.
    AuthorizationCode {
        /// The client.
        client: OAuthClient,
        /// The port of the redirect URI `http://127.0.0.1:PORT/callback`.
        redirect_port: u16,
    },
    /// RFC 6749 §6, with a refresh token that was had in another way.
    RefreshToken {
        /// The client.
        client: OAuthClient,
        /// The refresh token. One that the instance gives in its place is kept in the store.
        refresh_token: SecretString,
    },
    /// RFC 6749 §4.3. **Legacy**: OAuth 2.1 has dropped it.
    Password {
        /// The client.
        client: OAuthClient,
        /// The user's name.
        username: String,
        /// The user's password.
        password: SecretString,
    },
    /// A third party's token, used as it is.
    IdToken(IdToken),
    /// An API key, in the header `x-sn-apikey`.
    ApiKey(SecretString),
    /// HTTP Basic with a user's name and password. **Legacy**: the password travels with each
    /// request.
    Basic {
        /// The user's name.
        username: String,
        /// The user's password.
        password: SecretString,
    },
}

/// An entry of the instance's Application Registry.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct OAuthClient {
    /// The Client ID.
    pub id: String,
    /// How the client proves who it is.
    pub authentication: ClientAuth,
}

impl OAuthClient {
    /// The client of this ID.
    pub fn new(id: impl Into<String>, authentication: ClientAuth) -> Self {
        Self {
            id: id.into(),
            authentication,
        }
    }
}

/// How the client authenticates at the token endpoint.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ClientAuth {
    /// ID and secret in the body: the form that ServiceNow documents.
    Body(SecretString),
    /// HTTP Basic. ServiceNow does not document that instances take it.
    Basic(SecretString),
    /// Not at all: a public client.
    None,
}

/// What a JWT bearer assertion says, and the key that signs it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Assertion {
    /// The private key, or the shared secret of HS*.
    pub key: JwtKey,
    /// `sub`: the user that the registry entry's User Field finds.
    pub subject: String,
    /// `kid`; none unless set, which does where there is one JWT Verifier Map.
    pub key_id: Option<String>,
    /// `aud`; the client ID unless set.
    pub audience: Option<String>,
    /// `iss`; the client ID unless set.
    pub issuer: Option<String>,
    /// How long it is good, in seconds.
    pub lifetime_secs: u32,
}

impl Assertion {
    /// An assertion for this user, the rest as it is by default.
    pub fn new(key: JwtKey, subject: impl Into<String>) -> Self {
        Self {
            key,
            subject: subject.into(),
            key_id: None,
            audience: None,
            issuer: None,
            lifetime_secs: DEFAULT_LIFETIME_SECS,
        }
    }

    /// Reads its settings from `sources`, whatever method is set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub(crate) fn resolve(sources: &Sources) -> Result<Self, Error> {
        let file = sources.require(JWT_KEY_FILE).map_err(|error| {
            error.with_advice(["name the private key that signs; snow-token key new makes one"])
        })?;
        let algorithm = sources.get(JWT_ALGORITHM)?;
        let algorithm = match &algorithm {
            None => None,
            Some(name) => {
                let known = JwtKey::algorithm_named(name.text.trim());
                Some(known.map_err(|what| name.error(what))?)
            }
        };
        let bytes = sources.read_secret_bytes(&file)?;
        let key = JwtKey::load(&bytes, algorithm)
            .map_err(|error| file.error(&error).with_advice(error.advice()))?;
        let text = |key| sources.get(key)?.map(|found| found.line()).transpose();
        Ok(Self {
            key_id: text(JWT_KEY_ID)?,
            audience: text(JWT_AUDIENCE)?,
            issuer: text(JWT_ISSUER)?,
            lifetime_secs: match sources.get(JWT_LIFETIME_SECS)? {
                Some(secs) => secs.number(1..=86_400, "a number of seconds")?,
                None => DEFAULT_LIFETIME_SECS,
            },
            ..Self::new(key, sources.require(JWT_SUBJECT)?.line()?)
        })
    }
}

/// Where a third party's token comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum IdToken {
    /// It was handed in.
    Text(SecretString),
    /// It stands in a file that something else keeps fresh; it is read anew when it runs out.
    File(PathBuf),
    /// An identity provider gives it for client credentials.
    Provider {
        /// Its token endpoint.
        token_url: TokenUrl,
        /// The client there.
        client: OAuthClient,
        /// The scopes to ask for there.
        scope: Option<String>,
    },
}

/// The methods by the names that they have in settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    ClientCredentials,
    JwtBearer,
    AuthorizationCode,
    RefreshToken,
    Password,
    IdToken,
    ApiKey,
    Basic,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::ClientCredentials,
        Self::JwtBearer,
        Self::AuthorizationCode,
        Self::RefreshToken,
        Self::Password,
        Self::IdToken,
        Self::ApiKey,
        Self::Basic,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "oauth2_client_credentials",
            Self::JwtBearer => "oauth2_jwt_bearer",
            Self::AuthorizationCode => "oauth2_authorization_code",
            Self::RefreshToken => "oauth2_refresh_token",
            Self::Password => "oauth2_password",
            Self::IdToken => "id_token",
            Self::ApiKey => "api_key",
            Self::Basic => "basic",
        }
    }
}

impl Method {
    /// Client credentials, with the secret in the body.
    pub fn client_credentials(client_id: impl Into<String>, client_secret: SecretString) -> Self {
        Self::ClientCredentials(OAuthClient::new(client_id, ClientAuth::Body(client_secret)))
    }

    /// The name that the method has in settings.
    pub const fn name(&self) -> &'static str {
        self.kind().name()
    }

    const fn kind(&self) -> Kind {
        match self {
            Self::ClientCredentials(_) => Kind::ClientCredentials,
            Self::JwtBearer { .. } => Kind::JwtBearer,
            Self::AuthorizationCode { .. } => Kind::AuthorizationCode,
            Self::RefreshToken { .. } => Kind::RefreshToken,
            Self::Password { .. } => Kind::Password,
            Self::IdToken(_) => Kind::IdToken,
            Self::ApiKey(_) => Kind::ApiKey,
            Self::Basic { .. } => Kind::Basic,
        }
    }

    /// The registry entry that asks for tokens, where one does.
    pub const fn client(&self) -> Option<&OAuthClient> {
        match self {
            Self::ClientCredentials(client)
            | Self::JwtBearer { client, .. }
            | Self::AuthorizationCode { client, .. }
            | Self::RefreshToken { client, .. }
            | Self::Password { client, .. }
            | Self::IdToken(IdToken::Provider { client, .. }) => Some(client),
            Self::IdToken(_) | Self::ApiKey(_) | Self::Basic { .. } => None,
        }
    }

    /// The user that the method names.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::JwtBearer { assertion, .. } => Some(&assertion.subject),
            Self::Password { username, .. } | Self::Basic { username, .. } => Some(username),
            _ => None,
        }
    }

    pub(super) fn resolve(sources: &Sources) -> Result<Self, Error> {
        let method = Self::resolve_kind(kind(sources)?, sources)?;
        if let Self::Password { .. } | Self::Basic { .. } = method {
            tracing::warn!(
                "{} is a legacy method: this program sees the user's password. Client credentials, \
                 JWT bearer or a login through the browser are better",
                method.name()
            );
        }
        Ok(method)
    }

    fn resolve_kind(kind: Kind, sources: &Sources) -> Result<Self, Error> {
        match kind {
            Kind::ClientCredentials => Ok(Self::ClientCredentials(client(sources)?)),
            Kind::JwtBearer => jwt_bearer(sources),
            Kind::AuthorizationCode => Self::authorization_code(sources),
            Kind::RefreshToken => Ok(Self::RefreshToken {
                client: client(sources)?,
                // Whose access token is kept depends on it.
                refresh_token: sources.secret_or_prompt(REFRESH_TOKEN, REFRESH_TOKEN_FILE)?,
            }),
            Kind::Password => Ok(Self::Password {
                client: client(sources)?,
                username: sources.require(USERNAME)?.line()?,
                password: sources.require_secret(PASSWORD, PASSWORD_FILE)?,
            }),
            Kind::IdToken => id_token(sources).map(Self::IdToken),
            Kind::ApiKey => api_key(sources).map(Self::ApiKey),
            Kind::Basic => basic(sources),
        }
    }

    pub(super) fn authorization_code(sources: &Sources) -> Result<Self, Error> {
        const DEFAULT_PORT: u32 = 8765;
        let port = match sources.get(REDIRECT_PORT)? {
            Some(port) => port.number(1..=65_535, "a port")?,
            None => DEFAULT_PORT,
        };
        Ok(Self::AuthorizationCode {
            client: public_or_private_client(sources)?,
            redirect_port: u16::try_from(port).unwrap_or_default(),
        })
    }
}

/// The method that is set, or that the credentials speak for.
fn kind(sources: &Sources) -> Result<Kind, Error> {
    if let Some(method) = sources.get(AUTH_METHOD)? {
        let named = Kind::ALL
            .iter()
            .find(|kind| kind.name() == method.text.trim());
        return named.copied().ok_or_else(|| {
            let names = Kind::ALL.map(Kind::name).join(", ");
            method
                .error(format!("{:?} is not a method", *method.text))
                .with_advice([format!("the methods are {names}")])
        });
    }
    match &*meant(sources)? {
        [(kind, _)] => Ok(*kind),
        [(first, first_origin), (second, second_origin), ..] => Err(Error::configuration(format!(
            "it is not clear which way in is meant: {first_origin} is set, and so is \
                 {second_origin}"
        ))
        .with_advice([
            format!(
                "say so with {}={} or {}",
                AUTH_METHOD.variable,
                first.name(),
                second.name()
            ),
            "or set one of them only".to_owned(),
        ])),
        // A client without a secret can do nothing else. A secret that could be asked for does not
        // count: what is meant is the same with and without a terminal.
        [] if sources.get(CLIENT_ID)?.is_some() => Ok(Kind::AuthorizationCode),
        [] => Ok(Kind::ClientCredentials),
    }
}

/// The ways in that the credentials speak for, each once, with where the credential stands.
///
/// A client's secret speaks for client credentials alone, and where a credential is set that has no
/// use for it: beside a key, a refresh token or a user it is a part of that way in.
fn meant(sources: &Sources) -> Result<Vec<(Kind, Origin)>, Error> {
    let plain = |key| Ok::<_, Error>(sources.get(key)?.map(|found| found.origin));
    let secret = |key, file_key| {
        let place = sources.where_secret_stands(key, file_key)?;
        Ok::<_, Error>(place.map(|place| place.origin().clone()))
    };
    let user_kind = match sources.get(CLIENT_ID)? {
        Some(_) => Kind::Password,
        None => Kind::Basic,
    };
    let mut meant = Vec::new();
    for (kind, origin) in [
        (Kind::ApiKey, secret(API_KEY, API_KEY_FILE)?),
        (Kind::IdToken, secret(ID_TOKEN, ID_TOKEN_FILE)?),
        (Kind::IdToken, plain(IDP_TOKEN_URL)?),
        (Kind::JwtBearer, plain(JWT_KEY_FILE)?),
        (
            Kind::RefreshToken,
            secret(REFRESH_TOKEN, REFRESH_TOKEN_FILE)?,
        ),
        (user_kind, plain(USERNAME)?),
    ] {
        if let Some(origin) = origin
            && !meant.iter().any(|(known, _)| *known == kind)
        {
            meant.push((kind, origin));
        }
    }
    let has_no_use = |kind| matches!(kind, Kind::ApiKey | Kind::IdToken | Kind::Basic);
    if meant.iter().all(|(kind, _)| has_no_use(*kind))
        && let Some(origin) = secret(CLIENT_SECRET, CLIENT_SECRET_FILE)?
    {
        meant.insert(0, (Kind::ClientCredentials, origin));
    }
    Ok(meant)
}

/// A client that has a secret, unless it is said to be a public one.
fn client(sources: &Sources) -> Result<OAuthClient, Error> {
    let id = sources.require(CLIENT_ID)?.line()?;
    let how = sources.get(CLIENT_AUTH)?;
    let secret = || sources.require_secret(CLIENT_SECRET, CLIENT_SECRET_FILE);
    let authentication = match how.as_ref().map(|how| how.text.trim()) {
        None | Some("body") => ClientAuth::Body(secret()?),
        Some("basic") => ClientAuth::Basic(secret()?),
        Some("none") => ClientAuth::None,
        Some(other) => {
            let what = format!("{other:?} is neither `body` nor `basic` nor `none`");
            return Err(how.map_or_else(|| Error::configuration(&*what), |how| how.error(&what)));
        }
    };
    Ok(OAuthClient::new(id, authentication))
}

/// A client that is a public one where no secret is set.
fn public_or_private_client(sources: &Sources) -> Result<OAuthClient, Error> {
    let has_secret = sources.has_secret(CLIENT_SECRET, CLIENT_SECRET_FILE)?;
    if has_secret || sources.get(CLIENT_AUTH)?.is_some() {
        return client(sources);
    }
    let id = sources.require(CLIENT_ID)?.line()?;
    Ok(OAuthClient::new(id, ClientAuth::None))
}

fn jwt_bearer(sources: &Sources) -> Result<Method, Error> {
    Ok(Method::JwtBearer {
        assertion: Assertion::resolve(sources)?,
        client: public_or_private_client(sources)?,
    })
}

fn id_token(sources: &Sources) -> Result<IdToken, Error> {
    let place = sources.where_secret_stands(ID_TOKEN, ID_TOKEN_FILE)?;
    if let Some(url) = sources.get(IDP_TOKEN_URL)? {
        if let Some(token) = place {
            let (token, url) = (token.origin(), &url.origin);
            return Err(
                Error::configuration(format!("{token} and {url} are both set")).with_advice([
                    "keep one of them: the token itself, or where the identity provider gives one",
                ]),
            );
        }
        let token_url = url.text.parse().map_err(|error| url.error(error))?;
        let scope = sources.get(IDP_SCOPE)?;
        return Ok(IdToken::Provider {
            token_url,
            client: OAuthClient::new(
                sources.require(IDP_CLIENT_ID)?.line()?,
                ClientAuth::Body(
                    sources.require_secret(IDP_CLIENT_SECRET, IDP_CLIENT_SECRET_FILE)?,
                ),
            ),
            scope: scope.map(|scope| scope.line()).transpose()?,
        });
    }
    // A file that cannot be read is found out here, although its content is not kept.
    let token = sources.require_secret(ID_TOKEN, ID_TOKEN_FILE)?;
    match place {
        // It is remembered by its name: something else keeps it fresh.
        Some(SecretPlace::File(file)) if file.text.trim() != STANDARD_INPUT => {
            Ok(IdToken::File(file.path()))
        }
        _ => Ok(IdToken::Text(token)),
    }
}

fn api_key(sources: &Sources) -> Result<SecretString, Error> {
    let key = sources.require_secret(API_KEY, API_KEY_FILE)?;
    // RFC 9110 §5.5: what may stand in a header. A password is encoded there, this is not.
    if key
        .expose_secret()
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~'))
    {
        return Ok(key);
    }
    let place = sources.where_secret_stands(API_KEY, API_KEY_FILE)?;
    let origin = place.map_or(Origin::Variable(API_KEY.variable), |place| {
        place.origin().clone()
    });
    Err(Error::configuration(format!(
        "{origin}: there is a character in it that cannot stand in a header"
    ))
    .with_advice(["copy the key again, without what stands around it"]))
}

fn basic(sources: &Sources) -> Result<Method, Error> {
    let username = sources.require(USERNAME)?;
    let name = username.line()?;
    // RFC 7617 §2: what stands before the first colon is the name.
    if name.contains(':') {
        return Err(username.error("a name with a colon in it cannot be sent by HTTP Basic"));
    }
    Ok(Method::Basic {
        username: name,
        password: sources.require_secret(PASSWORD, PASSWORD_FILE)?,
    })
}
