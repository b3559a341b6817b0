//! The parts of a distinguished name (X.520), such as `CN=snow-token`.
//!
//! `x509-cert` writes them too, with every object identifier that anybody ever named: a third of all
//! that the dynamic linker had to relocate whenever the command starts, whatever it is to do.

use core::fmt::Write as _;

use x509_cert::{
    attr::AttributeTypeAndValue,
    der::{
        Encode,
        asn1::Ia5StringRef,
        oid::{
            ObjectIdentifier,
            db::{rfc3280, rfc4519},
        },
    },
    ext::pkix::name::DirectoryString,
    name::Name,
};

/// The short name of what may stand in a certificate's names: as RFC 4519 has it, the usual
/// abbreviations in capitals.
pub(crate) fn short_name(attribute: ObjectIdentifier) -> Option<&'static str> {
    Some(match attribute {
        rfc4519::CN => "CN",
        rfc4519::SN => "SN",
        rfc4519::SERIAL_NUMBER => "serialNumber",
        rfc4519::C => "C",
        rfc4519::L => "L",
        rfc4519::ST => "ST",
        rfc4519::STREET => "street",
        rfc4519::O => "O",
        rfc4519::OU => "OU",
        rfc4519::TITLE => "title",
        rfc4519::DESCRIPTION => "description",
        rfc4519::BUSINESS_CATEGORY => "businessCategory",
        rfc4519::POSTAL_ADDRESS => "postalAddress",
        rfc4519::POSTAL_CODE => "postalCode",
        rfc4519::POST_OFFICE_BOX => "postOfficeBox",
        rfc4519::TELEPHONE_NUMBER => "telephoneNumber",
        rfc4519::NAME => "name",
        rfc4519::GN => "GN",
        rfc4519::INITIALS => "initials",
        rfc4519::GENERATION_QUALIFIER => "generationQualifier",
        rfc4519::X_500_UNIQUE_IDENTIFIER => "x500UniqueIdentifier",
        rfc4519::DN_QUALIFIER => "dnQualifier",
        rfc4519::UID => "uid",
        rfc4519::DC => "DC",
        rfc3280::PSEUDONYM => "pseudonym",
        rfc3280::EMAIL_ADDRESS => "email",
        _ => return None,
    })
}

/// A name as RFC 4514 writes it: its last part first.
pub(super) fn rfc4514(name: &Name) -> String {
    let mut text = String::new();
    let parts: Vec<_> = name.iter_rdn().collect();
    for (number, part) in parts.iter().rev().enumerate() {
        for (place, attribute) in part.iter().enumerate() {
            match (number, place) {
                (0, 0) => {}
                (_, 0) => text.push(','),
                _ => text.push('+'),
            }
            write_attribute(attribute, &mut text);
        }
    }
    text
}

/// RFC 4514 §2.3 and §2.4. What has no short name, or is no text, is the DER of its value.
fn write_attribute(attribute: &AttributeTypeAndValue, text: &mut String) {
    let value = match DirectoryString::try_from(&attribute.value) {
        // Text of 16 bits a character is written as DER, too.
        Ok(DirectoryString::BmpString(_)) => None,
        Ok(text) => Some(text.value().into_owned()),
        Err(_) => Ia5StringRef::try_from(&attribute.value)
            .ok()
            .map(|text| text.as_str().to_owned()),
    };
    match (short_name(attribute.oid), value) {
        (Some(name), Some(value)) => {
            text.push_str(&name.to_ascii_uppercase());
            text.push('=');
            push_escaped(&value, text);
        }
        _ => {
            // Writing to a string does not fail.
            let _ = write!(text, "{}=#", attribute.oid);
            for byte in attribute.value.to_der().unwrap_or_default() {
                let _ = write!(text, "{byte:02x}");
            }
        }
    }
}

fn push_escaped(value: &str, text: &mut String) {
    let mut characters = value.chars().enumerate().peekable();
    while let Some((place, character)) = characters.next() {
        let is_last = characters.peek().is_none();
        match character {
            '#' if place == 0 => text.push_str("\\#"),
            ' ' if place == 0 || is_last => text.push_str("\\ "),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', character]),
            '\x00'..='\x1f' | '\x7f' => {
                let _ = write!(text, "\\{:02x}", u32::from(character));
            }
            _ => text.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use core::str::FromStr;

    use x509_cert::der::oid::db::DB;

    use super::*;

    #[test]
    fn names_are_written_as_x509_cert_writes_them() {
        assert_eq!(rfc4514(&Name::default()), "");
        for text in [
            "CN=snow-token",
            "CN=a,O=b,C=US",
            "CN=a+SERIALNUMBER=1,OU=\\ b\\ ,DC=example",
            "EMAIL=me@example.com,UID=me,STREET=\\#1\\, \\\"A\\\" \\+ \\<b\\>\\; \\\\ c=#d",
            "CN=a\\0ab,2.5.4.97=#0c0161",
            "CN=#020101",
        ] {
            let name = Name::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(rfc4514(&name), name.to_string(), "{text}");
        }
    }

    #[test]
    fn short_names_are_those_of_the_database() {
        let mut known = 0;
        for number in 0..=100 {
            for oid in [
                format!("2.5.4.{number}"),
                format!("0.9.2342.19200300.100.1.{number}"),
                format!("1.2.840.113549.1.9.{number}"),
            ] {
                let oid = ObjectIdentifier::new(&oid).unwrap();
                let Some(short) = short_name(oid) else {
                    continue;
                };
                known += 1;
                let shortest = DB.find_names_for_oid(oid).min_by_key(|name| name.len());
                let shortest = shortest.unwrap();
                match short.len() <= 2 {
                    true => assert_eq!(short, shortest.to_ascii_uppercase()),
                    false => assert_eq!(short, shortest),
                }
            }
        }
        assert_eq!(known, 26);
    }
}
