//! What the length of a signature says about it.

use serde_json::Value;

use super::Jwt;

impl Jwt {
    /// What the length of the signature says, in words; nothing is verified.
    pub fn signature_in_words(&self) -> String {
        let len = self.signature_len;
        let algorithm = self.header.get("alg").and_then(Value::as_str);
        let algorithm = algorithm.unwrap_or_default();
        match signature_lens(algorithm) {
            Some(lens) if !lens.takes(len) => format!("{len} bytes, which is none of {algorithm}"),
            Some(lens) if lens.is_rsa => {
                format!("{len} bytes: made by an RSA key of {} bits", len * 8)
            }
            Some(lens) if lens.der.is_some() => {
                format!("{len} bytes: R and S of {algorithm} side by side")
            }
            Some(_) => format!("{len} bytes: made with a secret that both sides know"),
            None => format!("{len} bytes"),
        }
    }
}

/// How long signatures of an algorithm are, in bytes.
pub(super) struct SignatureLens {
    /// As a JWT has them (RFC 7518 §3); of RS*, the least.
    pub(super) raw: usize,
    /// As libraries that know no JWT return them: a sequence of two integers.
    der: Option<(usize, usize)>,
    is_rsa: bool,
}

impl SignatureLens {
    /// Whether a signature of that length is one in DER.
    pub(super) fn is_der(&self, len: usize) -> bool {
        self.der
            .is_some_and(|(from, to)| (from..=to).contains(&len))
    }

    pub(super) const fn takes(&self, len: usize) -> bool {
        match self.is_rsa {
            true => len >= self.raw,
            false => len == self.raw,
        }
    }

    pub(super) fn words(&self) -> String {
        match self.is_rsa {
            true => format!(
                "an RSA key of 2048 bits or more makes at least {}",
                self.raw
            ),
            false => format!("it must have {}", self.raw),
        }
    }
}

/// `None` for an algorithm that instances do not verify.
pub(super) fn signature_lens(algorithm: &str) -> Option<SignatureLens> {
    let lens = |raw, der, is_rsa| Some(SignatureLens { raw, der, is_rsa });
    match algorithm {
        "RS256" | "RS384" | "RS512" => lens(256, None, true),
        "ES256" => lens(64, Some((66, 72)), false),
        "ES384" => lens(96, Some((98, 104)), false),
        "ES512" => lens(132, Some((134, 139)), false),
        "HS256" => lens(32, None, false),
        "HS384" => lens(48, None, false),
        "HS512" => lens(64, None, false),
        _ => None,
    }
}
