//! A private key with its public half.

use core::fmt;
use std::{path::Path, sync::Arc};

use pem_rfc7468::LineEnding;
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair},
};
use rustls::{
    crypto::ring::sign::any_supported_type,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer},
    sign::SigningKey,
};
use zeroize::Zeroizing;

use super::{KeyType, certificate::Certificate, ec::EcKey, public::PublicKeyKind, rsa};
use crate::{
    error::Error,
    settings::read_secret_file,
    signer::{self, JwtKey},
};

const SEC1_LABEL: &str = "EC PRIVATE KEY";

/// A private key that signs assertions, with its public half.
///
/// Redacted in `Debug`; its bytes are zeroed on drop.
pub struct KeyPair {
    der: Zeroizing<Vec<u8>>,
    /// What its PEM says that it is.
    label: &'static str,
    /// Nothing that is at hand signs a certificate on P-521.
    signing: Option<Arc<dyn SigningKey>>,
    /// `SubjectPublicKeyInfo`, in DER.
    spki: Vec<u8>,
}

impl KeyPair {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where the system has no
    /// random bytes.
    pub fn generate(key_type: KeyType) -> Result<Self, Error> {
        let ec = |algorithm| {
            let der = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new());
            let der = der.map_err(|_| Error::configuration("the key could not be made"))?;
            Ok::<_, Error>(Zeroizing::new(der.as_ref().to_vec()))
        };
        let der = match key_type {
            KeyType::P256 => ec(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
            KeyType::P384 => ec(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
            KeyType::Rsa2048 => rsa::generate(2048)?,
            KeyType::Rsa3072 => rsa::generate(3072)?,
            KeyType::Rsa4096 => rsa::generate(4096)?,
        };
        Self::from_der(&PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(&**der)))
            .ok_or_else(|| Error::configuration("the key that was made cannot be read"))
    }

    /// Reads a private key in PEM or DER from a file, which nobody else may be able to read; `-`
    /// is standard input.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn read(path: &Path) -> Result<Self, Error> {
        Self::load(&read_secret_file(path)?)
            .map_err(|error| error.with_place(&path.display().to_string()))
    }

    /// Loads a private key from PEM or DER: PKCS#8, PKCS#1 or SEC1.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where there is none, or none
    /// that signs assertions.
    pub fn load(bytes: &[u8]) -> Result<Self, Error> {
        let der = signer::der_of(bytes)?.ok_or_else(|| {
            Error::configuration("there is no private key in it")
                .with_advice(["it must hold one in PEM: -----BEGIN PRIVATE KEY-----"])
        })?;
        let loaded = PrivateKeyDer::try_from(&**der).ok();
        if let Some(pair) = loaded.and_then(|der| Self::from_der(&der)) {
            return Ok(pair);
        }
        if let Some(key) = EcKey::from_der(&der) {
            let completed = PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(&**key.der));
            return Ok(Self::from_der(&completed).unwrap_or(Self {
                der: key.der,
                label: SEC1_LABEL,
                signing: None,
                spki: key.spki,
            }));
        }
        // What signs knows best what is wrong with a key.
        let algorithm = JwtKey::load(bytes, None)?.algorithm_name();
        Err(Error::configuration(format!(
            "a key that signs by {algorithm}, but not in a form that can be read here"
        )))
    }

    fn from_der(key: &PrivateKeyDer<'_>) -> Option<Self> {
        let signing = any_supported_type(key).ok()?;
        let spki = signing.public_key()?.as_ref().to_vec();
        // Ed25519 is among what is supported there, and not here.
        PublicKeyKind::of(&spki).algorithm_name()?;
        let label = match key {
            PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
            PrivateKeyDer::Sec1(_) => SEC1_LABEL,
            _ => "PRIVATE KEY",
        };
        Some(Self {
            der: Zeroizing::new(key.secret_der().to_vec()),
            label,
            signing: Some(signing),
            spki,
        })
    }

    /// The private key in PEM (RFC 7468), as PKCS#8 unless it was loaded from another form.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let pem = pem_rfc7468::encode_string(self.label, LineEnding::LF, &self.der);
        Zeroizing::new(pem.unwrap_or_default())
    }

    /// What kind of key it is.
    pub fn kind(&self) -> PublicKeyKind {
        PublicKeyKind::of(&self.spki)
    }

    /// A name for it, to be its `kid`: the beginning of the SHA-256 of its public half, so that the
    /// same key has the same name wherever it is asked for.
    pub fn key_id(&self) -> String {
        let hash = digest(&SHA256, &self.spki);
        let first = hash.as_ref().iter().take(8);
        first.map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether an instance that has this certificate can verify what this key signs.
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        self.spki == certificate.spki()
    }

    /// As [`belongs_to`](Self::belongs_to), with words where it does not.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration).
    pub fn check(&self, certificate: &Certificate) -> Result<(), Error> {
        match self.belongs_to(certificate) {
            true => Ok(()),
            false => Err(Error::configuration(
                "the private key and the certificate do not belong together",
            )
            .with_advice([
                "paste the certificate of this key into sys_certificate, or sign with the other key",
                "make one for this key: snow-token key cert KEYFILE",
            ])),
        }
    }

    pub(super) fn signing(&self) -> Option<&dyn SigningKey> {
        self.signing.as_deref()
    }

    pub(super) fn spki(&self) -> &[u8] {
        &self.spki
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({}, [redacted])", self.kind())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::CertificateOptions;

    #[test]
    fn a_key_in_each_form_has_the_same_name_and_certificate() {
        let key = KeyPair::generate(KeyType::Rsa2048).unwrap();
        let certificate = key.certificate(&CertificateOptions::default()).unwrap();
        let again = KeyPair::load(key.to_pem().as_bytes()).unwrap();
        let from_der = KeyPair::load(&key.der).unwrap();
        for same in [again, from_der] {
            assert_eq!(same.key_id(), key.key_id());
            assert!(same.belongs_to(&certificate));
        }
        assert_eq!(certificate.key_kind(), PublicKeyKind::Rsa { bits: 2048 });
        let read = Certificate::load(certificate.to_pem().as_bytes()).unwrap();
        assert_eq!(read, certificate);
        assert_eq!(read.subject(), "CN=snow-token");
    }

    #[test]
    fn a_certificate_of_another_key_does_not_belong_to_it() {
        let [a, b] = [KeyType::P256, KeyType::P256].map(|of| KeyPair::generate(of).unwrap());
        let certificate = b.certificate(&CertificateOptions::default()).unwrap();
        assert!(!a.belongs_to(&certificate));
        assert!(a.check(&certificate).is_err());
        assert_ne!(a.key_id(), b.key_id());
    }

    #[test]
    fn a_name_that_no_certificate_can_have_is_refused() {
        let key = KeyPair::generate(KeyType::P384).unwrap();
        for name in ["", " ", "a\nb", &"a".repeat(65)] {
            assert!(key.certificate(&CertificateOptions::new(name, 1)).is_err());
        }
        let longest = CertificateOptions::new("ä".repeat(64), 36_500);
        assert!(key.certificate(&longest).is_ok());
    }

    #[test]
    fn nothing_of_the_key_is_in_debug() {
        let key = KeyPair::generate(KeyType::P256).unwrap();
        assert_eq!(format!("{key:?}"), "KeyPair(EC, P-256, [redacted])");
    }
}
