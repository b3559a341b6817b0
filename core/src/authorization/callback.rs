//! The redirect that answers an authorization request: RFC 6749 §4.1.2 and, in a fragment, §4.2.2.

use core::fmt;

use super::State;
use crate::{
    alphabet::is_bearer_token,
    buffer::{BufferTooSmall, Writer, as_text},
    form::{self, InvalidEncoding},
    json::Number,
    secret::Secret,
    split::split_once,
    token_response::{BEARER, TokenResponse},
};

/// What the redirect brought, its texts in the caller's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Callback<'b> {
    /// A code, to be exchanged for a token.
    Code(Secret<'b>),
    /// A token (implicit, legacy).
    Token(TokenResponse<'b>),
    /// The user, or the instance, refused.
    Refused {
        /// The error code, such as `access_denied`. It came through the browser: escape it before
        /// it is shown.
        error: &'b str,
        /// The words beside it; escape them too.
        description: Option<&'b str>,
    },
}

/// Why a redirect cannot be believed or understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum CallbackError {
    /// There is no `state`, or another one: this is not the answer to the request. Somebody may be
    /// trying to slip in a code of their own (RFC 6749 §10.12).
    StateMismatch,
    /// A parameter stands there twice.
    Duplicate(Parameter),
    /// A parameter that must be there is not.
    Missing(Parameter),
    /// A parameter is not encoded as a form is, or its value means nothing.
    Invalid(Parameter),
    /// The caller's buffer is too small. One of the redirect's length always does.
    BufferTooSmall(BufferTooSmall),
}

impl fmt::Display for CallbackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StateMismatch => f.write_str("the redirect does not belong to this request"),
            Self::Duplicate(parameter) => write!(f, "`{}` stands there twice", parameter.name()),
            Self::Missing(parameter) => write!(f, "`{}` is missing", parameter.name()),
            Self::Invalid(parameter) => write!(f, "`{}` is not valid", parameter.name()),
            Self::BufferTooSmall(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for CallbackError {}

impl From<BufferTooSmall> for CallbackError {
    fn from(error: BufferTooSmall) -> Self {
        Self::BufferTooSmall(error)
    }
}

/// The parameters that a redirect is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Parameter {
    /// `state`
    State,
    /// `code`
    Code,
    /// `error`
    Error,
    /// `error_description`
    ErrorDescription,
    /// `access_token`
    AccessToken,
    /// `token_type`
    TokenType,
    /// `expires_in`
    ExpiresIn,
    /// `scope`
    Scope,
}

impl Parameter {
    const ALL: [Self; 8] = [
        Self::State,
        Self::Code,
        Self::Error,
        Self::ErrorDescription,
        Self::AccessToken,
        Self::TokenType,
        Self::ExpiresIn,
        Self::Scope,
    ];

    /// The name that stands in the redirect.
    pub const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Code => "code",
            Self::Error => "error",
            Self::ErrorDescription => "error_description",
            Self::AccessToken => "access_token",
            Self::TokenType => "token_type",
            Self::ExpiresIn => "expires_in",
            Self::Scope => "scope",
        }
    }
}

impl<'b> Callback<'b> {
    /// Reads the query (after `?`) or, for implicit, the fragment (after `#`) of the redirect.
    ///
    /// The `state` is compared first, in constant time: nothing else is believed before, nor is it
    /// looked at, so that every error but [`CallbackError::StateMismatch`] is about a redirect of
    /// this request.
    ///
    /// # Errors
    /// [`CallbackError`]; `buf` may hold a part of the redirect then, and is to be zeroed after
    /// use in any case.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::authorization::{Callback, CallbackError, State};
    ///
    /// let state = State::from_random([7; 16]);
    /// let mut buf = [0; 64];
    /// let refused = "error=access_denied&state=07070707070707070707070707070707";
    /// assert_eq!(
    ///     Callback::read(refused, &state, &mut buf)?,
    ///     Callback::Refused { error: "access_denied", description: None },
    /// );
    /// // Somebody else's code.
    /// assert_eq!(
    ///     Callback::read("code=c0de&state=0", &state, &mut buf),
    ///     Err(CallbackError::StateMismatch),
    /// );
    /// # Ok::<(), CallbackError>(())
    /// ```
    pub fn read(parameters: &str, state: &State, buf: &'b mut [u8]) -> Result<Self, CallbackError> {
        let mut states = pairs(parameters).filter(|(name, _)| *name == Parameter::State.name());
        if !states.any(|(_, text)| state.matches(text)) {
            return Err(CallbackError::StateMismatch);
        }
        let raw = Raw::read(parameters)?;
        if raw.get(Parameter::Error).is_some() {
            let [error, description] =
                raw.decode([Parameter::Error, Parameter::ErrorDescription], buf)?;
            return Ok(Self::Refused {
                error: error.unwrap_or_default(),
                description,
            });
        }
        if raw.get(Parameter::AccessToken).is_some() {
            return raw.token(buf).map(Self::Token);
        }
        let [code] = raw.decode([Parameter::Code], buf)?;
        match code {
            None => Err(CallbackError::Missing(Parameter::Code)),
            Some("") => Err(CallbackError::Invalid(Parameter::Code)),
            Some(code) => Ok(Self::Code(Secret::new(code))),
        }
    }
}

/// Names and values as they stand in the redirect.
fn pairs(parameters: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = Some(parameters);
    core::iter::from_fn(move || {
        let (pair, after) = match split_once(rest?, "&") {
            Some((pair, after)) => (pair, Some(after)),
            None => (rest?, None),
        };
        rest = after;
        Some(split_once(pair, "=").unwrap_or((pair, "")))
    })
}

/// The parameters as they stand in the redirect, still encoded.
struct Raw<'a>([Option<&'a str>; Parameter::ALL.len()]);

impl<'a> Raw<'a> {
    fn read(parameters: &'a str) -> Result<Self, CallbackError> {
        let mut raw = Self([None; Parameter::ALL.len()]);
        for (name, value) in pairs(parameters) {
            let known = Parameter::ALL.iter().zip(&mut raw.0);
            for (parameter, slot) in known.filter(|(parameter, _)| parameter.name() == name) {
                if slot.replace(value).is_some() {
                    return Err(CallbackError::Duplicate(*parameter));
                }
            }
        }
        Ok(raw)
    }

    fn get(&self, parameter: Parameter) -> Option<&'a str> {
        let mut slots = Parameter::ALL.into_iter().zip(self.0);
        slots.find(|(known, _)| *known == parameter)?.1
    }

    /// Decodes these parameters into `buf`, one behind the other.
    fn decode<'b, const N: usize>(
        &self,
        parameters: [Parameter; N],
        buf: &'b mut [u8],
    ) -> Result<[Option<&'b str>; N], CallbackError> {
        let mut out = Writer::new(buf);
        let mut ends = [0; N];
        for (parameter, end) in parameters.into_iter().zip(&mut ends) {
            let raw = self.get(parameter).unwrap_or_default();
            form::decode_each(raw, &mut |piece| out.push(piece))
                .map_err(|InvalidEncoding| CallbackError::Invalid(parameter))?;
            *end = out.needed();
        }
        let written: &'b [u8] = out.finish()?;
        let mut texts = [None; N];
        let mut start = 0;
        for ((parameter, end), text) in parameters.into_iter().zip(ends).zip(&mut texts) {
            let bytes = written.get(start..end).unwrap_or_default();
            start = end;
            if core::str::from_utf8(bytes).is_err() {
                return Err(CallbackError::Invalid(parameter));
            }
            *text = self.get(parameter).map(|_| as_text(bytes));
        }
        Ok(texts)
    }

    fn token<'b>(&self, buf: &'b mut [u8]) -> Result<TokenResponse<'b>, CallbackError> {
        let [access_token, token_type, expires_in, scope] = self.decode(
            [
                Parameter::AccessToken,
                Parameter::TokenType,
                Parameter::ExpiresIn,
                Parameter::Scope,
            ],
            buf,
        )?;
        let access_token = access_token
            .filter(|text| is_bearer_token(text.as_bytes()))
            .ok_or(CallbackError::Invalid(Parameter::AccessToken))?;
        match token_type {
            Some(text) if text.eq_ignore_ascii_case(BEARER) => {}
            Some(_) => return Err(CallbackError::Invalid(Parameter::TokenType)),
            None => return Err(CallbackError::Missing(Parameter::TokenType)),
        }
        let expires_in_secs = expires_in
            .map(|text| Number::parse(text).and_then(Number::to_u32))
            .map(|secs| secs.ok_or(CallbackError::Invalid(Parameter::ExpiresIn)))
            .transpose()?;
        if scope.is_some_and(|scope| scope.contains(char::is_control)) {
            return Err(CallbackError::Invalid(Parameter::Scope));
        }
        Ok(TokenResponse::from_parts(
            access_token,
            expires_in_secs,
            scope,
        ))
    }
}
