//! Which roots are trusted.

use heapless::Vec;

pub use rustls_pki_types::{CertificateDer, TrustAnchor};

// What build.rs took out of webpki-roots.
include!(concat!(env!("OUT_DIR"), "/roots.rs"));

/// The roots that a server's certificates have to lead to.
#[derive(Debug, Clone, Default)]
pub struct Trust<'a> {
    roots: Vec<TrustAnchor<'a>, { Trust::MAX_ROOTS }>,
}

/// Why a root was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RootError {
    /// This is not a certificate in DER.
    Malformed,
    /// There are [`Trust::MAX_ROOTS`] already.
    TooMany,
}

impl core::fmt::Display for RootError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the root is not a certificate in DER",
            Self::TooMany => "there are too many roots",
        })
    }
}

impl core::error::Error for RootError {}

impl<'a> Trust<'a> {
    /// So many roots there can be.
    pub const MAX_ROOTS: usize = 8;

    /// No root yet.
    pub const fn none() -> Self {
        Self { roots: Vec::new() }
    }

    /// The roots of DigiCert that the certificates of instances lead to: Global Root G3 (P-384) with
    /// the feature `p384`, Global Root G2 (RSA) with the feature `rsa`.
    pub fn built_in() -> Self {
        Self {
            roots: BUILT_IN.iter().cloned().collect(),
        }
    }

    /// Trusts another root, as the operator's own.
    ///
    /// # Errors
    /// [`RootError::Malformed`] if this is not a certificate, [`RootError::TooMany`] if there are
    /// [`Trust::MAX_ROOTS`] already.
    pub fn add(&mut self, certificate: &'a CertificateDer<'a>) -> Result<(), RootError> {
        let root =
            webpki::anchor_from_trusted_cert(certificate).map_err(|_| RootError::Malformed)?;
        self.roots.push(root).map_err(|_| RootError::TooMany)
    }

    pub(super) fn roots(&self) -> &[TrustAnchor<'a>] {
        &self.roots
    }
}
