//! API keys (`x-sn-apikey`) and the API access policies that say what a key reaches.

use crate::random::random_token;

/// An API key, and the policies that take it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// What it is called.
    pub name: String,
    /// The value of the header `x-sn-apikey`. Made up at the start.
    pub key: String,
    /// Whom it stands for.
    pub user_name: String,
    /// The beginnings of the paths that it reaches; anywhere else it is answered with 401.
    pub paths: Vec<String>,
}

impl ApiKey {
    /// A key of `integration.user`, made up.
    pub fn new(name: &str, paths: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            key: format!("now_{}", random_token(82)),
            user_name: "integration.user".to_owned(),
            paths: paths.iter().map(|&path| path.to_owned()).collect(),
        }
    }

    /// One key for the Table API, and one for the event APIs.
    pub fn samples() -> Vec<Self> {
        vec![
            Self::new(
                "tables",
                &[
                    "/api/now/table/",
                    "/api/now/v1/table/",
                    "/api/now/v2/table/",
                ],
            ),
            Self::new("events", &["/api/global/em/", "/api/mid/em/"]),
        ]
    }

    pub(super) fn opens(&self, key: &str, path: &str) -> bool {
        self.key == key && self.paths.iter().any(|begin| path.starts_with(begin))
    }
}
