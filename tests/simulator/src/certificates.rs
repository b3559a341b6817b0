//! The certificates of an instance, made at the start: root, intermediate, leaf.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384,
};
use time::{Duration, OffsetDateTime};
#[cfg(feature = "rsa")]
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::{
    self, CipherSuite, ServerConfig, SupportedProtocolVersion, crypto::ring,
    pki_types::PrivateKeyDer, version::TLS13,
};

use crate::{client_certificates::AnyCertificate, random::random_id};

/// Which keys the certificates have, and with them the TLS version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// TLS 1.3 with ECDSA P-384 at every level, as instances have it since August 2026.
    EcdsaP384,
    /// TLS 1.3 with ECDSA P-256 at every level, as a customer's own proxy may have it.
    EcdsaP256,
    /// TLS 1.2 with RSA-2048 at every level, as instances had it before.
    #[cfg(feature = "rsa")]
    Rsa2048,
    /// TLS 1.3 with RSA-2048 at every level, as a customer's own proxy may have it.
    #[cfg(feature = "rsa")]
    Rsa2048Tls13,
}

/// Which cipher suites of TLS 1.3 the server takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CipherSuites {
    /// Each.
    All,
    /// `TLS_AES_256_GCM_SHA384` alone.
    Aes256,
}

/// What is wrong with the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafFlaw {
    /// Nothing.
    None,
    /// It ran out yesterday.
    Expired,
    /// It begins tomorrow.
    NotYetValid,
    /// It is for another host.
    OtherName,
}

/// What a TLS server needs, and the root for its clients.
pub(crate) struct Chain {
    pub(crate) root_pem: String,
    pub(crate) server: ServerConfig,
}

/// `asks` says whether clients are asked for a certificate.
pub(crate) fn make(
    keys: KeyKind,
    suites: CipherSuites,
    flaw: LeafFlaw,
    names: &[String],
    asks: bool,
) -> Result<Chain, rcgen::Error> {
    let root_key = key(keys)?;
    // Another root has another name, as in the world.
    let root_params = authority(&format!("Simulated Root CA {}", random_id()));
    let root = root_params.self_signed(&root_key)?;
    let root_issuer = Issuer::new(root_params, root_key);

    let intermediate_key = key(keys)?;
    let intermediate_params = authority("Simulated Intermediate CA");
    let intermediate = intermediate_params.signed_by(&intermediate_key, &root_issuer)?;
    let intermediate_issuer = Issuer::new(intermediate_params, intermediate_key);

    let leaf_key = key(keys)?;
    let leaf = leaf_params(flaw, names)?.signed_by(&leaf_key, &intermediate_issuer)?;

    let chain = vec![leaf.der().clone(), intermediate.der().clone()];
    let leaf_key = PrivateKeyDer::try_from(leaf_key.serialize_der())
        .map_err(|_| rcgen::Error::CouldNotParseKeyPair)?;
    let server = server_config(version(keys), suites, chain, leaf_key, asks);
    Ok(Chain {
        root_pem: root.pem(),
        server: server.map_err(|_| rcgen::Error::CouldNotParseKeyPair)?,
    })
}

fn server_config(
    version: &'static SupportedProtocolVersion,
    suites: CipherSuites,
    chain: Vec<rustls::pki_types::CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    asks: bool,
) -> Result<ServerConfig, rustls::Error> {
    let mut provider = ring::default_provider();
    if suites == CipherSuites::Aes256 {
        provider.cipher_suites.retain(|known| {
            known.tls13().is_none() || known.suite() == CipherSuite::TLS13_AES_256_GCM_SHA384
        });
    }
    let builder =
        ServerConfig::builder_with_provider(provider.into()).with_protocol_versions(&[version])?;
    let builder = match asks {
        true => builder.with_client_cert_verifier(Arc::new(AnyCertificate::new())),
        false => builder.with_no_client_auth(),
    };
    builder.with_single_cert(chain, key)
}

fn version(keys: KeyKind) -> &'static SupportedProtocolVersion {
    match keys {
        KeyKind::EcdsaP384 | KeyKind::EcdsaP256 => &TLS13,
        #[cfg(feature = "rsa")]
        KeyKind::Rsa2048Tls13 => &TLS13,
        #[cfg(feature = "rsa")]
        KeyKind::Rsa2048 => &TLS12,
    }
}

fn key(keys: KeyKind) -> Result<KeyPair, rcgen::Error> {
    match keys {
        KeyKind::EcdsaP384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        KeyKind::EcdsaP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        #[cfg(feature = "rsa")]
        KeyKind::Rsa2048 | KeyKind::Rsa2048Tls13 => {
            KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        }
    }
}

pub(crate) fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid_around_now(&mut params, Duration::days(-7), Duration::days(365));
    params
}

fn leaf_params(flaw: LeafFlaw, names: &[String]) -> Result<CertificateParams, rcgen::Error> {
    let names = match flaw {
        LeafFlaw::OtherName => vec!["another.service-now.com".to_owned()],
        _ => names.to_vec(),
    };
    let mut params = CertificateParams::new(names)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "Simulated ServiceNow instance");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let (from, to) = match flaw {
        LeafFlaw::Expired => (-6, -1),
        LeafFlaw::NotYetValid => (1, 30),
        _ => (-1, 30),
    };
    valid_around_now(&mut params, Duration::days(from), Duration::days(to));
    Ok(params)
}

pub(crate) fn valid_for_a_month(params: &mut CertificateParams) {
    valid_around_now(params, Duration::days(-1), Duration::days(30));
}

fn valid_around_now(params: &mut CertificateParams, from: Duration, to: Duration) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now + from;
    params.not_after = now + to;
}
