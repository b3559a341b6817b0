//! An assertion between its text and its signature.

use core::fmt;

use zeroize::Zeroize;

use super::{
    algorithm::Algorithm, base64url, claims::with_signature, error::AssertionError,
    signer::AssertionSigner,
};
use crate::buffer::{BufferTooSmall, as_text};

/// What is to be signed (RFC 7515 §5.1, step 8), for signatures that are made elsewhere: a
/// secure element, a server for keys, or hardware that signals its end by an interrupt.
///
/// # Examples
/// ```
/// use snow_token_core::assertion::{Algorithm, Assertion};
///
/// # async fn hardware_sign(_: &[u8]) -> [u8; 64] { [0; 64] }
/// # async fn doc() -> Result<(), snow_token_core::assertion::AssertionError> {
/// let mut buf = [0; 512];
/// let input = Assertion::new("gateway", "sensor@example.com")
///     .signing_input(1_795_000_000, "fresh", Algorithm::Es256, &mut buf)?;
/// let raw_signature = hardware_sign(input.as_bytes()).await; // R and S, not DER
/// let jws = input.finish(&raw_signature)?;
/// # Ok(())
/// # }
/// ```
pub struct SigningInput<'b> {
    buf: &'b mut [u8],
    input_len: usize,
    algorithm: Algorithm,
}

impl<'b> SigningInput<'b> {
    /// Takes over `buf`, if the input was written and there is room for it and a signature.
    pub(super) fn new(
        buf: &'b mut [u8],
        input_len: Result<usize, AssertionError>,
        algorithm: Algorithm,
        signature_len: usize,
    ) -> Result<Self, AssertionError> {
        let input = Self {
            buf,
            input_len: input_len.unwrap_or_default(),
            algorithm,
        };
        match input_len.and_then(|_| input.check(signature_len)) {
            Ok(()) => Ok(input),
            Err(error) => {
                input.buf.zeroize();
                Err(error)
            }
        }
    }

    /// The bytes to sign.
    pub fn as_bytes(&self) -> &[u8] {
        self.buf.get(..self.input_len).unwrap_or_default()
    }

    /// The bytes to sign, which are ASCII.
    pub fn as_str(&self) -> &str {
        as_text(self.as_bytes())
    }

    /// Appends the signature: of ECDSA, R and S side by side (RFC 7518 §3.4).
    ///
    /// # Errors
    /// [`AssertionError::SignatureLength`] where `signature` cannot be one of the algorithm, and
    /// [`AssertionError::BufferTooSmall`] where it is longer than there is room. The buffer is
    /// zeroed then.
    pub fn finish(self, signature: &[u8]) -> Result<&'b str, AssertionError> {
        self.append(signature.len(), |_, slot| {
            for (to, from) in slot.iter_mut().zip(signature) {
                *to = *from;
            }
            Ok(())
        })
    }

    pub(super) fn sign<S: AssertionSigner + ?Sized>(
        self,
        signer: &S,
    ) -> Result<&'b str, AssertionError> {
        self.append(signer.signature_len(), |input, slot| {
            Ok(signer.sign(input, slot)?)
        })
    }

    /// Lets `fill` write the signature behind the input and encodes it there.
    fn append(
        self,
        signature_len: usize,
        fill: impl FnOnce(&[u8], &mut [u8]) -> Result<(), AssertionError>,
    ) -> Result<&'b str, AssertionError> {
        let filled = self.check(signature_len);
        let Self { buf, input_len, .. } = self;
        let filled = filled.and_then(|()| {
            let jws_len = with_signature(input_len, signature_len);
            let too_small = BufferTooSmall { needed: jws_len };
            let (input, rest) = buf
                .get_mut(..jws_len)
                .and_then(|jws| jws.split_at_mut_checked(input_len))
                .ok_or(too_small)?;
            let (dot, region) = rest.split_first_mut().ok_or(too_small)?;
            *dot = b'.';
            let slot = region.get_mut(..signature_len).unwrap_or_default();
            slot.fill(0);
            fill(input, slot)?;
            base64url::encode_in_place(region, signature_len);
            Ok(jws_len)
        });
        match filled {
            Ok(jws_len) => Ok(as_text(buf.get(..jws_len).unwrap_or_default())),
            Err(error) => {
                buf.zeroize();
                Err(error)
            }
        }
    }

    fn check(&self, signature_len: usize) -> Result<(), AssertionError> {
        if !self.algorithm.takes_signature_len(signature_len) {
            return Err(AssertionError::SignatureLength);
        }
        let needed = with_signature(self.input_len, signature_len);
        if needed > self.buf.len() {
            return Err(BufferTooSmall { needed }.into());
        }
        Ok(())
    }
}

impl fmt::Debug for SigningInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningInput")
            .field("algorithm", &self.algorithm)
            .field("input_len", &self.input_len)
            .finish_non_exhaustive()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SigningInput<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "SigningInput({}, {} bytes)",
            self.algorithm,
            self.input_len
        );
    }
}
