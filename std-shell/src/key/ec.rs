//! EC keys that ring does not take: without their public half, which is reckoned here, or on P-521.

use rsa::pkcs8::PrivateKeyInfoRef;
use sec1::{
    EcParameters, EcPrivateKey,
    der::{
        Decode, Encode,
        asn1::{AnyRef, BitStringRef},
    },
};
use x509_cert::spki::{AlgorithmIdentifierRef, ObjectIdentifier, SubjectPublicKeyInfoRef};
use zeroize::Zeroizing;

use super::public::{EC_PUBLIC_KEY, P256, P384, P521};

/// A key with both of its halves.
pub(super) struct EcKey {
    /// As SEC1 (RFC 5915), in DER.
    pub(super) der: Zeroizing<Vec<u8>>,
    /// `SubjectPublicKeyInfo`, in DER.
    pub(super) spki: Vec<u8>,
}

impl EcKey {
    /// From PKCS#8 or SEC1; `None` where `der` is no EC key on one of the three curves.
    pub(super) fn from_der(der: &[u8]) -> Option<Self> {
        match PrivateKeyInfoRef::try_from(der) {
            Ok(info) if info.algorithm.oid == EC_PUBLIC_KEY => {
                let key = EcPrivateKey::from_der(info.private_key.as_bytes()).ok()?;
                Self::new(key.private_key, info.algorithm.parameters_oid().ok()?)
            }
            Ok(_) => None,
            Err(_) => {
                let key = EcPrivateKey::from_der(der).ok()?;
                Self::new(key.private_key, key.parameters?.named_curve()?)
            }
        }
    }

    fn new(private_key: &[u8], curve: ObjectIdentifier) -> Option<Self> {
        let public_key = match curve {
            P256 => {
                let key = p256::SecretKey::from_slice(private_key).ok()?;
                key.public_key().to_sec1_bytes()
            }
            P384 => {
                let key = p384::SecretKey::from_slice(private_key).ok()?;
                key.public_key().to_sec1_bytes()
            }
            P521 => {
                let key = p521::SecretKey::from_slice(private_key).ok()?;
                key.public_key().to_sec1_bytes()
            }
            _ => return None,
        };
        let whole = EcPrivateKey {
            private_key,
            parameters: Some(EcParameters::NamedCurve(curve)),
            public_key: Some(&public_key),
        };
        let info = SubjectPublicKeyInfoRef {
            algorithm: AlgorithmIdentifierRef {
                oid: EC_PUBLIC_KEY,
                parameters: Some(AnyRef::from(&curve)),
            },
            subject_public_key: BitStringRef::from_bytes(&public_key).ok()?,
        };
        Some(Self {
            der: Zeroizing::new(whole.to_der().ok()?),
            spki: info.to_der().ok()?,
        })
    }
}
