//! Claims of the caller's own, serialized as they come.
//!
//! With a serializer of this crate's, not serde-json-core's. That one writes into a slice and gives
//! up where it ends, so neither the length of an assertion nor the size that a short buffer lacks
//! could be told; its JSON would need a buffer of its own before it becomes base64url; and a claim
//! that is there already would go unseen. This one writes through the encoder, goes on counting
//! where the buffer has ended, and needs no memory.

mod key;
mod place;
mod top;
mod value;

use core::fmt::Display;

use serde::{Serialize, ser};

use self::{place::At, top::Top};
use super::{claims::WriteClaims, error::CustomClaimsError};
use crate::base64::Encoder;

impl<T: Serialize> WriteClaims for T {
    fn write(&self, out: &mut Encoder<'_, '_>) -> Result<(), CustomClaimsError> {
        self.serialize(At(Top { out }))
    }
}

impl ser::Error for CustomClaimsError {
    /// The words are dropped: there is no memory for them, and they may hold a secret.
    fn custom<T: Display>(_: T) -> Self {
        Self::Refused
    }
}
