//! The client certificate, read and checked once for whoever makes connections.

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};
use ureq::tls::{ClientCert, PrivateKey};

use super::certificates;
use crate::{
    error::Error,
    settings::{
        ClientCertificate,
        keys::{CLIENT_CERT_FILE, CLIENT_KEY_FILE},
    },
};

/// Whether the client certificate can be used, where there is one.
#[cfg(feature = "doctor")]
pub(crate) fn check_client_certificate(settings: &crate::settings::Settings) -> Result<(), Error> {
    let certificate = settings.client_certificate.as_ref();
    certificate.map_or(Ok(()), |certificate| for_ureq(certificate).map(|_| ()))
}

pub(super) fn for_ureq(certificate: &ClientCertificate) -> Result<ClientCert, Error> {
    let chain = certificates(&certificate.chain_pem)
        .map_err(|what| Error::configuration(format!("{CLIENT_CERT_FILE}: {what}")))?;
    let key = PrivateKey::from_pem(&certificate.key_pem).map_err(|_| no_key())?;
    // ureq takes it for granted that they fit, and panics where they do not.
    let (ders, key_der) = for_rustls(certificate)?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(ders, key_der, &provider).map_err(|error| unusable(&error))?;
    Ok(ClientCert::new_with_certs(&chain, key))
}

pub(super) type ChainAndKey = (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>);

pub(super) fn for_rustls(certificate: &ClientCertificate) -> Result<ChainAndKey, Error> {
    let chain: Result<_, _> = CertificateDer::pem_slice_iter(&certificate.chain_pem).collect();
    let chain =
        chain.map_err(|error| Error::configuration(format!("{CLIENT_CERT_FILE}: {error}")))?;
    let key = PrivateKeyDer::from_pem_slice(&certificate.key_pem).map_err(|_| no_key())?;
    Ok((chain, key))
}

pub(super) fn unusable(error: &rustls::Error) -> Error {
    Error::configuration(format!(
        "the client certificate cannot be used with its key: {error}"
    ))
    .with_advice([format!(
        "{} and {} must belong together, the client's own certificate first",
        CLIENT_CERT_FILE.variable, CLIENT_KEY_FILE.variable
    )])
}

fn no_key() -> Error {
    Error::configuration(format!(
        "{CLIENT_KEY_FILE}: there is no private key in PEM in it that can be read"
    ))
}
