//! Any value as JSON.

use core::fmt::{self, Display, Write};

use serde::{
    Serialize, Serializer,
    ser::{
        SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
        SerializeTupleStruct, SerializeTupleVariant,
    },
};

use super::{key::Key, place::At};
use crate::{
    assertion::{
        error::CustomClaimsError as Error,
        text::{push_escaped, push_string},
    },
    buffer::Writer,
};

/// Serializes one value.
pub(super) struct Value<'e, 'b> {
    pub(super) out: &'e mut Writer<'b>,
}

/// Text that is formatted straight into the buffer.
struct Formatted<'e, 'b>(&'e mut Writer<'b>);

impl Write for Formatted<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        push_escaped(self.0, text);
        Ok(())
    }
}

fn push_display(out: &mut Writer<'_>, value: &dyn Display) -> Result<(), Error> {
    write!(Formatted(out), "{value}").map_err(|_| Error::Refused)
}

impl<'e, 'b> Value<'e, 'b> {
    fn display(self, value: &dyn Display) -> Result<(), Error> {
        push_display(self.out, value)
    }

    fn open(self, opening: &[u8], closing: &'static [u8]) -> Items<'e, 'b> {
        self.out.push(opening);
        Items {
            out: self.out,
            first: true,
            closing,
        }
    }

    /// `{"variant":` and what follows.
    fn open_variant(self, variant: &str, opening: &[u8], closing: &'static [u8]) -> Items<'e, 'b> {
        self.out.push(b"{");
        push_string(self.out, variant);
        self.out.push(b":");
        self.open(opening, closing)
    }
}

/// JSON writes these as Rust does.
macro_rules! display {
    ($($method:ident: $type:ty),* $(,)?) => {
        $(
            fn $method(self, v: $type) -> Result<(), Error> {
                self.display(&v)
            }
        )*
    };
}

impl<'e, 'b> Serializer for Value<'e, 'b> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'e, 'b>;
    type SerializeTuple = Items<'e, 'b>;
    type SerializeTupleStruct = Items<'e, 'b>;
    type SerializeTupleVariant = Items<'e, 'b>;
    type SerializeMap = Items<'e, 'b>;
    type SerializeStruct = Items<'e, 'b>;
    type SerializeStructVariant = Items<'e, 'b>;

    display! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
    }

    fn serialize_f32(self, v: f32) -> Result<(), Error> {
        if !v.is_finite() {
            return Err(Error::NotANumber);
        }
        self.display(&v)
    }

    fn serialize_f64(self, v: f64) -> Result<(), Error> {
        if !v.is_finite() {
            return Err(Error::NotANumber);
        }
        self.display(&v)
    }

    fn serialize_char(self, v: char) -> Result<(), Error> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), Error> {
        push_string(self.out, v);
        Ok(())
    }

    /// As an array of numbers: JSON has no bytes.
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Error> {
        let mut items = self.open(b"[", b"]");
        v.iter().try_for_each(|byte| items.element(byte))?;
        items.close()
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.out.push(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut member = self.open(b"{", b"}");
        member.member(variant, value)?;
        member.close()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Error> {
        Ok(self.open(b"[", b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        Ok(self.open(b"[", b"]"))
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        Ok(self.open(b"[", b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Ok(self.open_variant(variant, b"[", b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Error> {
        Ok(self.open(b"{", b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Error> {
        Ok(self.open(b"{", b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Ok(self.open_variant(variant, b"{", b"}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.out.push(b"\"");
        push_display(self.out, &value)?;
        self.out.push(b"\"");
        Ok(())
    }
}

/// The elements of an array or the members of an object.
pub(super) struct Items<'e, 'b> {
    out: &'e mut Writer<'b>,
    first: bool,
    closing: &'static [u8],
}

impl Items<'_, '_> {
    fn separate(&mut self) {
        if !self.first {
            self.out.push(b",");
        }
        self.first = false;
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.separate();
        value.serialize(Value { out: self.out })
    }

    fn member<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.separate();
        push_string(self.out, name);
        self.out.push(b":");
        value.serialize(Value { out: self.out })
    }

    fn close(self) -> Result<(), Error> {
        self.out.push(self.closing);
        Ok(())
    }
}

macro_rules! elements {
    ($($trait:ident::$method:ident),* $(,)?) => {
        $(
            impl $trait for Items<'_, '_> {
                type Ok = ();
                type Error = Error;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.element(value)
                }

                fn end(self) -> Result<(), Error> {
                    self.close()
                }
            }
        )*
    };
}

elements! {
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
}

macro_rules! members {
    ($($trait:ident),*) => {
        $(
            impl $trait for Items<'_, '_> {
                type Ok = ();
                type Error = Error;

                fn serialize_field<T: Serialize + ?Sized>(
                    &mut self,
                    name: &'static str,
                    value: &T,
                ) -> Result<(), Error> {
                    self.member(name, value)
                }

                fn end(self) -> Result<(), Error> {
                    self.close()
                }
            }
        )*
    };
}

members!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Items<'_, '_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.separate();
        key.serialize(At(Key {
            out: self.out,
            reserved: &[],
        }))?;
        self.out.push(b":");
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Value { out: self.out })
    }

    fn end(self) -> Result<(), Error> {
        self.close()
    }
}
