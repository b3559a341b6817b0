//! The settings: which way in, by what it is set, and what contradicts it.

use super::check::{Check, Report, Stopped, Subject};
use crate::{
    error::Error,
    settings::{
        ClientAuth, IdToken, Key, Method, Settings, Sources,
        keys::{
            self, API_KEY, API_KEY_FILE, AUTH_METHOD, CLIENT_AUTH, CLIENT_SECRET,
            CLIENT_SECRET_FILE, ID_TOKEN, ID_TOKEN_FILE, IDP_CLIENT_SECRET, IDP_CLIENT_SECRET_FILE,
            JWT_KEY_FILE, PASSWORD, PASSWORD_FILE, PROFILE, REFRESH_TOKEN, REFRESH_TOKEN_FILE,
        },
    },
    transport::check_client_certificate,
};

pub(super) fn check(sources: &Sources, report: &mut Report<'_>) -> Result<Settings, Stopped> {
    let subject = Subject::Settings;
    let outcome = Settings::resolve(sources).map_err(or_see_help);
    let settings = report.unless_failed(subject, outcome)?;
    report.unless_failed(subject, check_client_certificate(&settings))?;
    let check = report.unless_failed(subject, described(sources, &settings))?;
    report.tell(&check);
    if let Method::AuthorizationCode { .. } = settings.method() {
        report.expect_login();
    }
    Ok(settings)
}

/// The error says what is wrong; where it does not say what to do, there is a list of all settings.
fn or_see_help(error: Error) -> Error {
    match error.advice().is_empty() {
        true => error.with_advice([
            "each setting has a variable, a flag unless it is a secret, and a key of the profile file: \
             snow-token --help lists them",
        ]),
        false => error,
    }
}

fn described(sources: &Sources, settings: &Settings) -> Result<Check, Error> {
    let method = settings.method();
    let chosen = match sources.get(AUTH_METHOD)? {
        Some(set) => format!("as {} says", set.origin()),
        None => "taken from which credentials are set".to_owned(),
    };
    let found = format!("{} by {}, {chosen}", settings.instance(), method.name());
    let set_by = set(
        sources,
        keys::PLAIN.iter().chain(keys::SECRETS).chain([&PROFILE]),
    )?;
    let details = [format!("set by {}", set_by.join(", "))];
    let mut check = Check::passed(Subject::Settings, found).with_details(details);
    if let Method::Password { .. } | Method::Basic { .. } = method {
        check = check.but(format!(
            "{} is a legacy way in, by a user's password: prefer oauth2_client_credentials or \
             oauth2_jwt_bearer",
            method.name()
        ));
    }
    if let Some(ClientAuth::Basic(_)) = method.client().map(|client| &client.authentication) {
        check = check.but(format!(
            "ServiceNow does not document that clients may authenticate by HTTP Basic: where that is \
             refused, unset {}",
            CLIENT_AUTH.variable
        ));
    }
    let used = used(method);
    let unused = CREDENTIALS.iter().filter(|key| !used.contains(key));
    let unused = set(sources, unused)?;
    if !unused.is_empty() {
        check = check.but(format!(
            "set and not used by {}: {}; is another method meant ({})? Otherwise unset it",
            method.name(),
            unused.join(", "),
            AUTH_METHOD.variable
        ));
    }
    Ok(check)
}

/// Where those of the keys stand that are set.
fn set<'k>(sources: &Sources, keys: impl Iterator<Item = &'k Key>) -> Result<Vec<String>, Error> {
    let mut set = Vec::new();
    for key in keys {
        set.extend(sources.get(*key)?.map(|found| found.origin().to_string()));
    }
    Ok(set)
}

/// What proves who sends a request.
const CREDENTIALS: &[Key] = &[
    CLIENT_SECRET,
    CLIENT_SECRET_FILE,
    PASSWORD,
    PASSWORD_FILE,
    REFRESH_TOKEN,
    REFRESH_TOKEN_FILE,
    API_KEY,
    API_KEY_FILE,
    JWT_KEY_FILE,
    ID_TOKEN,
    ID_TOKEN_FILE,
    IDP_CLIENT_SECRET,
    IDP_CLIENT_SECRET_FILE,
];

/// Which of them a method uses.
const fn used(method: &Method) -> &'static [Key] {
    match method {
        Method::ClientCredentials(_) | Method::AuthorizationCode { .. } => {
            &[CLIENT_SECRET, CLIENT_SECRET_FILE]
        }
        Method::JwtBearer { .. } => &[CLIENT_SECRET, CLIENT_SECRET_FILE, JWT_KEY_FILE],
        Method::RefreshToken { .. } => &[
            CLIENT_SECRET,
            CLIENT_SECRET_FILE,
            REFRESH_TOKEN,
            REFRESH_TOKEN_FILE,
        ],
        Method::Password { .. } => &[CLIENT_SECRET, CLIENT_SECRET_FILE, PASSWORD, PASSWORD_FILE],
        Method::IdToken(IdToken::Provider { .. }) => &[IDP_CLIENT_SECRET, IDP_CLIENT_SECRET_FILE],
        Method::IdToken(_) => &[ID_TOKEN, ID_TOKEN_FILE],
        Method::ApiKey(_) => &[API_KEY, API_KEY_FILE],
        Method::Basic { .. } => &[PASSWORD, PASSWORD_FILE],
    }
}
