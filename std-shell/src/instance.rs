//! The address of an instance, in the ways in which people write it.

use core::{fmt, net::IpAddr, str::FromStr};

use ureq::http::{Uri, uri::Authority};

/// An instance's origin: `https://` and a host, perhaps a port.
///
/// Taken are the bare name of an instance, a host name, or a URL. `http://` is taken for a
/// loopback address (`127.0.0.1`, `[::1]`) alone: anywhere else the secret would travel in the
/// clear.
///
/// # Examples
/// ```
/// use snow_token::InstanceUrl;
///
/// for text in ["dev12345", "dev12345.service-now.com", "https://dev12345.service-now.com/"] {
///     let instance: InstanceUrl = text.parse().unwrap();
///     assert_eq!(instance.to_string(), "https://dev12345.service-now.com");
/// }
/// assert!("http://dev12345.service-now.com".parse::<InstanceUrl>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceUrl {
    origin: String,
    is_loopback: bool,
}

impl InstanceUrl {
    /// The URL of `path`, which begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        debug_assert!(path.starts_with('/'));
        format!("{}{path}", self.origin)
    }

    /// Whether a URL is one of this instance: scheme, host and port.
    pub(crate) fn is_origin_of(&self, uri: &Uri) -> bool {
        let own = self.uri();
        uri.scheme() == own.scheme() && host_and_port(uri) == host_and_port(&own)
    }

    /// The host, an IPv6 address without its brackets, and the port.
    #[cfg(feature = "doctor")]
    pub(crate) fn host_and_port(&self) -> (String, u16) {
        host_and_port(&self.uri())
    }

    /// It was one when it was taken.
    fn uri(&self) -> Uri {
        self.origin.parse().unwrap_or_default()
    }

    /// Whether it is reached by TLS, as all but loopback addresses are.
    #[cfg(feature = "doctor")]
    pub(crate) fn has_tls(&self) -> bool {
        self.origin.starts_with("https")
    }

    /// Whether the host is an address of this machine. A proxy has no business there.
    pub(crate) fn is_loopback(&self) -> bool {
        self.is_loopback
    }
}

fn host_and_port(uri: &Uri) -> (String, u16) {
    let host = uri.host().unwrap_or_default();
    let default_port = match uri.scheme_str() {
        Some("http") => 80,
        _ => 443,
    };
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    (host, uri.port_u16().unwrap_or(default_port))
}

impl fmt::Display for InstanceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

/// Why a text is not the address of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidInstance(&'static str);

impl InvalidInstance {
    pub(crate) const fn new(why: &'static str) -> Self {
        Self(why)
    }
}

impl fmt::Display for InvalidInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for InvalidInstance {}

impl FromStr for InstanceUrl {
    type Err = InvalidInstance;

    fn from_str(text: &str) -> Result<Self, InvalidInstance> {
        let text = text.trim();
        let is_bare_name = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !text.eq_ignore_ascii_case("localhost");
        if is_bare_name {
            return Ok(Self {
                origin: format!("https://{}.service-now.com", text.to_ascii_lowercase()),
                is_loopback: false,
            });
        }
        let with_scheme = match text.contains("://") {
            true => text.to_owned(),
            false => format!("https://{text}"),
        };
        let uri: Uri = with_scheme.parse().map_err(|_| InvalidInstance(FORMS))?;
        let authority = uri.authority().ok_or(InvalidInstance(FORMS))?;
        if authority.as_str().contains('@') {
            return Err(InvalidInstance("a user name cannot stand in it"));
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(InvalidInstance(
                "it must end after the host: leave the path out",
            ));
        }
        let scheme = uri.scheme_str().unwrap_or_default();
        let is_loopback = is_loopback(authority);
        match scheme {
            "https" => {}
            "http" if is_loopback => {}
            "http" => {
                return Err(InvalidInstance(
                    "http:// would send the secret in the clear: use https:// (http:// is taken for \
                     127.0.0.1 and [::1] alone)",
                ));
            }
            _ => return Err(InvalidInstance(FORMS)),
        }
        let after_host = authority.as_str().strip_prefix(authority.host());
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port != 0);
        match after_host.and_then(|rest| rest.strip_prefix(':')) {
            _ if authority.host().is_empty() => return Err(InvalidInstance(FORMS)),
            Some(port) if !is_port(port) => {
                return Err(InvalidInstance("the port is not a number from 1 to 65535"));
            }
            _ => {}
        }
        Ok(Self {
            origin: format!("{scheme}://{}", authority.as_str().to_ascii_lowercase()),
            // The name is not trusted to be one for a secret in the clear, but a proxy has no
            // business there either.
            is_loopback: is_loopback || authority.host().eq_ignore_ascii_case("localhost"),
        })
    }
}

const FORMS: &str = "give the instance's name (dev12345), its host (dev12345.service-now.com) or \
                     its URL (https://dev12345.service-now.com)";

fn is_loopback(authority: &Authority) -> bool {
    let host = authority.host().trim_matches(['[', ']']);
    host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        let instance = text.parse::<InstanceUrl>();
        instance
            .map(|url| url.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn names_hosts_and_urls_are_taken() {
        for (text, expected) in [
            ("dev12345", "https://dev12345.service-now.com"),
            (" Dev12345\n", "https://dev12345.service-now.com"),
            (
                "acme.servicenowservices.com",
                "https://acme.servicenowservices.com",
            ),
            ("HTTPS://ACME.example", "https://acme.example"),
            ("https://acme.example:8443/", "https://acme.example:8443"),
            ("localhost:8443", "https://localhost:8443"),
            ("localhost", "https://localhost"),
            ("127.0.0.1:8443", "https://127.0.0.1:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(parse(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn host_and_port_are_as_a_socket_takes_them() {
        for (text, host, port) in [
            ("dev12345", "dev12345.service-now.com", 443),
            ("https://acme.example:8443", "acme.example", 8443),
            ("https://[::1]", "::1", 443),
            ("http://[::1]:8080", "::1", 8080),
            ("http://127.0.0.1", "127.0.0.1", 80),
        ] {
            let instance: InstanceUrl = text.parse().unwrap();
            assert_eq!(
                host_and_port(&instance.uri()),
                (host.to_owned(), port),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_refused_is_refused_for_a_reason() {
        for (text, reason) in [
            ("", "give the instance's name"),
            ("ftp://acme.example", "give the instance's name"),
            ("https://", "give the instance's name"),
            ("a b", "give the instance's name"),
            ("acme.example:", "the port"),
            ("acme.example:99999", "the port"),
            ("https://acme.example:https", "the port"),
            ("https://[::1]:0", "the port"),
            ("https://me:pw@acme.example", "a user name"),
            ("https://acme.example/now/nav", "leave the path out"),
            ("https://acme.example?x", "leave the path out"),
            ("http://acme.example", "in the clear"),
            ("http://localhost:8080", "in the clear"),
            ("http://127.0.0.1.acme.example", "in the clear"),
            ("http://127.0.0.1@acme.example", "a user name"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
