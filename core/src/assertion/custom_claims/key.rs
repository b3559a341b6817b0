//! The key of a map's member.

use serde::ser::Impossible;

use super::place::Place;
use crate::{
    assertion::{error::CustomClaimsError as Error, text::push_string},
    buffer::Writer,
};

/// Takes a key, which must be text and none of `reserved`.
pub(super) struct Key<'e, 'b> {
    pub(super) out: &'e mut Writer<'b>,
    pub(super) reserved: &'static [&'static str],
}

impl Place for Key<'_, '_> {
    const REFUSAL: Error = Error::KeyNotText;
    type Members = Impossible<(), Error>;

    fn text(self, name: &str) -> Result<(), Error> {
        if self.reserved.contains(&name) {
            return Err(Error::Reserved);
        }
        push_string(self.out, name);
        Ok(())
    }
}
