//! PEM (RFC 7468) into a buffer, without a heap.

use zeroize::Zeroize;

use super::base64::decode_group;
use crate::{
    base64::ENCODED_GROUP,
    split::{contains, split_once},
};

/// What the text of a PEM file says about its contents.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// `PRIVATE KEY`: PKCS#8 (RFC 7468 §10).
    Pkcs8,
    /// `EC PRIVATE KEY`: SEC1 (RFC 5915 §4).
    Sec1,
    /// `RSA PRIVATE KEY`: PKCS#1 (RFC 8017 §A.1.2).
    Pkcs1,
}

/// Why there are no contents.
pub(super) enum PemError {
    /// No block with a label that is known, or one that is cut off or not base64.
    Malformed,
    /// `ENCRYPTED PRIVATE KEY`, or an old block with `Proc-Type: 4,ENCRYPTED`.
    Encrypted,
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const END_AFTER_DASH: &str = "----END ";
const DASHES: &str = "-----";

/// Decodes the first private key in `text` into `buf`; what stands before it is skipped, such as
/// the `EC PARAMETERS` that OpenSSL writes. A key that does not fit is [`PemError::Malformed`].
pub(super) fn decode<'b>(text: &str, buf: &'b mut [u8]) -> Result<(Label, &'b [u8]), PemError> {
    let mut rest = text;
    loop {
        let (_, block) = split_once(rest, BEGIN).ok_or(PemError::Malformed)?;
        let (name, body) = split_once(block, DASHES).ok_or(PemError::Malformed)?;
        let label = match name {
            "PRIVATE KEY" => Label::Pkcs8,
            "EC PRIVATE KEY" => Label::Sec1,
            "RSA PRIVATE KEY" => Label::Pkcs1,
            "ENCRYPTED PRIVATE KEY" => return Err(PemError::Encrypted),
            _ => {
                (_, rest) = split_once(body, END).ok_or(PemError::Malformed)?;
                continue;
            }
        };
        // The first dash ends the key, for base64 has none. To look for more than one character would
        // take a time that depends on those of the key.
        let (base64, marker) = split_once(body, "-").ok_or(PemError::Malformed)?;
        let Some(after) = marker.strip_prefix(END_AFTER_DASH) else {
            return Err(match split_once(marker, END) {
                Some((headers, _)) if contains(headers, "ENCRYPTED") => PemError::Encrypted,
                _ => PemError::Malformed,
            });
        };
        let closed = after
            .strip_prefix(name)
            .is_some_and(|after| after.starts_with(DASHES));
        if !closed {
            return Err(PemError::Malformed);
        }
        return Ok((label, decode_base64(base64, buf)?));
    }
}

/// In groups of four characters, with white space anywhere between.
fn decode_base64<'b>(body: &str, buf: &'b mut [u8]) -> Result<&'b [u8], PemError> {
    let mut characters = body.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let mut written = 0_usize;
    let mut padded = false;
    loop {
        let mut group = [0; ENCODED_GROUP];
        let mut filled = 0_usize;
        for (slot, character) in group.iter_mut().zip(characters.by_ref()) {
            *slot = character;
            filled = filled.saturating_add(1);
        }
        if filled == 0 {
            return buf.get(..written).ok_or(PemError::Malformed);
        }
        if padded || filled != group.len() {
            return Err(PemError::Malformed);
        }
        let (mut bytes, len) = decode_group(group).ok_or(PemError::Malformed)?;
        padded = len < bytes.len();
        let end = written.saturating_add(len);
        let slots = buf.get_mut(written..end).ok_or(PemError::Malformed)?;
        for (to, from) in slots.iter_mut().zip(&bytes) {
            *to = *from;
        }
        written = end;
        group.zeroize();
        bytes.zeroize();
    }
}
