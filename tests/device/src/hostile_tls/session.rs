//! A hostile server without its socket: what it answers to a ClientHello, and to what follows.

use core::fmt;

use rcgen::{PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SigningKey as _};
use ring::{
    agreement, digest,
    rand::SystemRandom,
    signature::{RSA_PSS_SHA256, RsaKeyPair},
};

use super::{
    Chain, Flaw, Stage, Suite,
    key_schedule::{Secrets, Traffic},
};

pub(super) const CHANGE_CIPHER_SPEC: u8 = 20;
pub(super) const ALERT: u8 = 21;
pub(super) const HANDSHAKE: u8 = 22;
pub(super) const APPLICATION_DATA: u8 = 23;

const SERVER_HELLO: u8 = 2;
const NEW_SESSION_TICKET: u8 = 4;
const ENCRYPTED_EXTENSIONS: u8 = 8;
const CERTIFICATE: u8 = 11;
const CERTIFICATE_REQUEST: u8 = 13;
const CERTIFICATE_VERIFY: u8 = 15;
const FINISHED: u8 = 20;
const KEY_UPDATE: u8 = 24;

const CLOSE_NOTIFY: [u8; 2] = [1, 0];
const HANDSHAKE_FAILURE: [u8; 2] = [2, 40];

/// The random that makes a ServerHello a HelloRetryRequest (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// What the server sends up to a stage.
pub(super) type Pieces = Vec<(Stage, Vec<u8>)>;

/// One connection.
pub struct Session<'a> {
    chain: &'a Chain,
    suite: Suite,
    flaw: Flaw,
    transcript: Vec<u8>,
    /// Where the messages that are encrypted start in the transcript.
    encrypted_at: usize,
    traffic: Option<Traffic>,
    after_handshake: Option<Traffic>,
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("suite", &self.suite)
            .field("flaw", &self.flaw)
            .finish_non_exhaustive()
    }
}

impl<'a> Session<'a> {
    /// One that is yet to hear from its client.
    pub fn new(chain: &'a Chain, suite: Suite, flaw: Flaw) -> Self {
        Self {
            chain,
            suite,
            flaw,
            transcript: Vec::new(),
            encrypted_at: 0,
            traffic: None,
            after_handshake: None,
        }
    }

    /// What the server sends when it has the record with the ClientHello.
    ///
    /// # Panics
    /// On a ClientHello that is not one of TLS 1.3 with a key share on P-256.
    pub fn flight(&mut self, client_hello: &[u8]) -> Vec<u8> {
        let pieces = self.pieces(client_hello);
        pieces.into_iter().flat_map(|(_, piece)| piece).collect()
    }

    /// The bytes from EncryptedExtensions to Finished, which differ in number from flight to flight,
    /// as signatures do.
    pub fn encrypted_len(&self) -> usize {
        self.transcript.len() - self.encrypted_at
    }

    /// The same, and where its stages end.
    pub(super) fn pieces(&mut self, client_hello: &[u8]) -> Pieces {
        let whole = |bytes| vec![(Stage::ServerHello, bytes)];
        match self.flaw {
            Flaw::NotTls => {
                return whole(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n".to_vec());
            }
            Flaw::AlertInstead(description) => return whole(record(ALERT, &[2, description])),
            Flaw::RecordOfAllLengths => {
                return whole([&[HANDSHAKE, 3, 3, 0xff, 0xff][..], &[2; 70_000]].concat());
            }
            Flaw::Tls12ServerHello => return whole(record(HANDSHAKE, &tls12_server_hello())),
            Flaw::HelloRetryRequest => {
                return whole(record(HANDSHAKE, &hello_retry_request(self.suite)));
            }
            _ => {}
        }
        let hello = ClientHello::parse(&client_hello[5..]).expect("a ClientHello");
        if !hello.suites.contains(&self.suite.number()) {
            return whole(record(ALERT, &HANDSHAKE_FAILURE));
        }
        self.transcript.extend_from_slice(&client_hello[5..]);

        let own =
            agreement::EphemeralPrivateKey::generate(&agreement::ECDH_P256, &SystemRandom::new())
                .unwrap();
        let own_public = own.compute_public_key().unwrap();
        let suite = match (self.flaw, self.suite) {
            (Flaw::SuiteNotOffered, Suite::Aes128GcmSha256) => Suite::Aes256GcmSha384,
            (Flaw::SuiteNotOffered, Suite::Aes256GcmSha384) => Suite::Aes128GcmSha256,
            (_, suite) => suite,
        };
        let server_hello = server_hello(suite, own_public.as_ref());
        self.transcript.extend_from_slice(&server_hello);
        let mut pieces = vec![(Stage::ServerHello, record(HANDSHAKE, &server_hello))];
        if self.flaw != Flaw::NoChangeCipherSpec {
            pieces.push((Stage::ServerHello, record(CHANGE_CIPHER_SPEC, &[1])));
        }

        let peer = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, hello.key_share);
        let secrets =
            agreement::agree_ephemeral(own, &peer, |shared| Secrets::handshake(self.suite, shared))
                .unwrap();
        let mut traffic = secrets.traffic("hs", &self.transcript_hash());
        self.encrypted(&mut traffic, &mut pieces);
        self.after_handshake = Some(secrets.master().traffic("ap", &self.transcript_hash()));
        self.traffic = Some(traffic);
        pieces
    }

    fn transcript_hash(&self) -> Vec<u8> {
        digest::digest(self.suite.hash(), &self.transcript)
            .as_ref()
            .to_vec()
    }

    /// From EncryptedExtensions to Finished.
    fn encrypted(&mut self, traffic: &mut Traffic, pieces: &mut Pieces) {
        self.encrypted_at = self.transcript.len();
        let mut messages: Vec<(Stage, Vec<u8>)> = Vec::new();
        let mut add = |transcript: &mut Vec<u8>, stage, message: Vec<u8>| {
            transcript.extend_from_slice(&message);
            messages.push((stage, message));
        };

        add(
            &mut self.transcript,
            Stage::ServerHello,
            message(ENCRYPTED_EXTENSIONS, &[0, 0]),
        );
        if self.flaw == Flaw::CertificateRequested {
            // No context; signature_algorithms, one of them.
            let request = [0, 0, 8, 0, 13, 0, 4, 0, 2, 4, 3];
            add(
                &mut self.transcript,
                Stage::ServerHello,
                message(CERTIFICATE_REQUEST, &request),
            );
        }
        let certificate = message(CERTIFICATE, &certificate_list(self.flaw, self.chain));
        let order: &[u8] = match self.flaw {
            Flaw::CertificateLeftOut => &[CERTIFICATE_VERIFY],
            Flaw::CertificateVerifyLeftOut => &[CERTIFICATE],
            Flaw::BothLeftOut => &[],
            Flaw::CertificateVerifyBeforeCertificate => &[CERTIFICATE_VERIFY, CERTIFICATE],
            Flaw::CertificateTwice => &[CERTIFICATE, CERTIFICATE, CERTIFICATE_VERIFY],
            Flaw::CertificateAfterVerify => &[CERTIFICATE, CERTIFICATE_VERIFY, CERTIFICATE],
            Flaw::CertificateVerifyTwice => &[CERTIFICATE, CERTIFICATE_VERIFY, CERTIFICATE_VERIFY],
            _ => &[CERTIFICATE, CERTIFICATE_VERIFY],
        };
        for kind in order {
            let message = match *kind {
                CERTIFICATE => certificate.clone(),
                _ => self.certificate_verify(),
            };
            add(&mut self.transcript, Stage::Certificates, message);
        }
        let mut verify_data = traffic.server.finished(&self.transcript_hash());
        if self.flaw == Flaw::BadFinished {
            verify_data[0] ^= 1;
        }
        add(
            &mut self.transcript,
            Stage::Finished,
            message(FINISHED, &verify_data),
        );

        match self.flaw {
            Flaw::Coalesced => {
                let all: Vec<u8> = messages.into_iter().flat_map(|(_, m)| m).collect();
                pieces.push((Stage::Finished, traffic.server.seal(HANDSHAKE, &all)));
            }
            Flaw::RandomMessages { seed } => {
                let all = random_messages(seed);
                pieces.push((Stage::Finished, traffic.server.seal(HANDSHAKE, &all)));
            }
            Flaw::ByteChanged { at, mask } => {
                let mut all: Vec<u8> = messages.into_iter().flat_map(|(_, m)| m).collect();
                if let Some(byte) = all.get_mut(at) {
                    *byte ^= mask;
                }
                pieces.push((Stage::Finished, traffic.server.seal(HANDSHAKE, &all)));
            }
            _ => {
                for (stage, message) in messages {
                    let kind = message[0];
                    let sealed = match self.flaw {
                        Flaw::CertificateInTwoRecords if kind == CERTIFICATE => {
                            let (start, end) = message.split_at(message.len() / 2);
                            let start = traffic.server.seal(HANDSHAKE, start);
                            [start, traffic.server.seal(HANDSHAKE, end)].concat()
                        }
                        Flaw::EmptyRecord if kind == CERTIFICATE => {
                            let empty = traffic.server.seal_inner(&[]);
                            [empty, traffic.server.seal(HANDSHAKE, &message)].concat()
                        }
                        Flaw::RecordOfZeros if kind == CERTIFICATE => {
                            let zeros = traffic.server.seal_inner(&[0; 40]);
                            [zeros, traffic.server.seal(HANDSHAKE, &message)].concat()
                        }
                        Flaw::CertificateInTheClear if kind == CERTIFICATE => {
                            record(HANDSHAKE, &message)
                        }
                        Flaw::AlertInHandshake(description) if kind == CERTIFICATE => {
                            traffic.server.seal(ALERT, &[2, description])
                        }
                        Flaw::Padded => {
                            let inner = [&message[..], &[HANDSHAKE], &[0; 100]].concat();
                            traffic.server.seal_inner(&inner)
                        }
                        _ => traffic.server.seal(HANDSHAKE, &message),
                    };
                    pieces.push((stage, sealed));
                }
            }
        }
    }

    fn certificate_verify(&self) -> Vec<u8> {
        let mut signed = vec![0x20; 64];
        signed.extend_from_slice(b"TLS 1.3, server CertificateVerify\0");
        signed.extend_from_slice(&self.transcript_hash());
        if self.flaw == Flaw::SignatureOfOtherHandshake {
            *signed.last_mut().unwrap() ^= 1;
        }
        let (scheme, mut signature) = if self.chain.key.is_compatible(&PKCS_RSA_SHA256) {
            (0x0804, rsa_pss(self.chain, &signed))
        } else if self.chain.key.is_compatible(&PKCS_ECDSA_P384_SHA384) {
            (0x0503, self.chain.key.sign(&signed).unwrap())
        } else {
            (0x0403, self.chain.key.sign(&signed).unwrap())
        };
        if self.flaw == Flaw::BadSignature {
            *signature.last_mut().unwrap() ^= 1;
        }
        let scheme = match self.flaw {
            Flaw::Scheme(scheme) => scheme,
            _ => scheme,
        };
        let mut body = u16::to_be_bytes(scheme).to_vec();
        with_len(&mut body, 2, &signature);
        message(CERTIFICATE_VERIFY, &body)
    }

    /// What the server sends once its client is done with the handshake.
    pub(super) fn greeting(&mut self) -> Vec<u8> {
        let Some(Traffic { server, .. }) = &mut self.after_handshake else {
            return Vec::new();
        };
        match self.flaw {
            Flaw::CloseNotifyInTheClear => record(ALERT, &CLOSE_NOTIFY),
            Flaw::FinishedInTheClear => record(HANDSHAKE, &message(FINISHED, &[0; 32])),
            Flaw::ChangeCipherSpecAfterwards => record(CHANGE_CIPHER_SPEC, &[1]),
            Flaw::KeyUpdate => server.seal(HANDSHAKE, &message(KEY_UPDATE, &[0])),
            Flaw::AlertAfterwards(description) => server.seal(ALERT, &[2, description]),
            Flaw::EmptyRecordAfterwards => server.seal_inner(&[]),
            Flaw::SessionTickets => {
                let ticket = |nonce: u8| {
                    let mut body = vec![0, 0, 28, 32, 1, 2, 3, 4];
                    with_len(&mut body, 1, &[nonce]);
                    with_len(&mut body, 2, &[7; 300]);
                    // early_data, and one that nobody knows.
                    let extensions = [0, 42, 0, 4, 0, 0, 0, 0, 0xfa, 0xfa, 0, 0];
                    with_len(&mut body, 2, &extensions);
                    message(NEW_SESSION_TICKET, &body)
                };
                let both = [ticket(1), ticket(2)].concat();
                [
                    server.seal(HANDSHAKE, &both),
                    server.seal(HANDSHAKE, &ticket(3)),
                ]
                .concat()
            }
            _ => Vec::new(),
        }
    }

    /// What the server sends to an application's data, after its flight.
    pub fn answer(&mut self, answer: &[u8]) -> Vec<u8> {
        let Some(Traffic { server, .. }) = &mut self.after_handshake else {
            return Vec::new();
        };
        let mut sent = Vec::new();
        match self.flaw {
            Flaw::Chunks(len) => {
                for chunk in answer.chunks(len) {
                    sent.extend(server.seal(APPLICATION_DATA, chunk));
                    // Allowed, and nothing.
                    sent.extend(server.seal(APPLICATION_DATA, &[]));
                }
            }
            _ => {
                for chunk in answer.chunks(16_384) {
                    sent.extend(server.seal(APPLICATION_DATA, chunk));
                }
            }
        }
        match self.flaw {
            Flaw::NoCloseNotify => {}
            Flaw::CutInsideRecord => {
                sent.pop();
            }
            _ => sent.extend(server.seal(ALERT, &CLOSE_NOTIFY)),
        }
        sent
    }

    /// What a record of the client says, once both know the keys; `None` if it is not the client's.
    pub(super) fn open(&mut self, header: [u8; 5], content: &[u8]) -> Option<(u8, Vec<u8>)> {
        let keys = match &mut self.traffic {
            Some(handshake) => handshake,
            None => self.after_handshake.as_mut()?,
        };
        let opened = keys.client.open(header, content)?;
        if opened.0 == HANDSHAKE && opened.1.first() == Some(&FINISHED) {
            self.traffic = None;
        }
        Some(opened)
    }

    /// Whether the client's Finished has come.
    pub(super) fn is_open(&self) -> bool {
        self.traffic.is_none() && self.after_handshake.is_some()
    }
}

/// In certificates rcgen signs with PKCS#1 v1.5, which TLS 1.3 does not have in its handshake.
fn rsa_pss(chain: &Chain, message: &[u8]) -> Vec<u8> {
    let key = RsaKeyPair::from_pkcs8(chain.key.serialized_der()).unwrap();
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PSS_SHA256,
        &SystemRandom::new(),
        message,
        &mut signature,
    )
    .unwrap();
    signature
}

/// What of a ClientHello is of use.
struct ClientHello {
    suites: Vec<u16>,
    key_share: Vec<u8>,
}

impl ClientHello {
    fn parse(message: &[u8]) -> Option<Self> {
        let mut rest = message.get(4 + 2 + 32..)?;
        take_vector(&mut rest, 1)?;
        let suites = take_vector(&mut rest, 2)?
            .chunks_exact(2)
            .map(|suite| u16::from_be_bytes([suite[0], suite[1]]))
            .collect();
        take_vector(&mut rest, 1)?;
        let mut extensions = take_vector(&mut rest, 2)?;
        while !extensions.is_empty() {
            let (kind, mut after) = extensions.split_at_checked(2)?;
            let mut data = take_vector(&mut after, 2)?;
            extensions = after;
            if kind == [0, 51] {
                let mut shares = take_vector(&mut data, 2)?;
                while !shares.is_empty() {
                    let (group, mut after) = shares.split_at_checked(2)?;
                    let share = take_vector(&mut after, 2)?;
                    shares = after;
                    if group == [0, 0x17] {
                        let key_share = share.to_vec();
                        return Some(Self { suites, key_share });
                    }
                }
            }
        }
        None
    }
}

fn take_vector<'a>(from: &mut &'a [u8], len_bytes: usize) -> Option<&'a [u8]> {
    let (len, rest) = from.split_at_checked(len_bytes)?;
    let len = len
        .iter()
        .fold(0, |len, byte| len << 8 | usize::from(*byte));
    let (vector, rest) = rest.split_at_checked(len)?;
    *from = rest;
    Some(vector)
}

fn with_len(to: &mut Vec<u8>, len_bytes: usize, content: &[u8]) {
    let len = content.len().to_be_bytes();
    to.extend_from_slice(&len[len.len() - len_bytes..]);
    to.extend_from_slice(content);
}

pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    with_len(&mut message, 3, body);
    message
}

pub(super) fn record(content_type: u8, content: &[u8]) -> Vec<u8> {
    let mut record = vec![content_type, 3, 3];
    with_len(&mut record, 2, content);
    record
}

fn hello(random: [u8; 32], suite: u16, extensions: &[u8]) -> Vec<u8> {
    let mut body = vec![3, 3];
    body.extend_from_slice(&random);
    body.push(0);
    body.extend_from_slice(&suite.to_be_bytes());
    body.push(0);
    with_len(&mut body, 2, extensions);
    message(SERVER_HELLO, &body)
}

fn server_hello(suite: Suite, key_share: &[u8]) -> Vec<u8> {
    let mut extensions = vec![0, 43, 0, 2, 3, 4];
    let mut share = vec![0, 0x17];
    with_len(&mut share, 2, key_share);
    extensions.extend_from_slice(&[0, 51]);
    with_len(&mut extensions, 2, &share);
    hello([0x5e; 32], suite.number(), &extensions)
}

fn hello_retry_request(suite: Suite) -> Vec<u8> {
    // TLS 1.3; the group P-384.
    let extensions = [0, 43, 0, 2, 3, 4, 0, 51, 0, 2, 0, 0x18];
    hello(RETRY, suite.number(), &extensions)
}

fn tls12_server_hello() -> Vec<u8> {
    // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; renegotiation_info.
    hello([0x5e; 32], 0xc02f, &[0xff, 1, 0, 1, 0])
}

fn certificate_list(flaw: Flaw, chain: &Chain) -> Vec<u8> {
    let mut certificates: Vec<&[u8]> = chain.certificates.iter().map(Vec::as_slice).collect();
    match flaw {
        Flaw::NoCertificates => certificates.clear(),
        Flaw::CertificatesInOtherOrder => certificates[1..].reverse(),
        Flaw::RootToo => certificates.push(&chain.root),
        _ => {}
    }
    let mut list = Vec::new();
    for certificate in certificates {
        with_len(&mut list, 3, certificate);
        list.extend_from_slice(&[0, 0]);
    }
    let mut body = vec![0];
    with_len(&mut body, 3, &list);
    body
}

/// Up to eight messages, whose kinds and lengths are good more often than not.
fn random_messages(seed: u64) -> Vec<u8> {
    let mut counter = 0_u64;
    let mut next = move || {
        counter += 1;
        let hash = digest::digest(&digest::SHA256, format!("{seed} {counter}").as_bytes());
        hash.as_ref().to_vec()
    };
    let mut all = Vec::new();
    for _ in 0..next()[0] % 8 + 1 {
        let numbers = next();
        let kinds = [
            ENCRYPTED_EXTENSIONS,
            CERTIFICATE,
            CERTIFICATE_REQUEST,
            CERTIFICATE_VERIFY,
            FINISHED,
            NEW_SESSION_TICKET,
            SERVER_HELLO,
            numbers[1],
        ];
        let kind = kinds[usize::from(numbers[0]) % kinds.len()];
        let mut body = Vec::new();
        for _ in 0..numbers[2] % 4 {
            body.extend(next());
        }
        // Small numbers at the start pass for lengths.
        for byte in body.iter_mut().take(usize::from(numbers[3] % 8)) {
            *byte %= 32;
        }
        body.truncate(body.len().saturating_sub(usize::from(numbers[4] % 32)));
        all.extend(message(kind, &body));
    }
    all
}
