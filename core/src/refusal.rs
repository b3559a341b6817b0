//! What an answer means that is not what was asked for: from status, a few headers and
//! body to one of a closed list of causes.

mod page;

pub use page::PageSearch;

use core::fmt;

use crate::{
    http_date,
    json::{Event, JsonError, Reader, Text},
    split::split_once,
};

/// An HTTP answer, as far as it matters here.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The `Date` header. A `Retry-After` that is a date counts from it.
    pub date: Option<&'a str>,
    /// The body, or its beginning. An error fits in 512 bytes, the page of a sleeping instance has
    /// some 5,900, its heading at a place that is not known.
    pub body: &'a [u8],
    /// What is known of the rest, where `body` is the beginning alone; `None` where it is whole.
    pub cut: Option<Cut>,
}

/// What is known of a body that is longer than the memory for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cut {
    /// The length of the whole body in bytes.
    pub body_len: usize,
    /// The length in bytes of a buffer that would have taken the whole answer.
    pub needed: usize,
    /// What the whole body says, should it be a page: all of it was fed to this.
    pub page: PageSearch,
}

impl Answer<'_> {
    /// Whether the body should be JSON: the content type says so, or says nothing while the body
    /// does not begin as a page does.
    pub(crate) fn is_json(&self) -> bool {
        match self.content_type {
            Some(content_type) => promises_json(content_type),
            None => !self.body.trim_ascii_start().starts_with(b"<"),
        }
    }

    /// What the whole body says, as a page.
    fn page(&self) -> PageSearch {
        match self.cut {
            Some(cut) => cut.page,
            None => {
                let mut page = PageSearch::new();
                page.feed(self.body);
                page
            }
        }
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The body may hold a token.
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("content_type", &self.content_type)
            .field("retry_after", &self.retry_after)
            .field("date", &self.date)
            .field("body_len", &self.body.len())
            .field("cut", &self.cut)
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Answer<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Answer({}, {}, {}, {}, {} bytes, {})",
            self.status,
            self.content_type,
            self.retry_after,
            self.date,
            self.body.len(),
            self.cut,
        );
    }
}

/// Why the instance refused, as closely as its answer tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Cause {
    /// 401 `server_error`/`access_denied`: ServiceNow's catch-all for a wrong client or secret, a
    /// grant that is not enabled, a missing role, stray white space in a pasted field. Now and
    /// then a passing fault.
    AccessDenied,
    /// Client credentials without an *OAuth Application User* in the registry entry.
    IntegrationUserMissing,
    /// A JWT whose `sub` is an administrator, for whom no token is given.
    AdminSubject,
    /// The client is unknown or its secret wrong (`invalid_client`).
    InvalidClient,
    /// The client may not use this grant (`unauthorized_client`), or the instance does not know
    /// it (`unsupported_grant_type`).
    GrantNotAllowed,
    /// The grant itself, such as an assertion or a code, was refused (`invalid_grant`).
    InvalidGrant,
    /// A scope that the client may not have (`invalid_scope`).
    InvalidScope,
    /// The request was malformed (`invalid_request`), or its content type was refused.
    InvalidRequest,
    /// A developer instance that sleeps: HTTP 200 with a page.
    Hibernating,
    /// 429.
    RateLimited {
        /// The wait that `Retry-After` asks for, in seconds, as [`http_date::retry_after_secs`]
        /// reads it.
        retry_after_secs: Option<u32>,
    },
    /// 400 with a page from the load balancer: it refused the client certificate.
    ClientCertificateRefused,
    /// 401 of a REST API: no token, or one that is not valid any more.
    NotAuthenticated,
    /// 403 of a REST API: the client lacks the scope in [`Refusal::missing_scope`].
    MissingScope,
    /// 403 of a REST API: an ACL or a business rule said no.
    NotAuthorized,
    /// 404: no such table, record or path.
    NotFound,
    /// A redirect. It is not followed, for the credentials would go with it.
    Redirect,
    /// 5xx.
    ServerFault {
        /// The wait that `Retry-After` asks for, in seconds, as [`http_date::retry_after_secs`]
        /// reads it.
        retry_after_secs: Option<u32>,
    },
    /// A page or another content type where JSON was due: not an instance, or not this endpoint.
    NotJson,
    /// An error that is none of the above.
    Other,
}

/// Whether it helps to send the same request again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Retry {
    /// Not before something was changed at the client or in the instance.
    Never,
    /// It may pass by itself: a few times, with growing pauses.
    MayPass,
    /// Not before this many seconds have passed.
    After {
        /// The wait in seconds.
        secs: u32,
    },
}

impl Cause {
    /// Whether to try again, when, or never.
    pub const fn retry(self) -> Retry {
        match self {
            Self::RateLimited {
                retry_after_secs: Some(secs),
            }
            | Self::ServerFault {
                retry_after_secs: Some(secs),
            } => Retry::After { secs },
            Self::AccessDenied
            | Self::Hibernating
            | Self::RateLimited { .. }
            | Self::ServerFault { .. } => Retry::MayPass,
            _ => Retry::Never,
        }
    }
}

/// An answer that refuses, with the words in which it does so.
///
/// `Display` gives status and words in one line, control characters made visible, long texts cut.
/// The words are the server's own: one that repeats the request in them repeats the secret too. To
/// be sure, compare [`error`](Self::error) and [`description`](Self::description) with it before
/// they go into a log. `Debug` and `defmt` show their lengths alone.
///
/// # Examples
/// ```
/// use snow_token_core::refusal::{Answer, Cause, Refusal, Retry};
///
/// let refusal = Refusal::read(&Answer {
///     status: 401,
///     content_type: Some("application/json"),
///     retry_after: None,
///     date: None,
///     body: br#"{"error_description":"access_denied","error":"server_error"}"#,
///     cut: None,
/// });
/// assert_eq!(refusal.cause, Cause::AccessDenied);
/// assert_eq!(refusal.cause.retry(), Retry::MayPass);
/// assert_eq!(refusal.to_string(), "HTTP 401, server_error: access_denied");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal<'a> {
    /// The status code.
    pub status: u16,
    /// What it means.
    pub cause: Cause,
    /// `error` of an OAuth error (RFC 6749 §5.2), or `error.message` of a REST API's.
    pub error: Option<Text<'a>>,
    /// `error_description` of an OAuth error, or `error.detail` of a REST API's.
    pub description: Option<Text<'a>>,
    /// The scope that a REST API asks for and the client does not have.
    pub missing_scope: Option<Text<'a>>,
}

impl<'a> Refusal<'a> {
    /// Reads an answer that is not what was asked for. There is always a cause.
    pub fn read(answer: &Answer<'a>) -> Self {
        let body = match answer.is_json() {
            true => ErrorBody::read(answer.body),
            false => ErrorBody::default(),
        };
        Self {
            status: answer.status,
            cause: cause(answer, &body),
            missing_scope: body.missing_scope(),
            error: body.error,
            description: body.description,
        }
    }
}

impl fmt::Display for Refusal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {}", self.status)?;
        match self.cause {
            Cause::Hibernating => f.write_str(", a page that says the instance is hibernating")?,
            Cause::NotJson | Cause::ClientCertificateRefused => {
                f.write_str(", a page, not JSON")?
            }
            _ => {}
        }
        if let Some(error) = self.error {
            write!(f, ", {error:.100}")?;
        }
        if let Some(description) = self.description {
            write!(f, ": {description:.300}")?;
        }
        Ok(())
    }
}

/// A page of the vendor's documentation has "api" in lower case.
const MISSING_SCOPE: &str = "Missing required API access scope: ";

fn cause(answer: &Answer<'_>, body: &ErrorBody<'_>) -> Cause {
    let by_words = match answer.is_json() {
        true => oauth_cause(body),
        false => page_cause(answer),
    };
    by_words.unwrap_or_else(|| by_status(answer, body))
}

/// What an OAuth error says (RFC 6749 §5.2, RFC 6750 §3.1), whatever the status.
fn oauth_cause(body: &ErrorBody<'_>) -> Option<Cause> {
    let error = body.error.filter(|_| body.is_oauth)?;
    let says = |part: &str| body.description.is_some_and(|text| text.contains(part));
    if says("integration user is not configured") {
        return Some(Cause::IntegrationUserMissing);
    }
    if says("access token to admin is not allowed") {
        return Some(Cause::AdminSubject);
    }
    let known = [
        ("invalid_client", Cause::InvalidClient),
        ("unauthorized_client", Cause::GrantNotAllowed),
        ("unsupported_grant_type", Cause::GrantNotAllowed),
        ("invalid_grant", Cause::InvalidGrant),
        ("invalid_scope", Cause::InvalidScope),
        ("invalid_request", Cause::InvalidRequest),
        ("invalid_token", Cause::NotAuthenticated),
    ];
    if error == *"server_error" && says("access_denied") {
        return Some(Cause::AccessDenied);
    }
    let named = known.into_iter().find(|(code, _)| error == **code);
    named.map(|(_, cause)| cause)
}

/// What a page says. The body of a page means nothing beside these words.
fn page_cause(answer: &Answer<'_>) -> Option<Cause> {
    let page = answer.page();
    match answer.status {
        _ if page.is_hibernating() => Some(Cause::Hibernating),
        400 if page.is_certificate_error() => Some(Cause::ClientCertificateRefused),
        300..=399 | 401 | 429 | 500..=599 => None,
        // Without a body there is nothing that could be JSON or not.
        400.. if answer.body.is_empty() => None,
        _ => Some(Cause::NotJson),
    }
}

fn by_status(answer: &Answer<'_>, body: &ErrorBody<'_>) -> Cause {
    let retry_after = answer.retry_after;
    let retry_after_secs =
        retry_after.and_then(|text| http_date::retry_after_secs(text, answer.date));
    match answer.status {
        300..=399 => Cause::Redirect,
        // An OAuth error whose code is not known.
        400 if body.is_oauth => Cause::Other,
        400 | 415 => Cause::InvalidRequest,
        401 => Cause::NotAuthenticated,
        403 if body.missing_scope().is_some() => Cause::MissingScope,
        403 => Cause::NotAuthorized,
        404 => Cause::NotFound,
        429 => Cause::RateLimited { retry_after_secs },
        500..=599 => Cause::ServerFault { retry_after_secs },
        _ => Cause::Other,
    }
}

/// Whether a `Content-Type` promises JSON.
fn promises_json(content_type: &str) -> bool {
    let media_type = split_once(content_type, ";").map_or(content_type, |(before, _)| before);
    let media_type = media_type.trim();
    media_type.eq_ignore_ascii_case("application/json")
        || media_type.eq_ignore_ascii_case("text/json")
        || ends_with_ignore_case(media_type, "+json")
}

fn ends_with_ignore_case(text: &str, end: &str) -> bool {
    let tail = text
        .len()
        .checked_sub(end.len())
        .and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// The words of an error body, in either of the two shapes that an instance sends.
#[derive(Default)]
struct ErrorBody<'a> {
    /// `{"error":"…","error_description":"…"}` (RFC 6749 §5.2), and not
    /// `{"error":{"message":"…","detail":"…"},"status":"failure"}` (the REST APIs).
    is_oauth: bool,
    error: Option<Text<'a>>,
    description: Option<Text<'a>>,
}

impl<'a> ErrorBody<'a> {
    /// Reads as far as the body is JSON: it may be the beginning alone.
    fn read(body: &'a [u8]) -> Self {
        let mut read = Self::default();
        let _ = read.fill(body);
        read
    }

    /// The first of two members with the same name counts: an error is an error in any case.
    fn fill(&mut self, body: &'a [u8]) -> Result<(), JsonError> {
        let mut reader = Reader::new(body);
        let mut in_error = false;
        while let Some(event) = reader.next()? {
            let Event::Key(key) = event else { continue };
            let depth = reader.depth();
            if depth == 1 {
                in_error = key == *"error";
            }
            let slot = match depth {
                1 if in_error => &mut self.error,
                1 if key == *"error_description" => &mut self.description,
                2 if in_error && key == *"message" => &mut self.error,
                2 if in_error && key == *"detail" => &mut self.description,
                _ => {
                    reader.value_of_key()?;
                    continue;
                }
            };
            if let Some(Event::String(text)) = reader.next()? {
                self.is_oauth |= depth == 1 && in_error;
                slot.get_or_insert(text);
            }
        }
        Ok(())
    }

    fn missing_scope(&self) -> Option<Text<'a>> {
        self.description?.after_ignore_case(MISSING_SCOPE)
    }
}
