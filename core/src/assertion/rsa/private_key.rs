//! RSA private keys from PKCS#1 (RFC 8017 §A.1.2) and PKCS#8 (RFC 5958), DER and PEM.

use zeroize::Zeroizing;

use crate::assertion::{
    der::{
        CONTEXT_0, CONTEXT_1_PRIMITIVE, INTEGER, NULL, OBJECT_IDENTIFIER, OCTET_STRING, Reader,
        SEQUENCE,
    },
    key_error::KeyError,
    pem::{self, Label},
};

/// `rsaEncryption`, 1.2.840.113549.1.1.1 (RFC 8017 §A.1).
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// A key of 4096 bits has some 2,380 bytes as PKCS#8.
const MAX_DER_LEN: usize = 2_560;

/// The numbers of a key, without leading zeros. The private exponent itself is not needed.
pub(super) struct Numbers<'k> {
    pub(super) n: &'k [u8],
    pub(super) e: u32,
    pub(super) p: &'k [u8],
    pub(super) q: &'k [u8],
    pub(super) dp: &'k [u8],
    pub(super) dq: &'k [u8],
    pub(super) q_inv: &'k [u8],
}

/// Hands the private key in `pem` to `load`.
pub(super) fn load_pem<T>(
    pem: &str,
    load: impl FnOnce(&Numbers<'_>) -> Result<T, KeyError>,
) -> Result<T, KeyError> {
    let mut buf = Zeroizing::new([0; MAX_DER_LEN]);
    let (label, der) = pem::decode(pem, &mut *buf)?;
    match label {
        Label::Pkcs8 => load(&pkcs8(der)?),
        Label::Pkcs1 => load(&pkcs1(der)?),
        Label::Sec1 => Err(KeyError::WrongAlgorithm),
    }
}

/// Hands the private key in `der`, PKCS#8 or PKCS#1, to `load`.
pub(super) fn load_der<T>(
    der: &[u8],
    load: impl FnOnce(&Numbers<'_>) -> Result<T, KeyError>,
) -> Result<T, KeyError> {
    // After the version, PKCS#8 has a SEQUENCE and PKCS#1 an INTEGER.
    let mut elements = Reader::new(der).nested(SEQUENCE)?;
    elements.small_integer()?;
    if elements.optional(SEQUENCE)?.is_some() {
        load(&pkcs8(der)?)
    } else {
        load(&pkcs1(der)?)
    }
}

fn pkcs8(der: &[u8]) -> Result<Numbers<'_>, KeyError> {
    let mut outer = Reader::new(der);
    let mut elements = outer.nested(SEQUENCE)?;
    outer.end()?;
    if elements.small_integer()? > 1 {
        return Err(KeyError::Malformed);
    }
    let mut algorithm = elements.nested(SEQUENCE)?;
    if algorithm.element(OBJECT_IDENTIFIER)? != RSA_ENCRYPTION {
        return Err(KeyError::WrongAlgorithm);
    }
    algorithm.optional(NULL)?;
    algorithm.end()?;
    let key = elements.element(OCTET_STRING)?;
    elements.optional(CONTEXT_0)?;
    elements.optional(CONTEXT_1_PRIMITIVE)?;
    elements.end()?;
    pkcs1(key)
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
