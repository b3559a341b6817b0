//! The session: when to ask for a token, when to use it, when to wait and when to give up.
//!
//! A state machine that knows no I/O, no thread and no wall clock. It is driven by the monotonic
//! clock and by what the caller tells it, and it is the same on a server and on a device.
//!
//! ```text
//!                   next(): due, and not too early
//!     Idle --------> Due, for its share of the spread -----> Out
//!      ^ ^                                                   | |
//!      | '---- token_received(), or failed() in passing -----' |
//!      |                                                       | failed() for good or too often,
//!      | retry()                                               | or token_received(): the same
//!      '------------------------ Stopped <---------------------' after a 401, or over again
//!
//!     next(), while the token is good:  UseToken in each state, and
//!                                       RequestWhileUsing on the way to Out
//!     next(), while it is not:          Wait in Idle and Due, Request on the way to Out,
//!                                       AwaitOutcome in Out, Stop in Stopped
//!
//!     the token:  none, over or refused -- token_received() --> good
//!                 good -- time --> over         good -- api_unauthorized() --> refused
//! ```
//!
//! The two are independent of each other: no failure takes a good token away. `reset()` leads from
//! everywhere to *Idle* without a token. A session that is stopped stays so until `retry()`, and its
//! token is used to the end.
//!
//! # The run loop
//! 1. Read the monotonic clock and call [`Session::next`].
//! 2. [`Action::Request`] or [`Action::RequestWhileUsing`]: send a token request, and hand the
//!    [`Flight`] back with the outcome: [`Session::token_received`], or [`Session::failed`]. The
//!    transport must give every request a timeout.
//! 3. [`Action::UseToken`], or the token of [`Action::RequestWhileUsing`]: send what there is to
//!    send, with [`Session::authorization`]. Tell [`Session::api_unauthorized`] of a 401, and send
//!    the refused call once more when the loop comes to a token again. Tell it nothing of a 403.
//! 4. [`Action::Wait`]: sleep. [`Action::AwaitOutcome`]: wait for whoever sends the request.
//!    [`Action::Stop`]: tell a human.
//! 5. Go to 1, at the latest after the time that the action names.
//!
//! # The rules
//! - **One request at a time.** While it is out, no action asks for another.
//! - **Ahead of time.** A successor is asked for [`Settings::margin_secs`] before the end, but not
//!   in the first half of a lifetime. A token is not used in its last second: a call takes time.
//! - **A pause.** At least [`PAUSE_MS`] lie between an outcome and the next request. **ServiceNow**
//!   hands the same token out to the end of its life: a rest of a second or less is waited out.
//!   If what comes then is no better, [`Settings::repeats`] tells how often to go on; once at least.
//! - **A 401 from an API** takes the token out of use and brings one request, at once. If the
//!   identical token comes back, the session [stops](StopReason::SameTokenAgain). Where another one
//!   comes and is refused soon too, growing waits lie between the requests.
//! - **A 403 never** brings a request: a new token would not be allowed more.
//! - **Failures** that may pass are tried again for ever, after waits that grow up to
//!   [`Settings::backoff_cap_secs`], with full jitter; never sooner than `Retry-After` says (but
//!   for more than [a day](LONGEST_RETRY_AFTER_SECS)), the jitter lies on top of that.
//!   ServiceNow's catch-all, which passes at times, is tried again [`Settings::repeats`] times.
//!   What [`Retry::Never`](crate::Retry::Never) stands for stops the session.
//! - **A fleet** whose power or network comes back, or whose tokens were revoked, must not ask in
//!   step. With [`Settings::spread_secs`] each request, whatever brings it, is put off for a random
//!   part of that time from when it was found due; again where it missed its place by more than
//!   [`OVERSLEPT_MS`], but not for ever. So *n* devices with a spread of *s* seconds send no more than *e* · *n* / *s* requests a
//!   second on average at any moment, whatever befalls them, and *n* / *s* while each is answered
//!   with a token.
//!
//! # Time
//! `now_ms` is a monotonic clock in milliseconds, `u32`, that may wrap as often as it likes. A
//! wall clock that jumps changes nothing. The one condition is that **the session hears of the time
//! at least once in 24 days**, half a wrap; lifetimes and waits can be longer than that. No action
//! names a time above [`LONGEST_WAIT_MS`], so that a loop that keeps to what the actions say keeps
//! to this too. A reading that lies behind the one before counts as the same time.
//!
//! # The log
//! With the feature `log`, `defmt` or both, the machine says what it does. It knows a token's number
//! and lifetime, but not its text. A wait above [`LONGEST_WAIT_MS`] is told as that.
//!
//! | Level | Line |
//! |---|---|
//! | error | `stopped: `*reason* |
//! | warn | `no token: `*failure*`; 2000 ms to the next request` |
//! | warn | `token 1 is over as it comes; 2000 ms to the next request` |
//! | warn | `an API answered 401 to token 1; at least 0 ms to the next request` |
//! | info | `token 1 received, lifetime 1800 s`, or `lifetime not named`; `received again` where it is the one before |
//! | debug | `asks for a first token`, `asks for a successor of token 1`, `asks for another token after a 401` |
//! | debug | `a request is due; 2000 ms to it`, where there is a spread |
//! | debug | `told to try again`, `told to begin anew, without a token` |
//!
//! Of each answer an `http1::Exchange` adds, at level debug: `HTTP 200, a body of 256 bytes`.
//!
//! # Examples
//! ```
//! use snow_token_core::{FixedSession, TokenResponse, session::{Action, Failure, Settings}};
//! use zeroize::Zeroize;
//!
//! # fn ask_for_a_token() -> Option<&'static [u8]> {
//! #     Some(br#"{"access_token":"2YotnFZ_","token_type":"Bearer","expires_in":1800}"#)
//! # }
//! # fn call_the_api(authorization: &str) -> u16 { assert_eq!(authorization, "Bearer 2YotnFZ_"); 201 }
//! # let (mut time, mut calls) = (u32::MAX - 5, 3);
//! # let random = || 7;
//! # let mut now_ms = || { time = time.wrapping_add(10); time };
//! # let sleep_ms = |_: u32| {};
//! let mut session = FixedSession::<128>::new(Settings::DEFAULT, now_ms());
//! let mut buf = [0; 256];
//! # while calls > 0 {
//! // loop {
//! let token = match session.next(now_ms()) {
//!     Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
//!         match ask_for_a_token().map(|body| TokenResponse::read(body, &mut buf)) {
//!             Some(Ok(response)) => session.token_received(flight, now_ms(), &response)?,
//!             Some(Err(_)) => session.failed(flight, now_ms(), Failure::Malformed, random()),
//!             None => session.failed(flight, now_ms(), Failure::Transport, random()),
//!         }
//!         continue;
//!     }
//!     Action::UseToken { token, .. } => token,
//!     Action::Wait { ms } => {
//!         sleep_ms(ms);
//!         continue;
//!     }
//!     // With one thread, nobody else has a request out.
//!     Action::AwaitOutcome => unreachable!(),
//!     Action::Stop(reason) => return Err(format!("{reason:?}").into()),
//! };
//! let authorization = session.authorization(token, now_ms(), &mut buf)?;
//! if call_the_api(authorization) == 401 {
//!     session.api_unauthorized(token, now_ms(), random());
//! }
//! buf.zeroize(); // the token was in it
//! # calls -= 1;
//! # }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//! `examples/session_loop.rs` shows the same against an endpoint that fails in many ways.

mod action;
mod backoff;
mod clock;
mod renewal;

pub use action::{Action, Failure, Flight, StopReason, TokenNumber};
pub use backoff::backoff_ms;
pub use renewal::{Renewal, Settings};
#[cfg(feature = "outbox")]
pub(crate) use {
    backoff::on_top_of,
    clock::{Clock, bounded, millis},
};

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::{
    access_token::{AccessToken, AccessTokenError},
    buffer::BufferTooSmall,
    secret::Secret,
    token_response::TokenResponse,
};

/// The least time between an outcome and the next request, in milliseconds. A token that is good
/// for less is not used any more.
pub const PAUSE_MS: u64 = 1_000;

/// The longest wait that a `Retry-After` is believed, in seconds: a day. A longer one is taken for a
/// mistake that would silence a device for good: **ServiceNow** counts its limits by the hour.
pub const LONGEST_RETRY_AFTER_SECS: u32 = 86_400;

/// By how much a loop may be late for a request's place in the spread, in milliseconds. It has to be
/// little: those that were late and are not put off once more come all at once, if one thing held up
/// a whole fleet.
pub const OVERSLEPT_MS: u64 = 100;

/// The longest time that an action names, in milliseconds: some 12 days, a quarter of what a clock
/// of 32 bits can count.
pub const LONGEST_WAIT_MS: u32 = 1 << 30;

/// A [`Renewal`] and the memory for its token, and for a refresh token: `heapless::String<N>` on a
/// device ([`FixedSession`]), `String` where there is a heap.
///
/// A token that is over, or was refused, cannot be had from it. Redacted in `Debug`, zeroed on drop.
/// Beside the two texts it takes no more than 160 bytes.
///
/// `R` is the memory for a refresh token: the same as for the token, or [`Unkept`].
///
/// # Examples
/// See [the module](self).
pub struct Session<S: AsRef<str> + Zeroize, R: AsRef<str> + Zeroize = S> {
    renewal: Renewal,
    /// Stays after a 401, to be compared with its successor.
    access_token: Option<AccessToken<S>>,
    refresh_token: Option<Zeroizing<R>>,
}

/// No memory for a refresh token, where the session's requests have no use for one.
#[derive(Debug, Clone, Copy)]
pub struct Unkept;

impl Zeroize for Unkept {
    fn zeroize(&mut self) {}
}

impl AsRef<str> for Unkept {
    fn as_ref(&self) -> &str {
        ""
    }
}

impl From<&str> for Unkept {
    fn from(_: &str) -> Self {
        Self
    }
}

/// A session with tokens of at most `N` bytes each, without a heap.
pub type FixedSession<const N: usize> = Session<heapless::String<N>>;

impl<S: AsRef<str> + Zeroize, R: AsRef<str> + Zeroize> Session<S, R> {
    /// A session that has no token. `now_ms` is the monotonic clock.
    pub const fn new(settings: Settings, now_ms: u32) -> Self {
        Self {
            renewal: Renewal::new(settings, now_ms),
            access_token: None,
            refresh_token: None,
        }
    }

    /// Hears of the time, and does nothing else: for who has nothing to ask for weeks.
    pub fn hear(&mut self, now_ms: u32) {
        self.renewal.hear(now_ms);
    }

    /// What to do next.
    pub fn next(&mut self, now_ms: u32) -> Action {
        self.renewal.next(now_ms)
    }

    /// A token came: it is kept, and so is a refresh token that came with it. Where the session was reset after the request, it is not.
    ///
    /// # Errors
    /// [`BufferTooSmall`] where `S` or `R` cannot take it. The session stops then, once the token before
    /// is over.
    pub fn token_received(
        &mut self,
        flight: Flight,
        now_ms: u32,
        response: &TokenResponse<'_>,
    ) -> Result<(), BufferTooSmall>
    where
        S: for<'t> TryFrom<&'t str>,
        R: for<'t> TryFrom<&'t str>,
    {
        let Some(requested_at) = self.renewal.requested_at_secs(&flight) else {
            return Ok(());
        };
        let margin_secs = self.renewal.margin_secs();
        let kept = match response.refresh_token {
            Some(refresh_token) => self.keep_refresh_token(refresh_token),
            None => Ok(()),
        };
        let token = kept.and_then(|()| AccessToken::new(response, requested_at, margin_secs));
        let token = match token {
            Ok(token) => token,
            Err(error) => {
                let failure = Failure::BufferTooSmall;
                self.renewal.failed(flight, now_ms, failure, 0);
                return Err(error);
            }
        };
        let before = self.access_token.as_ref().map(AccessToken::secret);
        let is_same = before == Some(token.secret());
        let lifetime = response.expires_in_secs;
        let number = self
            .renewal
            .token_received(flight, now_ms, lifetime, is_same);
        if number.is_some() {
            self.access_token = Some(token);
        }
        Ok(())
    }

    /// No token came. `random` is any number, a new one each time: it spreads the waits.
    pub fn failed(&mut self, flight: Flight, now_ms: u32, failure: Failure, random: u32) {
        self.renewal.failed(flight, now_ms, failure, random);
    }

    /// An API answered 401 to this token; see [`Renewal::api_unauthorized`].
    pub fn api_unauthorized(&mut self, token: TokenNumber, now_ms: u32, random: u32) {
        self.renewal.api_unauthorized(token, now_ms, random);
    }

    /// Writes the value of the `Authorization` header (RFC 6750 §2.1). Zero `buf` after use.
    ///
    /// # Errors
    /// [`AccessTokenError::Expired`] where the token is over, was refused, or has a successor;
    /// [`AccessTokenError::BufferTooSmall`]. `buf` is zeroed then.
    pub fn authorization<'b>(
        &mut self,
        token: TokenNumber,
        now_ms: u32,
        buf: &'b mut [u8],
    ) -> Result<&'b str, AccessTokenError> {
        let is_usable = self.renewal.is_usable(token, now_ms);
        match &self.access_token {
            Some(access_token) if is_usable => {
                access_token.authorization(self.renewal.elapsed_secs(now_ms), buf)
            }
            _ => {
                buf.zeroize();
                Err(AccessTokenError::Expired)
            }
        }
    }

    /// The header of a request to an API; [`authorization`](Self::authorization) writes the same
    /// where HTTP is not this crate's.
    ///
    /// # Errors
    /// [`AccessTokenError::Expired`] where the token is over, was refused, or has a successor.
    #[cfg(feature = "http1")]
    pub fn bearer(
        &mut self,
        token: TokenNumber,
        now_ms: u32,
    ) -> Result<crate::http1::Authorization<'_>, AccessTokenError> {
        let is_usable = self.renewal.is_usable(token, now_ms);
        let access_token = self.access_token.as_ref().filter(|_| is_usable);
        let access_token = access_token.ok_or(AccessTokenError::Expired)?;
        crate::http1::Authorization::bearer(access_token, self.renewal.elapsed_secs(now_ms))
    }

    /// Keeps a refresh token that came in another way, from a store for instance, in place of the
    /// one before. [`token_received`](Self::token_received) does so by itself: instances may rotate it with each use
    /// (RFC 6749 §6). A response without one leaves the old one good.
    ///
    /// # Errors
    /// [`BufferTooSmall`] where `R` cannot take it; the one before is kept then.
    pub fn keep_refresh_token(&mut self, refresh_token: Secret<'_>) -> Result<(), BufferTooSmall>
    where
        R: for<'t> TryFrom<&'t str>,
    {
        let text = refresh_token.expose();
        match R::try_from(text) {
            Ok(text) => {
                self.refresh_token = Some(Zeroizing::new(text));
                Ok(())
            }
            Err(_) => Err(BufferTooSmall { needed: text.len() }),
        }
    }

    /// The refresh token for the next request.
    pub fn refresh_token(&self) -> Option<Secret<'_>> {
        let text = (**self.refresh_token.as_ref()?).as_ref();
        (!text.is_empty()).then(|| Secret::new(text))
    }

    /// Asks again after a stop; see [`Renewal::retry`].
    pub fn retry(&mut self) {
        self.renewal.retry();
    }

    /// Begins anew, without tokens of either kind; see [`Renewal::reset`].
    pub fn reset(&mut self, now_ms: u32) {
        self.access_token = None;
        self.refresh_token = None;
        self.renewal.reset(now_ms);
    }

    /// Why the session asks no more, also while its token is still good.
    pub const fn stopped(&self) -> Option<StopReason> {
        self.renewal.stopped()
    }
}

impl<S: AsRef<str> + Zeroize, R: AsRef<str> + Zeroize> fmt::Debug for Session<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("renewal", &self.renewal)
            .field("access_token", &self.access_token)
            .field("refresh_token", &self.refresh_token())
            .finish()
    }
}

#[cfg(feature = "defmt")]
impl<S: AsRef<str> + Zeroize, R: AsRef<str> + Zeroize> defmt::Format for Session<S, R> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(
            f,
            "Session({}, {}, {})",
            self.renewal,
            self.access_token,
            self.refresh_token(),
        );
    }
}
