//! EC private keys, from PKCS#8 and SEC1 (RFC 5915).

use zeroize::Zeroizing;

use super::{
    der::{CONTEXT_0, CONTEXT_1, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE},
    key_error::KeyError,
    pem::{self, Label},
    pkcs8::{PrivateKeyInfo, is_pkcs8},
};

/// What tells one curve's keys from another's.
pub(in crate::assertion) struct Curve {
    /// The contents of its `OBJECT IDENTIFIER` (RFC 5480 §2.1.1.1).
    pub(in crate::assertion) oid: &'static [u8],
    /// The length of a private key in bytes.
    pub(in crate::assertion) scalar_len: usize,
}

/// `id-ecPublicKey`, 1.2.840.10045.2.1 (RFC 5480 §2.1.1).
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];

/// Longer than any EC key without attributes: a P-521 key with its public key and curve named
/// twice has some 250 bytes as PKCS#8.
const MAX_DER_LEN: usize = 512;

impl Curve {
    /// Hands the private key in `pem` to `load`.
    pub(in crate::assertion) fn load_pem<T>(
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
    pub(in crate::assertion) fn load_der<T>(
        &self,
        der: &[u8],
        load: impl FnOnce(&[u8]) -> Result<T, KeyError>,
    ) -> Result<T, KeyError> {
        load(if is_pkcs8(der)? {
            self.pkcs8(der)?
        } else {
            self.sec1(der, false)?
        })
    }

    fn pkcs8<'k>(&self, der: &'k [u8]) -> Result<&'k [u8], KeyError> {
        let mut info = PrivateKeyInfo::new(der)?;
        if info.algorithm != EC_PUBLIC_KEY {
            return Err(KeyError::WrongAlgorithm);
        }
        if info.parameters.optional(OBJECT_IDENTIFIER)? != Some(self.oid) {
            return Err(KeyError::WrongCurve);
        }
        self.sec1(info.key()?, true)
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
