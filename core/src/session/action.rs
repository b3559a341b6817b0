//! What a session asks for, and what it is told.

use crate::{refusal::Cause, token_endpoint::TokenEndpointError};

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Action {
    /// The token is good, and there is nothing to ask for. Call again before the next use, and in
    /// any case after `again_in_ms`, if the successor is to be there in time.
    UseToken {
        /// Which token.
        token: TokenNumber,
        /// When the session has something else to say, in milliseconds from now; at most
        /// [`LONGEST_WAIT_MS`](super::LONGEST_WAIT_MS).
        again_in_ms: u32,
    },
    /// Send a token request now. There is no good token.
    Request {
        /// To be handed back with the outcome.
        flight: Flight,
    },
    /// Send a token request now. The token is still good: calls to an API need not wait.
    RequestWhileUsing {
        /// To be handed back with the outcome.
        flight: Flight,
        /// Which token.
        token: TokenNumber,
    },
    /// There is no good token, and the request for one is out: wait for its outcome.
    AwaitOutcome,
    /// There is no good token, and it is too early to ask for one: call again after `ms`.
    Wait {
        /// The wait in milliseconds; at most [`LONGEST_WAIT_MS`](super::LONGEST_WAIT_MS).
        ms: u32,
    },
    /// There is no good token, and asking again would not help. After whatever is wrong was set
    /// right, call `retry` or `reset`; a device that nobody attends may call `retry` once an hour.
    Stop(StopReason),
}

/// The one token request that may be out. A session makes it, and takes it back with the outcome,
/// so there is no second request and no outcome without a request.
///
/// Whoever drops it, a future that is cancelled for instance, reports
/// [`Failure::Transport`] with it before, or resets the session.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "the session waits for the outcome"]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Flight(pub(super) u32);

/// Tells one token from the next without its text, so that a late 401 is not put down to the
/// successor. The same token keeps its number when it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TokenNumber(pub(super) u32);

/// Why a token request brought no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Failure {
    /// No answer: no connection, a timeout, a connection that was cut.
    Transport,
    /// The endpoint refused; [`Cause::retry`] says whether to ask again.
    Refused(Cause),
    /// An answer that is not a good token. It is asked again as often as after the catch-all, for
    /// an answer that was cut off looks like that too.
    Malformed,
    /// The memory is too small for the token, or for the answer.
    BufferTooSmall,
}

impl From<TokenEndpointError<'_>> for Failure {
    fn from(error: TokenEndpointError<'_>) -> Self {
        match error {
            TokenEndpointError::Refused(refusal) => Self::Refused(refusal.cause),
            TokenEndpointError::Malformed(_) => Self::Malformed,
            TokenEndpointError::BufferTooSmall(_) => Self::BufferTooSmall,
        }
    }
}

/// Why a session asks no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum StopReason {
    /// The endpoint refused, for good or once too often.
    Refused(Cause),
    /// An API answered 401 to the token, and the endpoint gave the same token again. **ServiceNow**
    /// does so while it holds the token for valid: the user's or the API's settings are at fault.
    SameTokenAgain,
    /// Each token's lifetime was over when it arrived, or had not more than a second left.
    LifetimeTooShort,
    /// Each answer was something else than a good token.
    Malformed,
    /// The memory is too small for the token, or for the answer.
    BufferTooSmall,
}
