//! Chains of certificates, good ones and others.

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
    RsaKeySize,
};
use time::{Duration, OffsetDateTime};

/// The keys of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// ECDSA on P-256, signed with SHA-256.
    P256,
    /// ECDSA on P-384, signed with SHA-384.
    P384,
    /// RSA with 2048 bits, signed with SHA-256.
    Rsa2048,
    /// RSA with 3072 bits, signed with SHA-256.
    Rsa3072,
    /// RSA with 4096 bits, signed with SHA-256.
    Rsa4096,
    /// Ed25519.
    Ed25519,
}

/// What is wrong with the server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafFlaw {
    /// Nothing.
    None,
    /// It is for another host.
    OtherName,
    /// It ran out yesterday.
    Expired,
    /// It begins tomorrow.
    NotYetValid,
    /// Its issuer is a server's certificate, not an authority's.
    IssuedByLeaf,
    /// It is for clients.
    ForClients,
    /// The host stands in the common name only.
    NameInCommonNameOnly,
    /// It is that of an authority.
    Authority,
    /// A bit of its signature is wrong.
    BadSignature,
}

/// What a chain is to be like.
#[derive(Debug, Clone)]
pub struct Order {
    /// The keys of all certificates but the server's.
    pub authorities: Keys,
    /// The key of the server.
    pub leaf: Keys,
    /// How many certificates stand between the root and the server's.
    pub intermediates: usize,
    /// The names of the server: DNS names, with wildcards too, and IP addresses.
    pub names: Vec<String>,
    /// What is wrong.
    pub flaw: LeafFlaw,
    /// The root's name.
    pub root_name: String,
}

impl Order {
    /// A good chain: all keys of one kind, one intermediate.
    pub fn new(keys: Keys, names: &[&str]) -> Self {
        Self {
            authorities: keys,
            leaf: keys,
            intermediates: 1,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            flaw: LeafFlaw::None,
            root_name: "Root".to_owned(),
        }
    }

    /// With so many certificates between the root and the server's.
    pub fn intermediates(mut self, intermediates: usize) -> Self {
        self.intermediates = intermediates;
        self
    }

    /// With another name of the root.
    pub fn root_name(mut self, name: &str) -> Self {
        self.root_name = name.to_owned();
        self
    }

    /// With something wrong.
    pub fn flaw(mut self, flaw: LeafFlaw) -> Self {
        self.flaw = flaw;
        self
    }

    /// Makes it.
    ///
    /// # Panics
    /// Where rcgen cannot.
    pub fn make(&self) -> Chain {
        let root_key = key(self.authorities);
        let params = authority(&self.root_name);
        let root = params.self_signed(&root_key).unwrap().der().to_vec();
        let mut issuer = Issuer::new(params, root_key);

        let mut certificates = Vec::new();
        for level in 0..self.intermediates {
            let key = key(self.authorities);
            let params = authority(&format!("Intermediate {level}"));
            certificates.insert(0, params.signed_by(&key, &issuer).unwrap().der().to_vec());
            issuer = Issuer::new(params, key);
        }
        if self.flaw == LeafFlaw::IssuedByLeaf {
            let key = key(self.authorities);
            let params = server(&["another.example".to_owned()]);
            certificates.insert(0, params.signed_by(&key, &issuer).unwrap().der().to_vec());
            issuer = Issuer::new(params, key);
        }

        let key = key(self.leaf);
        let mut leaf = self
            .leaf_params()
            .signed_by(&key, &issuer)
            .unwrap()
            .der()
            .to_vec();
        if self.flaw == LeafFlaw::BadSignature
            && let Some(last) = leaf.last_mut()
        {
            *last ^= 1;
        }
        certificates.insert(0, leaf);
        Chain {
            root,
            certificates,
            key,
        }
    }

    fn leaf_params(&self) -> CertificateParams {
        let names: &[String] = match self.flaw {
            LeafFlaw::OtherName => &["another.example".to_owned()],
            LeafFlaw::NameInCommonNameOnly => &[],
            _ => &self.names,
        };
        let mut params = server(names);
        match self.flaw {
            LeafFlaw::Expired => valid(&mut params, -6, -1),
            LeafFlaw::NotYetValid => valid(&mut params, 1, 30),
            LeafFlaw::ForClients => {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            }
            LeafFlaw::NameInCommonNameOnly => {
                params
                    .distinguished_name
                    .push(DnType::CommonName, self.names.concat());
            }
            LeafFlaw::Authority => {
                params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
                params.key_usages.push(KeyUsagePurpose::KeyCertSign);
            }
            _ => {}
        }
        params
    }
}

/// A server's certificates, its key, and the root for its clients.
#[derive(Debug)]
pub struct Chain {
    /// The root, in DER.
    pub root: Vec<u8>,
    /// The server's certificate, then the intermediate ones up to the root, in DER.
    pub certificates: Vec<Vec<u8>>,
    /// The server's key.
    pub key: KeyPair,
}

fn key(keys: Keys) -> KeyPair {
    match keys {
        Keys::P256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        Keys::P384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
        Keys::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        Keys::Ed25519 => KeyPair::generate_for(&PKCS_ED25519),
        Keys::Rsa3072 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072),
        Keys::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
    }
    .unwrap()
}

fn authority(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, -7, 365);
    params
}

fn server(names: &[String]) -> CertificateParams {
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "Server");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, -1, 30);
    params
}

fn valid(params: &mut CertificateParams, from_days: i64, to_days: i64) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now + Duration::days(from_days);
    params.not_after = now + Duration::days(to_days);
}
