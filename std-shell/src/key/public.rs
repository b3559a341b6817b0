//! The public half of a key, as a certificate has it (`SubjectPublicKeyInfo`, RFC 5280 §4.1.2.7).

use core::fmt;

use rsa::pkcs1::{self, der::Decode};
use x509_cert::spki::{ObjectIdentifier, SubjectPublicKeyInfoRef};

/// RFC 8017 §A.1.
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// RFC 5480 §2.1.1.
pub(super) const EC_PUBLIC_KEY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 5480 §2.1.1.1: `secp256r1`, `secp384r1`, `secp521r1`.
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(super) const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
pub(super) const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// What kind a public key is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKeyKind {
    /// RSA.
    Rsa {
        /// The length of the modulus.
        bits: usize,
    },
    /// EC on P-256.
    P256,
    /// EC on P-384.
    P384,
    /// EC on P-521.
    P521,
    /// None that an instance verifies assertions by.
    Other,
}

impl PublicKeyKind {
    /// Reads it from the DER of a `SubjectPublicKeyInfo`.
    pub(crate) fn of(spki: &[u8]) -> Self {
        let Ok(info) = SubjectPublicKeyInfoRef::try_from(spki) else {
            return Self::Other;
        };
        if info.algorithm.oid == RSA_ENCRYPTION {
            return match rsa_bits(info.subject_public_key.raw_bytes()) {
                Some(bits) => Self::Rsa { bits },
                None => Self::Other,
            };
        }
        match info.algorithm.parameters_oid() {
            Ok(P256) if info.algorithm.oid == EC_PUBLIC_KEY => Self::P256,
            Ok(P384) if info.algorithm.oid == EC_PUBLIC_KEY => Self::P384,
            Ok(P521) if info.algorithm.oid == EC_PUBLIC_KEY => Self::P521,
            _ => Self::Other,
        }
    }

    /// The algorithm that an assertion is signed by with such a key unless another is set.
    pub const fn algorithm_name(self) -> Option<&'static str> {
        match self {
            Self::Rsa { .. } => Some("RS256"),
            Self::P256 => Some("ES256"),
            Self::P384 => Some("ES384"),
            Self::P521 => Some("ES512"),
            Self::Other => None,
        }
    }
}

impl fmt::Display for PublicKeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsa { bits } => write!(f, "RSA, {bits} bits"),
            Self::P256 => f.write_str("EC, P-256"),
            Self::P384 => f.write_str("EC, P-384"),
            Self::P521 => f.write_str("EC, P-521"),
            Self::Other => f.write_str("of a kind that signs no assertions"),
        }
    }
}

fn rsa_bits(key: &[u8]) -> Option<usize> {
    let key = pkcs1::RsaPublicKeyRef::from_der(key).ok()?;
    let modulus = key.modulus.as_bytes();
    let unused = usize::try_from(modulus.first()?.leading_zeros()).ok()?;
    (modulus.len() * 8).checked_sub(unused)
}
