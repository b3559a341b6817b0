//! The key of a JWT Verifier Map or of a trusted issuer.

use core::{error::Error, fmt};

use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};

use super::der::{BIT_STRING, Der, INTEGER, OBJECT_IDENTIFIER, SEQUENCE};

/// What a signature is verified with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifierKey {
    /// An X.509 certificate in PEM, as it is pasted into `sys_certificate`; the public key in it is
    /// used: RSA of 2048 to 4096 bits, P-256, P-384 or P-521.
    CertificatePem(String),
    /// A secret that both sides know, for HS256, HS384 and HS512.
    SharedSecret(Vec<u8>),
}

/// A [`VerifierKey`] that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidKey(&'static str);

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for InvalidKey {}

/// A key in the form that its algorithm takes.
#[derive(Debug, Clone)]
pub(crate) enum ParsedKey {
    /// `RSAPublicKey` of RFC 8017, in DER.
    Rsa(Vec<u8>),
    /// The uncompressed point.
    P256(Vec<u8>),
    P384(Vec<u8>),
    P521(Vec<u8>),
    Secret(Vec<u8>),
}

impl TryFrom<&VerifierKey> for ParsedKey {
    type Error = InvalidKey;

    fn try_from(key: &VerifierKey) -> Result<Self, InvalidKey> {
        match key {
            VerifierKey::SharedSecret(secret) if secret.is_empty() => {
                Err(InvalidKey("the shared secret is empty"))
            }
            VerifierKey::SharedSecret(secret) => Ok(Self::Secret(secret.clone())),
            VerifierKey::CertificatePem(pem) => {
                let der = CertificateDer::from_pem_slice(pem.as_bytes());
                let der = der.map_err(|_| InvalidKey("no certificate in PEM was found"))?;
                let info = public_key_info(&der);
                public_key(info.ok_or(InvalidKey("the certificate is not X.509"))?)
            }
        }
    }
}

const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const SECP256R1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const SECP384R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
const SECP521R1: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// What stands before it in a certificate (RFC 5280 §4.1) is passed over: an instance looks at the
/// key alone, and takes certificates of version 1, too.
fn public_key_info(certificate: &[u8]) -> Option<Der<'_>> {
    const VERSION: u8 = 0xa0;
    let mut to_be_signed = Der(certificate).sequence()?.sequence()?;
    to_be_signed.skip(VERSION);
    to_be_signed.take(INTEGER)?;
    for _signature_issuer_validity_subject in 0..4 {
        to_be_signed.take(SEQUENCE)?;
    }
    to_be_signed.sequence()
}

/// `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
fn public_key(mut info: Der<'_>) -> Result<ParsedKey, InvalidKey> {
    let broken = InvalidKey("the public key of the certificate is broken");
    let mut parts = || {
        let mut algorithm = info.sequence()?;
        let kind = algorithm.take(OBJECT_IDENTIFIER)?;
        // The first byte of a bit string says how many bits of the last one do not count.
        let key = info.take(BIT_STRING)?.strip_prefix(&[0])?;
        Some((kind, algorithm, key))
    };
    let (kind, mut algorithm, key) = parts().ok_or(broken.clone())?;
    match kind {
        RSA_ENCRYPTION => match rsa_bits(key).ok_or(broken)? {
            2048..=4096 => Ok(ParsedKey::Rsa(key.to_vec())),
            _ => Err(InvalidKey("the RSA key has not 2048 to 4096 bits")),
        },
        EC_PUBLIC_KEY => match algorithm.take(OBJECT_IDENTIFIER) {
            Some(SECP256R1) => Ok(ParsedKey::P256(key.to_vec())),
            Some(SECP384R1) => Ok(ParsedKey::P384(key.to_vec())),
            Some(SECP521R1) => Ok(ParsedKey::P521(key.to_vec())),
            _ => Err(InvalidKey("the curve is none of P-256, P-384 and P-521")),
        },
        _ => Err(InvalidKey(
            "the key of the certificate is neither RSA nor EC",
        )),
    }
}

fn rsa_bits(key: &[u8]) -> Option<usize> {
    let modulus = Der(key).sequence()?.take(INTEGER)?;
    let modulus = modulus.strip_prefix(&[0]).unwrap_or(modulus);
    let unused = modulus.first()?.leading_zeros();
    Some(modulus.len() * 8 - usize::try_from(unused).ok()?)
}
