//! Certificates that are made: self-signed, for `sys_certificate`.

use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, PublicKeyData, SerialNumber, SignatureAlgorithm,
    SigningKey,
};
use rustls::SignatureScheme;
use time::{Duration, OffsetDateTime};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::{certificate::Certificate, pair::KeyPair, public::PublicKeyKind};
use crate::{clock::unix_now, error::Error};

/// How long a certificate begins in the past: the instance's clock can be behind.
const BACKDATED: Duration = Duration::hours(1);
/// X.520, `ub-common-name`.
const MAX_NAME_CHARS: usize = 64;

/// What a certificate says beside the key.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateOptions {
    /// Whom it names (CN), which an instance shows in its list.
    pub common_name: String,
    /// For how many days from now it is valid.
    pub days: u32,
}

impl CertificateOptions {
    /// For two years.
    pub const DEFAULT_DAYS: u32 = 730;
    /// The name unless another is set.
    pub const DEFAULT_NAME: &str = "snow-token";

    /// A certificate that names `common_name` and is valid for `days` days.
    pub fn new(common_name: impl Into<String>, days: u32) -> Self {
        Self {
            common_name: common_name.into(),
            days,
        }
    }
}

impl Default for CertificateOptions {
    fn default() -> Self {
        Self::new(Self::DEFAULT_NAME, Self::DEFAULT_DAYS)
    }
}

impl KeyPair {
    /// Makes a self-signed certificate for this key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where the name is empty or
    /// longer than the 64 characters that X.520 allows, or the key is on P-521.
    pub fn certificate(&self, options: &CertificateOptions) -> Result<Certificate, Error> {
        let name = options.common_name.trim();
        if name.is_empty()
            || name.chars().count() > MAX_NAME_CHARS
            || name.contains(char::is_control)
        {
            return Err(Error::configuration(format!(
                "the certificate's name must have 1 to {MAX_NAME_CHARS} characters in one line"
            )));
        }
        let failed = |what: &dyn core::fmt::Display| {
            Error::configuration(format!("the certificate could not be made: {what}"))
        };
        let signer = Signer::new(self).ok_or_else(|| {
            Error::configuration(format!(
                "no certificate can be made here for a key of this kind ({})",
                self.kind()
            ))
            .with_advice([
                "let OpenSSL do it: openssl req -x509 -new -key KEY -subj /CN=NAME -days DAYS \
                 -out CERT",
            ])
        })?;
        let mut serial_number = [0; 16];
        getrandom::fill(&mut serial_number).map_err(|error| failed(&error))?;
        // RFC 5280 §4.1.2.2: positive.
        serial_number[0] = serial_number[0] & 0x7f | 0x40;

        let now = i64::try_from(unix_now()).unwrap_or(i64::MAX);
        let now = OffsetDateTime::from_unix_timestamp(now).map_err(|error| failed(&error))?;
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from_slice(&serial_number));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.not_before = now.saturating_sub(BACKDATED);
        params.not_after = now.saturating_add(Duration::days(options.days.into()));
        let made = params
            .self_signed(&signer)
            .map_err(|error| failed(&error))?;
        Certificate::from_der(made.der().to_vec()).map_err(|error| failed(&error))
    }
}

/// Lets rcgen sign with a key of rustls, which also loads PKCS#1 and SEC1.
struct Signer<'k> {
    key: &'k dyn rustls::sign::SigningKey,
    public_key: &'k [u8],
    algorithm: &'static SignatureAlgorithm,
    scheme: SignatureScheme,
}

impl<'k> Signer<'k> {
    fn new(key: &'k KeyPair) -> Option<Self> {
        let (algorithm, scheme): (&'static SignatureAlgorithm, _) = match key.kind() {
            PublicKeyKind::Rsa { .. } => (&PKCS_RSA_SHA256, SignatureScheme::RSA_PKCS1_SHA256),
            PublicKeyKind::P256 => (
                &PKCS_ECDSA_P256_SHA256,
                SignatureScheme::ECDSA_NISTP256_SHA256,
            ),
            PublicKeyKind::P384 => (
                &PKCS_ECDSA_P384_SHA384,
                SignatureScheme::ECDSA_NISTP384_SHA384,
            ),
            PublicKeyKind::P521 | PublicKeyKind::Other => return None,
        };
        let info = SubjectPublicKeyInfoRef::try_from(key.spki()).ok()?;
        Some(Self {
            key: key.signing()?,
            public_key: info.subject_public_key.raw_bytes(),
            algorithm,
            scheme,
        })
    }
}

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.public_key
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        self.algorithm
    }
}

impl SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signer = self.key.choose_scheme(&[self.scheme]);
        let signer = signer.ok_or(rcgen::Error::RemoteKeyError)?;
        let signed = signer.sign(message);
        signed.map_err(|_| rcgen::Error::RemoteKeyError)
    }
}
