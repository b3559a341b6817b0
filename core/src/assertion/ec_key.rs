//! EC private keys from PKCS#8 (RFC 5208, RFC 5958) and SEC1 (RFC 5915), DER and PEM.

use zeroize::Zeroizing;

use super::{
    der::{
        CONTEXT_0, CONTEXT_1, CONTEXT_1_PRIMITIVE, OBJECT_IDENTIFIER, OCTET_STRING, Reader,
        SEQUENCE,
    },
    key_error::KeyError,
    pem::{self, Label},
};

/// What tells one curve's keys from another's.
pub(super) struct Curve {
    /// The contents of its `OBJECT IDENTIFIER` (RFC 5480 §2.1.1.1).
    pub(super) oid: &'static [u8],
    /// The length of a private key in bytes.
    pub(super) scalar_len: usize,
}

/// `id-ecPublicKey`, 1.2.840.10045.2.1 (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// Longer than any EC key without attributes: a P-521 key with its public key and curve named
/// twice has some 250 bytes as PKCS#8.
const MAX_DER_LEN: usize = 512;

impl Curve {
    /// Hands the private key in `pem` to `load`.
    pub(super) fn load_pem<T>(
        &self,
        pem: &str,
        load: impl FnOnce(&[u8]) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        let mut buf = Zeroizing::new([0; MAX_DER_LEN]);
        let (label, der) = pem::decode(pem, &mut *buf)?;
        load(match label {
            Label::Pkcs8 => self.pkcs8(der)?,
            Label::Sec1 => self.sec1(der, false)?,
            Label::Pkcs1 => return Err(KeyError::WrongAlgorithm),
        })
    }

    /// Hands the private key in `der`, PKCS#8 or SEC1, to `load`.
    pub(super) fn load_der<T>(
        &self,
        der: &[u8],
        load: impl FnOnce(&[u8]) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        // The version tells them apart: 0 (or 1 in RFC 5958) with a SEQUENCE after it, or 1 with
        // an OCTET STRING after it.
        let mut elements = Reader::new(der).nested(SEQUENCE)?;
        elements.small_integer()?;
        load(if elements.optional(SEQUENCE)?.is_some() {
            self.pkcs8(der)?
        } else {
            self.sec1(der, false)?
        })
    }

    /// RFC 5958 §2: `SEQUENCE { version, algorithm, privateKey, [0] attributes OPTIONAL, [1]
    /// publicKey OPTIONAL }`.
    fn pkcs8<'k>(&self, der: &'k [u8]) -> Result<&'k [u8], KeyError> {
        let mut outer = Reader::new(der);
        let mut elements = outer.nested(SEQUENCE)?;
        outer.end()?;
        if elements.small_integer()? > 1 {
            return Err(KeyError::Malformed);
        }
        let mut algorithm = elements.nested(SEQUENCE)?;
        if algorithm.element(OBJECT_IDENTIFIER)? != EC_PUBLIC_KEY {
            return Err(KeyError::WrongAlgorithm);
        }
        if algorithm.optional(OBJECT_IDENTIFIER)? != Some(self.oid) {
            return Err(KeyError::WrongCurve);
        }
        algorithm.end()?;
        let key = elements.element(OCTET_STRING)?;
        elements.optional(CONTEXT_0)?;
        elements.optional(CONTEXT_1_PRIMITIVE)?;
        elements.end()?;
        self.sec1(key, true)
    }

    /// RFC 5915 §3: `SEQUENCE { version 1, privateKey, [0] curve OPTIONAL, [1] publicKey
    /// OPTIONAL }`. The public key is not looked at: signing needs none.
    fn sec1<'k>(&self, der: &'k [u8], curve_is_known: bool) -> Result<&'k [u8], KeyError> {
        let mut outer = Reader::new(der);
        let mut elements = outer.nested(SEQUENCE)?;
        outer.end()?;
        if elements.small_integer()? != 1 {
            return Err(KeyError::Malformed);
        }
        let key = elements.element(OCTET_STRING)?;
        match elements.optional(CONTEXT_0)? {
            Some(curve) => {
                let mut curve = Reader::new(curve);
                if curve.optional(OBJECT_IDENTIFIER)? != Some(self.oid) {
                    return Err(KeyError::WrongCurve);
                }
                curve.end()?;
            }
            // RFC 5915 §3 wants the curve named; without a name the length must tell.
            None if curve_is_known || key.len() == self.scalar_len => {}
            None => return Err(KeyError::WrongCurve),
        }
        elements.optional(CONTEXT_1)?;
        elements.end()?;
        if key.len() != self.scalar_len {
            return Err(KeyError::Malformed);
        }
        Ok(key)
    }
}
