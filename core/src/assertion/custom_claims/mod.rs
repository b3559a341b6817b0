//! Claims of the caller's own, serialized as they come.
//!
//! With a serializer of this crate's, because it writes through the base64url encoder, goes on
//! counting where the buffer has ended, and sees a claim that is there already. It needs no
//! memory of its own.

mod refusing;
mod top;
mod value;

use core::fmt::Display;

use serde::{Serialize, ser};

use self::top::Top;
use super::{base64url::Encoder, claims::WriteClaims, error::CustomClaimsError};

impl<T: Serialize> WriteClaims for T {
    fn write(&self, out: &mut Encoder<'_, '_>) -> Result<(), CustomClaimsError> {
        self.serialize(Top { out })
    }
}

impl ser::Error for CustomClaimsError {
    /// The words are dropped: there is no memory for them, and they may hold a secret.
    fn custom<T: Display>(_: T) -> Self {
        Self::Refused
    }
}
