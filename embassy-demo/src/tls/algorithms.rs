//! The signatures that can be verified.

use core::fmt;

use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest as _, Sha256, Sha384};

/// What signatures in certificates may be, most usual first: as webpki's own list for ring, without
/// Ed25519, which no public authority signs with.
pub(super) const IN_CERTIFICATES: [&dyn SignatureVerificationAlgorithm; COUNT] = [
    #[cfg(feature = "p384")]
    P384_SHA384,
    P256_SHA256,
    P256_SHA384,
    #[cfg(feature = "p384")]
    P384_SHA256,
    #[cfg(feature = "rsa")]
    super::rsa::PKCS1_SHA256,
    #[cfg(feature = "rsa")]
    super::rsa::PKCS1_SHA384,
    #[cfg(feature = "rsa")]
    super::rsa::PKCS1_SHA512,
];

const COUNT: usize =
    2 + if cfg!(feature = "p384") { 2 } else { 0 } + if cfg!(feature = "rsa") { 3 } else { 0 };

/// ECDSA on P-256 with SHA-256.
pub(super) const P256_SHA256: &dyn SignatureVerificationAlgorithm = &Ecdsa {
    curve: Curve::P256,
    hash: Hash::Sha256,
};
/// ECDSA on P-256 with SHA-384.
const P256_SHA384: &dyn SignatureVerificationAlgorithm = &Ecdsa {
    curve: Curve::P256,
    hash: Hash::Sha384,
};
/// ECDSA on P-384 with SHA-384.
#[cfg(feature = "p384")]
pub(super) const P384_SHA384: &dyn SignatureVerificationAlgorithm = &Ecdsa {
    curve: Curve::P384,
    hash: Hash::Sha384,
};
/// ECDSA on P-384 with SHA-256.
#[cfg(feature = "p384")]
const P384_SHA256: &dyn SignatureVerificationAlgorithm = &Ecdsa {
    curve: Curve::P384,
    hash: Hash::Sha256,
};

struct Ecdsa {
    curve: Curve,
    hash: Hash,
}

/// The trait asks for it, and nobody calls it. Derived, it would bring 2 KB of `core::fmt` along.
impl fmt::Debug for Ecdsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ecdsa")
    }
}

enum Curve {
    P256,
    #[cfg(feature = "p384")]
    P384,
}

enum Hash {
    Sha256,
    Sha384,
}

impl SignatureVerificationAlgorithm for Ecdsa {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        match self.curve {
            Curve::P256 => alg_id::ECDSA_P256,
            #[cfg(feature = "p384")]
            Curve::P384 => alg_id::ECDSA_P384,
        }
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match self.hash {
            Hash::Sha256 => alg_id::ECDSA_SHA256,
            Hash::Sha384 => alg_id::ECDSA_SHA384,
        }
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let verify = match self.curve {
            Curve::P256 => verify_p256,
            #[cfg(feature = "p384")]
            Curve::P384 => verify_p384,
        };
        match self.hash {
            Hash::Sha256 => verify(public_key, &Sha256::digest(message), signature),
            Hash::Sha384 => verify(public_key, &Sha384::digest(message), signature),
        }
        .ok_or(InvalidSignature)
    }
}

#[inline(never)]
fn verify_p256(public_key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    use p256::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _};

    let key = VerifyingKey::from_sec1_bytes(public_key).ok()?;
    let signature = Signature::from_der(signature).ok()?;
    key.verify_prehash(digest, &signature).ok()
}

#[cfg(feature = "p384")]
#[inline(never)]
fn verify_p384(public_key: &[u8], digest: &[u8], signature: &[u8]) -> Option<()> {
    use p384::ecdsa::{Signature, VerifyingKey, signature::hazmat::PrehashVerifier as _};

    let key = VerifyingKey::from_sec1_bytes(public_key).ok()?;
    let signature = Signature::from_der(signature).ok()?;
    key.verify_prehash(digest, &signature).ok()
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;

    const MESSAGE: &[u8] = b"to be signed";

    /// What `sign` makes of a hash is good here and for webpki's own implementation; changed, it is
    /// for neither.
    fn agrees(
        ours: &dyn SignatureVerificationAlgorithm,
        theirs: &dyn SignatureVerificationAlgorithm,
        public_key: &[u8],
        signature: &[u8],
    ) {
        assert_eq!(ours.public_key_alg_id(), theirs.public_key_alg_id());
        assert_eq!(ours.signature_alg_id(), theirs.signature_alg_id());
        let both = |public_key: &[u8], message: &[u8], signature: &[u8]| {
            let ours = ours
                .verify_signature(public_key, message, signature)
                .is_ok();
            let theirs = theirs
                .verify_signature(public_key, message, signature)
                .is_ok();
            assert_eq!(ours, theirs, "{signature:02x?}");
            ours
        };
        assert!(both(public_key, MESSAGE, signature));
        assert!(!both(public_key, b"something else", signature));
        for at in 0..signature.len() {
            let mut changed = signature.to_vec();
            changed[at] ^= 1;
            assert!(!both(public_key, MESSAGE, &changed));
            assert!(!both(public_key, MESSAGE, &signature[..at]));
        }
        for at in 0..public_key.len() {
            let mut changed = public_key.to_vec();
            changed[at] ^= 1;
            assert!(!both(&changed, MESSAGE, signature));
            assert!(!both(&public_key[..at], MESSAGE, signature));
        }
    }

    #[test]
    fn p256_with_each_hash() {
        use p256::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner as _};

        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let public_key = key.verifying_key().to_encoded_point(false);
        for (ours, theirs, hash) in [
            (
                P256_SHA256,
                webpki::ring::ECDSA_P256_SHA256,
                Sha256::digest(MESSAGE).to_vec(),
            ),
            (
                P256_SHA384,
                webpki::ring::ECDSA_P256_SHA384,
                Sha384::digest(MESSAGE).to_vec(),
            ),
        ] {
            let signature: Signature = key.sign_prehash(&hash).unwrap();
            agrees(
                ours,
                theirs,
                public_key.as_bytes(),
                signature.to_der().as_bytes(),
            );
        }
    }

    #[cfg(feature = "p384")]
    #[test]
    fn p384_with_each_hash() {
        use p384::ecdsa::{Signature, SigningKey, signature::hazmat::PrehashSigner as _};

        let key = SigningKey::from_slice(&[7; 48]).unwrap();
        let public_key = key.verifying_key().to_sec1_point(false);
        for (ours, theirs, hash) in [
            (
                P384_SHA256,
                webpki::ring::ECDSA_P384_SHA256,
                Sha256::digest(MESSAGE).to_vec(),
            ),
            (
                P384_SHA384,
                webpki::ring::ECDSA_P384_SHA384,
                Sha384::digest(MESSAGE).to_vec(),
            ),
        ] {
            let signature: Signature = key.sign_prehash(&hash).unwrap();
            agrees(
                ours,
                theirs,
                public_key.as_bytes(),
                signature.to_der().as_bytes(),
            );
        }
    }
}
