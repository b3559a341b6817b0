//! A strict reader of DER (ITU-T X.690), as far as private keys need it.

/// `INTEGER`
pub(super) const INTEGER: u8 = 0x02;
/// `OCTET STRING`
pub(super) const OCTET_STRING: u8 = 0x04;
/// `NULL`
#[cfg(any(feature = "rs256", feature = "rs384", feature = "rs512"))]
pub(super) const NULL: u8 = 0x05;
/// `OBJECT IDENTIFIER`
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `SEQUENCE`
pub(super) const SEQUENCE: u8 = 0x30;
/// `[0]`, constructed
pub(super) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed
#[cfg(any(feature = "es256", feature = "es384", feature = "es512"))]
pub(super) const CONTEXT_1: u8 = 0xa1;
/// `[1]`, primitive
pub(super) const CONTEXT_1_PRIMITIVE: u8 = 0x81;

/// The bytes are not DER, or not what should stand there.
pub(super) struct NotDer;

/// Reads one element after the other; nothing is copied.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The contents of the next element, which must have the tag `tag`.
    pub(super) fn element(&mut self, tag: u8) -> Result<&'a [u8], NotDer> {
        self.optional(tag)?.ok_or(NotDer)
    }

    /// The elements within the next one.
    pub(super) fn nested(&mut self, tag: u8) -> Result<Self, NotDer> {
        self.element(tag).map(Self::new)
    }

    /// The contents of the next element, if it has the tag `tag`.
    pub(super) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, NotDer> {
        let Some((first, rest)) = self.rest.split_first() else {
            return Ok(None);
        };
        if *first != tag {
            return Ok(None);
        }
        let (len, rest) = length(rest)?;
        let (contents, rest) = rest.split_at_checked(len).ok_or(NotDer)?;
        self.rest = rest;
        Ok(Some(contents))
    }

    /// An `INTEGER` that is a small number: a version.
    pub(super) fn small_integer(&mut self) -> Result<u8, NotDer> {
        match self.element(INTEGER)? {
            [number @ 0..=0x7f] => Ok(*number),
            _ => Err(NotDer),
        }
    }

    /// Nothing may follow.
    pub(super) const fn end(self) -> Result<(), NotDer> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(NotDer)
        }
    }
}

/// X.690 §10.1: "The definite form of length encoding shall be used, encoded in the minimum number
/// of octets." A key has less than 65,536 bytes.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), NotDer> {
    match bytes {
        [len @ 0..=0x7f, rest @ ..] => Ok((usize::from(*len), rest)),
        [0x81, len @ 0x80..=0xff, rest @ ..] => Ok((usize::from(*len), rest)),
        [0x82, high @ 1..=0xff, low, rest @ ..] => {
            Ok((usize::from(u16::from_be_bytes([*high, *low])), rest))
        }
        _ => Err(NotDer),
    }
}
