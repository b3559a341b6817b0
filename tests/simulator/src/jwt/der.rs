//! The little of DER that a public key is wrapped in.

/// One value after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Der<'a>(pub(super) &'a [u8]);

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

impl<'a> Der<'a> {
    /// The contents of the next value, which is of that type.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (len, rest) = match usize::from(first) {
            short @ ..=0x7f => (short, rest),
            // Nothing here needs more than two bytes of length.
            0x81 => (usize::from(*rest.first()?), rest.get(1..)?),
            0x82 => {
                let len = u16::from_be_bytes(rest.get(..2)?.try_into().ok()?);
                (usize::from(len), rest.get(2..)?)
            }
            _ => return None,
        };
        let (contents, rest) = rest.split_at_checked(len)?;
        self.0 = rest;
        (found == tag).then_some(contents)
    }

    /// Passes over the next value if it is of that type.
    pub(super) fn skip(&mut self, tag: u8) {
        let mut rest = *self;
        if rest.take(tag).is_some() {
            *self = rest;
        }
    }

    pub(super) fn sequence(&mut self) -> Option<Der<'a>> {
        self.take(SEQUENCE).map(Der)
    }
}
