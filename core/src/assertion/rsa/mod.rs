//! RS256, RS384 and RS512: RSASSA-PKCS1-v1_5 (RFC 7518 §3.3, RFC 8017 §8.2) without a heap, for
//! keys of 2048, 3072 and 4096 bits.
//!
//! Why it is not blinded stands in the documentation of the module above.

mod crt;

use core::fmt;

use crypto_bigint::{U1024, U1536, U2048};
use sha2::Digest;
use zeroize::ZeroizeOnDrop;

use self::crt::Crt;
use super::{
    algorithm::Algorithm,
    private_key::{KeyError, rsa::Numbers},
    signer::{AssertionSigner, SigningError},
};

/// A key of each size. The larger ones are not boxed: there is no heap.
#[expect(clippy::large_enum_variant, reason = "there is no heap to box it on")]
enum PrivateKey {
    Bits2048(Crt<{ U1024::LIMBS }>),
    Bits3072(Crt<{ U1536::LIMBS }>),
    Bits4096(Crt<{ U2048::LIMBS }>),
}

impl PrivateKey {
    fn new(numbers: &Numbers<'_>) -> Result<Self, KeyError> {
        // RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used". 3072 and 4096 are the
        // others in use.
        let full = numbers.n.first().is_some_and(|byte| *byte >= 0x80);
        match numbers.n.len() {
            256 if full => Crt::new(numbers).map(Self::Bits2048),
            384 if full => Crt::new(numbers).map(Self::Bits3072),
            512 if full => Crt::new(numbers).map(Self::Bits4096),
            _ => return Err(KeyError::WrongSize),
        }
        .ok_or(KeyError::OutOfRange)
    }

    const fn modulus_len(&self) -> usize {
        match self {
            Self::Bits2048(_) => Crt::<{ U1024::LIMBS }>::MODULUS_LEN,
            Self::Bits3072(_) => Crt::<{ U1536::LIMBS }>::MODULUS_LEN,
            Self::Bits4096(_) => Crt::<{ U2048::LIMBS }>::MODULUS_LEN,
        }
    }

    /// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) written into `signature`, which then becomes one.
    fn sign(
        &self,
        digest_info: &[u8],
        hash: &[u8],
        signature: &mut [u8],
    ) -> Result<(), SigningError> {
        if signature.len() != self.modulus_len() {
            return Err(SigningError);
        }
        signature.fill(0xff);
        let tail = [0].iter().chain(digest_info).chain(hash);
        for (to, from) in signature.iter_mut().rev().zip(tail.rev()) {
            *to = *from;
        }
        for (to, from) in signature.iter_mut().zip([0, 1]) {
            *to = from;
        }
        match self {
            Self::Bits2048(key) => key.sign(signature),
            Self::Bits3072(key) => key.sign(signature),
            Self::Bits4096(key) => key.sign(signature),
        }
    }
}

macro_rules! rsa_signer {
    ($name:ident, $feature:literal, $hash:ident, $digest_info:expr) => {
        #[doc = concat!("An RSA private key that signs with SHA-2 for [`Algorithm::", stringify!($name), "`].")]
        ///
        /// Redacted in `Debug`, zeroed on drop.
        #[cfg(feature = $feature)]
        pub struct $name(PrivateKey);

        #[cfg(feature = $feature)]
        impl $name {
            /// Loads a private key from the DER of PKCS#8 (RFC 5958) or PKCS#1 (RFC 8017 §A.1.2).
            ///
            /// That the exponents belong to the primes is seen at the first signature.
            ///
            /// # Errors
            /// [`KeyError`].
            pub fn from_der(der: &[u8]) -> Result<Self, KeyError> {
                Numbers::load_der(der, PrivateKey::new).map(Self)
            }

            /// Loads the first private key of a PEM file (RFC 7468): `PRIVATE KEY` or
            /// `RSA PRIVATE KEY`.
            ///
            /// # Errors
            /// [`KeyError`].
            pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
                Numbers::load_pem(pem, PrivateKey::new).map(Self)
            }
        }

        #[cfg(feature = $feature)]
        impl AssertionSigner for $name {
            fn algorithm(&self) -> Algorithm {
                Algorithm::$name
            }

            fn signature_len(&self) -> usize {
                self.0.modulus_len()
            }

            fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
                let hash = sha2::$hash::digest(signing_input);
                self.0.sign($digest_info, &hash, signature)
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

/// The DER of `DigestInfo` before the hash (RFC 8017 §9.2, note 1): the last arc of the hash's
/// object identifier, and the lengths.
const fn digest_info(arc: u8, hash_len: u8) -> [u8; 19] {
    let whole = hash_len.saturating_add(17);
    [
        0x30, whole, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc,
        0x05, 0x00, 0x04, hash_len,
    ]
}

rsa_signer!(Rs256, "rs256", Sha256, &digest_info(1, 32));
rsa_signer!(Rs384, "rs384", Sha384, &digest_info(2, 48));
rsa_signer!(Rs512, "rs512", Sha512, &digest_info(3, 64));
