//! The nine algorithms of RFC 7518 §3.1 that an instance verifies.

/// How an assertion is signed.
///
/// **ServiceNow**: RS* and ES* are verified everywhere, HS* by the newer console page only.
///
/// Any of them can be signed outside this crate, with an [`AssertionSigner`] of one's own or in
/// [two steps](super::SigningInput).
///
/// [`AssertionSigner`]: super::AssertionSigner
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Algorithm {
    /// HMAC with SHA-256 (RFC 7518 §3.2).
    Hs256,
    /// HMAC with SHA-384 (RFC 7518 §3.2).
    Hs384,
    /// HMAC with SHA-512 (RFC 7518 §3.2).
    Hs512,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    Rs256,
    /// RSASSA-PKCS1-v1_5 with SHA-384 (RFC 7518 §3.3).
    Rs384,
    /// RSASSA-PKCS1-v1_5 with SHA-512 (RFC 7518 §3.3).
    Rs512,
    /// ECDSA over P-256 with SHA-256 (RFC 7518 §3.4).
    Es256,
    /// ECDSA over P-384 with SHA-384 (RFC 7518 §3.4).
    Es384,
    /// ECDSA over P-521 with SHA-512 (RFC 7518 §3.4).
    Es512,
}

impl Algorithm {
    /// The value of the header's `alg`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Es512 => "ES512",
        }
    }

    /// The length in bytes of a signature; of RS*, whose signatures are as long as the key, that
    /// of the shortest key which RFC 7518 §3.3 allows, 2048 bits.
    pub const fn min_signature_len(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 | Self::Es256 => 64,
            Self::Es384 => 96,
            // 521 bits are 66 bytes, twice.
            Self::Es512 => 132,
            Self::Rs256 | Self::Rs384 | Self::Rs512 => 256,
        }
    }

    /// Whether a signature can be `len` bytes long.
    pub(super) const fn takes_signature_len(self, len: usize) -> bool {
        match self {
            Self::Rs256 | Self::Rs384 | Self::Rs512 => len >= self.min_signature_len(),
            _ => len == self.min_signature_len(),
        }
    }
}
