//! Keys that sign assertions: RSA and the usual curves through ring, the rest through core.

use core::fmt;
use std::sync::Arc;

use ring::{
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        RsaEncoding, RsaKeyPair,
    },
};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject};
use snow_token_core::assertion::{
    Algorithm, AssertionSigner, Es256, Es384, Es512, Hs256, Hs384, Hs512, KeyError, KeyTooShort,
    SigningError,
};
use zeroize::Zeroizing;

use crate::error::Error;

/// A private key, or the shared secret of HS*, with the algorithm that it signs by.
///
/// Redacted in `Debug`. Clones share the key.
///
/// # Examples
/// ```
/// use snow_token::JwtKey;
///
/// let key = JwtKey::load(b"a shared secret of at least thirty-two bytes", None)?;
/// assert_eq!(key.algorithm_name(), "HS256");
/// # Ok::<(), snow_token::InvalidKey>(())
/// ```
#[derive(Clone)]
pub struct JwtKey(Arc<dyn AssertionSigner + Send + Sync>);

impl JwtKey {
    /// Loads a private key from PEM or DER (PKCS#8, PKCS#1, SEC1), or takes anything else for the
    /// shared secret of HS*, a line break at its end dropped. Without an algorithm the key's own
    /// counts: RS256, that of the curve, HS256.
    ///
    /// # Errors
    /// [`InvalidKey`], where the bytes are no such key or the algorithm is not one for it.
    pub fn load(bytes: &[u8], algorithm: Option<Algorithm>) -> Result<Self, InvalidKey> {
        let is_hmac = matches!(
            algorithm,
            Some(Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512)
        );
        match der_of(bytes)? {
            Some(_) if is_hmac => Err(InvalidKey::new(
                "this is a private key, and HS* signs with a shared secret",
                "leave the algorithm out, or name the file with the secret",
            )),
            Some(der) => private_key(&der, algorithm),
            None if is_hmac || algorithm.is_none() => shared_secret(bytes, algorithm),
            None => Err(InvalidKey::new(
                "there is no private key in it",
                "it must hold one in PEM: -----BEGIN PRIVATE KEY-----",
            )),
        }
    }

    /// The algorithm of this name, as in a JWT's `alg`.
    ///
    /// # Errors
    /// A sentence that says which there are.
    pub fn algorithm_named(name: &str) -> Result<Algorithm, String> {
        let known = ALGORITHMS.iter().find(|algorithm| algorithm.name() == name);
        known.copied().ok_or_else(|| {
            let names: Vec<_> = ALGORITHMS
                .iter()
                .map(|algorithm| algorithm.name())
                .collect();
            format!("{name:?} is none of {}", names.join(", "))
        })
    }

    /// The algorithm's name, as in a JWT's `alg`.
    pub fn algorithm_name(&self) -> &'static str {
        self.0.algorithm().name()
    }

    pub(crate) fn signer(&self) -> &(dyn AssertionSigner + Send + Sync) {
        &*self.0
    }
}

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::Rs256,
    Algorithm::Rs384,
    Algorithm::Rs512,
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Es512,
    Algorithm::Hs256,
    Algorithm::Hs384,
    Algorithm::Hs512,
];

impl fmt::Debug for JwtKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JwtKey({}, [redacted])", self.algorithm_name())
    }
}

/// Why a key cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidKey {
    what: String,
    advice: String,
}

impl InvalidKey {
    fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> Option<&str> {
        (!self.advice.is_empty()).then_some(&*self.advice)
    }
}

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for InvalidKey {}

impl From<InvalidKey> for Error {
    fn from(error: InvalidKey) -> Self {
        Self::configuration(&*error.what).with_advice(error.advice())
    }
}

impl From<KeyError> for InvalidKey {
    fn from(error: KeyError) -> Self {
        Self::new(error.to_string(), "")
    }
}

impl From<KeyTooShort> for InvalidKey {
    fn from(error: KeyTooShort) -> Self {
        let advice = "make one with: openssl rand -base64 48";
        Self::new(format!("the shared secret is too short: {error}"), advice)
    }
}

const BEGIN: &str = "-----BEGIN ";

/// The DER of a private key in PEM or DER; `None` where the bytes look like neither.
pub(crate) fn der_of(bytes: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, InvalidKey> {
    const SEQUENCE: u8 = 0x30;
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(BEGIN) {
        let is_der = bytes.first() == Some(&SEQUENCE) && core::str::from_utf8(bytes).is_err();
        return Ok(is_der.then(|| Zeroizing::new(bytes.to_vec())));
    }
    // What is said of a key counts, not the letters of it: base64 can spell anything.
    let (label, block) = first_private_key(&text).ok_or_else(|| {
        InvalidKey::new(
            "there is no private key in it, but something else in PEM",
            "a certificate or public key cannot sign: name the private key that belongs to it",
        )
    })?;
    if label == "ENCRYPTED PRIVATE KEY" || is_encrypted_by_its_header(block) {
        return Err(InvalidKey::new(
            "the private key is encrypted",
            "decrypt it: openssl pkey -in KEY -out PLAIN, then chmod 600 PLAIN",
        ));
    }
    if label == "OPENSSH PRIVATE KEY" {
        return Err(InvalidKey::new(
            "the private key is in OpenSSH's own form",
            "convert a copy of it, without a passphrase: ssh-keygen -p -N '' -m PKCS8 -f COPY",
        ));
    }
    let key = PrivateKeyDer::from_pem_slice(bytes)
        .map_err(|_| InvalidKey::new("the private key's PEM is damaged", "copy it again"))?;
    let der = Zeroizing::new(key.secret_der().to_vec());
    drop(Zeroizing::new(key));
    Ok(Some(der))
}

/// The label of the first private key in a PEM file, and what stands behind it up to the next block.
fn first_private_key(pem: &str) -> Option<(&str, &str)> {
    let blocks = pem.split(BEGIN).skip(1);
    blocks
        .filter_map(|block| block.split_once("-----"))
        .find(|(label, _)| label.ends_with("PRIVATE KEY"))
}

/// RFC 1421 §4.6.1.1, as OpenSSL wrote keys before PKCS#8: `Proc-Type: 4,ENCRYPTED`.
fn is_encrypted_by_its_header(block: &str) -> bool {
    let mut headers = block.lines().filter_map(|line| line.split_once(':'));
    headers.any(|(name, value)| name == "Proc-Type" && value.contains("ENCRYPTED"))
}

fn private_key(der: &[u8], algorithm: Option<Algorithm>) -> Result<JwtKey, InvalidKey> {
    let key: Arc<dyn AssertionSigner + Send + Sync> = match ec_key(der) {
        Ok(signer) => signer,
        Err(KeyError::WrongAlgorithm) => return rsa_key(der, algorithm),
        Err(KeyError::Malformed) => match rsa_key(der, algorithm) {
            Ok(key) => return Ok(key),
            Err(_) => return Err(KeyError::Malformed.into()),
        },
        Err(error) => return Err(error.into()),
    };
    match algorithm {
        Some(asked) if asked != key.algorithm() => Err(does_not_fit(asked, key.algorithm())),
        _ => Ok(JwtKey(key)),
    }
}

fn does_not_fit(asked: Algorithm, fitting: Algorithm) -> InvalidKey {
    InvalidKey::new(
        format!("{} does not fit this key", asked.name()),
        format!("leave the algorithm out, or set it to {}", fitting.name()),
    )
}

/// ring takes no key in SEC1, none without its public half, and none on P-521: those sign in core.
fn ec_key(der: &[u8]) -> Result<Arc<dyn AssertionSigner + Send + Sync>, KeyError> {
    let with_ring = |algorithm, ecdsa| {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(ecdsa, der, &random).ok()?;
        Some(Arc::new(RingEcdsa {
            key,
            algorithm,
            random,
        }) as Arc<dyn AssertionSigner + Send + Sync>)
    };
    match Es256::from_der(der) {
        Ok(key) => {
            let ring = with_ring(Algorithm::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING);
            return Ok(ring.unwrap_or_else(|| Arc::new(key)));
        }
        Err(KeyError::WrongCurve) => {}
        Err(error) => return Err(error),
    }
    match Es384::from_der(der) {
        Ok(key) => {
            let ring = with_ring(Algorithm::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING);
            Ok(ring.unwrap_or_else(|| Arc::new(key)))
        }
        Err(KeyError::WrongCurve) => Ok(Arc::new(Es512::from_der(der)?)),
        Err(error) => Err(error),
    }
}

fn rsa_key(der: &[u8], algorithm: Option<Algorithm>) -> Result<JwtKey, InvalidKey> {
    let algorithm = algorithm.unwrap_or(Algorithm::Rs256);
    let encoding: &'static dyn RsaEncoding = match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
        other => return Err(does_not_fit(other, Algorithm::Rs256)),
    };
    let key = RsaKeyPair::from_pkcs8(der).or_else(|_| RsaKeyPair::from_der(der));
    let key = key.map_err(|error| {
        InvalidKey::new(
            format!("the RSA key cannot be used ({error})"),
            "it must have 2048 bits or more, and two primes",
        )
    })?;
    Ok(JwtKey(Arc::new(RingRsa {
        key,
        algorithm,
        encoding,
        random: SystemRandom::new(),
    })))
}

fn shared_secret(bytes: &[u8], algorithm: Option<Algorithm>) -> Result<JwtKey, InvalidKey> {
    let secret = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
    if is_jwk(secret) {
        return Err(InvalidKey::new(
            "this is a JSON Web Key, and not the key itself",
            "name a file with the private key in PEM; of a shared secret (\"kty\":\"oct\") the bytes \
             that its \"k\" stands for, in base64url",
        ));
    }
    Ok(JwtKey(match algorithm {
        Some(Algorithm::Hs384) => Arc::new(Hs384::new(secret)?),
        Some(Algorithm::Hs512) => Arc::new(Hs512::new(secret)?),
        _ => Arc::new(Hs256::new(secret)?),
    }))
}

/// RFC 7517 §4: a JSON object with the member `kty`, or a set of them.
fn is_jwk(bytes: &[u8]) -> bool {
    core::str::from_utf8(bytes).is_ok_and(|text| {
        let text = text.trim();
        text.starts_with('{') && text.ends_with('}') && text.contains("\"kty\"")
    })
}

struct RingEcdsa {
    key: EcdsaKeyPair,
    algorithm: Algorithm,
    random: SystemRandom,
}

impl AssertionSigner for RingEcdsa {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        let signed = self.key.sign(&self.random, signing_input);
        fill(signature, signed.map_err(|_| SigningError)?.as_ref())
    }
}

struct RingRsa {
    key: RsaKeyPair,
    algorithm: Algorithm,
    encoding: &'static dyn RsaEncoding,
    random: SystemRandom,
}

impl AssertionSigner for RingRsa {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn signature_len(&self) -> usize {
        self.key.public().modulus_len()
    }

    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        let signed = self
            .key
            .sign(self.encoding, &self.random, signing_input, signature);
        signed.map_err(|_| SigningError)
    }
}

fn fill(to: &mut [u8], from: &[u8]) -> Result<(), SigningError> {
    if to.len() != from.len() {
        return Err(SigningError);
    }
    to.copy_from_slice(from);
    Ok(())
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Encoding};

    use super::*;

    #[test]
    fn a_key_in_another_form_is_called_by_its_name() {
        let hs512 = Some(Algorithm::Hs512);
        for (bytes, algorithm, what, advice) in [
            (
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n",
                None,
                "in OpenSSH's own form",
                "ssh-keygen -p -N '' -m PKCS8 -f",
            ),
            (
                "{\"kty\":\"RSA\",\"n\":\"0123456789abcdef0123456789abcdef\"}",
                None,
                "a JSON Web Key",
                "in PEM",
            ),
            (
                "\n{ \"k\": \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\", \"kty\": \"oct\" }\n",
                hs512,
                "a JSON Web Key",
                "base64url",
            ),
        ] {
            let error = JwtKey::load(bytes.as_bytes(), algorithm).unwrap_err();
            assert!(error.to_string().contains(what), "{error}");
            assert!(error.advice().unwrap().contains(advice), "{error:?}");
            assert!(!format!("{error:?}").contains("0123"), "{error:?}");
        }
        let secret = b"{a shared secret of at least thirty-two bytes}";
        assert!(JwtKey::load(secret, None).is_ok());
    }
    #[test]
    fn only_what_is_said_of_a_key_makes_it_encrypted() {
        // RFC 5915: version 1, the key, secp256r1. Groups of four characters of base64 start at every
        // third byte, the key at the eighth.
        let mut key = [7; 32];
        Base64::decode("ENCRYPTEDAAA", &mut key[2..11]).unwrap();
        let der = [
            b"\x30\x31\x02\x01\x01\x04\x20",
            &key[..],
            b"\xa0\x0a\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        ];
        let base64 = Base64::encode_string(&der.concat());
        assert!(base64.contains("ENCRYPTED"), "{base64}");
        let plain = pem("EC PRIVATE KEY", &base64);
        assert!(JwtKey::load(plain.as_bytes(), None).is_ok());

        let header = format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n{base64}");
        for encrypted in [
            pem("ENCRYPTED PRIVATE KEY", &base64),
            pem("EC PRIVATE KEY", &header),
            pem("EC PARAMETERS", "BggqhkjOPQMBBw==") + &pem("EC PRIVATE KEY", &header),
        ] {
            let error = JwtKey::load(encrypted.as_bytes(), None).unwrap_err();
            assert!(error.to_string().contains("is encrypted"), "{error}");
        }
    }

    fn pem(label: &str, body: &str) -> String {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }
}
