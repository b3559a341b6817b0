//! Claims of the caller's own, serialized as they come.
//!
//! With a serializer of this crate's, not serde-json-core's. That one writes into a slice and gives
//! up where it ends, so neither the length of an assertion nor the size that a short buffer lacks
//! could be told; and a claim that is there already would go unseen. This one goes on counting where
//! the buffer has ended, and needs no memory.

mod key;
mod place;
mod top;
mod value;

use core::fmt::Display;

use serde::{Serialize, ser};

use self::{place::At, top::Top};
use super::{claims::WriteClaims, error::CustomClaimsError};
use crate::buffer::Writer;

impl<T: Serialize> WriteClaims for T {
    fn write(&self, out: &mut Writer<'_>) -> Result<(), CustomClaimsError> {
        self.serialize(At(Top { out }))
    }
}

impl ser::Error for CustomClaimsError {
    /// The words are dropped: there is no memory for them, and they may hold a secret.
    fn custom<T: Display>(_: T) -> Self {
        Self::Refused
    }
}
