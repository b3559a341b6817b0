//! `assertion`, with a signer of the caller's own; core's are in `signers`.

pub(in crate::calls) mod signers;

use snow_token_core::{
    BufferTooSmall,
    assertion::{
        Algorithm, Assertion, AssertionError, AssertionSigner, CustomClaimsError, Jti,
        SigningError, SigningInput,
    },
};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, text, used},
};

pub(super) const CALLS: &[Call] = &[
    new,
    with_key_id,
    with_audience,
    with_issuer,
    with_lifetime_secs,
    with_not_before,
    custom::with_custom_claims,
    custom::custom,
    len,
    sign,
    signing_input,
    as_bytes,
    as_str,
    finish,
    signature_len,
    algorithm_name,
    min_signature_len,
    jti_from_random,
    jti_as_str,
    jti_as_ref,
    from_buffer,
    from_signing,
    from_custom_claims,
    show,
    show_errors,
];

/// Floats are formatted by Rust's own library, which has assertions in it, as are texts by `Debug`.
pub(super) const EXCUSED: &[Call] = &[custom::with_custom_floats, show_texts];

/// A secure element, of which nothing is known.
struct SecureElement;

impl AssertionSigner for SecureElement {
    fn algorithm(&self) -> Algorithm {
        any(Algorithm::Es256)
    }

    fn sign(&self, signing_input: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        used((signing_input, signature));
        any(Ok(()))
    }
}

fn assertion() -> Assertion<'static> {
    any(Assertion::new(text(), text()))
}

fn jti() -> Jti {
    any(Jti::from_random(&any([0; 16])))
}

/// In any state.
fn with_input(buf: &mut [u8], use_it: impl FnOnce(SigningInput<'_>)) {
    let algorithm = any(Algorithm::Es256);
    if let Ok(input) = assertion().signing_input(any(0), text(), algorithm, buf) {
        use_it(any(input));
    }
}

fn new(_: &mut [u8]) {
    used(Assertion::new(text(), text()));
}

fn with_key_id(_: &mut [u8]) {
    used(Assertion::with_key_id(assertion(), text()));
}

fn with_audience(_: &mut [u8]) {
    used(Assertion::with_audience(assertion(), text()));
}

fn with_issuer(_: &mut [u8]) {
    used(Assertion::with_issuer(assertion(), text()));
}

fn with_lifetime_secs(_: &mut [u8]) {
    used(Assertion::with_lifetime_secs(assertion(), any(0)));
}

fn with_not_before(_: &mut [u8]) {
    used(Assertion::with_not_before(assertion(), any(0)));
}

fn len(_: &mut [u8]) {
    used(Assertion::len(&assertion(), any(0), text(), &SecureElement));
}

fn sign(buf: &mut [u8]) {
    used(Assertion::sign(
        &assertion(),
        any(0),
        text(),
        &SecureElement,
        buf,
    ));
}

fn signing_input(buf: &mut [u8]) {
    let algorithm = any(Algorithm::Es256);
    used(Assertion::signing_input(
        &assertion(),
        any(0),
        text(),
        algorithm,
        buf,
    ));
}

fn as_bytes(buf: &mut [u8]) {
    with_input(buf, |input| used(SigningInput::as_bytes(&input)));
}

fn as_str(buf: &mut [u8]) {
    with_input(buf, |input| used(SigningInput::as_str(&input)));
}

fn finish(buf: &mut [u8]) {
    with_input(buf, |input| used(SigningInput::finish(input, bytes())));
}

fn signature_len(_: &mut [u8]) {
    used(AssertionSigner::signature_len(&SecureElement));
}

fn algorithm_name(_: &mut [u8]) {
    used(Algorithm::name(any(Algorithm::Es256)));
}

fn min_signature_len(_: &mut [u8]) {
    used(Algorithm::min_signature_len(any(Algorithm::Es256)));
}

fn jti_from_random(_: &mut [u8]) {
    used(Jti::from_random(&any([0; 16])));
}

fn jti_as_str(_: &mut [u8]) {
    used(Jti::as_str(&jti()));
}

fn jti_as_ref(_: &mut [u8]) {
    used(<Jti as AsRef<str>>::as_ref(&jti()));
}

fn from_buffer(_: &mut [u8]) {
    let error = any(BufferTooSmall { needed: 0 });
    used(<AssertionError as From<BufferTooSmall>>::from(error));
}

fn from_signing(_: &mut [u8]) {
    used(<AssertionError as From<SigningError>>::from(any(
        SigningError,
    )));
}

fn from_custom_claims(_: &mut [u8]) {
    let error = any(CustomClaimsError::Refused);
    used(<AssertionError as From<CustomClaimsError>>::from(error));
}

fn show(buf: &mut [u8]) {
    debug::<Algorithm>(&any(Algorithm::Es256));
    debug::<Jti>(&jti());
    with_input(buf, |input| debug::<SigningInput<'_>>(&input));
}

fn show_texts(_: &mut [u8]) {
    debug::<Assertion<'_>>(&assertion());
}

fn show_errors(_: &mut [u8]) {
    debug::<AssertionError>(&any(AssertionError::ClockNotSet));
    display::<AssertionError>(&any(AssertionError::ClockNotSet));
    debug::<CustomClaimsError>(&any(CustomClaimsError::Refused));
    display::<CustomClaimsError>(&any(CustomClaimsError::Refused));
    debug::<SigningError>(&any(SigningError));
    display::<SigningError>(&any(SigningError));
}

mod custom {
    use serde::{Serialize, ser};
    use snow_token_core::assertion::CustomClaimsError;

    use super::{Assertion, assertion};
    use crate::opaque::{any, perhaps, text, used};

    /// Of every kind that there is in serde's model but for floats and maps.
    #[derive(Serialize)]
    struct Claims {
        bools: bool,
        signed: (i8, i16, i32, i64, i128),
        unsigned: [u64; 4],
        wide: u128,
        characters: char,
        texts: &'static str,
        options: Option<&'static str>,
        units: (),
        unit_structs: Unit,
        variants: Variants,
        sequences: &'static [u32],
        newtypes: Newtype,
        map: &'static Map,
    }

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Newtype(u16);

    #[derive(Serialize)]
    struct Floats {
        single: f32,
        double: f64,
    }

    #[derive(Serialize)]
    enum Variants {
        Unit,
        Newtype(u8),
        Tuple(u8, u8),
        Struct { first: u8, second: u8 },
    }

    /// Any number of members, whose names are of any kind that can be text.
    struct Map;

    impl Serialize for Map {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeMap;

            let mut map = serializer.serialize_map(any(None))?;
            while any(true) {
                map.serialize_entry(&any('c'), &format_args!("{}", any(0_u32)))?;
                map.serialize_entry(text(), &any(false))?;
                map.serialize_entry(&any(0_u64), &any(false))?;
                map.serialize_entry(&any(0_i8), &any(false))?;
                map.serialize_entry(&any(false), &any(false))?;
                map.serialize_entry(&any(Variants::Unit), &any(false))?;
            }
            map.end()
        }
    }

    pub(super) fn with_custom_claims(buf: &mut [u8]) {
        let claims = any(Claims {
            bools: false,
            signed: (0, 0, 0, 0, 0),
            unsigned: [0; 4],
            wide: 0,
            characters: 'c',
            texts: text(),
            options: perhaps(),
            units: (),
            unit_structs: Unit,
            variants: any(Variants::Tuple(0, 0)),
            sequences: any(&[]),
            newtypes: Newtype(0),
            map: &Map,
        });
        used(Variants::Newtype(any(0)));
        used(Variants::Struct {
            first: any(0),
            second: any(0),
        });
        let algorithm = any(super::Algorithm::Es256);
        let assertion = Assertion::with_custom_claims(assertion(), &claims);
        used(Assertion::signing_input(
            &any(assertion),
            any(0),
            text(),
            algorithm,
            buf,
        ));
    }

    pub(super) fn custom(_: &mut [u8]) {
        used(<CustomClaimsError as ser::Error>::custom(text()));
    }

    pub(super) fn with_custom_floats(buf: &mut [u8]) {
        let floats = any(Floats {
            single: 0.0,
            double: 0.0,
        });
        let algorithm = any(super::Algorithm::Es256);
        let assertion = Assertion::with_custom_claims(assertion(), &floats);
        used(Assertion::signing_input(
            &any(assertion),
            any(0),
            text(),
            algorithm,
            buf,
        ));
    }
}
