//! PKCE (RFC 7636): a verifier that stays here, and its challenge that travels ahead.

use core::fmt;

use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    base64::{Encoder, Url},
    buffer::{Writer, as_text},
    secret::Secret,
};

/// 32 bytes in base64url.
const LEN: usize = 43;

/// The code verifier (RFC 7636 §4.1): 43 characters, a secret until the code is exchanged. Zeroed on
/// drop.
///
/// # Examples
/// ```
/// use snow_token_core::authorization::CodeVerifier;
///
/// let verifier = CodeVerifier::from_random([0; 32]);
/// assert_eq!(verifier.secret().expose().len(), 43);
/// assert_eq!(verifier.challenge().as_str().len(), 43);
/// ```
pub struct CodeVerifier([u8; LEN]);

impl CodeVerifier {
    /// From 32 random bytes of the caller's, fresh for each request.
    pub fn from_random(mut random: [u8; 32]) -> Self {
        let verifier = Self(base64url(&random));
        random.zeroize();
        verifier
    }

    /// The verifier, for the token request.
    pub fn secret(&self) -> Secret<'_> {
        Secret::new(as_text(&self.0))
    }

    /// The challenge, for the authorization request (RFC 7636 §4.2, method `S256`).
    pub fn challenge(&self) -> CodeChallenge {
        CodeChallenge(base64url(&Sha256::digest(self.0).into()))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier([redacted])")
    }
}

redacted_format!(CodeVerifier);

impl Drop for CodeVerifier {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for CodeVerifier {}

/// The code challenge: 43 characters, no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CodeChallenge([u8; LEN]);

impl CodeChallenge {
    /// The characters.
    pub fn as_str(&self) -> &str {
        as_text(&self.0)
    }
}

fn base64url(bytes: &[u8; 32]) -> [u8; LEN] {
    let mut text = [0; LEN];
    let mut out = Writer::new(&mut text);
    let mut encoder = Encoder::new(&mut out, Url);
    encoder.push(bytes);
    encoder.finish();
    text
}
