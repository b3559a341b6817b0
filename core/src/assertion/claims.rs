//! The assertion's header and claims (RFC 7523 §3), and its way into the buffer.

use core::fmt;

use super::{
    algorithm::Algorithm,
    base64url,
    error::{AssertionError, CustomClaimsError},
    signer::AssertionSigner,
    signing_input::SigningInput,
    text::{push_escaped, push_number},
};
use crate::buffer::Writer;

/// How long an assertion is good unless the caller says otherwise, in seconds.
///
/// ServiceNow's sample lives for 60 s. Its `jti` makes an assertion good for one use anyway, and
/// a device whose clock is some minutes slow should get through.
pub const DEFAULT_LIFETIME_SECS: u32 = 300;

/// The start of this crate's release year, 2026-01-01T00:00:00Z, in Unix seconds. A clock that
/// says less was never set.
pub const RELEASE_YEAR_UNIX: u64 = 1_767_225_600;

/// Who asks for a token, on whose behalf: what stays the same from one assertion to the next.
///
/// `aud` and `iss` are the client ID and `nbf` is left out, unless set.
///
/// # Examples
/// ```
/// # #[cfg(feature = "hs256")] {
/// use snow_token_core::{Secret, assertion::{Assertion, Hs256, Jti}};
///
/// let signer = Hs256::new(b"a key of at least thirty-two bytes").unwrap();
/// let assertion = Assertion::new("gateway", "sensor@example.com").with_key_id("2026-11");
///
/// let jti = Jti::from_random(&[7; 16]); // fresh random bytes for every attempt
/// let now_unix = 1_795_000_000;
/// let mut buf = [0; 512];
/// let jws = assertion.sign(now_unix, jti.as_str(), &signer, &mut buf)?;
/// assert_eq!(jws.len(), assertion.len(now_unix, jti.as_str(), &signer)?);
/// # }
/// # Ok::<(), snow_token_core::assertion::AssertionError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Assertion<'a> {
    client_id: &'a str,
    subject: &'a str,
    audience: &'a str,
    issuer: &'a str,
    key_id: Option<&'a str>,
    lifetime_secs: u32,
    not_before_secs: Option<u32>,
    custom: Option<&'a dyn WriteClaims>,
}

/// Claims of the caller's own. Only `serde::Serialize` implements it, where that is linked.
pub(super) trait WriteClaims {
    /// Writes each member with a comma before it.
    fn write(&self, out: &mut Writer<'_>) -> Result<(), CustomClaimsError>;
}

impl<'a> Assertion<'a> {
    /// An assertion by which the client `client_id` asks for a token in the name of `subject`:
    /// the instance looks it up in the User Field of the registry entry (mail, user name, …).
    pub const fn new(client_id: &'a str, subject: &'a str) -> Self {
        Self {
            client_id,
            subject,
            audience: client_id,
            issuer: client_id,
            key_id: None,
            lifetime_secs: DEFAULT_LIFETIME_SECS,
            not_before_secs: None,
            custom: None,
        }
    }

    /// Sets the header's `kid`, by which the instance finds its JWT Verifier Map. Defaults to
    /// none, which does where there is one map only.
    #[must_use]
    pub const fn with_key_id(mut self, key_id: &'a str) -> Self {
        self.key_id = Some(key_id);
        self
    }

    /// Sets `aud`. Defaults to the client ID.
    ///
    /// **ServiceNow** wants the client ID there; one of its pages says that it may be the address
    /// of the token endpoint.
    #[must_use]
    pub const fn with_audience(mut self, audience: &'a str) -> Self {
        self.audience = audience;
        self
    }

    /// Sets `iss`. Defaults to the client ID.
    ///
    /// **ServiceNow** needs a claim validation of its own for anything else.
    #[must_use]
    pub const fn with_issuer(mut self, issuer: &'a str) -> Self {
        self.issuer = issuer;
        self
    }

    /// Sets how long after `iat` the assertion ends, in seconds. Defaults to
    /// [`DEFAULT_LIFETIME_SECS`].
    #[must_use]
    pub const fn with_lifetime_secs(mut self, lifetime_secs: u32) -> Self {
        self.lifetime_secs = lifetime_secs;
        self
    }

    /// Adds `nbf`, `before_now_secs` before `iat`. Defaults to no `nbf`.
    ///
    /// **ServiceNow**'s newer console grants no clock skew: an `nbf` of now is refused where the
    /// device's clock is ahead by a second.
    #[must_use]
    pub const fn with_not_before(mut self, before_now_secs: u32) -> Self {
        self.not_before_secs = Some(before_now_secs);
        self
    }

    /// Adds the members of `claims`, a struct or a map, after the standard ones. They are written
    /// as they are serialized, without a buffer of their own.
    ///
    /// Serializing goes as deep as the value does, on the stack.
    ///
    /// A claim that the assertion itself writes is refused. That the others differ from each other,
    /// as RFC 7519 §4 wants, is up to the caller, for to remember their names would take memory:
    /// `#[serde(flatten)]`, `#[serde(rename)]` and a map that holds a key twice can repeat one.
    ///
    /// # Examples
    /// ```
    /// use base64ct::{Base64UrlUnpadded, Encoding};
    /// use snow_token_core::assertion::{Algorithm, Assertion};
    ///
    /// #[derive(serde::Serialize)]
    /// struct Site<'a> {
    ///     site: &'a str,
    ///     rack: u8,
    /// }
    ///
    /// let site = Site { site: "Oslo", rack: 7 };
    /// let assertion = Assertion::new("gateway", "sensor").with_custom_claims(&site);
    /// let mut buf = [0; 512];
    /// let input = assertion.signing_input(1_795_000_000, "1", Algorithm::Es256, &mut buf)?;
    ///
    /// let (_, claims) = input.as_str().split_once('.').unwrap();
    /// let mut json = [0; 256];
    /// let claims = Base64UrlUnpadded::decode(claims, &mut json).unwrap();
    /// assert!(claims.ends_with(br#""jti":"1","site":"Oslo","rack":7}"#));
    /// # Ok::<(), snow_token_core::assertion::AssertionError>(())
    /// ```
    #[cfg(feature = "custom-claims")]
    #[must_use]
    pub fn with_custom_claims<T: serde::Serialize>(mut self, claims: &'a T) -> Self {
        self.custom = Some(claims);
        self
    }

    /// The length in bytes of the signed assertion.
    ///
    /// # Errors
    /// As [`sign`](Self::sign), without signing.
    pub fn len<S: AssertionSigner + ?Sized>(
        &self,
        now_unix: u64,
        jti: &str,
        signer: &S,
    ) -> Result<usize, AssertionError> {
        let mut out = Writer::counting();
        self.write(now_unix, jti, signer.algorithm(), &mut out)?;
        Ok(with_signature(out.needed(), signer.signature_len()))
    }

    /// Writes and signs the assertion as a compact JWS (RFC 7515 §3.1): the parameter `assertion`
    /// of the token request (RFC 7523 §2.1).
    ///
    /// `now_unix` is the time in seconds, `jti` a name that no other assertion has: take a fresh
    /// one for every attempt, retries too. Whoever has the result can ask for a token until it
    /// ends: zero `buf` after use.
    ///
    /// # Errors
    /// [`AssertionError`]; `buf` is zeroed then.
    pub fn sign<'b, S: AssertionSigner + ?Sized>(
        &self,
        now_unix: u64,
        jti: &str,
        signer: &S,
        buf: &'b mut [u8],
    ) -> Result<&'b str, AssertionError> {
        self.prepare(
            now_unix,
            jti,
            signer.algorithm(),
            signer.signature_len(),
            buf,
        )?
        .sign(signer)
    }

    /// Writes what is to be signed, for a signature that is made elsewhere.
    ///
    /// `buf` must take the signature too: with RS* that of a 2048-bit key, and a longer one is
    /// checked once it is there.
    ///
    /// # Errors
    /// [`AssertionError`]; `buf` is zeroed then.
    pub fn signing_input<'b>(
        &self,
        now_unix: u64,
        jti: &str,
        algorithm: Algorithm,
        buf: &'b mut [u8],
    ) -> Result<SigningInput<'b>, AssertionError> {
        self.prepare(now_unix, jti, algorithm, algorithm.min_signature_len(), buf)
    }

    fn prepare<'b>(
        &self,
        now_unix: u64,
        jti: &str,
        algorithm: Algorithm,
        signature_len: usize,
        buf: &'b mut [u8],
    ) -> Result<SigningInput<'b>, AssertionError> {
        let mut out = Writer::new(&mut *buf);
        let written = self.write(now_unix, jti, algorithm, &mut out);
        let input_len = written.map(|()| out.needed());
        SigningInput::new(buf, input_len, algorithm, signature_len)
    }

    fn write(
        &self,
        now_unix: u64,
        jti: &str,
        algorithm: Algorithm,
        out: &mut Writer<'_>,
    ) -> Result<(), AssertionError> {
        if now_unix < RELEASE_YEAR_UNIX {
            return Err(AssertionError::ClockNotSet);
        }
        let start = out.needed();
        self.write_header(algorithm, out);
        base64url::encode_written(out, start);
        out.push(b".");
        let start = out.needed();
        self.write_claims(now_unix, jti, out)?;
        base64url::encode_written(out, start);
        Ok(())
    }

    fn write_header(&self, algorithm: Algorithm, out: &mut Writer<'_>) {
        out.push(b"{");
        if let Some(key_id) = self.key_id {
            out.push(b"\"kid\":\"");
            push_escaped(out, key_id);
            out.push(b"\",");
        }
        out.push(b"\"typ\":\"JWT\",\"alg\":\"");
        out.push(algorithm.name().as_bytes());
        out.push(b"\"}");
    }

    /// In the order of ServiceNow's sample.
    fn write_claims(
        &self,
        now_unix: u64,
        jti: &str,
        out: &mut Writer<'_>,
    ) -> Result<(), AssertionError> {
        out.push(b"{\"aud\":\"");
        push_escaped(out, self.audience);
        out.push(b"\",\"sub\":\"");
        push_escaped(out, self.subject);
        out.push(b"\",\"iss\":\"");
        push_escaped(out, self.issuer);
        out.push(b"\",\"exp\":");
        push_number(out, now_unix.saturating_add(self.lifetime_secs.into()));
        out.push(b",\"iat\":");
        push_number(out, now_unix);
        out.push(b",\"jti\":\"");
        push_escaped(out, jti);
        out.push(b"\"");
        if let Some(before_now_secs) = self.not_before_secs {
            out.push(b",\"nbf\":");
            push_number(out, now_unix.saturating_sub(before_now_secs.into()));
        }
        if let Some(custom) = self.custom {
            custom.write(out)?;
        }
        out.push(b"}");
        Ok(())
    }
}

/// The length of a JWS whose signing input has `input_len` bytes.
pub(super) fn with_signature(input_len: usize, signature_len: usize) -> usize {
    input_len
        .saturating_add(1)
        .saturating_add(base64url::encoded_len(signature_len))
}

impl fmt::Debug for Assertion<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("client_id", &self.client_id)
            .field("subject", &self.subject)
            .field("audience", &self.audience)
            .field("issuer", &self.issuer)
            .field("key_id", &self.key_id)
            .field("lifetime_secs", &self.lifetime_secs)
            .field("not_before_secs", &self.not_before_secs)
            .field("custom", &self.custom.is_some())
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Assertion<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Assertion({}, sub {}, aud {}, iss {}, kid {}, {} s, nbf {}, custom {})",
            self.client_id,
            self.subject,
            self.audience,
            self.issuer,
            self.key_id,
            self.lifetime_secs,
            self.not_before_secs,
            self.custom.is_some(),
        );
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test")]
mod tests {
    use super::*;

    /// Below the check of the clock, which is newer than the sample.
    #[test]
    fn header_and_claims_are_those_of_the_documentations_sample() {
        let sample = Assertion::new("9c6e2d175433201001a118caa0ea2a43", "admin@example.com")
            .with_key_id("samplekeyid")
            .with_lifetime_secs(60);
        let mut buf = [0; 512];
        let mut out = Writer::new(&mut buf);
        sample.write_header(Algorithm::Rs256, &mut out);
        assert_eq!(
            out.finish().unwrap(),
            br#"{"kid":"samplekeyid","typ":"JWT","alg":"RS256"}"#
        );

        let mut out = Writer::new(&mut buf);
        let jti = "5dd0e1c7-b657-4bd8-9dce-17ad7efe06ab";
        sample.write_claims(1_622_702_466, jti, &mut out).unwrap();
        assert_eq!(
            core::str::from_utf8(out.finish().unwrap()),
            Ok(concat!(
                r#"{"aud":"9c6e2d175433201001a118caa0ea2a43","sub":"admin@example.com","#,
                r#""iss":"9c6e2d175433201001a118caa0ea2a43","exp":1622702526,"iat":1622702466,"#,
                r#""jti":"5dd0e1c7-b657-4bd8-9dce-17ad7efe06ab"}"#
            ))
        );
    }
}
