//! RSA private keys, from PKCS#8 and PKCS#1 (RFC 8017 §A.1.2).

use zeroize::Zeroizing;

use super::{
    der::{INTEGER, NULL, Reader, SEQUENCE},
    key_error::KeyError,
    pem::{self, Label},
    pkcs8::{PrivateKeyInfo, is_pkcs8},
};

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017 §A.1).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// A key of 4096 bits has some 2,380 bytes as PKCS#8.
const MAX_DER_LEN: usize = 2_560;

/// The numbers of a key, without leading zeros. The private exponent itself is not needed.
pub(in crate::assertion) struct Numbers<'k> {
    pub(in crate::assertion) n: &'k [u8],
    pub(in crate::assertion) e: u32,
    pub(in crate::assertion) p: &'k [u8],
    pub(in crate::assertion) q: &'k [u8],
    pub(in crate::assertion) dp: &'k [u8],
    pub(in crate::assertion) dq: &'k [u8],
    pub(in crate::assertion) q_inv: &'k [u8],
}

impl Numbers<'_> {
    /// Hands the private key in `pem` to `load`.
    pub(in crate::assertion) fn load_pem<T>(
        pem: &str,
        load: impl FnOnce(&Numbers<'_>) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let mut buf = Zeroizing::new([0; MAX_DER_LEN]);
        let (label, der) = pem::decode(pem, &mut *buf)?;
        load(&match label {
            Label::Pkcs8 => pkcs8(der)?,
            Label::Pkcs1 => pkcs1(der)?,
            Label::Sec1 => return Err(KeyError::WrongAlgorithm),
        })
    }

    /// Hands the private key in `der`, PKCS#8 or PKCS#1, to `load`.
    pub(in crate::assertion) fn load_der<T>(
        der: &[u8],
        load: impl FnOnce(&Numbers<'_>) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        load(&if is_pkcs8(der)? {
            pkcs8(der)?
        } else {
            pkcs1(der)?
        })
    }
}

fn pkcs8(der: &[u8]) -> Result<Numbers<'_>, KeyError> {
    let mut info = PrivateKeyInfo::new(der)?;
    if info.algorithm != RSA_ENCRYPTION {
        return Err(KeyError::WrongAlgorithm);
    }
    info.parameters.optional(NULL)?;
    pkcs1(info.key()?)
}

/// `SEQUENCE { version 0, n, e, d, p, q, d mod (p-1), d mod (q-1), (inverse of q) mod p }`
fn pkcs1(der: &[u8]) -> Result<Numbers<'_>, KeyError> {
    let mut outer = Reader::new(der);
    let mut elements = outer.nested(SEQUENCE)?;
    outer.end()?;
    // 1 is a key of more than two primes.
    if elements.small_integer()? != 0 {
        return Err(KeyError::Malformed);
    }
    let n = positive(&mut elements)?;
    let e = positive(&mut elements)?;
    let _d = positive(&mut elements)?;
    let numbers = Numbers {
        n,
        e: small(e).ok_or(KeyError::OutOfRange)?,
        p: positive(&mut elements)?,
        q: positive(&mut elements)?,
        dp: positive(&mut elements)?,
        dq: positive(&mut elements)?,
        q_inv: positive(&mut elements)?,
    };
    elements.end()?;
    Ok(numbers)
}

/// A positive `INTEGER` in the fewest bytes (X.690 §8.3.2), without the zero for its sign.
fn positive<'k>(elements: &mut Reader<'k>) -> Result<&'k [u8], KeyError> {
    match elements.element(INTEGER)? {
        [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Ok(rest),
        whole @ [0x01..=0x7f, ..] => Ok(whole),
        _ => Err(KeyError::Malformed),
    }
}

/// A public exponent: odd, more than one, and of four bytes at most.
fn small(bytes: &[u8]) -> Option<u32> {
    if bytes.len() > 4 {
        return None;
    }
    let number = bytes
        .iter()
        .fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (number & 1 == 1 && number > 1).then_some(number)
}
