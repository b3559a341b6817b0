//! What can go wrong, with the cause and what to do about it.

use core::fmt;

use crate::store::StoreError;
use snow_token_core::{
    Cause, Retry,
    explain::{Explanation, explain},
};

/// Why a call did not succeed.
///
/// `Display` says in one line what was tried, against what, and what came back;
/// [`advice`](Self::advice) says what to do. Neither ever holds a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    cause: Option<Cause>,
    what: String,
    advice: Vec<String>,
}

/// Who is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call itself makes no sense, such as a path on another host. Nothing was sent.
    Usage,
    /// A setting is missing, contradictory or makes no sense. Nothing was sent.
    Configuration,
    /// The instance does not let this client in, or not that far.
    Refused,
    /// The instance was not reached, or not safely: DNS, TCP, TLS, a time-out, a cut connection.
    Network,
    /// Something answered, but not as it should.
    UnexpectedAnswer,
}

impl Error {
    /// Who is at fault.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What the instance's answer means, where there was one.
    pub fn cause(&self) -> Option<Cause> {
        self.cause
    }

    /// What to do about it, the likeliest first.
    pub fn advice(&self) -> &[String] {
        &self.advice
    }

    /// An error of the caller's own, who finds an answer to be other than it should be, beside those
    /// that it passes on. The command does so with a body that is not the JSON that it asked for.
    pub fn unexpected(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::UnexpectedAnswer, what)
    }

    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self {
            kind,
            cause: None,
            what: what.into(),
            advice: Vec::new(),
        }
    }

    pub(crate) fn configuration(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, what)
    }

    /// For an answer with a cause: kind and advice follow from it.
    pub(crate) fn from_cause(cause: Cause, what: impl Into<String>) -> Self {
        Self {
            cause: Some(cause),
            ..Self::new(kind_of(cause), what)
        }
        .with_advice(wait(cause))
        .with_advice(explain(cause).iter().map(Explanation::to_string))
    }

    /// Says before all else which file it is about.
    #[cfg(feature = "keys")]
    pub(crate) fn with_place(mut self, place: &str) -> Self {
        self.what = format!("{place}: {}", self.what);
        self
    }

    pub(crate) fn with_first_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice.insert(0, advice.into());
        self
    }

    pub(crate) fn with_advice(
        mut self,
        advice: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.advice.extend(advice.into_iter().map(Into::into));
        self
    }
}

/// The wait that the server asks for.
fn wait(cause: Cause) -> Option<String> {
    match cause.retry() {
        Retry::After { secs } => Some(format!("not before {secs} s from now")),
        _ => None,
    }
}

fn kind_of(cause: Cause) -> ErrorKind {
    match cause {
        Cause::AccessDenied
        | Cause::IntegrationUserMissing
        | Cause::AdminSubject
        | Cause::InvalidClient
        | Cause::GrantNotAllowed
        | Cause::InvalidGrant
        | Cause::InvalidScope
        | Cause::ClientCertificateRefused
        | Cause::NotAuthenticated
        | Cause::MissingScope
        | Cause::NotAuthorized => ErrorKind::Refused,
        _ => ErrorKind::UnexpectedAnswer,
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl core::error::Error for Error {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::configuration(error.to_string())
    }
}
