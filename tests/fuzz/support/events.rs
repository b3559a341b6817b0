//! What `serde_json` reads, as a list of events: names that stand twice are there twice.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Key(String),
    String(String),
    Number(f64),
    Bool(bool),
    Null,
}

pub fn read(text: &[u8]) -> serde_json::Result<Vec<Event>> {
    let mut events = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    Value(&mut events).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(events)
}

/// Whether a text was refused for a number that no `f64` can hold.
pub fn is_out_of_range(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("number out of range")
}

struct Value<'e>(&'e mut Vec<Event>);

impl Value<'_> {
    fn push<E>(self, event: Event) -> Result<(), E> {
        self.0.push(event);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.push(Event::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.push(Event::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.push(Event::Number(value as f64))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.push(Event::Number(value as f64))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.push(Event::Number(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.push(Event::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.0.push(Event::ArrayStart);
        while elements.next_element_seed(Value(self.0))?.is_some() {}
        self.push(Event::ArrayEnd)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.push(Event::ObjectStart);
        while let Some(key) = members.next_key()? {
            self.0.push(Event::Key(key));
            members.next_value_seed(Value(self.0))?;
        }
        self.push(Event::ObjectEnd)
    }
}
