//! What stands in a certificate, in a line.

use core::net::IpAddr;

// `Raw`: what RFC 5280 does not allow is shown too, for servers send it.
use x509_cert::{
    attr::AttributeTypeAndValue,
    certificate::{CertificateInner, Raw, TbsCertificateInner},
    der::{self, Decode, Encode},
    ext::pkix::{
        SubjectAltName,
        name::{DirectoryString, GeneralName},
    },
    name::Name,
    time::Time,
};

use crate::key::{PublicKeyKind, attribute::short_name};

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
    unix: u64,
    day: String,
}

impl Described {
    pub(super) fn new(der: &[u8]) -> Self {
        let certificate = CertificateInner::<Raw>::from_der(der);
        let described = certificate.and_then(|read| Self::read(read.tbs_certificate()));
        described.unwrap_or_else(|_| Self {
            subject: "a certificate that cannot be read".to_owned(),
            issuer: "unknown".to_owned(),
            key: String::new(),
            validity: None,
            names: Vec::new(),
        })
    }

    fn read(content: &TbsCertificateInner<Raw>) -> der::Result<Self> {
        let key = content.subject_public_key_info().to_der()?;
        let validity = content.validity();
        Ok(Self {
            subject: visible(&whom(content.subject())),
            issuer: visible(&whom(content.issuer())),
            key: match PublicKeyKind::of(&key) {
                PublicKeyKind::Rsa { bits } => format!(", RSA {bits}"),
                PublicKeyKind::P256 => ", ECDSA 256".to_owned(),
                PublicKeyKind::P384 => ", ECDSA 384".to_owned(),
                PublicKeyKind::P521 => ", ECDSA 521".to_owned(),
                PublicKeyKind::Other => String::new(),
            },
            validity: Some((bound(validity.not_before), bound(validity.not_after))),
            names: names(content),
        })
    }

    /// `CN=…, issued by CN=…, ECDSA 384, good from 2026-08-24 to 2026-10-01, for dev1.service-now.com`
    pub(super) fn in_words(&self, now_unix: u64) -> String {
        let mut words = format!("{}, issued by {}{}", self.subject, self.issuer, self.key);
        if let Some((from, to)) = &self.validity {
            words += &format!(", good from {} to {}", from.day, to.day);
            if now_unix < from.unix {
                words += " (not yet)";
            } else if now_unix > to.unix {
                words += " (over)";
            }
        }
        if !self.names.is_empty() {
            words += &format!(", for {}", self.names.join(", "));
        }
        words
    }
}

fn bound(time: Time) -> Bound {
    let date = time.to_date_time();
    let (year, month, day) = (date.year(), date.month(), date.day());
    Bound {
        unix: time.to_unix_duration().as_secs(),
        day: format!("{year:04}-{month:02}-{day:02}"),
    }
}

/// `C=US, O=DigiCert Inc, CN=…`: in the order of the certificate, unlike RFC 4514, and without its
/// backslashes.
fn whom(name: &Name) -> String {
    let parts = name.iter_rdn().map(|part| {
        let part: Vec<_> = part.iter().map(attribute).collect();
        part.join(" + ")
    });
    parts.collect::<Vec<_>>().join(", ")
}

fn attribute(attribute: &AttributeTypeAndValue) -> String {
    // `CN`, but `email` and `serialNumber`, as other programs write them.
    let name = match short_name(attribute.oid) {
        Some(name) => name.to_owned(),
        None => attribute.oid.to_string(),
    };
    match DirectoryString::try_from(&attribute.value) {
        Ok(text) => format!("{name}={}", text.value()),
        // As an e-mail address is.
        Err(_) => format!(
            "{name}={}",
            String::from_utf8_lossy(attribute.value.value())
        ),
    }
}

/// The hosts that the certificate is for.
fn names(content: &TbsCertificateInner<Raw>) -> Vec<String> {
    let Ok(Some((_, SubjectAltName(all)))) = content.get_extension() else {
        return Vec::new();
    };
    let mut names: Vec<_> = all
        .iter()
        .filter_map(|name| match name {
            GeneralName::DnsName(name) => Some(visible(name.as_str())),
            GeneralName::IpAddress(bytes) => address(bytes.as_bytes()),
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
    let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    let sixteen = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
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

#[cfg(test)]
mod tests {
    use rustls::pki_types::{CertificateDer, pem::PemObject};

    use super::*;
    use crate::key::{CertificateOptions, KeyPair, KeyType};

    #[test]
    fn a_certificate_is_a_line() {
        let key = KeyPair::generate(KeyType::P256).unwrap();
        let options = CertificateOptions::new("Fan 3, \"Inc.\"", 2);
        let certificate = key.certificate(&options).unwrap();
        let der = CertificateDer::from_pem_slice(certificate.to_pem().as_bytes()).unwrap();
        let described = Described::new(&der);
        let now = certificate.not_before_unix();
        let words = described.in_words(now);
        let whom = "CN=Fan 3, \"Inc.\"";
        let beginning = format!("{whom}, issued by {whom}, ECDSA 256, good from 20");
        assert!(words.starts_with(&beginning), "{words}");
        assert!(described.in_words(now - 1).ends_with(" (not yet)"));
        let end = certificate.not_after_unix();
        assert_eq!(described.in_words(end), words);
        assert!(described.in_words(end + 1).ends_with(" (over)"));
    }

    #[test]
    fn what_is_no_certificate_is_said_to_be_none() {
        let words = Described::new(b"none").in_words(0);
        assert_eq!(
            words,
            "a certificate that cannot be read, issued by unknown"
        );
    }
}
