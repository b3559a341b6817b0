//! The table of settings: by which variable, flag and key of a profile each is set.

use core::fmt;

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its key in a profile file. A secret has none: it does not belong there.
    pub name: Option<&'static str>,
    /// Its environment variable.
    pub variable: &'static str,
    /// Its flag. A secret has none: everybody can read the arguments of a process.
    pub flag: Option<&'static str>,
    /// What its value is, in a word for `--help`.
    pub value: &'static str,
    /// What it is.
    pub help: &'static str,
}

impl Key {
    /// Whether its value is a secret.
    pub const fn is_secret(&self) -> bool {
        self.flag.is_none()
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

macro_rules! keys {
    (plain { $($key:ident = $name:literal, $variable:literal, $flag:literal, $value:literal, $help:literal;)* }
     secret { $($secret:ident = $secret_variable:literal, $secret_help:literal;)* }) => {
        $(
            #[doc = $help]
            pub const $key: Key = Key {
                name: Some($name),
                variable: $variable,
                flag: Some($flag),
                value: $value,
                help: $help,
            };
        )*
        $(
            #[doc = $secret_help]
            pub const $secret: Key = Key {
                name: None,
                variable: $secret_variable,
                flag: None,
                value: "SECRET",
                help: $secret_help,
            };
        )*

        /// Every setting that is no secret, in the order of `--help`.
        pub const PLAIN: &[Key] = &[$($key),*];
        /// Every secret.
        pub const SECRETS: &[Key] = &[$($secret),*];
    };
}

keys! { plain {
    INSTANCE = "instance", "SERVICENOW_INSTANCE", "--instance", "INSTANCE",
        "The instance: its name, host or URL";
    AUTH_METHOD = "auth_method", "SERVICENOW_AUTH_METHOD", "--auth-method", "METHOD",
        "The way in; taken from which credentials are there unless set";
    CLIENT_ID = "client_id", "SERVICENOW_CLIENT_ID", "--client-id", "ID",
        "Client ID of the Application Registry entry";
    CLIENT_SECRET_FILE = "client_secret_file", "SERVICENOW_CLIENT_SECRET_FILE", "--client-secret-file", "FILE",
        "File with the client secret; - reads standard input";
    CLIENT_AUTH = "client_auth", "SERVICENOW_CLIENT_AUTH", "--client-auth", "HOW",
        "How the client authenticates: body, basic (which ServiceNow does not document), or none for a public client";
    SCOPE = "scope", "SERVICENOW_SCOPE", "--scope", "SCOPES",
        "Scopes to ask for, with a space between them; all that the client has unless set";
    USERNAME = "username", "SERVICENOW_USERNAME", "--username", "NAME",
        "User name, for password and Basic";
    PASSWORD_FILE = "password_file", "SERVICENOW_PASSWORD_FILE", "--password-file", "FILE",
        "File with the user's password; - reads standard input";
    REFRESH_TOKEN_FILE = "refresh_token_file", "SERVICENOW_REFRESH_TOKEN_FILE", "--refresh-token-file", "FILE",
        "File with a refresh token; - reads standard input";
    API_KEY_FILE = "api_key_file", "SERVICENOW_API_KEY_FILE", "--api-key-file", "FILE",
        "File with an API key; - reads standard input";
    JWT_KEY_FILE = "jwt_key_file", "SERVICENOW_JWT_KEY_FILE", "--jwt-key-file", "FILE",
        "Private key (PEM) that signs assertions, or the shared secret of HS*; - reads standard input";
    JWT_KEY_ID = "jwt_key_id", "SERVICENOW_JWT_KEY_ID", "--jwt-key-id", "KID",
        "The assertion's kid, which names the JWT Verifier Map; none unless set";
    JWT_ALGORITHM = "jwt_algorithm", "SERVICENOW_JWT_ALGORITHM", "--jwt-algorithm", "ALG",
        "RS256 to RS512, ES256 to ES512 or HS256 to HS512; what fits the key unless set";
    JWT_SUBJECT = "jwt_subject", "SERVICENOW_JWT_SUBJECT", "--jwt-subject", "SUB",
        "The assertion's sub: the user that the registry entry's User Field finds";
    JWT_AUDIENCE = "jwt_audience", "SERVICENOW_JWT_AUDIENCE", "--jwt-audience", "AUD",
        "The assertion's aud; the client ID unless set";
    JWT_ISSUER = "jwt_issuer", "SERVICENOW_JWT_ISSUER", "--jwt-issuer", "ISS",
        "The assertion's iss; the client ID unless set";
    JWT_LIFETIME_SECS = "jwt_lifetime_secs", "SERVICENOW_JWT_LIFETIME_SECS", "--jwt-lifetime-secs", "SECS",
        "How long an assertion is good; 300 unless set";
    ID_TOKEN_FILE = "id_token_file", "SERVICENOW_ID_TOKEN_FILE", "--id-token-file", "FILE",
        "File with an identity provider's token, read anew when it runs out; - reads standard input";
    IDP_TOKEN_URL = "idp_token_url", "SERVICENOW_IDP_TOKEN_URL", "--idp-token-url", "URL",
        "Token endpoint of the identity provider that gives the ID token";
    IDP_CLIENT_ID = "idp_client_id", "SERVICENOW_IDP_CLIENT_ID", "--idp-client-id", "ID",
        "Client ID at the identity provider";
    IDP_CLIENT_SECRET_FILE = "idp_client_secret_file", "SERVICENOW_IDP_CLIENT_SECRET_FILE", "--idp-client-secret-file", "FILE",
        "File with the client secret at the identity provider; - reads standard input";
    IDP_SCOPE = "idp_scope", "SERVICENOW_IDP_SCOPE", "--idp-scope", "SCOPES",
        "Scopes to ask the identity provider for";
    CLIENT_CERT_FILE = "client_cert_file", "SERVICENOW_CLIENT_CERT_FILE", "--client-cert-file", "FILE",
        "Client certificate and its chain (PEM), for mTLS";
    CLIENT_KEY_FILE = "client_key_file", "SERVICENOW_CLIENT_KEY_FILE", "--client-key-file", "FILE",
        "Private key (PEM) of the client certificate";
    REDIRECT_PORT = "redirect_port", "SERVICENOW_REDIRECT_PORT", "--redirect-port", "PORT",
        "Port of http://127.0.0.1:PORT/callback, as the registry entry has it; 8765 unless set";
    REVOKE_PATH = "revoke_path", "SERVICENOW_REVOKE_PATH", "--revoke-path", "PATH",
        "Path that revokes tokens; /oauth_revoke_token.do unless set";
    CA_FILE = "ca_file", "SERVICENOW_CA_FILE", "--ca-file", "FILE",
        "Root certificates (PEM) to trust instead of the platform's";
    TIMEOUT_SECS = "timeout_secs", "SERVICENOW_TIMEOUT_SECS", "--timeout-secs", "SECS",
        "How long one request may take in all; 30 unless set";
    MARGIN_SECS = "margin_secs", "SERVICENOW_MARGIN_SECS", "--margin-secs", "SECS",
        "How long before its end a token is renewed; 60 unless set";
} secret {
    CLIENT_SECRET = "SERVICENOW_CLIENT_SECRET", "The client secret";
    PASSWORD = "SERVICENOW_PASSWORD", "The user's password";
    REFRESH_TOKEN = "SERVICENOW_REFRESH_TOKEN", "A refresh token";
    API_KEY = "SERVICENOW_API_KEY", "An API key";
    ID_TOKEN = "SERVICENOW_ID_TOKEN", "An identity provider's token";
    IDP_CLIENT_SECRET = "SERVICENOW_IDP_CLIENT_SECRET", "The client secret at the identity provider";
} }

/// Which profile of the profile file counts. No key of a profile itself.
pub const PROFILE: Key = Key {
    name: None,
    variable: "SERVICENOW_PROFILE",
    flag: Some("--profile"),
    value: "NAME",
    help: "Profile of the profile file to take settings from",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_names_of_a_setting_are_one_name() {
        for key in PLAIN {
            let name = key.name.unwrap();
            assert_eq!(key.variable, format!("SERVICENOW_{}", name.to_uppercase()));
            assert_eq!(key.flag, Some(&*format!("--{}", name.replace('_', "-"))));
        }
    }

    #[test]
    fn every_secret_can_come_from_a_file() {
        for secret in SECRETS {
            let file = format!("{}_FILE", secret.variable);
            assert!(PLAIN.iter().any(|key| key.variable == file), "{file}");
        }
    }
}
