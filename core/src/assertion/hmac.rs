//! HMAC with SHA-2 (RFC 7518 §3.2).

use core::fmt;

use ::hmac::{Mac, SimpleHmac};
use sha2::{
    Digest,
    digest::{FixedOutput, core_api::BlockSizeUser},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::{
    algorithm::Algorithm,
    signer::{AssertionSigner, SigningError},
};

/// The key is shorter than the hash, which RFC 7518 §3.2 does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct KeyTooShort {
    /// The length in bytes that a key must have at least.
    pub min_len: usize,
}

impl fmt::Display for KeyTooShort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the key has less than {} bytes", self.min_len)
    }
}

impl core::error::Error for KeyTooShort {}

/// A key as RFC 2104 §2 puts it into the hash: of one block's length, a longer one hashed, the
/// rest zeros.
struct BlockKey<const BLOCK: usize>([u8; BLOCK]);

impl<const BLOCK: usize> BlockKey<BLOCK> {
    fn new<D: Digest>(key: &[u8]) -> Result<Self, KeyTooShort> {
        let min_len = <D as Digest>::output_size();
        if key.len() < min_len {
            return Err(KeyTooShort { min_len });
        }
        let mut block = Self([0; BLOCK]);
        if key.len() > BLOCK {
            let mut hashed = D::digest(key);
            block.fill(&hashed);
            (*hashed).zeroize();
        } else {
            block.fill(key);
        }
        Ok(block)
    }

    fn fill(&mut self, key: &[u8]) {
        for (to, from) in self.0.iter_mut().zip(key) {
            *to = *from;
        }
    }

    fn sign<D>(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError>
    where
        D: Digest + BlockSizeUser + FixedOutput,
    {
        let mut mac = SimpleHmac::<D>::new_from_slice(&self.0).map_err(|_| SigningError)?;
        mac.update(signing_input);
        let tag = mac.finalize().into_bytes();
        if signature.len() != tag.len() {
            return Err(SigningError);
        }
        for (to, from) in signature.iter_mut().zip(tag) {
            *to = from;
        }
        Ok(())
    }
}

impl<const BLOCK: usize> Drop for BlockKey<BLOCK> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

macro_rules! hmac_signer {
    ($name:ident, $feature:literal, $hash:ident, $block:literal, $text:literal, $bytes:literal) => {
        #[doc = concat!("A key for `", $text, "` (RFC 7518 §3.2): a secret that the instance has too.")]
        ///
        /// **ServiceNow** verifies HS* on the newer console page only.
        ///
        /// Redacted in `Debug`, zeroed on drop.
        #[cfg(feature = $feature)]
        pub struct $name(BlockKey<$block>);

        #[cfg(feature = $feature)]
        impl $name {
            /// Takes a key of any length from that of the hash on.
            ///
            /// # Errors
            #[doc = concat!("[`KeyTooShort`] below ", $bytes, " bytes.")]
            pub fn new(key: &[u8]) -> Result<Self, KeyTooShort> {
                BlockKey::new::<sha2::$hash>(key).map(Self)
            }
        }

        #[cfg(feature = $feature)]
        impl AssertionSigner for $name {
            fn algorithm(&self) -> Algorithm {
                Algorithm::$name
            }

            fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
                self.0.sign::<sha2::$hash>(signing_input, signature)
            }
        }

        #[cfg(feature = $feature)]
        impl ZeroizeOnDrop for $name {}

        #[cfg(feature = $feature)]
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }

        #[cfg(feature = $feature)]
        redacted_format!($name);
    };
}

hmac_signer!(Hs256, "hs256", Sha256, 64, "HS256", "32");
hmac_signer!(Hs384, "hs384", Sha384, 128, "HS384", "48");
hmac_signer!(Hs512, "hs512", Sha512, 128, "HS512", "64");
