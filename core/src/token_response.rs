//! The answer that carries a token: RFC 6749 §5.1, read strictly.

use core::fmt;

use crate::{
    alphabet::{Alphabet, is_bearer_token},
    buffer::{BufferTooSmall, Writer, as_text},
    expiry::Expiry,
    json::{Event, JsonError, Number, Reader, Text},
    secret::Secret,
};

/// A token as the endpoint granted it, its texts in the caller's buffer.
///
/// The access token in it is safe to put into a header: it has the form that RFC 6750 §2.1 asks
/// for, so no line break or other foreign character can stand in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TokenResponse<'b> {
    access_token: Secret<'b>,
    /// A refresh token, where the grant brings one (RFC 6749 §6). It replaces the one that was
    /// sent.
    pub refresh_token: Option<Secret<'b>>,
    /// The token's lifetime in seconds from when it was granted; `None` where the endpoint did
    /// not say. A value that does not fit is [`u32::MAX`].
    pub expires_in_secs: Option<u32>,
    /// The granted scopes, with a space between them; `None` means "as requested" (RFC 6749
    /// §5.1).
    pub scope: Option<&'b str>,
}

/// Why an answer is not a good token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum TokenResponseError {
    /// The body is not JSON, or not whole.
    Json(JsonError),
    /// The body is JSON but no object.
    NotAnObject,
    /// The endpoint refused: the body has an `error` member. [`refusal`](crate::refusal) reads it.
    IsAnError,
    /// A member that must be there (RFC 6749 §5.1) is not.
    Missing(Member),
    /// A member stands there twice: it is not clear which one the endpoint means.
    Duplicate(Member),
    /// A member has a value of the wrong kind, or one that means nothing.
    Invalid(Member),
    /// The caller's buffer is too small.
    BufferTooSmall(BufferTooSmall),
}

/// The members that a token response is read for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Member {
    /// `access_token`: must be there and have the form of a bearer token (RFC 6750 §2.1).
    AccessToken,
    /// `token_type`: must be there and say `Bearer`, in upper or lower case.
    TokenType,
    /// `expires_in`: a whole number of seconds, as a number or as a string.
    ExpiresIn,
    /// `refresh_token`: a string of visible ASCII characters and spaces (RFC 6749 Appendix A.17).
    RefreshToken,
    /// `scope`: a string without control characters. (RFC 6749 §3.3 allows less; an instance's
    /// administrator names scopes at will.)
    Scope,
}

impl Member {
    const ALL: [Self; 5] = [
        Self::AccessToken,
        Self::TokenType,
        Self::ExpiresIn,
        Self::RefreshToken,
        Self::Scope,
    ];

    /// The name that stands in the JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::TokenType => "token_type",
            Self::ExpiresIn => "expires_in",
            Self::RefreshToken => "refresh_token",
            Self::Scope => "scope",
        }
    }

    const fn requirement(self) -> &'static str {
        match self {
            Self::AccessToken => "is not a bearer token as RFC 6750 has it",
            Self::TokenType => "is not \"Bearer\"",
            Self::ExpiresIn => "is not a whole number of seconds",
            Self::RefreshToken => "is not a text of visible characters",
            Self::Scope => "is not a string, or has control characters in it",
        }
    }
}

impl fmt::Display for TokenResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::NotAnObject => f.write_str("the JSON is not an object"),
            Self::IsAnError => f.write_str("the endpoint answered with an error"),
            Self::Missing(member) => write!(f, "`{}` is missing", member.name()),
            Self::Duplicate(member) => write!(f, "`{}` stands there twice", member.name()),
            Self::Invalid(member) => write!(f, "`{}` {}", member.name(), member.requirement()),
            Self::BufferTooSmall(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for TokenResponseError {}

impl From<JsonError> for TokenResponseError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

impl From<BufferTooSmall> for TokenResponseError {
    fn from(error: BufferTooSmall) -> Self {
        Self::BufferTooSmall(error)
    }
}

impl<'b> TokenResponse<'b> {
    /// Reads the body of a token response, and copies the texts in it to `buf`, their escapes
    /// resolved. A buffer of the body's length always does. Zero it after use.
    ///
    /// Unknown members are passed over (an instance sends `format` at times). A member that is
    /// `null` counts as left out.
    ///
    /// # Errors
    /// [`TokenResponseError`]. Nothing of the answer is in `buf` then. Of several faults one in the JSON
    /// comes first, then an `error` member, then a duplicate, an invalid and a missing one.
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::TokenResponse;
    ///
    /// let body = br#"{"access_token":"2YotnFZ_","scope":"useraccount",
    ///                 "token_type":"Bearer","expires_in":1799}"#;
    /// let mut buf = [0; 64];
    /// let token = TokenResponse::read(body, &mut buf)?;
    /// assert_eq!(token.access_token().expose(), "2YotnFZ_");
    /// assert_eq!(token.expires_in_secs, Some(1799));
    /// assert_eq!(token.scope, Some("useraccount"));
    /// # Ok::<(), snow_token_core::TokenResponseError>(())
    /// ```
    pub fn read(body: &[u8], buf: &'b mut [u8]) -> Result<Self, TokenResponseError> {
        let mut members = Members([None; Member::ALL.len()]);
        members.fill(body)?;
        let access_token = members.text(Member::AccessToken, Alphabet::BearerToken)?;
        let token_type = members.text(Member::TokenType, Alphabet::Any)?;
        if token_type.is_some_and(|token_type| !token_type.eq_ignore_case(BEARER)) {
            return Err(TokenResponseError::Invalid(Member::TokenType));
        }
        let expires_in_secs = members.expires_in()?;
        let refresh_token = members.text(Member::RefreshToken, Alphabet::Visible)?;
        let scope = members.text(Member::Scope, Alphabet::Printable)?;
        let access_token = access_token.ok_or(TokenResponseError::Missing(Member::AccessToken))?;
        token_type.ok_or(TokenResponseError::Missing(Member::TokenType))?;

        let mut out = Writer::new(buf);
        access_token.write_to(&mut out);
        let access_end = out.needed();
        if let Some(refresh_token) = refresh_token {
            refresh_token.write_to(&mut out);
        }
        let refresh_end = out.needed();
        if let Some(scope) = scope {
            scope.write_to(&mut out);
        }
        let written = as_text(out.finish()?);
        let (access, rest) = written.split_at_checked(access_end).unwrap_or_default();
        let refresh_len = refresh_end.saturating_sub(access_end);
        let (refresh, rest) = rest.split_at_checked(refresh_len).unwrap_or_default();
        Ok(Self {
            access_token: Secret::new(access),
            refresh_token: refresh_token.map(|_| Secret::new(refresh)),
            expires_in_secs,
            scope: scope.map(|_| rest),
        })
    }

    /// A token that was had in another way, such as a third party's ID token, to be used as it is.
    /// How long it is good is not known.
    ///
    /// # Errors
    /// [`TokenResponseError::Invalid`], where it could not stand in a header (RFC 6750 §2.1).
    ///
    /// # Examples
    /// ```
    /// use snow_token_core::{FixedAccessToken, Secret, TokenResponse};
    ///
    /// let response = TokenResponse::handed_in(Secret::new("eyJ.a-b.c_d"))?;
    /// let token = FixedAccessToken::<64>::new(&response, 0, 60)?;
    /// assert!(!token.expiry().is_over(u64::MAX - 1));
    /// assert!(TokenResponse::handed_in(Secret::new("a\r\nb")).is_err());
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn handed_in(token: Secret<'b>) -> Result<Self, TokenResponseError> {
        match is_bearer_token(token.expose().as_bytes()) {
            true => Ok(Self::from_parts(token.expose(), None, None)),
            false => Err(TokenResponseError::Invalid(Member::AccessToken)),
        }
    }

    /// From texts that were checked.
    pub(crate) const fn from_parts(
        access_token: &'b str,
        expires_in_secs: Option<u32>,
        scope: Option<&'b str>,
    ) -> Self {
        Self {
            access_token: Secret::new(access_token),
            refresh_token: None,
            expires_in_secs,
            scope,
        }
    }

    /// When the token ends, for a request that was sent at `requested_at`;
    /// [`Expiry::UNKNOWN`] where the endpoint did not say.
    pub const fn expiry(&self, requested_at: u64, margin_secs: u32) -> Expiry {
        match self.expires_in_secs {
            Some(expires_in_secs) => Expiry::new(requested_at, expires_in_secs, margin_secs),
            None => Expiry::UNKNOWN,
        }
    }

    /// The access token.
    pub const fn access_token(&self) -> Secret<'b> {
        self.access_token
    }
}

/// The members of a token response, each as it stands there.
struct Members<'a>([Option<Event<'a>>; Member::ALL.len()]);

impl<'a> Members<'a> {
    fn fill(&mut self, body: &'a [u8]) -> Result<(), TokenResponseError> {
        let mut reader = Reader::new(body);
        if reader.next()? != Some(Event::ObjectStart) {
            return Err(TokenResponseError::NotAnObject);
        }
        let mut duplicate = None;
        let mut is_an_error = false;
        while let Some(event) = reader.next()? {
            let Event::Key(key) = event else { continue };
            let value = reader.value_of_key()?;
            let mut slots = Member::ALL.iter().zip(&mut self.0);
            match slots.find(|(member, _)| key == *member.name()) {
                Some((member, slot)) => {
                    if slot.is_some() {
                        duplicate = duplicate.or(Some(*member));
                    }
                    *slot = value;
                }
                None => is_an_error |= key == *"error" && value != Some(Event::Null),
            }
        }
        // An endpoint that says it refused has refused, whatever else it says.
        match duplicate {
            _ if is_an_error => Err(TokenResponseError::IsAnError),
            Some(member) => Err(TokenResponseError::Duplicate(member)),
            None => Ok(()),
        }
    }

    fn get(&self, member: Member) -> Option<&Event<'a>> {
        match self.0.get(member as usize) {
            Some(Some(Event::Null)) | None => None,
            Some(value) => value.as_ref(),
        }
    }

    /// A text in `alphabet`, if the member is there.
    fn text(
        &self,
        member: Member,
        alphabet: Alphabet,
    ) -> Result<Option<Text<'a>>, TokenResponseError> {
        match self.get(member) {
            None => Ok(None),
            Some(Event::String(text)) if Alphabet::of(*text) <= alphabet => Ok(Some(*text)),
            Some(_) => Err(TokenResponseError::Invalid(member)),
        }
    }

    fn expires_in(&self) -> Result<Option<u32>, TokenResponseError> {
        let secs = match self.get(Member::ExpiresIn) {
            None => return Ok(None),
            Some(Event::Number(number)) => number.to_u32(),
            Some(Event::String(text)) => Number::read(text.raw()).and_then(Number::to_u32),
            Some(_) => None,
        };
        let invalid = TokenResponseError::Invalid(Member::ExpiresIn);
        secs.map(Some).ok_or(invalid)
    }
}

/// The value of `token_type`, in upper or lower case (RFC 6749 §5.1).
pub(crate) const BEARER: &str = "Bearer";
