//! What a check says, and the report that the checks write to.

use core::fmt;

use crate::error::{Error, ErrorKind};

/// What is checked, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// The settings: the method, and whether they agree.
    Settings,
    /// White space that was pasted along with a secret or an ID.
    WhiteSpace,
    /// The proxy, where there is one.
    Proxy,
    /// The addresses of the host.
    Dns,
    /// A connection to one of them.
    Tcp,
    /// Version, cipher suite and certificates.
    Tls,
    /// That anything answers by HTTP.
    Http,
    /// This machine's clock against the instance's.
    Clock,
    /// Whether the instance sleeps.
    Hibernation,
    /// Whether the token endpoint is one.
    TokenEndpoint,
    /// Whether somebody is logged in; for the method that needs it alone.
    Login,
    /// A token.
    Grant,
    /// The scopes that it has.
    Scope,
    /// A record of the Table API.
    TableApi,
}

impl Subject {
    pub(super) const ALL: [Self; 14] = [
        Self::Settings,
        Self::WhiteSpace,
        Self::Proxy,
        Self::Dns,
        Self::Tcp,
        Self::Tls,
        Self::Http,
        Self::Clock,
        Self::Hibernation,
        Self::TokenEndpoint,
        Self::Login,
        Self::Grant,
        Self::Scope,
        Self::TableApi,
    ];

    /// For programs, as in `token_endpoint`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::WhiteSpace => "white_space",
            Self::Proxy => "proxy",
            Self::Dns => "dns",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Clock => "clock",
            Self::Hibernation => "hibernation",
            Self::TokenEndpoint => "token_endpoint",
            Self::Login => "login",
            Self::Grant => "grant",
            Self::Scope => "scope",
            Self::TableApi => "table_api",
        }
    }
}

impl fmt::Display for Subject {
    /// For people, as in `token endpoint`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::WhiteSpace => "white space",
            Self::Dns => "DNS",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::TokenEndpoint => "token endpoint",
            Self::TableApi => "Table API",
            subject => subject.name(),
        })
    }
}

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing is wrong.
    Passed,
    /// It works, and could do harm all the same.
    Warning,
    /// It does not work.
    Failed,
    /// Not checked: there is nothing to check, or something before it failed.
    Skipped,
}

impl Outcome {
    /// For programs, as in `passed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// One check. Holds no secret and no token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Check {
    /// What was checked.
    pub subject: Subject,
    /// How it came out.
    pub outcome: Outcome,
    /// What was found, in one line; why it was skipped.
    pub found: String,
    /// More of what was found, such as the certificates, a line each.
    pub details: Vec<String>,
    /// What to do about it, the likeliest first.
    pub advice: Vec<String>,
}

impl Check {
    pub(super) fn passed(subject: Subject, found: impl Into<String>) -> Self {
        Self {
            subject,
            outcome: Outcome::Passed,
            found: found.into(),
            details: Vec::new(),
            advice: Vec::new(),
        }
    }

    pub(super) fn skipped(subject: Subject, because: impl fmt::Display) -> Self {
        Self {
            outcome: Outcome::Skipped,
            ..Self::passed(subject, format!("because {because}"))
        }
    }

    pub(super) fn failed(subject: Subject, error: &Error) -> Self {
        Self {
            outcome: Outcome::Failed,
            advice: error.advice().to_vec(),
            ..Self::passed(subject, error.to_string())
        }
    }

    /// The same as a warning, with what to do about it.
    pub(super) fn but(mut self, advice: impl Into<String>) -> Self {
        self.outcome = Outcome::Warning;
        self.advice.push(advice.into());
        self
    }

    pub(super) fn with_details(mut self, details: impl IntoIterator<Item = String>) -> Self {
        self.details.extend(details);
        self
    }
}

/// A check failed, and that was told: what depends on it is not checked.
#[derive(Debug)]
pub(super) struct Stopped;

/// Where the checks tell what they found.
pub(super) struct Report<'r> {
    tell: &'r mut dyn FnMut(&Check),
    /// What was not told of yet, in order.
    waiting: Vec<Subject>,
    failure: Option<(Subject, ErrorKind)>,
}

impl<'r> Report<'r> {
    pub(super) fn new(tell: &'r mut dyn FnMut(&Check)) -> Self {
        let is_for_all = |subject: &Subject| *subject != Subject::Login;
        Self {
            tell,
            waiting: Subject::ALL.into_iter().filter(is_for_all).collect(),
            failure: None,
        }
    }

    /// The method is one for which somebody logs in.
    pub(super) fn expect_login(&mut self) {
        let is_before = |subject: &Subject| *subject == Subject::Grant;
        let at = self.waiting.iter().position(is_before);
        self.waiting.insert(at.unwrap_or_default(), Subject::Login);
    }

    pub(super) fn tell(&mut self, check: &Check) {
        self.waiting.retain(|waiting| *waiting != check.subject);
        (self.tell)(check);
    }

    pub(super) fn fail(&mut self, subject: Subject, error: &Error) -> Stopped {
        self.fail_with(&Check::failed(subject, error), error.kind())
    }

    pub(super) fn fail_with(&mut self, check: &Check, kind: ErrorKind) -> Stopped {
        self.tell(check);
        self.failure.get_or_insert((check.subject, kind));
        Stopped
    }

    /// What the error stops, if it is one.
    pub(super) fn unless_failed<T>(
        &mut self,
        subject: Subject,
        outcome: Result<T, Error>,
    ) -> Result<T, Stopped> {
        outcome.map_err(|error| self.fail(subject, &error))
    }

    /// Skips what is left, and says who is at fault if something failed.
    pub(super) fn finish(mut self) -> Option<ErrorKind> {
        let (subject, kind) = self.failure?;
        for waiting in core::mem::take(&mut self.waiting) {
            let because = format!("{subject} failed");
            self.tell(&Check::skipped(waiting, because));
        }
        Some(kind)
    }
}
