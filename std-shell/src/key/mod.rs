//! Private keys that sign assertions, and the certificates by which an instance verifies them.
//! Feature `keys`.
//!
//! **ServiceNow** verifies an assertion by an X.509 certificate that is pasted into
//! `sys_certificate`. Nobody has to vouch for it, so it signs itself.
//!
//! # In scope
//! Keys on P-256 and P-384, and RSA keys of 2048 bits and more, as PKCS#8, PKCS#1 or SEC1.
//!
//! # Out of scope
//! Certificates for keys on P-521: those sign (ES512), and are told from others, but the libraries
//! below make no certificate for them. OpenSSL does.
//!
//! # Examples
//! ```
//! use snow_token::{JwtKey, key::{CertificateOptions, KeyPair, KeyType}};
//!
//! let key = KeyPair::generate(KeyType::P256)?;
//! let certificate = key.certificate(&CertificateOptions::default())?;
//! assert!(key.belongs_to(&certificate));
//! assert!(certificate.to_pem().starts_with("-----BEGIN CERTIFICATE-----"));
//! assert_eq!(JwtKey::load(key.to_pem().as_bytes(), None).unwrap().algorithm_name(), "ES256");
//! # Ok::<(), snow_token::Error>(())
//! ```

pub(crate) mod attribute;
mod certificate;
mod ec;
mod pair;
mod public;
mod rsa;
mod self_signed;

pub use certificate::Certificate;
pub use pair::KeyPair;
pub use public::PublicKeyKind;
pub use self_signed::CertificateOptions;

use core::fmt;

/// What kind of key to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyType {
    /// EC on P-256, for ES256: short assertions, quickly signed.
    P256,
    /// EC on P-384, for ES384.
    P384,
    /// RSA of 2048 bits, for RS256 to RS512.
    Rsa2048,
    /// RSA of 3072 bits.
    Rsa3072,
    /// RSA of 4096 bits. To make one takes seconds.
    Rsa4096,
}

impl KeyType {
    /// All of them, the default first.
    pub const ALL: [Self; 5] = [
        Self::P256,
        Self::P384,
        Self::Rsa2048,
        Self::Rsa3072,
        Self::Rsa4096,
    ];

    /// The name that the command has for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::P256 => "p256",
            Self::P384 => "p384",
            Self::Rsa2048 => "rsa2048",
            Self::Rsa3072 => "rsa3072",
            Self::Rsa4096 => "rsa4096",
        }
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
