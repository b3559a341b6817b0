//! Paths, and the address of a token endpoint that is not an instance's.

use core::{fmt, str::FromStr};

use crate::instance::{InstanceUrl, InvalidInstance};

/// The address of a token endpoint: an origin and a path.
///
/// # Examples
/// ```
/// use snow_token::settings::TokenUrl;
///
/// let url: TokenUrl = "https://idp.example.com/oauth2/token".parse()?;
/// assert_eq!(url.to_string(), "https://idp.example.com/oauth2/token");
/// assert!("https://idp.example.com/oauth2/token?tenant=1".parse::<TokenUrl>().is_err());
/// # Ok::<(), snow_token::InvalidInstance>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenUrl {
    pub(crate) origin: InstanceUrl,
    pub(crate) path: String,
}

impl FromStr for TokenUrl {
    type Err = InvalidInstance;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let after_scheme = text.find("://").map_or(0, |at| at + 3);
        let path_at = text[after_scheme..]
            .find('/')
            .map_or(text.len(), |at| after_scheme + at);
        let (origin, path) = text.split_at(path_at);
        let path = match path {
            "" => "/",
            path => path,
        };
        check_path(path).map_err(InvalidInstance::new)?;
        Ok(Self {
            origin: origin.parse()?,
            path: path.to_owned(),
        })
    }
}

/// Refuses what is no path by itself: it could make another host or another query of a URL.
pub(super) fn check_path(path: &str) -> Result<(), &'static str> {
    if !path.starts_with('/') || path.starts_with("//") {
        return Err("a path begins with one slash");
    }
    if path.contains(['?', '#']) {
        return Err("a path has neither a query nor a fragment: leave out what follows ? or #");
    }
    match path.bytes().all(|byte| byte.is_ascii_graphic()) {
        true => Ok(()),
        false => Err("a character in the path, such as a space, cannot stand in a URL"),
    }
}

impl fmt::Display for TokenUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_token_endpoint_is_an_origin_and_a_path() {
        for (text, expected) in [
            ("https://idp.example", "https://idp.example/"),
            (
                " https://IDP.example:8443/a/b%20c\n",
                "https://idp.example:8443/a/b%20c",
            ),
        ] {
            let url: TokenUrl = text.parse().unwrap();
            assert_eq!(url.to_string(), expected);
        }
        for (text, reason) in [
            (
                "https://idp.example/token?a=b",
                "neither a query nor a fragment",
            ),
            (
                "https://idp.example/token#a",
                "neither a query nor a fragment",
            ),
            ("https://idp.example/to ken", "such as a space"),
            ("https://idp.example/to\nken", "such as a space"),
            ("https://idp.example//token", "one slash"),
            ("https://idp.example?a=/b", "leave the path out"),
        ] {
            let error = text.parse::<TokenUrl>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
