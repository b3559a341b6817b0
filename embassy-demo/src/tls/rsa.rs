//! RSA signatures (RFC 8017), verified without a heap: PKCS#1 v1.5 in certificates, PSS in the
//! handshake. The numbers are public, so nothing here need take the same time for all of them.

use core::fmt;

use crypto_bigint::{Limb, U4096, Word, modular::montgomery_reduction};
use rustls_pki_types::{
    AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// RSA PKCS#1 v1.5 with SHA-256.
pub(super) const PKCS1_SHA256: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pkcs1,
    hash: Hash::Sha256,
};
/// RSA PKCS#1 v1.5 with SHA-384.
pub(super) const PKCS1_SHA384: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pkcs1,
    hash: Hash::Sha384,
};
/// RSA PKCS#1 v1.5 with SHA-512.
pub(super) const PKCS1_SHA512: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pkcs1,
    hash: Hash::Sha512,
};
/// RSA-PSS with SHA-256, by a key that is not for PSS only.
pub(super) const PSS_SHA256: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pss,
    hash: Hash::Sha256,
};
/// RSA-PSS with SHA-384.
pub(super) const PSS_SHA384: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pss,
    hash: Hash::Sha384,
};
/// RSA-PSS with SHA-512.
pub(super) const PSS_SHA512: &dyn SignatureVerificationAlgorithm = &Rsa {
    padding: Padding::Pss,
    hash: Hash::Sha512,
};

#[derive(Clone, Copy)]
struct Rsa {
    padding: Padding,
    hash: Hash,
}

// Not derived: see `Ecdsa`.
impl fmt::Debug for Rsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rsa")
    }
}

#[derive(Clone, Copy)]
enum Padding {
    Pkcs1,
    Pss,
}

#[derive(Clone, Copy)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl SignatureVerificationAlgorithm for Rsa {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        match (self.padding, self.hash) {
            (Padding::Pkcs1, Hash::Sha256) => alg_id::RSA_PKCS1_SHA256,
            (Padding::Pkcs1, Hash::Sha384) => alg_id::RSA_PKCS1_SHA384,
            (Padding::Pkcs1, Hash::Sha512) => alg_id::RSA_PKCS1_SHA512,
            (Padding::Pss, Hash::Sha256) => alg_id::RSA_PSS_SHA256,
            (Padding::Pss, Hash::Sha384) => alg_id::RSA_PSS_SHA384,
            (Padding::Pss, Hash::Sha512) => alg_id::RSA_PSS_SHA512,
        }
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        verify(*self, public_key, message, signature).ok_or(InvalidSignature)
    }
}

const MAX_MODULUS: usize = 512;
const MIN_MODULUS: usize = 256;

/// The longest hash.
const MAX_HASH: usize = 64;

fn verify(rsa: Rsa, public_key: &[u8], message: &[u8], signature: &[u8]) -> Option<()> {
    let key = PublicKey::from_der(public_key)?;
    let mut encoded = [0; MAX_MODULUS];
    let encoded = encoded.get_mut(..key.modulus.len())?;
    key.raise(signature, encoded)?;

    let mut hash = [0; MAX_HASH];
    let hash = rsa.hash.digest(&[message], &mut hash);
    match rsa.padding {
        Padding::Pkcs1 => check_pkcs1(encoded, rsa.hash, hash),
        Padding::Pss => check_pss(encoded, rsa.hash, hash),
    }
}

impl Hash {
    fn digest<'h>(self, parts: &[&[u8]], hash: &'h mut [u8; MAX_HASH]) -> &'h [u8] {
        fn digest<H: Digest>(parts: &[&[u8]], to: &mut [u8]) -> usize {
            let mut hash = H::new();
            for part in parts {
                hash.update(part);
            }
            let hash = hash.finalize();
            for (to, from) in to.iter_mut().zip(&hash) {
                *to = *from;
            }
            hash.len()
        }
        let len = match self {
            Self::Sha256 => digest::<Sha256>(parts, hash),
            Self::Sha384 => digest::<Sha384>(parts, hash),
            Self::Sha512 => digest::<Sha512>(parts, hash),
        };
        hash.get(..len).unwrap_or_default()
    }

    /// The DER of `DigestInfo` before the hash (RFC 8017 §9.2, note 1).
    fn digest_info(self) -> [u8; 19] {
        let (arc, len) = match self {
            Self::Sha256 => (1, 32),
            Self::Sha384 => (2, 48),
            Self::Sha512 => (3, 64_u8),
        };
        [
            0x30,
            len.saturating_add(17),
            0x30,
            0x0d,
            0x06,
            0x09,
            0x60,
            0x86,
            0x48,
            0x01,
            0x65,
            0x03,
            0x04,
            0x02,
            arc,
            0x05,
            0x00,
            0x04,
            len,
        ]
    }
}

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): 0, 1, ones, 0, `DigestInfo`. Compared as a whole, for readers of
/// it have been led astray (Bleichenbacher 2006).
fn check_pkcs1(encoded: &[u8], hash_kind: Hash, hash: &[u8]) -> Option<()> {
    let (start, end) = encoded.split_at_checked(encoded.len().checked_sub(hash.len())?)?;
    let info = hash_kind.digest_info();
    let (start, found_info) = start.split_at_checked(start.len().checked_sub(info.len())?)?;
    let [0, 1, ones @ .., 0] = start else {
        return None;
    };
    (end == hash && found_info == info && ones.iter().all(|byte| *byte == 0xff)).then_some(())
}

/// EMSA-PSS (RFC 8017 §9.1.2), with a salt as long as the hash (RFC 8446 §4.2.3), for moduli whose
/// highest bit is that of a byte.
fn check_pss(encoded: &mut [u8], hash_kind: Hash, hash: &[u8]) -> Option<()> {
    let [rest @ .., 0xbc] = encoded else {
        return None;
    };
    let (db, h) = rest.split_at_mut_checked(rest.len().checked_sub(hash.len())?)?;
    if *db.first()? > 0x7f {
        return None;
    }

    // MGF1 (RFC 8017 §B.2.1).
    let mut mask = [0; MAX_HASH];
    for (count, chunk) in (0_u32..).zip(db.chunks_mut(hash.len().max(1))) {
        let mask = hash_kind.digest(&[h, &count.to_be_bytes()], &mut mask);
        for (byte, mask) in chunk.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
    *db.first_mut()? &= 0x7f;

    let (padding, salt) = db.split_at_checked(db.len().checked_sub(hash.len())?)?;
    let [zeros @ .., 1] = padding else {
        return None;
    };
    let mut again = [0; MAX_HASH];
    let again = hash_kind.digest(&[&[0; 8], hash, salt], &mut again);
    (again == h && zeros.iter().all(|byte| *byte == 0)).then_some(())
}

/// An RSA public key, as in RFC 8017 §A.1.1.
struct PublicKey<'a> {
    modulus: &'a [u8],
    exponent: u32,
}

impl<'a> PublicKey<'a> {
    /// `None` for keys that are not of 2048 to 4096 bits, in whole bytes, with an odd modulus.
    fn from_der(der: &'a [u8]) -> Option<Self> {
        let (sequence, rest) = der_value(0x30, der)?;
        if !rest.is_empty() {
            return None;
        }
        let (modulus, rest) = der_value(0x02, sequence)?;
        let (exponent, rest) = der_value(0x02, rest)?;
        // The highest bit would be the sign.
        let [0, modulus @ ..] = modulus else {
            return None;
        };
        let (Some(0x80..), Some(last), true) = (modulus.first(), modulus.last(), rest.is_empty())
        else {
            return None;
        };
        let exponent = match exponent {
            [0, rest @ ..] => rest,
            all => all,
        };
        let exponent = exponent
            .iter()
            .enumerate()
            .try_fold(0, |value, (at, byte)| {
                (at < 4).then_some(value << 8 | u32::from(*byte))
            })?;
        let good = (MIN_MODULUS..=MAX_MODULUS).contains(&modulus.len())
            && last & 1 == 1
            && exponent >= 3
            && exponent & 1 == 1;
        good.then_some(Self { modulus, exponent })
    }

    /// `signature` to the power of the exponent, in big-endian order.
    #[inline(never)]
    fn raise(&self, signature: &[u8], result: &mut [u8]) -> Option<()> {
        // Bytes of one length compare as the numbers do.
        if signature.len() != self.modulus.len() || signature >= self.modulus {
            return None;
        }
        // One size for all keys: it is less code, and the time of the shorter ones is no matter.
        let modulus = from_be(self.modulus)?;
        let negated_inverse = negated_inverse(*modulus.as_words().first()?);
        let reduce = |wide: &(U4096, U4096)| montgomery_reduction(wide, &modulus, negated_inverse);

        // In the form of Montgomery: times 2^4096.
        let mut base = from_be(signature)?;
        for _ in 0..U4096::BITS {
            base = base.add_mod(&base, &modulus);
        }
        // From the highest bit down. The library's own power keeps sixteen numbers at hand, 8 KB,
        // which are of no use to an exponent with two bits set.
        let mut power = base;
        let bits = u32::BITS.saturating_sub(self.exponent.leading_zeros());
        for bit in (0..bits.saturating_sub(1)).rev() {
            power = reduce(&power.square_wide());
            if self.exponent >> bit & 1 == 1 {
                power = reduce(&power.mul_wide(&base));
            }
        }
        let power = reduce(&(power, U4096::ZERO));

        for (chunk, word) in result.rchunks_mut(Limb::BYTES).zip(power.as_words()) {
            for (to, from) in chunk.iter_mut().zip(word.to_be_bytes()) {
                *to = from;
            }
        }
        Some(())
    }
}

/// −1 / `odd` modulo the size of a word, by Newton: each round doubles the bits that are right, of
/// which `odd` itself has three.
fn negated_inverse(odd: Word) -> Limb {
    let mut inverse = odd;
    for _ in 0..5 {
        let error = Word::wrapping_sub(2, odd.wrapping_mul(inverse));
        inverse = inverse.wrapping_mul(error);
    }
    Limb(inverse.wrapping_neg())
}

/// `None` where the number has more words.
fn from_be(bytes: &[u8]) -> Option<U4096> {
    let mut number = U4096::ZERO;
    let mut words = number.as_words_mut().iter_mut();
    for chunk in bytes.rchunks(Limb::BYTES) {
        let word = words.next()?;
        for byte in chunk {
            *word = *word << 8 | Word::from(*byte);
        }
    }
    Some(number)
}

/// A DER value with this tag, and what follows it.
fn der_value(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (len, rest) = match *rest {
        [len @ 0..=0x7f, ref rest @ ..] => (usize::from(len), rest),
        [0x81, len @ 0x80..=0xff, ref rest @ ..] => (usize::from(len), rest),
        [0x82, high @ 1..=0xff, low, ref rest @ ..] => {
            (usize::from(u16::from_be_bytes([high, low])), rest)
        }
        _ => return None,
    };
    (*found == tag).then_some(())?;
    rest.split_at_checked(len)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use ring::{
        rand::SystemRandom,
        signature::{self as of_ring, KeyPair as _, RsaEncoding, RsaKeyPair},
    };
    use snow_token_device::hostile_tls::{Keys, Order};

    use super::*;

    const MESSAGE: &[u8] = b"to be signed";

    fn key(keys: Keys) -> RsaKeyPair {
        let chain = Order::new(keys, &["localhost"]).intermediates(0).make();
        RsaKeyPair::from_pkcs8(chain.key.serialized_der()).unwrap()
    }

    fn sign(key: &RsaKeyPair, encoding: &'static dyn RsaEncoding) -> Vec<u8> {
        let mut signature = std::vec![0; key.public().modulus_len()];
        key.sign(encoding, &SystemRandom::new(), MESSAGE, &mut signature)
            .unwrap();
        signature
    }

    #[test]
    fn what_ring_signs() {
        let algorithms: [(_, &'static dyn RsaEncoding); 6] = [
            (PKCS1_SHA256, &of_ring::RSA_PKCS1_SHA256),
            (PKCS1_SHA384, &of_ring::RSA_PKCS1_SHA384),
            (PKCS1_SHA512, &of_ring::RSA_PKCS1_SHA512),
            (PSS_SHA256, &of_ring::RSA_PSS_SHA256),
            (PSS_SHA384, &of_ring::RSA_PSS_SHA384),
            (PSS_SHA512, &of_ring::RSA_PSS_SHA512),
        ];
        for keys in [Keys::Rsa2048, Keys::Rsa3072, Keys::Rsa4096] {
            let key = key(keys);
            let public_key = key.public_key().as_ref();
            for (at, (ours, theirs)) in algorithms.iter().enumerate() {
                let signature = sign(&key, *theirs);
                for (other_at, (other, _)) in algorithms.iter().enumerate() {
                    assert_eq!(
                        other
                            .verify_signature(public_key, MESSAGE, &signature)
                            .is_ok(),
                        at == other_at,
                        "{keys:?} {ours:?} {other:?}"
                    );
                }
                assert!(
                    ours.verify_signature(public_key, b"other", &signature)
                        .is_err()
                );
                let mut changed = signature.clone();
                changed[at] ^= 1;
                assert!(
                    ours.verify_signature(public_key, MESSAGE, &changed)
                        .is_err()
                );
                changed = signature;
                *changed.last_mut().unwrap() ^= 1;
                assert!(
                    ours.verify_signature(public_key, MESSAGE, &changed)
                        .is_err()
                );
            }
        }
    }

    #[test]
    fn signatures_of_other_lengths_and_values() {
        let key = key(Keys::Rsa2048);
        let public_key = key.public_key().as_ref();
        let verify = |signature: &[u8]| {
            PKCS1_SHA256
                .verify_signature(public_key, MESSAGE, signature)
                .is_ok()
        };
        let signature = sign(&key, &of_ring::RSA_PKCS1_SHA256);
        assert!(verify(&signature));
        assert!(!verify(&[]));
        assert!(!verify(&signature[1..]));
        assert!(!verify(&[&[0], &signature[..]].concat()));
        assert!(!verify(&[0; 256]));
        // The modulus itself, and more.
        let modulus = PublicKey::from_der(public_key).unwrap().modulus;
        assert!(!verify(modulus));
        assert!(!verify(&[0xff; 256]));
    }

    #[test]
    fn keys_that_are_none() {
        let key = key(Keys::Rsa2048);
        let public_key = key.public_key().as_ref();
        assert!(PublicKey::from_der(public_key).is_some());
        for len in 0..public_key.len() {
            assert!(PublicKey::from_der(&public_key[..len]).is_none(), "{len}");
        }
        assert!(PublicKey::from_der(&[public_key, &[0]].concat()).is_none());
        // 1024 bits; an even modulus; the exponents 1, 4 and 2^32 + 1.
        let modulus = |len: usize, last: u8| {
            let mut modulus = std::vec![0; len + 1];
            modulus[1] = 0x80;
            modulus[len] = last;
            modulus
        };
        let der = |modulus: &[u8], exponent: &[u8]| {
            let integer = |value: &[u8]| {
                let len = u16::try_from(value.len()).unwrap().to_be_bytes();
                match value.len() {
                    0..=0x7f => [&[2, len[1]], value].concat(),
                    0x80..=0xff => [&[2, 0x81, len[1]], value].concat(),
                    _ => [&[2, 0x82, len[0], len[1]], value].concat(),
                }
            };
            let both = [integer(modulus), integer(exponent)].concat();
            let len = u16::try_from(both.len()).unwrap().to_be_bytes();
            match both.len() {
                0..=0xff => [&[0x30, 0x81, len[1]], &both[..]].concat(),
                _ => [&[0x30, 0x82, len[0], len[1]], &both[..]].concat(),
            }
        };
        let is_key = |der: &[u8]| PublicKey::from_der(der).is_some();
        assert!(is_key(&der(&modulus(256, 1), &[3])));
        assert!(is_key(&der(&modulus(512, 1), &[1, 0, 1])));
        assert!(is_key(&der(&modulus(256, 1), &[0, 0xff, 0xff, 0xff, 0xff])));
        assert!(!is_key(&der(&modulus(128, 1), &[1, 0, 1])));
        assert!(!is_key(&der(&modulus(513, 1), &[1, 0, 1])));
        assert!(!is_key(&der(&modulus(256, 2), &[1, 0, 1])));
        for exponent in [&[1][..], &[4], &[1, 0, 0, 0, 1], &[]] {
            assert!(!is_key(&der(&modulus(256, 1), exponent)), "{exponent:?}");
        }
    }
}
