//! Redirects, read by core and by its documentation's rules, with `percent-encoding` as the decoder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use snow_token_core::{
    authorization::{Callback, CallbackError, Parameter, State},
    json::Number,
};

const STATE: &str = "07070707070707070707070707070707";

// Most inputs would fail for their state alone: it is appended unless the first byte is a `!`.
fuzz_target!(|input: &str| {
    let parameters = match input.strip_prefix('!') {
        Some(rest) => rest.to_owned(),
        None => format!("{input}&state={STATE}"),
    };
    let state = State::from_random([7; 16]);
    assert_eq!(state.as_str(), STATE);
    let mut buf = vec![0xaa; parameters.len()];
    let ours = Callback::read(&parameters, &state, &mut buf);
    assert_eq!(ours.map(Answer::of), expected(&parameters));

    let mut short = [0; 3];
    let shorter = Callback::read(&parameters, &state, &mut short);
    assert!(shorter == ours || matches!(shorter, Err(CallbackError::BufferTooSmall(_))));
});

#[derive(Debug, PartialEq)]
enum Answer {
    Code(String),
    Token(String, Option<u32>, Option<String>),
    Refused(String, Option<String>),
}

impl Answer {
    fn of(callback: Callback<'_>) -> Self {
        match callback {
            Callback::Code(code) => Self::Code(code.expose().to_owned()),
            Callback::Token(token) => {
                assert_eq!(token.refresh_token, None);
                let access_token = token.access_token().expose().to_owned();
                let scope = token.scope.map(str::to_owned);
                Self::Token(access_token, token.expires_in_secs, scope)
            }
            Callback::Refused { error, description } => {
                Self::Refused(error.to_owned(), description.map(str::to_owned))
            }
            other => unreachable!("{other:?}"),
        }
    }
}

fn expected(parameters: &str) -> Result<Answer, CallbackError> {
    let pairs: Vec<_> = parameters
        .split('&')
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .collect();
    if !pairs.contains(&(Parameter::State.name(), STATE)) {
        return Err(CallbackError::StateMismatch);
    }
    // A name that is encoded is another one: no instance writes it so.
    for (index, (name, _)) in pairs.iter().enumerate() {
        if let Some(known) = KNOWN.into_iter().find(|known| known.name() == *name)
            && pairs[..index].iter().any(|earlier| earlier.0 == *name)
        {
            return Err(CallbackError::Duplicate(known));
        }
    }
    let raw = |parameter: Parameter| {
        let mut pairs = pairs.iter().filter(|pair| pair.0 == parameter.name());
        pairs.next().map(|pair| pair.1)
    };
    // Encoded as a form is, all of them, before any is looked at closer.
    let decode = |parameters: &[Parameter]| {
        for parameter in parameters {
            if !raw(*parameter).is_none_or(is_encoded) {
                return Err(CallbackError::Invalid(*parameter));
            }
        }
        let values = parameters.iter().map(|parameter| {
            let Some(raw) = raw(*parameter) else {
                return Ok(None);
            };
            let raw = raw.replace('+', " ");
            let value = percent_decode_str(&raw).decode_utf8();
            let value = value.map_err(|_| CallbackError::Invalid(*parameter))?;
            Ok(Some(value.into_owned()))
        });
        values.collect::<Result<Vec<_>, _>>()
    };
    if raw(Parameter::Error).is_some() {
        let mut values = decode(&[Parameter::Error, Parameter::ErrorDescription])?;
        let description = values.remove(1);
        return Ok(Answer::Refused(
            values.remove(0).unwrap_or_default(),
            description,
        ));
    }
    if raw(Parameter::AccessToken).is_some() {
        return token(decode(&TOKEN)?);
    }
    match decode(&[Parameter::Code])?.remove(0) {
        None => Err(CallbackError::Missing(Parameter::Code)),
        Some(code) if code.is_empty() => Err(CallbackError::Invalid(Parameter::Code)),
        Some(code) => Ok(Answer::Code(code)),
    }
}

const KNOWN: [Parameter; 8] = [
    Parameter::State,
    Parameter::Code,
    Parameter::Error,
    Parameter::ErrorDescription,
    Parameter::AccessToken,
    Parameter::TokenType,
    Parameter::ExpiresIn,
    Parameter::Scope,
];

const TOKEN: [Parameter; 4] = [
    Parameter::AccessToken,
    Parameter::TokenType,
    Parameter::ExpiresIn,
    Parameter::Scope,
];

fn token(values: Vec<Option<String>>) -> Result<Answer, CallbackError> {
    let Ok([token, token_type, expires_in, scope]) = <[_; 4]>::try_from(values) else {
        unreachable!("as many as were asked for");
    };
    let token = token.filter(|token| is_bearer_token(token));
    let token = token.ok_or(CallbackError::Invalid(Parameter::AccessToken))?;
    match token_type {
        None => return Err(CallbackError::Missing(Parameter::TokenType)),
        Some(text) if text.eq_ignore_ascii_case("bearer") => {}
        Some(_) => return Err(CallbackError::Invalid(Parameter::TokenType)),
    }
    // The target `json` has more of numbers.
    let secs = match expires_in {
        None => None,
        Some(text) => Some(
            Number::parse(&text)
                .and_then(Number::to_u32)
                .ok_or(CallbackError::Invalid(Parameter::ExpiresIn))?,
        ),
    };
    match &scope {
        Some(text) if text.contains(char::is_control) => {
            Err(CallbackError::Invalid(Parameter::Scope))
        }
        _ => Ok(Answer::Token(token, secs, scope)),
    }
}

/// Whether two digits follow each `%`: `percent-encoding` lets a `%` without them stand for itself.
fn is_encoded(raw: &str) -> bool {
    raw.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// RFC 6750 §2.1: `b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="`
fn is_bearer_token(text: &str) -> bool {
    let token = text.trim_end_matches('=');
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
    !token.is_empty() && token.bytes().all(is_allowed)
}
