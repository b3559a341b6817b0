//! Places where not every value can stand: the claims as a whole, and a key.

use serde::{
    Serialize, Serializer,
    ser::{Impossible, SerializeMap, SerializeStruct},
};

use crate::assertion::error::CustomClaimsError as Error;

/// A place that refuses every value but those for which it says otherwise.
pub(super) trait Place: Sized {
    const REFUSAL: Error;
    type Members: SerializeMap<Ok = (), Error = Error> + SerializeStruct<Ok = (), Error = Error>;

    fn none(self) -> Result<(), Error> {
        Err(Self::REFUSAL)
    }

    fn text(self, _: &str) -> Result<(), Error> {
        Err(Self::REFUSAL)
    }

    fn members(self) -> Result<Self::Members, Error> {
        Err(Self::REFUSAL)
    }
}

/// Serializes what its place does not refuse.
pub(super) struct At<P>(pub(super) P);

macro_rules! refuse {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => {
        $(
            fn $method(self, $(_: $type),*) -> Result<$ok, Error> {
                Err(P::REFUSAL)
            }
        )*
    };
}

impl<P: Place> Serializer for At<P> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = P::Members;
    type SerializeStruct = P::Members;
    type SerializeStructVariant = Impossible<(), Error>;

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeTupleVariant;
        serialize_struct_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeStructVariant;
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Error> {
        Err(P::REFUSAL)
    }

    /// Without an allocator, text that is formatted can be compared with no name.
    fn collect_str<T: core::fmt::Display + ?Sized>(self, _: &T) -> Result<(), Error> {
        Err(P::REFUSAL)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.0.none()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_str(self, text: &str) -> Result<(), Error> {
        self.0.text(text)
    }

    fn serialize_char(self, text: char) -> Result<(), Error> {
        self.0.text(text.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        text: &'static str,
    ) -> Result<(), Error> {
        self.0.text(text)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<P::Members, Error> {
        self.0.members()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<P::Members, Error> {
        self.0.members()
    }
}
