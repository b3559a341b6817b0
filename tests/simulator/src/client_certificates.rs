//! mTLS: who is let through by the load balancer in front of an instance.
//!
//! TLS takes any client certificate, and none; whether it will do is said by an HTTP answer.

use std::sync::Arc;

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use tokio_rustls::rustls::{
    self, DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime, pem::PemObject},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};

use crate::certificates::{authority, valid_for_a_month};

/// Whether clients must show a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ClientCertificates {
    /// They are not asked for one.
    #[default]
    NotAsked,
    /// One that the simulator has issued.
    Required,
    /// One that the simulator has issued, or one of these authorities, in PEM.
    RequiredFrom(String),
}

/// Issues client certificates.
pub(crate) struct ClientAuthority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
}

impl core::fmt::Debug for ClientAuthority {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ClientAuthority(..)")
    }
}

impl ClientAuthority {
    pub(crate) fn new() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let params = authority("Simulated Client CA");
        let certificate = params.self_signed(&key)?.der().clone();
        Ok(Self {
            issuer: Issuer::new(params, key),
            certificate,
        })
    }

    /// A certificate and its key, in PEM.
    pub(crate) fn issue(&self) -> Result<(String, String), rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Simulated client");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        valid_for_a_month(&mut params);
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.pem(), key.serialize_pem()))
    }

    /// Who is let through; everybody where no certificate is asked for.
    ///
    /// # Errors
    /// Where the further authorities are no certificates in PEM; what is wrong with them.
    pub(crate) fn gate(&self, certificates: &ClientCertificates) -> Result<Option<Gate>, String> {
        let more = match certificates {
            ClientCertificates::NotAsked => return Ok(None),
            ClientCertificates::Required => Vec::new(),
            ClientCertificates::RequiredFrom(pem) => {
                let found: Result<Vec<_>, _> =
                    CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
                let found = found.map_err(|error| format!("client authorities: {error:?}"))?;
                match found.is_empty() {
                    true => return Err("client authorities: no certificate in PEM".to_owned()),
                    false => found,
                }
            }
        };
        let mut roots = RootCertStore::empty();
        for certificate in more.into_iter().chain([self.certificate.clone()]) {
            let added = roots.add(certificate);
            added.map_err(|error| format!("client authorities: {error}"))?;
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let verifier = verifier.build();
        verifier
            .map(|verifier| Some(Gate(verifier)))
            .map_err(|error| format!("client authorities: {error}"))
    }
}

/// The load balancer's judgement of a chain that TLS has let through.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<dyn ClientCertVerifier>);

impl Gate {
    pub(crate) fn admits(&self, chain: Option<&[CertificateDer<'_>]>) -> bool {
        let Some((leaf, intermediates)) = chain.and_then(<[_]>::split_first) else {
            return false;
        };
        let verified = self
            .0
            .verify_client_cert(leaf, intermediates, UnixTime::now());
        verified.is_ok()
    }
}

/// What TLS itself demands: that who shows a certificate has its key.
#[derive(Debug)]
pub(crate) struct AnyCertificate(WebPkiSupportedAlgorithms);

impl AnyCertificate {
    pub(crate) fn new() -> Self {
        Self(ring::default_provider().signature_verification_algorithms)
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
