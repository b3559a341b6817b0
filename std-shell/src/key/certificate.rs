//! Certificates that are read (X.509, RFC 5280).

use core::fmt;
use std::{fs, path::Path};

use pem_rfc7468::LineEnding;
use rustls::pki_types::{CertificateDer, pem::PemObject};
// `Raw`: serial numbers in the wild are longer than RFC 5280 allows, or negative.
use x509_cert::{
    certificate::{CertificateInner, Raw},
    der::{Decode, Encode},
};

use super::{attribute::rfc4514, public::PublicKeyKind};
use crate::error::Error;

/// An X.509 certificate.
///
/// # Examples
/// ```
/// use snow_token::key::Certificate;
///
/// let error = Certificate::load(b"-----BEGIN CERTIFICATE-----").unwrap_err();
/// assert_eq!(error.to_string(), "there is no certificate in it");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Vec<u8>,
    subject: String,
    spki: Vec<u8>,
    not_before_unix: u64,
    not_after_unix: u64,
}

impl Certificate {
    /// Reads the first certificate of a file, as [`load`](Self::load) does.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(|error| {
            Error::configuration(format!("cannot read {}: {error}", path.display()))
        })?;
        Self::load(&bytes).map_err(|error| error.with_place(&path.display().to_string()))
    }

    /// Reads the first certificate from PEM, or one in DER. That it is signed by somebody is not
    /// looked at.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where there is none.
    pub fn load(bytes: &[u8]) -> Result<Self, Error> {
        let text = String::from_utf8_lossy(bytes);
        if text.contains("PRIVATE KEY-----") && !text.contains("-----BEGIN CERTIFICATE-----") {
            return Err(
                Error::configuration("this is a private key and no certificate").with_advice([
                    "make the certificate: snow-token key cert KEYFILE",
                    "and keep the key to yourself: the instance needs the certificate alone",
                ]),
            );
        }
        let der = match CertificateDer::from_pem_slice(bytes) {
            Ok(der) => der.to_vec(),
            Err(_) => bytes.to_vec(),
        };
        Self::from_der(der).map_err(|_| {
            Error::configuration("there is no certificate in it")
                .with_advice(["it must hold one in PEM: -----BEGIN CERTIFICATE-----"])
        })
    }

    pub(super) fn from_der(der: Vec<u8>) -> Result<Self, x509_cert::der::Error> {
        let certificate = CertificateInner::<Raw>::from_der(&der)?;
        let content = certificate.tbs_certificate();
        let validity = content.validity();
        Ok(Self {
            subject: rfc4514(content.subject()),
            spki: content.subject_public_key_info().to_der()?,
            not_before_unix: validity.not_before.to_unix_duration().as_secs(),
            not_after_unix: validity.not_after.to_unix_duration().as_secs(),
            der,
        })
    }

    /// The certificate in PEM (RFC 7468 §5).
    pub fn to_pem(&self) -> String {
        pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, &self.der).unwrap_or_default()
    }

    /// Whom it names.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// What kind of key it is for.
    pub fn key_kind(&self) -> PublicKeyKind {
        PublicKeyKind::of(&self.spki)
    }

    /// When it begins to be valid, in seconds since 1970 (UTC).
    pub const fn not_before_unix(&self) -> u64 {
        self.not_before_unix
    }

    /// The last second in which it is valid, in seconds since 1970 (UTC).
    pub const fn not_after_unix(&self) -> u64 {
        self.not_after_unix
    }

    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.subject)
            .field("key", &self.key_kind())
            .finish_non_exhaustive()
    }
}
