//! Who the server is: its certificates, and the proof that it has the key.

use core::{
    fmt,
    sync::atomic::{AtomicU8, Ordering},
};

use embedded_tls::{
    Aes128GcmSha256, Aes256GcmSha384, CertificateEntryRef, CertificateRef, CertificateVerifyRef,
    CryptoProvider, SignatureScheme, TlsCipherSuite, TlsVerifier,
};
use heapless::Vec;
use p256::ecdsa::DerSignature;
use rand_core::CryptoRngCore;
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName,
    SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer, UnixTime,
};
use sha2::Digest as _;
use webpki::{EndEntityCert, KeyUsage, RawPublicKeyEntity};

use super::{TlsError, algorithms, trust::Trust};

/// So many intermediate certificates of the server are looked at.
const MAX_INTERMEDIATES: usize = 5;

/// The longest public key with what stands around it: that of RSA-4096, or else of P-384.
const MAX_PUBLIC_KEY: usize = if cfg!(feature = "rsa") { 560 } else { 128 };

/// SHA-384 is the longer of the two hashes.
const MAX_HASH: usize = 48;

/// So many signatures of certificates are verified at most. A server whose intermediate certificates
/// all have the same name can have webpki try a hundred, and each takes a tenth of a second.
const MAX_SIGNATURES: u8 = 12;

/// An algorithm that finds every signature bad once too many were verified.
struct Counted<'a> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    left: &'a AtomicU8,
}

// Not derived: see `Ecdsa`.
impl fmt::Debug for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counted")
    }
}

impl SignatureVerificationAlgorithm for Counted<'_> {
    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }

    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        // Not in one step, which not every core can do: nobody else counts.
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(
            left.checked_sub(1).ok_or(InvalidSignature)?,
            Ordering::Relaxed,
        );
        self.algorithm
            .verify_signature(public_key, message, signature)
    }
}

/// What the verifier has seen. The order is the only one in which a server may send its messages
/// (RFC 8446 §4.4); embedded-tls takes them in any, and takes it too if they do not come at all.
#[cfg_attr(
    feature = "rsa",
    expect(
        clippy::large_enum_variant,
        reason = "there is no heap to put an RSA key on"
    )
)]
enum Stage {
    /// Nothing.
    Start,
    /// Certificates that are good, from which point on the server's key is known.
    Certified {
        /// A SubjectPublicKeyInfo (RFC 5280 §4.1) in DER.
        public_key: Vec<u8, MAX_PUBLIC_KEY>,
        /// Of the handshake up to the certificates.
        transcript_hash: Vec<u8, MAX_HASH>,
    },
    /// And a good signature with that key.
    Proved,
    /// Something that is not good.
    Failed(TlsError),
}

/// Verifies one server once.
pub(super) struct Verifier<'a> {
    trust: &'a Trust<'a>,
    name: &'a ServerName<'a>,
    now_unix: u64,
    stage: Stage,
}

impl<'a> Verifier<'a> {
    pub(super) fn new(trust: &'a Trust<'a>, name: &'a ServerName<'a>, now_unix: u64) -> Self {
        Self {
            trust,
            name,
            now_unix,
            stage: Stage::Start,
        }
    }

    /// Whether the server has shown good certificates and proved that it has the key. This, and not
    /// that the handshake went well, is what makes a connection safe.
    pub(super) fn verdict(&self) -> Result<(), TlsError> {
        match self.stage {
            Stage::Proved => Ok(()),
            Stage::Failed(error) => Err(error),
            Stage::Start | Stage::Certified { .. } => Err(TlsError::NotProved),
        }
    }

    /// What was wrong with the server, if something was.
    pub(super) fn failure(&self) -> Option<TlsError> {
        match self.stage {
            Stage::Failed(error) => Some(error),
            _ => None,
        }
    }

    fn certificates(
        &mut self,
        transcript_hash: &[u8],
        certificates: &CertificateRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.stage = match self.stage {
            Stage::Start => match self.check_certificates(certificates) {
                Ok(public_key) => Stage::Certified {
                    public_key,
                    transcript_hash: transcript_hash.iter().copied().collect(),
                },
                Err(error) => Stage::Failed(error),
            },
            Stage::Failed(error) => Stage::Failed(error),
            Stage::Certified { .. } | Stage::Proved => Stage::Failed(TlsError::Protocol),
        };
        self.go_on()
    }

    fn signature(
        &mut self,
        verify: &CertificateVerifyRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.stage = match &self.stage {
            Stage::Certified {
                public_key,
                transcript_hash,
            } => match check_signature(public_key, transcript_hash, verify) {
                Ok(()) => Stage::Proved,
                Err(error) => Stage::Failed(error),
            },
            Stage::Failed(error) => Stage::Failed(*error),
            Stage::Start | Stage::Proved => Stage::Failed(TlsError::Protocol),
        };
        self.go_on()
    }

    /// Only that the handshake ends is for embedded-tls; why is kept here.
    fn go_on(&self) -> Result<(), embedded_tls::TlsError> {
        match self.stage {
            Stage::Failed(_) => Err(embedded_tls::TlsError::InvalidCertificate),
            _ => Ok(()),
        }
    }

    /// Gives the public key of the server, a SubjectPublicKeyInfo.
    fn check_certificates(
        &self,
        certificates: &CertificateRef<'_>,
    ) -> Result<Vec<u8, MAX_PUBLIC_KEY>, TlsError> {
        let mut certificates = certificates.entries.iter().filter_map(|entry| match entry {
            CertificateEntryRef::X509(der) => Some(CertificateDer::from(*der)),
            CertificateEntryRef::RawPublicKey(_) => None,
        });
        let leaf = certificates.next().ok_or(TlsError::NotProved)?;
        let intermediates: Vec<_, MAX_INTERMEDIATES> =
            certificates.take(MAX_INTERMEDIATES).collect();

        let parsed = EndEntityCert::try_from(&leaf).map_err(|error| self.explain(&error))?;
        let left = AtomicU8::new(MAX_SIGNATURES);
        let counted = algorithms::IN_CERTIFICATES.map(|algorithm| Counted {
            algorithm,
            left: &left,
        });
        parsed
            .verify_for_usage(
                &counted.each_ref().map(|algorithm| algorithm as _),
                self.trust.roots(),
                &intermediates,
                UnixTime::since_unix_epoch(core::time::Duration::from_secs(self.now_unix)),
                KeyUsage::server_auth(),
                None,
                None,
            )
            .map_err(|error| self.explain(&error))?;
        parsed
            .verify_is_valid_for_subject_name(self.name)
            .map_err(|error| self.explain(&error))?;

        // Without a heap webpki gives a certificate's key out in this way alone.
        let key = webpki::anchor_from_trusted_cert(&leaf)
            .map_err(|error| self.explain(&error))?
            .subject_public_key_info;
        in_sequence(&key).ok_or(TlsError::UnsupportedAlgorithm)
    }

    fn explain(&self, error: &webpki::Error) -> TlsError {
        use webpki::Error;

        match error {
            Error::CertExpired { not_after, .. } => TlsError::Expired {
                now_unix: self.now_unix,
                not_after_unix: not_after.as_secs(),
            },
            Error::CertNotValidYet { not_before, .. } => TlsError::NotYetValid {
                now_unix: self.now_unix,
                not_before_unix: not_before.as_secs(),
            },
            Error::CertNotValidForName(_) => TlsError::WrongName,
            Error::UnknownIssuer => TlsError::UnknownIssuer,
            Error::InvalidSignatureForPublicKey | Error::SignatureAlgorithmMismatch => {
                TlsError::BadSignature
            }
            Error::EndEntityUsedAsCa
            | Error::PathLenConstraintViolated
            | Error::NameConstraintViolation
            | Error::MaximumPathDepthExceeded => TlsError::IssuerMayNotSign,
            Error::RequiredEkuNotFoundContext(_)
            | Error::EmptyEkuExtension
            | Error::CaUsedAsEndEntity => TlsError::NotForServers,
            Error::UnsupportedSignatureAlgorithmContext(_)
            | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
                TlsError::UnsupportedAlgorithm
            }
            _ => TlsError::MalformedCertificate,
        }
    }
}

/// The DER of a SEQUENCE around its content, if there is room.
#[expect(
    clippy::cast_possible_truncation,
    reason = "each arm holds the length in the bytes that it writes"
)]
fn in_sequence<const N: usize>(content: &[u8]) -> Option<Vec<u8, N>> {
    let mut der = Vec::new();
    let len = content.len();
    let header: &[u8] = match len {
        0..=0x7f => &[0x30, len as u8],
        0x80..=0xff => &[0x30, 0x81, len as u8],
        0x100..=0xffff => &[0x30, 0x82, (len >> 8) as u8, len as u8],
        _ => return None,
    };
    der.extend_from_slice(header).ok()?;
    der.extend_from_slice(content).ok()?;
    Some(der)
}

/// What a server signs in TLS 1.3 (RFC 8446 §4.4.3): 64 spaces, these words, a zero byte, the hash.
const SIGNED_CONTEXT: &[u8; 98] =
    b"                                                                TLS 1.3, server CertificateVerify\0";

fn check_signature(
    public_key: &[u8],
    transcript_hash: &[u8],
    verify: &CertificateVerifyRef<'_>,
) -> Result<(), TlsError> {
    let algorithm: &dyn SignatureVerificationAlgorithm = match verify.signature_scheme {
        SignatureScheme::EcdsaSecp256r1Sha256 => algorithms::P256_SHA256,
        #[cfg(feature = "p384")]
        SignatureScheme::EcdsaSecp384r1Sha384 => algorithms::P384_SHA384,
        #[cfg(feature = "rsa")]
        SignatureScheme::RsaPssRsaeSha256 => super::rsa::PSS_SHA256,
        #[cfg(feature = "rsa")]
        SignatureScheme::RsaPssRsaeSha384 => super::rsa::PSS_SHA384,
        #[cfg(feature = "rsa")]
        SignatureScheme::RsaPssRsaeSha512 => super::rsa::PSS_SHA512,
        _ => return Err(TlsError::UnsupportedAlgorithm),
    };

    let mut message = Vec::<u8, { SIGNED_CONTEXT.len() + MAX_HASH }>::new();
    message
        .extend_from_slice(SIGNED_CONTEXT)
        .and_then(|()| message.extend_from_slice(transcript_hash))
        .map_err(|_| TlsError::Protocol)?;

    let public_key = SubjectPublicKeyInfoDer::from(public_key);
    RawPublicKeyEntity::try_from(&public_key)
        .and_then(|key| key.verify_signature(algorithm, &message, verify.signature))
        .map_err(|_| TlsError::NotProved)
}

/// What embedded-tls asks for: random numbers, and the verifier above for either suite.
pub(super) struct Provider<'a, R, Suite> {
    rng: R,
    pub(super) verifier: Verifier<'a>,
    suite: core::marker::PhantomData<Suite>,
}

impl<'a, R, Suite> Provider<'a, R, Suite> {
    pub(super) fn new(rng: R, verifier: Verifier<'a>) -> Self {
        Self {
            rng,
            verifier,
            suite: core::marker::PhantomData,
        }
    }
}

impl<'a, R, Suite> CryptoProvider for Provider<'a, R, Suite>
where
    R: CryptoRngCore,
    Suite: TlsCipherSuite,
    Verifier<'a>: TlsVerifier<Suite>,
{
    type CipherSuite = Suite;
    type Signature = DerSignature;

    fn rng(&mut self) -> impl CryptoRngCore {
        &mut self.rng
    }

    fn verifier(&mut self) -> Result<&mut impl TlsVerifier<Suite>, embedded_tls::TlsError> {
        Ok(&mut self.verifier)
    }
}

impl TlsVerifier<Aes128GcmSha256> for Verifier<'_> {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), embedded_tls::TlsError> {
        // The name stands here since `new`, as one of an IP address does not come this way.
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        transcript: &<Aes128GcmSha256 as TlsCipherSuite>::Hash,
        certificates: CertificateRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.certificates(&transcript.clone().finalize(), &certificates)
    }

    fn verify_signature(
        &mut self,
        verify: CertificateVerifyRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.signature(&verify)
    }
}

impl TlsVerifier<Aes256GcmSha384> for Verifier<'_> {
    fn set_hostname_verification(&mut self, _: &str) -> Result<(), embedded_tls::TlsError> {
        Ok(())
    }

    fn verify_certificate(
        &mut self,
        transcript: &<Aes256GcmSha384 as TlsCipherSuite>::Hash,
        certificates: CertificateRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.certificates(&transcript.clone().finalize(), &certificates)
    }

    fn verify_signature(
        &mut self,
        verify: CertificateVerifyRef<'_>,
    ) -> Result<(), embedded_tls::TlsError> {
        self.signature(&verify)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Good;

    impl SignatureVerificationAlgorithm for Good {
        fn public_key_alg_id(&self) -> AlgorithmIdentifier {
            algorithms::P256_SHA256.public_key_alg_id()
        }

        fn signature_alg_id(&self) -> AlgorithmIdentifier {
            algorithms::P256_SHA256.signature_alg_id()
        }

        fn verify_signature(&self, _: &[u8], _: &[u8], _: &[u8]) -> Result<(), InvalidSignature> {
            Ok(())
        }
    }

    #[test]
    fn so_many_signatures_and_no_more() {
        let left = AtomicU8::new(MAX_SIGNATURES);
        let [one, other] = [(); 2].map(|()| Counted {
            algorithm: &Good,
            left: &left,
        });
        for _ in 0..MAX_SIGNATURES / 2 {
            assert!(one.verify_signature(b"", b"", b"").is_ok());
            assert!(other.verify_signature(b"", b"", b"").is_ok());
        }
        for _ in 0..300 {
            assert!(one.verify_signature(b"", b"", b"").is_err());
        }
    }

    #[test]
    fn sequences() {
        let header = |len| -> Option<Vec<u8, 4>> {
            let der: Vec<u8, 0x1_0010> = in_sequence(&[7; 0x1_0000][..len])?;
            assert!(der.ends_with(&[7, 7]));
            assert_eq!(
                der.len() - len,
                if len < 0x80 {
                    2
                } else if len < 0x100 {
                    3
                } else {
                    4
                }
            );
            der.iter()
                .copied()
                .take_while(|byte| *byte != 7)
                .collect::<Vec<_, 4>>()
                .into()
        };
        assert_eq!(header(0x7f).as_deref(), Some(&[0x30, 0x7f][..]));
        assert_eq!(header(0x80).as_deref(), Some(&[0x30, 0x81, 0x80][..]));
        assert_eq!(header(0xff).as_deref(), Some(&[0x30, 0x81, 0xff][..]));
        assert_eq!(
            header(0x123).as_deref(),
            Some(&[0x30, 0x82, 0x01, 0x23][..])
        );
        assert_eq!(header(0x1_0000), None);
        assert_eq!(in_sequence::<4>(&[7; 3]), None);
    }
}
