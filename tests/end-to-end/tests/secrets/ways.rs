//! The ways in, each with its secrets in files.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rustls::pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use snow_token::store::{FileStore, StoreKey, TokenStore};
use snow_token_end_to_end::{
    fresh_home, private_file, refresh_token_of_legacy, run, simulator, simulator_of, snow_token,
};
use snow_token_simulator::{InstanceOptions, Simulator, VerifierKey};

/// Calls a macro with the names of all ways.
macro_rules! for_each_way {
    ($tests:ident) => {
        $tests! {
            client_credentials
            client_credentials_by_http_basic
            jwt_bearer
            refresh_token
            authorization_code
            password
            id_token
            api_key
            basic
        }
    };
}
pub(crate) use for_each_way;

/// What is asked for by each.
pub(crate) const INCIDENTS: &str = "/api/now/table/incident?sysparm_limit=1";
/// The number of a private key, its lowest byte first.
pub(crate) const KEY_AS_P256_HAS_IT: &str = "the key as p256 has it";

/// A simulated instance, and the settings for one way into it.
pub(crate) struct Way {
    simulator: Simulator,
    home: PathBuf,
    settings: Vec<(&'static str, String)>,
    secrets: Secrets,
    /// A private key, which never travels.
    key: Secrets,
}

impl Way {
    fn new(simulator: Simulator) -> Self {
        Self {
            simulator,
            home: fresh_home(),
            settings: Vec::new(),
            secrets: Secrets::default(),
            key: Secrets::default(),
        }
    }

    fn with(mut self, variable: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((variable, value.into()));
        self
    }

    /// A setting that is the name of a file with a secret.
    fn with_secret(mut self, variable: &'static str, secret: &str) -> Self {
        self.secrets.add(variable, secret);
        let file = private_file(&self.home, variable, secret);
        self.with(variable, file.to_str().unwrap())
    }

    fn with_client(self, name: &str) -> Self {
        let client = self.simulator.client(name);
        self.with("SERVICENOW_CLIENT_ID", client.client_id)
            .with_secret("SERVICENOW_CLIENT_SECRET_FILE", &client.client_secret)
    }

    fn with_user(self, name: &str) -> Self {
        let user = self.simulator.user(name);
        self.with("SERVICENOW_USERNAME", user.user_name)
            .with_secret("SERVICENOW_PASSWORD_FILE", &user.password)
    }

    /// The program with the settings.
    pub(crate) fn settings_of(&self, mut program: Command) -> Command {
        program
            .env("HOME", &self.home)
            .env("SERVICENOW_INSTANCE", self.simulator.url())
            .env("SERVICENOW_CA_FILE", self.simulator.ca_file())
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        program
    }

    /// The secrets of the settings, and what has travelled by now: tokens, assertions, credentials.
    pub(crate) fn secrets(&self) -> Secrets {
        let mut secrets = self.secrets.clone();
        secrets.0.extend(self.key.0.iter().cloned());
        let instance = self.simulator.instance();
        assert!(!instance.requests().is_empty(), "nothing was sent");
        for request in instance.requests() {
            if let Some(value) = request.headers.get("authorization") {
                let credentials = value.to_str().unwrap().rsplit(' ').next();
                secrets.add("Authorization", credentials.unwrap());
            }
            for (name, value) in form_urlencoded::parse(&request.body) {
                if ["assertion", "refresh_token", "code"].contains(&&*name) {
                    secrets.add("a grant", &value);
                }
            }
        }
        secrets
    }

    pub(crate) const fn key(&self) -> &Secrets {
        &self.key
    }

    pub(crate) fn simulator(&self) -> &Simulator {
        &self.simulator
    }
}

pub(crate) fn client_credentials() -> Way {
    Way::new(simulator()).with_client("reader")
}

pub(crate) fn client_credentials_by_http_basic() -> Way {
    let simulator = simulator_of(InstanceOptions {
        basic_client_authentication: true,
        ..InstanceOptions::default()
    });
    Way::new(simulator)
        .with_client("reader")
        .with("SERVICENOW_CLIENT_AUTH", "basic")
}

pub(crate) fn jwt_bearer() -> Way {
    let mut way = Way::new(simulator()).with_client("jwt");
    let key = new_key(&way.home);
    let certificate = fs::read_to_string(key.with_extension("crt")).unwrap();
    let client_id = way.simulator.client("jwt").client_id;
    let verifier = VerifierKey::CertificatePem(certificate);
    way.simulator
        .instance()
        .add_jwt_verifier(&client_id, None, &verifier)
        .unwrap();
    way.key.add_key(&fs::read_to_string(&key).unwrap());
    way.with("SERVICENOW_JWT_KEY_FILE", key.to_str().unwrap())
        .with("SERVICENOW_JWT_SUBJECT", "abel.tuter@example.com")
}

/// A private key (P-256) in a file, and its certificate beside it.
pub(crate) fn new_key(folder: &Path) -> PathBuf {
    let key = folder.join("key.pem");
    let outcome = run(snow_token()
        .args(["key", "new", "--type", "p256", "--out"])
        .arg(&key));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    key
}

pub(crate) fn refresh_token() -> Way {
    let way = Way::new(simulator()).with_client("legacy");
    let token = refresh_token_of_legacy(&way.simulator);
    way.with_secret("SERVICENOW_REFRESH_TOKEN_FILE", &token)
}

pub(crate) fn authorization_code() -> Way {
    let mut way = Way::new(simulator()).with_client("legacy");
    let token = refresh_token_of_legacy(&way.simulator);
    way.secrets.add("the login", &token);
    let client_id = way.simulator.client("legacy").client_id;
    let key = StoreKey::new(
        way.simulator.url(),
        "oauth2_authorization_code",
        client_id,
        None,
        None,
    );
    let folders =
        [".cache/snow-token", ".local/state/snow-token"].map(|folder| way.home.join(folder));
    let [cache, state] = folders;
    let store = FileStore::in_folders(cache, state);
    store.keep_refresh_token(&key, &token.into()).unwrap();
    way.with("SERVICENOW_AUTH_METHOD", "oauth2_authorization_code")
}

pub(crate) fn password() -> Way {
    Way::new(simulator())
        .with_client("legacy")
        .with_user("abel.tuter")
}

pub(crate) fn id_token() -> Way {
    let way = Way::new(simulator());
    let idp = way.simulator.instance().identity_provider().clone();
    let url = format!("{}/idp/oauth2/token", way.simulator.url());
    way.with("SERVICENOW_IDP_TOKEN_URL", url)
        .with("SERVICENOW_IDP_CLIENT_ID", idp.client_id)
        .with_secret("SERVICENOW_IDP_CLIENT_SECRET_FILE", &idp.client_secret)
}

pub(crate) fn api_key() -> Way {
    let way = Way::new(simulator());
    let key = way.simulator.instance().api_keys()[0].key.clone();
    way.with_secret("SERVICENOW_API_KEY_FILE", &key)
}

pub(crate) fn basic() -> Way {
    Way::new(simulator()).with_user("integration.user")
}

/// Secrets in each form in which they can lie in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Secrets(Vec<(String, Vec<u8>)>);

impl Secrets {
    /// A text: as it is, as a form has it, and each half of a long one, for a buffer may be overwritten
    /// in part.
    pub(crate) fn add(&mut self, name: &str, secret: &str) {
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        for text in [secret, &encoded] {
            self.0.push((name.to_owned(), text.into()));
            if text.len() >= 2 * SHORTEST_PART {
                let (begin, end) = text.as_bytes().split_at(text.len() / 2);
                self.0.push((format!("the begin of {name}"), begin.into()));
                self.0.push((format!("the end of {name}"), end.into()));
            }
        }
    }

    /// A private key of P-256: its PEM and its number.
    pub(crate) fn add_key(&mut self, pem: &str) {
        let base64: String = pem
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
        let der = der.secret_pkcs8_der();
        // SEC 1, C.4: version 1, then the number as an octet string of 32 bytes.
        let at = memchr::memmem::find(der, &[2, 1, 1, 4, 32]).unwrap() + 5;
        let number = &der[at..at + 32];
        self.0
            .push(("the key's PEM".to_owned(), base64.as_bytes()[..64].into()));
        self.0.push(("the key".to_owned(), number.into()));
        self.0.push((
            KEY_AS_P256_HAS_IT.to_owned(),
            number.iter().rev().copied().collect(),
        ));
    }

    /// What of it is in the memory.
    pub(crate) fn left_in(&self, memory: &[u8]) -> Vec<&str> {
        let found = |secret: &[u8]| memchr::memmem::find(memory, secret).is_some();
        let mut left: Vec<_> = self
            .0
            .iter()
            .filter(|(_, secret)| found(secret))
            .map(|(name, _)| name.as_str())
            .collect();
        left.dedup();
        left
    }
}

/// Shorter ones are found by chance.
const SHORTEST_PART: usize = 16;
