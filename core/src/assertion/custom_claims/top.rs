//! The claims as a whole: an object whose members join those that are written already.

use serde::{
    Serialize,
    ser::{SerializeMap, SerializeStruct},
};

use super::{
    key::Key,
    place::{At, Place},
    value::Value,
};
use crate::{assertion::error::CustomClaimsError as Error, buffer::Writer};

/// The claims that an assertion writes itself, or leaves out for a reason.
const RESERVED: &[&str] = &["aud", "sub", "iss", "exp", "iat", "jti", "nbf"];

/// Takes the members of a struct or a map, each with a comma before it.
pub(super) struct Top<'e, 'b> {
    pub(super) out: &'e mut Writer<'b>,
}

impl Place for Top<'_, '_> {
    const REFUSAL: Error = Error::NotAnObject;
    type Members = Self;

    /// No claims of one's own are none to write.
    fn none(self) -> Result<(), Error> {
        Ok(())
    }

    fn members(self) -> Result<Self, Error> {
        Ok(self)
    }
}

impl SerializeMap for Top<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.out.push(b",");
        key.serialize(At(Key {
            out: self.out,
            reserved: RESERVED,
        }))?;
        self.out.push(b":");
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Value { out: self.out })
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}

impl SerializeStruct for Top<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.serialize_entry(name, value)
    }

    fn end(self) -> Result<(), Error> {
        Ok(())
    }
}
