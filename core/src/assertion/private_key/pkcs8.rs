//! The envelope that is the same for every algorithm: PKCS#8 (RFC 5208, RFC 5958).

use super::der::{
    CONTEXT_0, CONTEXT_1_PRIMITIVE, NotDer, OBJECT_IDENTIFIER, OCTET_STRING, Reader, SEQUENCE,
};

/// RFC 5958 §2: `SEQUENCE { version, SEQUENCE { algorithm, parameters }, privateKey, [0]
/// attributes OPTIONAL, [1] publicKey OPTIONAL }`, read up to the parameters: what the key is for
/// can be judged before the rest.
pub(super) struct PrivateKeyInfo<'k> {
    /// The contents of the algorithm's `OBJECT IDENTIFIER`.
    pub(super) algorithm: &'k [u8],
    /// To be read to their end before [`key`](Self::key).
    pub(super) parameters: Reader<'k>,
    rest: Reader<'k>,
}

/// Whether `der` is this envelope: after the version it has a `SEQUENCE`, where SEC1 has an
/// `OCTET STRING` and PKCS#1 an `INTEGER`.
pub(super) fn is_pkcs8(der: &[u8]) -> Result<bool, NotDer> {
    let mut elements = Reader::new(der).nested(SEQUENCE)?;
    elements.small_integer()?;
    Ok(elements.optional(SEQUENCE)?.is_some())
}

impl<'k> PrivateKeyInfo<'k> {
    pub(super) fn new(der: &'k [u8]) -> Result<Self, NotDer> {
        let mut outer = Reader::new(der);
        let mut elements = outer.nested(SEQUENCE)?;
        outer.end()?;
        // RFC 5958 §2: 1 where the public key stands there too.
        if elements.small_integer()? > 1 {
            return Err(NotDer);
        }
        let mut parameters = elements.nested(SEQUENCE)?;
        Ok(Self {
            algorithm: parameters.element(OBJECT_IDENTIFIER)?,
            parameters,
            rest: elements,
        })
    }

    /// The key in the form of its algorithm. Its public key is not looked at: signing needs none.
    pub(super) fn key(mut self) -> Result<&'k [u8], NotDer> {
        self.parameters.end()?;
        let key = self.rest.element(OCTET_STRING)?;
        self.rest.optional(CONTEXT_0)?;
        self.rest.optional(CONTEXT_1_PRIMITIVE)?;
        self.rest.end()?;
        Ok(key)
    }
}
