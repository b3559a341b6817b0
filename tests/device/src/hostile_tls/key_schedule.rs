//! The keys of TLS 1.3 (RFC 8446 §7), on the server's side.

use ring::{aead, digest, hkdf, hmac};

use super::Suite;

impl Suite {
    fn hkdf(self) -> hkdf::Algorithm {
        match self {
            Self::Aes128GcmSha256 => hkdf::HKDF_SHA256,
            Self::Aes256GcmSha384 => hkdf::HKDF_SHA384,
        }
    }

    pub(super) fn hash(self) -> &'static digest::Algorithm {
        match self {
            Self::Aes128GcmSha256 => &digest::SHA256,
            Self::Aes256GcmSha384 => &digest::SHA384,
        }
    }

    fn aead(self) -> &'static aead::Algorithm {
        match self {
            Self::Aes128GcmSha256 => &aead::AES_128_GCM,
            Self::Aes256GcmSha384 => &aead::AES_256_GCM,
        }
    }

    /// The suite's number (RFC 8446 appendix B.4).
    pub(super) fn number(self) -> u16 {
        match self {
            Self::Aes128GcmSha256 => 0x1301,
            Self::Aes256GcmSha384 => 0x1302,
        }
    }
}

struct Len(usize);

impl hkdf::KeyType for Len {
    fn len(&self) -> usize {
        self.0
    }
}

/// HKDF-Expand-Label.
fn expand(secret: &hkdf::Prk, label: &str, context: &[u8], len: usize) -> Vec<u8> {
    let mut info = u16::try_from(len).unwrap().to_be_bytes().to_vec();
    let label = format!("tls13 {label}");
    info.push(u8::try_from(label.len()).unwrap());
    info.extend_from_slice(label.as_bytes());
    info.push(u8::try_from(context.len()).unwrap());
    info.extend_from_slice(context);
    let mut out = vec![0; len];
    secret
        .expand(&[&info], Len(len))
        .and_then(|okm| okm.fill(&mut out))
        .unwrap();
    out
}

/// The secrets of one connection, up to a stage of it.
pub(super) struct Secrets {
    suite: Suite,
    secret: hkdf::Prk,
}

/// Those of both sides.
pub(super) struct Traffic {
    pub(super) client: Protection,
    pub(super) server: Protection,
}

impl Secrets {
    /// The handshake secret.
    pub(super) fn handshake(suite: Suite, shared_secret: &[u8]) -> Self {
        let zeros = vec![0; suite.hash().output_len()];
        let secret = hkdf::Salt::new(suite.hkdf(), &zeros).extract(&zeros);
        Self { suite, secret }.next(shared_secret)
    }

    /// The master secret, after the handshake secret.
    pub(super) fn master(self) -> Self {
        let zeros = vec![0; self.suite.hash().output_len()];
        self.next(&zeros)
    }

    fn next(self, input: &[u8]) -> Self {
        let empty = digest::digest(self.suite.hash(), b"");
        let salt = expand(
            &self.secret,
            "derived",
            empty.as_ref(),
            empty.as_ref().len(),
        );
        Self {
            suite: self.suite,
            secret: hkdf::Salt::new(self.suite.hkdf(), &salt).extract(input),
        }
    }

    /// `stage` is `hs` or `ap`.
    pub(super) fn traffic(&self, stage: &str, transcript_hash: &[u8]) -> Traffic {
        let protection = |side| {
            let label = format!("{side} {stage} traffic");
            let len = self.suite.hash().output_len();
            let secret = expand(&self.secret, &label, transcript_hash, len);
            Protection::new(self.suite, &secret)
        };
        Traffic {
            client: protection("c"),
            server: protection("s"),
        }
    }
}

/// One direction's protection of records.
pub(super) struct Protection {
    suite: Suite,
    secret: hkdf::Prk,
    key: aead::LessSafeKey,
    iv: Vec<u8>,
    count: u64,
}

const TAG_LEN: usize = 16;

impl Protection {
    fn new(suite: Suite, secret: &[u8]) -> Self {
        let secret = hkdf::Prk::new_less_safe(suite.hkdf(), secret);
        let key = expand(&secret, "key", b"", suite.aead().key_len());
        let iv = expand(&secret, "iv", b"", aead::NONCE_LEN);
        Self {
            suite,
            key: aead::LessSafeKey::new(aead::UnboundKey::new(suite.aead(), &key).unwrap()),
            secret,
            iv,
            count: 0,
        }
    }

    /// What Finished says of the handshake so far.
    pub(super) fn finished(&self, transcript_hash: &[u8]) -> Vec<u8> {
        let key = expand(
            &self.secret,
            "finished",
            b"",
            self.suite.hash().output_len(),
        );
        let hmac = match self.suite {
            Suite::Aes128GcmSha256 => hmac::HMAC_SHA256,
            Suite::Aes256GcmSha384 => hmac::HMAC_SHA384,
        };
        hmac::sign(&hmac::Key::new(hmac, &key), transcript_hash)
            .as_ref()
            .to_vec()
    }

    fn nonce(&mut self) -> aead::Nonce {
        let mut nonce: [u8; aead::NONCE_LEN] = self.iv.clone().try_into().unwrap();
        for (byte, count) in nonce
            .iter_mut()
            .rev()
            .zip(self.count.to_be_bytes().iter().rev())
        {
            *byte ^= count;
        }
        self.count += 1;
        aead::Nonce::assume_unique_for_key(nonce)
    }

    /// A record of what the caller says is in it: as a rule content, then its type.
    pub(super) fn seal_inner(&mut self, inner: &[u8]) -> Vec<u8> {
        let len = u16::try_from(inner.len() + TAG_LEN).unwrap().to_be_bytes();
        let header = [23, 3, 3, len[0], len[1]];
        let mut sealed = inner.to_vec();
        let nonce = self.nonce();
        self.key
            .seal_in_place_append_tag(nonce, aead::Aad::from(header), &mut sealed)
            .unwrap();
        [&header[..], &sealed].concat()
    }

    /// A record of this content.
    pub(super) fn seal(&mut self, content_type: u8, content: &[u8]) -> Vec<u8> {
        self.seal_inner(&[content, &[content_type]].concat())
    }

    /// The content of a record and its type.
    pub(super) fn open(&mut self, header: [u8; 5], content: &[u8]) -> Option<(u8, Vec<u8>)> {
        let mut opened = content.to_vec();
        let nonce = self.nonce();
        let opened = self
            .key
            .open_in_place(nonce, aead::Aad::from(header), &mut opened)
            .ok()?;
        let end = opened.iter().rposition(|byte| *byte != 0)?;
        Some((opened[end], opened[..end].to_vec()))
    }
}
