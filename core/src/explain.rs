//! What can lie behind each cause, the likeliest first, and the setting of the instance to look at.
//! Feature `explain`; without it no text is linked.
//!
//! Settings are named for both places in which an instance has them: the forms of **System OAuth >
//! Application Registry**, and the newer **Machine Identity Console > Inbound integrations**.
//!
//! # Examples
//! ```
//! use snow_token_core::{Cause, explain::explain};
//!
//! let likeliest = &explain(Cause::IntegrationUserMissing)[0];
//! assert_eq!(likeliest.reason, "the client has no user to act as");
//! assert_eq!(likeliest.application_registry, "OAuth Application User, to be put on the form first");
//! ```

use core::fmt;

use crate::refusal::Cause;

/// One thing that can be the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Explanation {
    /// What can be the matter, and what to do.
    pub reason: &'static str,
    /// The field of the Application Registry's forms; empty where none has to do with it.
    pub application_registry: &'static str,
    /// The field of the Machine Identity Console's pages; empty where none has to do with it.
    pub machine_identity_console: &'static str,
}

impl Explanation {
    const fn new(reason: &'static str) -> Self {
        Self::with_fields(reason, "", "")
    }

    /// For a setting that has the same name in both places.
    const fn with_field(reason: &'static str, field: &'static str) -> Self {
        Self::with_fields(reason, field, field)
    }

    const fn with_fields(
        reason: &'static str,
        application_registry: &'static str,
        machine_identity_console: &'static str,
    ) -> Self {
        Self {
            reason,
            application_registry,
            machine_identity_console,
        }
    }
}

impl fmt::Display for Explanation {
    /// All of it in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        match (self.application_registry, self.machine_identity_console) {
            ("", "") => Ok(()),
            (old, new) if old == new => write!(
                f,
                " (Application Registry or Machine Identity Console: {old})"
            ),
            (old, "") => write!(f, " (Application Registry: {old})"),
            ("", new) => write!(f, " (Machine Identity Console: {new})"),
            (old, new) => write!(
                f,
                " (Application Registry: {old}; Machine Identity Console: {new})"
            ),
        }
    }
}

/// What can lie behind `cause`, the likeliest first. Empty where nobody knows.
pub const fn explain(cause: Cause) -> &'static [Explanation] {
    match cause {
        Cause::AccessDenied => {
            const {
                &[
                    Explanation::with_field(
                        "the client ID or secret is wrong, or white space was pasted along",
                        "Client ID, Client Secret",
                    ),
                    Explanation::new(
                        "client credentials are not enabled: the system property \
                     glide.oauth.inbound.client.credential.grant_type.enabled must be true \
                     (Washington DC or later)",
                    ),
                    Explanation::new(
                        "another grant is switched off: glide.oauth.inbound.ropc.grant_type.disabled \
                     for password, glide.oauth.clients.allowed.for.implicit.grant for implicit; or \
                     OAuth as a whole, com.snc.platform.security.oauth.is.active",
                    ),
                    Explanation::with_field("the client is not active", "Active"),
                    Explanation::with_fields(
                        "the user that the client acts as is inactive, locked or lacks a role",
                        "OAuth Application User",
                        "",
                    ),
                    Explanation::new(
                        "the refresh token, where one was sent, has run out: log in again",
                    ),
                    Explanation::new("it can be a passing fault of the instance: try once more"),
                ]
            }
        }
        Cause::IntegrationUserMissing => {
            const {
                &[Explanation::with_fields(
                    "the client has no user to act as",
                    "OAuth Application User, to be put on the form first",
                    "the same field, by All > Inbound integrations > Application Registries",
                )]
            }
        }
        Cause::AdminSubject => {
            const {
                &[Explanation::with_fields(
                    "the user of the assertion's `sub` is an administrator, for whom no token is given: \
                 use another one",
                    "User Field",
                    "User field",
                )]
            }
        }
        Cause::InvalidClient => {
            const {
                &[Explanation::with_field(
                    "the client ID or secret is wrong",
                    "Client ID, Client Secret",
                )]
            }
        }
        Cause::GrantNotAllowed => {
            const {
                &[Explanation::with_fields(
                    "the client is not set up for this grant",
                    "the kind of entry",
                    "the kind of integration",
                )]
            }
        }
        Cause::InvalidGrant => {
            const {
                &[
                    Explanation::with_fields(
                        "the assertion or its claims were refused: `aud` and `iss` should be the client \
                     ID, `sub` a user that the user field finds, `jti` new each time",
                        "User Field, Enable JTI Verification",
                        "User field, JTI claim, Enable JTI Verification",
                    ),
                    Explanation::with_fields(
                        "the key does not belong to the certificate, or the `kid` names no verifier map",
                        "JWT Verifier Maps",
                        "JWT verifier map",
                    ),
                    Explanation::with_fields(
                        "the clocks differ by more than is allowed",
                        "Clock Skew",
                        "Clock skew",
                    ),
                    Explanation::new("a code or refresh token has run out or was used before"),
                ]
            }
        }
        Cause::InvalidScope => {
            const {
                &[Explanation::with_fields(
                    "the client may not have a scope that was asked for: link it, or ask for another",
                    "Auth Scopes",
                    "Auth scope",
                )]
            }
        }
        Cause::InvalidRequest => {
            const {
                &[Explanation::new(
                    "the instance did not understand the request: look at path and body",
                )]
            }
        }
        Cause::Hibernating => {
            const {
                &[Explanation::new(
                    "the developer instance sleeps: sign in to the developer site to wake it, which \
                 takes some minutes",
                )]
            }
        }
        Cause::RateLimited { .. } => {
            const {
                &[Explanation::new(
                    "too many requests: wait, and look at the instance's rate limit rules",
                )]
            }
        }
        Cause::ClientCertificateRefused => {
            const {
                &[Explanation::new(
                    "the load balancer refused the client certificate: there was none, it has run out, its \
                 CA is not in the instance's CA Certificate Chain, or it is self-signed, which is \
                 never taken",
                )]
            }
        }
        Cause::NotAuthenticated => {
            const {
                &[
                    Explanation::new("the token was not accepted: it may have been revoked"),
                    Explanation::with_fields(
                        "an API access policy of the instance does not allow this way in here: System \
                     Web Services > REST API Access Policies",
                        "Enforce Token Restrictions",
                        "Enforce token restriction",
                    ),
                ]
            }
        }
        Cause::MissingScope => {
            const {
                &[Explanation::with_fields(
                    "the client lacks the scope that is named: link it, or use a client that has it",
                    "Auth Scopes",
                    "Auth scope",
                )]
            }
        }
        Cause::NotAuthorized => {
            const {
                &[Explanation::with_fields(
                    "an ACL or a business rule said no: look at the roles of the user that the client \
                 acts as",
                    "OAuth Application User",
                    "",
                )]
            }
        }
        Cause::NotFound => {
            const {
                &[Explanation::new(
                    "there is no such table, record or path, or an ACL hides it: look at the spelling, \
                 then at the user's roles",
                )]
            }
        }
        Cause::Redirect => {
            const {
                &[Explanation::new(
                    "redirects are not followed, for the credentials would go with them: name the host \
                 that really is the instance",
                )]
            }
        }
        Cause::ServerFault { .. } => {
            const {
                &[Explanation::new(
                    "the instance has a fault of its own: try again later",
                )]
            }
        }
        Cause::NotJson => {
            const {
                &[Explanation::new(
                    "something else than an instance answered, such as a proxy or a log-in page: look \
                 at the instance's name",
                )]
            }
        }
        Cause::Other => &[],
    }
}
