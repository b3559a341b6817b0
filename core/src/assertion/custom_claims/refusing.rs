//! A map's key, and the refusals that it shares with the top.

use serde::{Serialize, Serializer, ser::Impossible};

use crate::assertion::{base64url::Encoder, error::CustomClaimsError as Error, text::push_string};

/// The methods of a `Serializer` for values that cannot stand at a place: `REFUSAL` says why.
macro_rules! refuse_scalars {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(
            fn $method(self, _: $type) -> Result<(), Error> {
                Err(Self::REFUSAL)
            }
        )*

        fn serialize_unit(self) -> Result<(), Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<(), Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_tuple_struct(
            self,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleStruct, Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Error> {
            Err(Self::REFUSAL)
        }

        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Error> {
            Err(Self::REFUSAL)
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
    };
}
pub(super) use refuse_scalars;

/// Serializes the key of a member, which must be text and none of `reserved`.
pub(super) struct Key<'e, 'w, 'b> {
    pub(super) out: &'e mut Encoder<'w, 'b>,
    pub(super) reserved: &'static [&'static str],
}

impl Key<'_, '_, '_> {
    const REFUSAL: Error = Error::KeyNotText;
}

impl Serializer for Key<'_, '_, '_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Impossible<(), Error>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeMap = Impossible<(), Error>;
    type SerializeStruct = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    refuse_scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<(), Error> {
        Err(Self::REFUSAL)
    }

    fn serialize_str(self, name: &str) -> Result<(), Error> {
        if self.reserved.contains(&name) {
            return Err(Error::Reserved);
        }
        push_string(self.out, name);
        Ok(())
    }

    fn serialize_char(self, name: char) -> Result<(), Error> {
        self.serialize_str(name.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(name)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        Err(Self::REFUSAL)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        Err(Self::REFUSAL)
    }

    /// Without an allocator, a formatted key can be compared with no name.
    fn collect_str<T: core::fmt::Display + ?Sized>(self, _: &T) -> Result<(), Error> {
        Err(Self::REFUSAL)
    }
}
