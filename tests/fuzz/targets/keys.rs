//! Private keys: what loads is the key that stands there, and signs as RustCrypto does with it; what
//! RustCrypto loads is loaded.
//!
//! An input is the algorithm's letter (`2`, `3`, `5` for ES256, ES384 and ES512, `R` for RS256), and
//! DER or PEM. Core does not look at public keys and attributes, RustCrypto does.
#![no_main]

use libfuzzer_sys::fuzz_target;
use num_bigint::BigUint;
use pkcs8::{
    PrivateKeyInfoRef, SecretDocument,
    der::{Decode, Encode},
};
use sha2::{Digest, Sha256};
use snow_token_core::assertion::{
    AssertionSigner, Es256, Es384, Es512, KeyError, Rs256, SigningError,
};

const MESSAGE: &[u8] = b"header.claims";

fuzz_target!(|input: &[u8]| {
    let Some((algorithm, key)) = input.split_first() else {
        return;
    };
    match algorithm {
        b'2' => es256(key),
        b'3' => es384(key),
        b'5' => es512(key),
        b'R' => rs256(key),
        _ => {}
    }
});

fn sign(signer: &dyn AssertionSigner) -> Result<Vec<u8>, SigningError> {
    let mut signature = vec![0xaa; signer.signature_len()];
    signer.sign(MESSAGE, &mut signature)?;
    Ok(signature)
}

/// From PEM where it is a text with a block in it, else from DER; with what RustCrypto takes for the
/// DER that is in it.
fn load<T>(
    key: &[u8],
    from_der: impl Fn(&[u8]) -> Result<T, KeyError>,
    from_pem: impl Fn(&str) -> Result<T, KeyError>,
) -> (Result<T, KeyError>, Option<Vec<u8>>) {
    match core::str::from_utf8(key) {
        Ok(pem) if pem.contains("-----BEGIN") => {
            let document = SecretDocument::from_pem(pem).ok();
            let der = document.filter(|(label, _)| {
                ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"].contains(label)
            });
            (
                from_pem(pem),
                der.map(|(_, document)| document.as_bytes().to_vec()),
            )
        }
        _ => (from_der(key), Some(key.to_vec())),
    }
}

/// What may be a private key of this length: the contents of each `OCTET STRING` that has it.
fn octet_strings(der: &[u8], len: usize) -> impl Iterator<Item = &[u8]> {
    let header = [4, len as u8];
    let windows = der.windows(len + 2);
    windows
        .filter(move |window| window.starts_with(&header))
        .map(|window| &window[2..])
}

/// The curve that a key names in its SEC1, where that and PKCS#8 around it are DER: RustCrypto reads
/// a little more, but would write it in another way.
fn curve_of_der(der: &[u8]) -> Option<Vec<u8>> {
    let info = PrivateKeyInfoRef::from_der(der).ok();
    let pkcs8 = info.as_ref().map(|info| info.to_der().ok());
    let sec1 = info.map_or(der, |info| info.private_key.as_bytes());
    let key = sec1::EcPrivateKey::from_der(sec1).ok()?;
    let is_der =
        pkcs8.is_none_or(|again| again.as_deref() == Some(der)) && key.to_der().ok()? == sec1;
    let curve = key
        .parameters
        .and_then(|parameters| parameters.named_curve());
    is_der.then(|| curve.map_or(Vec::new(), |curve| curve.as_bytes().to_vec()))
}

macro_rules! ecdsa {
    ($name:ident, $signer:ident, $curve:ident::$id:ident, $len:literal) => {
        fn $name(key: &[u8]) {
            use $curve::{
                SecretKey,
                ecdsa::{Signature, SigningKey, signature::Signer},
                pkcs8::{AssociatedOid, DecodePrivateKey},
            };

            let (ours, der) = load(key, $signer::from_der, $signer::from_pem);
            let signed = ours
                .as_ref()
                .ok()
                .map(|signer| sign(signer).expect("ECDSA cannot fail"));
            let Some(der) = der else {
                return;
            };
            let sign = |key: &SecretKey| {
                let signature: Signature = SigningKey::from(key).sign(MESSAGE);
                signature.to_bytes().to_vec()
            };
            if let Some(signed) = &signed {
                let mut keys = octet_strings(&der, $len)
                    .filter_map(|scalar| SecretKey::from_slice(scalar).ok());
                assert!(
                    keys.any(|key| sign(&key) == *signed),
                    "a key that does not stand there"
                );
            }
            let theirs = SecretKey::from_pkcs8_der(&der).ok();
            let theirs = theirs.or_else(|| SecretKey::from_sec1_der(&der).ok());
            // One of fewer bytes than the curve has RustCrypto fills up, and of another curve it does
            // not look at the name within SEC1.
            let oid = <$curve::$id as AssociatedOid>::OID;
            let is_of_curve =
                curve_of_der(&der).is_some_and(|curve| curve.is_empty() || curve == oid.as_bytes());
            let theirs = theirs.filter(|key| {
                let scalar = key.to_bytes();
                is_of_curve && octet_strings(&der, $len).any(|stands| *stands == scalar[..])
            });
            assert!(is_of_curve || signed.is_none() || curve_of_der(&der).is_none());
            if let Some(theirs) = theirs {
                assert_eq!(signed, Some(sign(&theirs)), "{:?}", ours.err());
            }
        }
    };
}

ecdsa!(es256, Es256, p256::NistP256, 32);
ecdsa!(es384, Es384, p384::NistP384, 48);
ecdsa!(es512, Es512, p521::NistP521, 66);

fn rs256(key: &[u8]) {
    let (ours, der) = load(key, Rs256::from_der, Rs256::from_pem);
    let signed = ours.as_ref().ok().map(|signer| sign(signer));
    let Some(der) = der else {
        return;
    };
    let info = PrivateKeyInfoRef::from_der(&der).ok();
    let pkcs1 = info
        .as_ref()
        .map_or(&*der, |info| info.private_key.as_bytes());
    let Ok(theirs) = pkcs1::RsaPrivateKey::from_der(pkcs1) else {
        return;
    };
    let is_der = theirs.to_der().is_ok_and(|again| again == pkcs1)
        && info
            .as_ref()
            .is_none_or(|info| info.to_der().is_ok_and(|again| again == der));
    let number = |number: pkcs1::UintRef<'_>| BigUint::from_bytes_be(number.as_bytes());
    let [n, e, p, q] = [
        theirs.modulus,
        theirs.public_exponent,
        theirs.prime1,
        theirs.prime2,
    ]
    .map(number);
    let [dp, dq, q_inv] = [theirs.exponent1, theirs.exponent2, theirs.coefficient].map(number);

    if let Some(Ok(signature)) = &signed {
        assert_eq!(
            BigUint::from_bytes_be(signature).modpow(&e, &n),
            encoded(signature.len())
        );
    }
    let one = BigUint::from(1_u8);
    let is_key = is_der
        && n.bits() == 2048
        && n == &p * &q
        && e.bits() <= 32
        && &e * &dp % (&p - &one) == one
        && &e * &dq % (&q - &one) == one
        && &q * &q_inv % &p == one;
    let is_rsa = info.is_none_or(|info| {
        info.algorithm.oid == pkcs1::ALGORITHM_OID && info.algorithm.parameters_any().is_ok()
    });
    if is_key
        && is_rsa
        && [&dp, &dq, &q_inv]
            .iter()
            .all(|number| number.bits() <= 1024)
    {
        assert!(matches!(signed, Some(Ok(_))), "{:?}", ours.err());
    }
}

/// RFC 8017 §9.2: EMSA-PKCS1-v1_5 of the message.
fn encoded(len: usize) -> BigUint {
    const DIGEST_INFO: &[u8] = &[
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let hash = Sha256::digest(MESSAGE);
    let tail = [&[0], DIGEST_INFO, &hash].concat();
    let mut encoded = vec![0xff; len];
    encoded[..2].copy_from_slice(&[0, 1]);
    encoded[len - tail.len()..].copy_from_slice(&tail);
    BigUint::from_bytes_be(&encoded)
}
