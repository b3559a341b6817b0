//! What stands in a certificate, in a line.

use x509_parser::{
    certificate::X509Certificate, extensions::GeneralName, parse_x509_certificate,
    public_key::PublicKey, time::ASN1Time,
};

/// How many of the names that a certificate is for are shown.
const NAMES_SHOWN: usize = 4;
/// How many characters of a name are shown.
const NAME_LEN: usize = 200;

/// A certificate as far as it is shown.
pub(super) struct Described {
    subject: String,
    pub(super) issuer: String,
    key: String,
    /// From when to when, in seconds since 1970, and as days.
    validity: Option<(Bound, Bound)>,
    names: Vec<String>,
}

struct Bound {
    unix: i64,
    day: String,
}

impl Described {
    pub(super) fn new(der: &[u8]) -> Self {
        match parse_x509_certificate(der) {
            Ok((_, certificate)) => Self::read(&certificate),
            Err(_) => Self {
                subject: "a certificate that cannot be read".to_owned(),
                issuer: "unknown".to_owned(),
                key: String::new(),
                validity: None,
                names: Vec::new(),
            },
        }
    }

    fn read(certificate: &X509Certificate<'_>) -> Self {
        let validity = certificate.validity();
        Self {
            subject: visible(&certificate.subject().to_string()),
            issuer: visible(&certificate.issuer().to_string()),
            key: match certificate.public_key().parsed() {
                Ok(PublicKey::RSA(key)) => format!(", RSA {}", key.key_size()),
                Ok(PublicKey::EC(key)) => format!(", ECDSA {}", key.key_size()),
                _ => String::new(),
            },
            validity: Some((bound(validity.not_before), bound(validity.not_after))),
            names: names(certificate),
        }
    }

    /// `CN=…, issued by CN=…, ECDSA 384, good from 2026-08-24 to 2026-10-01, for dev1.service-now.com`
    pub(super) fn in_words(&self, now_unix: u64) -> String {
        let now = i64::try_from(now_unix).unwrap_or(i64::MAX);
        let mut words = format!("{}, issued by {}{}", self.subject, self.issuer, self.key);
        if let Some((from, to)) = &self.validity {
            words += &format!(", good from {} to {}", from.day, to.day);
            if now < from.unix {
                words += " (not yet)";
            } else if now > to.unix {
                words += " (over)";
            }
        }
        if !self.names.is_empty() {
            words += &format!(", for {}", self.names.join(", "));
        }
        words
    }
}

fn bound(time: ASN1Time) -> Bound {
    Bound {
        unix: time.timestamp(),
        day: time.to_datetime().date().to_string(),
    }
}

/// The hosts that the certificate is for.
fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let all = &extension.value.general_names;
    let mut names: Vec<_> = all
        .iter()
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(visible(name)),
            GeneralName::IPAddress(bytes) => address(bytes),
            _ => None,
        })
        .collect();
    // Some have one twice.
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMES_SHOWN);
    names.truncate(NAMES_SHOWN);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names
}

fn address(bytes: &[u8]) -> Option<String> {
    let four = <[u8; 4]>::try_from(bytes).map(core::net::IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(core::net::IpAddr::from);
    four.or(sixteen).ok().map(|ip| ip.to_string())
}

/// The text of a stranger, fit for a terminal.
fn visible(text: &str) -> String {
    let chars = text.chars().take(NAME_LEN);
    chars
        .flat_map(|char| match char.is_control() {
            true => char.escape_default().collect::<Vec<_>>(),
            false => vec![char],
        })
        .collect()
}
