//! What to do about each cause, the likeliest first, in words that name the setting to look at.

use snow_token_core::Cause;

pub(crate) fn for_cause(cause: Cause) -> &'static [&'static str] {
    match cause {
        Cause::AccessDenied => &[
            "the client ID or secret is wrong: compare with the instance's Application Registry, and \
             look for white space that was pasted along",
            "client credentials are not enabled: the system property \
             glide.oauth.inbound.client.credential.grant_type.enabled must be true (Washington DC \
             or later)",
            "the OAuth Application User is inactive, locked or lacks a role",
            "it can be a passing fault of the instance: try once more",
        ],
        Cause::IntegrationUserMissing => {
            &["set the OAuth Application User in the client's Application Registry entry"]
        }
        Cause::InvalidClient => &["compare client ID and secret with the Application Registry"],
        Cause::GrantNotAllowed => &[
            "the Application Registry entry does not allow client credentials: look at its grant type",
        ],
        Cause::InvalidGrant => &["what was presented as the grant is wrong or has run out"],
        Cause::InvalidScope => &[
            "link the scope to the client's Application Registry entry (Auth Scope), or ask for \
             another one (SERVICENOW_SCOPE)",
        ],
        Cause::InvalidRequest => {
            &["the instance did not understand the request: look at path and body"]
        }
        Cause::Hibernating => {
            &["wake the instance: sign in to the developer site; it takes some minutes"]
        }
        Cause::RateLimited { .. } => &["wait, and look at the instance's rate limit rules"],
        Cause::ClientCertificateRefused => {
            &["the load balancer refused the client certificate: self-signed ones are never taken"]
        }
        Cause::NotAuthenticated => &[
            "the token was not accepted: it may have been revoked, or an API access policy of the \
             instance does not allow OAuth here",
        ],
        Cause::MissingScope => &[
            "link the missing scope to the client's Application Registry entry, or use a client \
             that has it",
        ],
        Cause::NotAuthorized => {
            &["an ACL or a business rule said no: look at the roles of the OAuth Application User"]
        }
        Cause::NotFound => &["there is no such table, record or path: look at the spelling"],
        Cause::Redirect => &[
            "redirects are not followed, for the credentials would go with them: set \
             SERVICENOW_INSTANCE to the host that really is the instance",
        ],
        Cause::ServerFault { .. } => &["the instance has a fault of its own: try again later"],
        Cause::NotJson => &[
            "something else than an instance answered, such as a proxy or a log-in page: look at \
             SERVICENOW_INSTANCE",
        ],
        _ => &[],
    }
}
