//! Whether a server that refuses TLS 1.3 speaks TLS 1.2.

use embedded_io_async::{Read, Write};

use super::TlsError;

/// Whether this server speaks TLS 1.2 at most. For after both suites of TLS 1.3 were refused with
/// handshake_failure: old servers say it of a version that they do not know, because they know none
/// of its cipher suites.
///
/// The connection is a fresh one, and of no use afterwards. Nothing is verified, and nothing else is
/// sent than a constant.
///
/// # Errors
/// [`TlsError::Transport`] of the connection. One that ends early is a server that refuses.
pub async fn speaks_only_tls12<S: Read + Write>(mut transport: S) -> Result<bool, TlsError> {
    let hello = client_hello();
    transport.write_all(&hello).await.map_err(failed)?;
    transport.flush().await.map_err(failed)?;

    let mut answer = [0; ANSWER_LEN];
    let mut came = 0_usize;
    while let Some(rest) = answer.get_mut(came..)
        && !rest.is_empty()
    {
        match transport.read(rest).await.map_err(failed)? {
            0 => return Ok(false),
            len => came = came.saturating_add(len),
        }
        // An alert is shorter than a ServerHello.
        if !matches!(answer, [HANDSHAKE, ..]) {
            return Ok(false);
        }
    }
    // Type, version and length of the record; type, length and version of the message; the random.
    let [_, 3, _, _, _, SERVER_HELLO, _, _, _, 3, 0..=3, random @ ..] = answer else {
        return Ok(false);
    };
    Ok(!random.ends_with(KNOWS_TLS13))
}

fn failed(error: impl embedded_io_async::Error) -> TlsError {
    TlsError::Transport(error.kind())
}

const HANDSHAKE: u8 = 22;
const SERVER_HELLO: u8 = 2;
const RANDOM_LEN: usize = 32;

/// From the record's header to the ServerHello's random.
const ANSWER_LEN: usize = 11 + RANDOM_LEN;

/// At the end of the random of a server that speaks TLS 1.3 too (RFC 8446 §4.1.3).
const KNOWS_TLS13: &[u8] = b"DOWNGRD\x01";

/// The version, a random that no key depends on, no session; the cipher suites that servers of
/// TLS 1.2 have (RFC 7905, RFC 5289, RFC 8422, RFC 5288, RFC 5246), no compression; extensions.
const BODY: &[&[u8]] = &[
    &[3, 3],
    b"is it TLS 1.2 that is spoken? ..",
    &[0],
    &[
        0, 28, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0xc0, 0x23,
        0xc0, 0x27, 0xc0, 0x0a, 0xc0, 0x14, 0xc0, 0x13, 0x00, 0x9c, 0x00, 0x9d, 0x00, 0x2f,
    ],
    &[1, 0],
    &[0, EXTENSIONS.len() as u8],
    EXTENSIONS,
];

const EXTENSIONS: &[u8] = &[
    0x00, 0x0a, 0, 8, 0, 6, 0x00, 0x1d, 0x00, 0x17, 0x00,
    0x18, // groups: X25519, P-256, P-384
    0x00, 0x0b, 0, 2, 1, 0, // points: uncompressed
    0x00, 0x0d, 0, 18, 0, 16, // signatures: ECDSA, RSA-PSS, RSA PKCS#1 v1.5
    0x04, 0x03, 0x05, 0x03, 0x08, 0x04, 0x08, 0x05, 0x08, 0x06, 0x04, 0x01, 0x05, 0x01, 0x06, 0x01,
    0x00, 0x17, 0, 0, // extended_master_secret
    0xff, 0x01, 0, 1, 0, // renegotiation_info
];

const BODY_LEN: usize = {
    let (mut len, mut part) = (0, 0);
    while part < BODY.len() {
        #[expect(clippy::indexing_slicing, reason = "in a constant")]
        {
            len += BODY[part].len();
            part += 1;
        }
    }
    len
};

/// The record and the message around the body.
fn client_hello() -> heapless::Vec<u8, { BODY_LEN + 9 }> {
    const LEN: u8 = BODY_LEN as u8;
    let header = [HANDSHAKE, 3, 1, 0, LEN + 4, 1, 0, 0, LEN];
    header
        .iter()
        .chain(BODY.iter().copied().flatten())
        .copied()
        .collect()
}
