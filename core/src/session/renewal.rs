//! The state machine by itself: times and flags, no token.

use core::fmt;

use super::{
    OVERSLEPT_MS, PAUSE_MS,
    action::{Action, Failure, Flight, StopReason, TokenNumber},
    backoff,
    clock::{Clock, bounded, millis},
};
use crate::{
    division::div_rem,
    expiry::DEFAULT_MARGIN_SECS,
    refusal::{Cause, Retry},
};

/// How many places in the spread a request can miss before it leaves at once: a loop that always comes
/// late would never ask.
const PLACES: u8 = 4;

/// What can be set. [`Default`] has the values that stand here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Settings {
    /// How long before its end a token is renewed, in seconds; never more than half of its
    /// lifetime. Defaults to 60.
    pub margin_secs: u32,
    /// The ceiling of the growing waits after failures, in seconds. Defaults to 300.
    pub backoff_cap_secs: u32,
    /// How often a request is repeated after a refusal that may pass as well as stay: the catch-all
    /// [`Cause::AccessDenied`], an answer that cannot be read, or a token whose lifetime was over
    /// when it came (for that, once at least). Defaults to 3.
    pub repeats: u8,
    /// For one of a fleet: over how long its requests are spread, in seconds. Each waits for a random
    /// part of it, one ahead of time begins that much earlier. Should be less than half of a token's
    /// lifetime. Defaults to 0: at once, for someone waits for the token.
    pub spread_secs: u32,
    /// Any number, another one for each device and at each start: it decides which parts. Defaults
    /// to 0, which does where there is nothing to spread.
    pub seed: u32,
}

impl Settings {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        margin_secs: DEFAULT_MARGIN_SECS,
        backoff_cap_secs: 300,
        repeats: 3,
        spread_secs: 0,
        seed: 0,
    };
}

impl Default for Settings {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// The machine without the token, for whoever keeps tokens in another way.
///
/// What it does is told in [the module's documentation](super); [`Session`](super::Session) is this
/// and the memory for a token.
///
/// # Examples
/// ```
/// use snow_token_core::session::{Action, Renewal, Settings};
///
/// let mut renewal = Renewal::new(Settings::DEFAULT, 0);
/// let Action::Request { flight } = renewal.next(0) else { unreachable!() };
/// assert_eq!(renewal.next(5), Action::AwaitOutcome);
///
/// let number = renewal.token_received(flight, 200, Some(1_800), false).unwrap();
/// let again_in_ms = 1_739_800;
/// assert_eq!(renewal.next(200), Action::UseToken { token: number, again_in_ms });
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Renewal {
    settings: Settings,
    clock: Clock,
    token: Token,
    token_number: u32,
    phase: Phase,
    flight_number: u32,
    /// A second after the last answer.
    pause_until: u64,
    /// What the last failure put the next request off to.
    not_before: u64,
    /// Failures since the last token.
    failures: u8,
    /// Those among them that are not repeated for ever.
    doubtful: u8,
    /// Re-logins after a 401, one soon after the other.
    relogins: u8,
}

impl fmt::Debug for Renewal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug_fields!(
            f,
            self,
            Renewal {
                settings,
                clock,
                token,
                token_number,
                phase,
                flight_number,
                pause_until,
                not_before,
                failures,
                doubtful,
                relogins
            }
        )
    }
}

#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Token {
    None,
    Held {
        received_at: u64,
        due_at: u64,
        over_at: u64,
    },
    /// An API answered 401 to it. The first request for its successor need not wait for the pause.
    Refused {
        at_once: bool,
    },
}

#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Phase {
    Idle,
    /// The next request is due, and waits for its place in the spread.
    Due {
        leaves_at: u64,
        places: u8,
    },
    Out {
        requested_at: u64,
        is_relogin: bool,
    },
    Stopped(StopReason),
}

impl Renewal {
    /// A session that has no token and asks for one at once. `now_ms` is the monotonic clock.
    pub const fn new(settings: Settings, now_ms: u32) -> Self {
        Self {
            settings,
            clock: Clock::new(now_ms),
            token: Token::None,
            token_number: 0,
            phase: Phase::Idle,
            flight_number: 0,
            pause_until: 0,
            not_before: 0,
            failures: 0,
            doubtful: 0,
            relogins: 0,
        }
    }

    /// Hears of the time, and does nothing else: for who has nothing to ask for weeks.
    pub fn hear(&mut self, now_ms: u32) {
        self.clock.read(now_ms);
    }

    /// What to do next.
    pub fn next(&mut self, now_ms: u32) -> Action {
        let now = self.clock.read(now_ms);
        let token = TokenNumber(self.token_number);
        let wait = match self.phase {
            Phase::Idle | Phase::Due { .. } => {
                let wait = self.request_in(now);
                if wait == 0 {
                    let flight = self.depart(now);
                    return match self.usable_for(now) {
                        0 => Action::Request { flight },
                        _ => Action::RequestWhileUsing { flight, token },
                    };
                }
                wait
            }
            Phase::Out { .. } | Phase::Stopped(_) => u64::MAX,
        };
        match (self.usable_for(now), self.phase) {
            (0, Phase::Idle | Phase::Due { .. }) => Action::Wait { ms: bounded(wait) },
            (0, Phase::Out { .. }) => Action::AwaitOutcome,
            (0, Phase::Stopped(reason)) => Action::Stop(reason),
            (usable_for, _) => Action::UseToken {
                token,
                again_in_ms: bounded(usable_for.min(wait)),
            },
        }
    }

    /// A token came. `expires_in_secs` counts from when [`next`](Self::next) asked for the request,
    /// `None` is a lifetime that the endpoint did not name; `is_same` says that the text is that of
    /// the token before.
    ///
    /// Returns the number to keep the token under, or `None` where the session was reset after the
    /// request: then the token is not for it.
    #[must_use = "a token that has no number is not to be kept"]
    pub fn token_received(
        &mut self,
        flight: Flight,
        now_ms: u32,
        expires_in_secs: Option<u32>,
        is_same: bool,
    ) -> Option<TokenNumber> {
        let now = self.clock.read(now_ms);
        let (requested_at, is_relogin) = self.land(flight, now)?;
        self.failures = 0;
        self.not_before = 0;
        if !is_same {
            self.token_number = self.token_number.wrapping_add(1);
        }
        let number = TokenNumber(self.token_number);
        log_received(number.0, expires_in_secs, is_same);
        if is_same && matches!(self.token, Token::Refused { .. }) {
            // A request that was out before the 401 does not count as the one after it.
            if is_relogin {
                self.stop(StopReason::SameTokenAgain);
            }
            return Some(number);
        }
        self.hold(requested_at, expires_in_secs, now);
        Some(number)
    }

    /// No token came. `random` is any number, a new one each time: it spreads the waits.
    pub fn failed(&mut self, flight: Flight, now_ms: u32, failure: Failure, random: u32) {
        let now = self.clock.read(now_ms);
        if self.land(flight, now).is_none() {
            return;
        }
        let (doubt, retry_after_secs) = match failure {
            Failure::BufferTooSmall => return self.stop(StopReason::BufferTooSmall),
            Failure::Transport => (None, 0),
            Failure::Malformed => (Some(StopReason::Malformed), 0),
            Failure::Refused(cause) => match cause.retry() {
                Retry::Never => return self.stop(StopReason::Refused(cause)),
                Retry::MayPass if cause == Cause::AccessDenied => {
                    (Some(StopReason::Refused(cause)), 0)
                }
                Retry::MayPass => (None, 0),
                Retry::After { secs } => (None, secs),
            },
        };
        if let Some(reason) = doubt {
            if self.doubtful >= self.settings.repeats {
                return self.stop(reason);
            }
            self.doubtful = self.doubtful.saturating_add(1);
        }
        self.failures = self.failures.saturating_add(1);
        let delay = backoff::backoff_ms(self.failures, self.backoff_cap_ms(), random);
        let wait = backoff::on_top_of(retry_after_secs, delay);
        self.not_before = now.saturating_add(wait);
        let wait = bounded(wait);
        log_line!(
            warn,
            "no token: {:?}; {} ms to the next request",
            failure,
            wait
        );
    }

    /// An API answered 401 to this token. It is not used any more, and a successor is asked for
    /// once: at once the first time, with growing waits where each successor is refused soon.
    ///
    /// A token that is not the one in use any more is passed over. **There is no event for 403**:
    /// another token would not be allowed more.
    pub fn api_unauthorized(&mut self, token: TokenNumber, now_ms: u32, random: u32) {
        let now = self.clock.read(now_ms);
        let Token::Held { received_at, .. } = self.token else {
            return;
        };
        if token.0 != self.token_number || self.usable_for(now) == 0 {
            return;
        }
        let cap = self.backoff_cap_ms();
        if now.saturating_sub(received_at) >= cap {
            self.relogins = 0;
        }
        if self.relogins > 0 {
            let delay = backoff::backoff_ms(self.relogins, cap, random);
            self.not_before = self.not_before.max(now.saturating_add(delay));
        }
        self.token = Token::Refused { at_once: true };
        self.relogins = self.relogins.saturating_add(1);
        let wait = bounded(self.not_before.saturating_sub(now));
        log_line!(
            warn,
            "an API answered 401 to token {}; at least {} ms to the next request",
            token.0,
            wait
        );
    }

    /// Asks again after a stop, and cuts the wait after a failure short; the second between an
    /// answer and the next request stays. A good token is kept, a request that is out too.
    pub fn retry(&mut self) {
        log_line!(debug, "told to try again");
        self.forget_failures();
    }

    /// Begins anew, without a token. A request that is out is given up: its outcome does not count
    /// any more.
    pub fn reset(&mut self, now_ms: u32) {
        let now = self.clock.read(now_ms);
        if let Phase::Out { .. } = self.phase {
            self.pause_until = now.saturating_add(PAUSE_MS);
        }
        self.phase = Phase::Idle;
        self.token = Token::None;
        self.token_number = self.token_number.wrapping_add(1);
        self.relogins = 0;
        self.forget_failures();
        log_line!(debug, "told to begin anew, without a token");
    }

    /// Why the session asks no more, also while its token is still good.
    pub const fn stopped(&self) -> Option<StopReason> {
        match self.phase {
            Phase::Stopped(reason) => Some(reason),
            Phase::Idle | Phase::Due { .. } | Phase::Out { .. } => None,
        }
    }

    /// The session's own clock in whole seconds: it does not wrap.
    pub(super) fn elapsed_secs(&mut self, now_ms: u32) -> u64 {
        secs(self.clock.read(now_ms))
    }

    /// When the request of `flight` was asked for, on the session's own clock.
    pub(super) const fn requested_at_secs(&self, flight: &Flight) -> Option<u64> {
        match self.phase {
            Phase::Out { requested_at, .. } if flight.0 == self.flight_number => {
                Some(secs(requested_at))
            }
            _ => None,
        }
    }

    /// Whether this token is the one in use, and good.
    pub(super) fn is_usable(&mut self, token: TokenNumber, now_ms: u32) -> bool {
        let now = self.clock.read(now_ms);
        token.0 == self.token_number && self.usable_for(now) > 0
    }

    pub(super) const fn margin_secs(&self) -> u32 {
        self.settings.margin_secs
    }

    fn depart(&mut self, now: u64) -> Flight {
        let is_relogin = matches!(self.token, Token::Refused { .. });
        match self.token {
            Token::None => log_line!(debug, "asks for a first token"),
            Token::Held { .. } => {
                log_line!(debug, "asks for a successor of token {}", self.token_number)
            }
            Token::Refused { .. } => {
                log_line!(debug, "asks for another token after a 401");
                self.token = Token::Refused { at_once: false };
            }
        }
        self.phase = Phase::Out {
            requested_at: now,
            is_relogin,
        };
        self.flight_number = self.flight_number.wrapping_add(1);
        Flight(self.flight_number)
    }

    fn land(&mut self, flight: Flight, now: u64) -> Option<(u64, bool)> {
        match self.phase {
            Phase::Out {
                requested_at,
                is_relogin,
            } if flight.0 == self.flight_number => {
                self.phase = Phase::Idle;
                self.pause_until = now.saturating_add(PAUSE_MS);
                Some((requested_at, is_relogin))
            }
            _ => None,
        }
    }

    fn hold(&mut self, requested_at: u64, expires_in_secs: Option<u32>, now: u64) {
        let (due_at, over_at) = match expires_in_secs {
            None => (u64::MAX, u64::MAX),
            Some(secs) => {
                let over_at = requested_at.saturating_add(millis(secs));
                let ahead = millis(self.settings.margin_secs).saturating_add(self.spread_ms());
                let margin = ahead.min(millis(secs) / 2);
                (over_at.saturating_sub(margin), over_at)
            }
        };
        self.token = Token::Held {
            received_at: now,
            due_at,
            over_at,
        };
        if self.usable_for(now) > 0 {
            self.doubtful = 0;
            return;
        }
        // An instance hands the same token out to the end of its life. Its successor comes when
        // that is over.
        if self.doubtful >= self.settings.repeats.max(1) {
            return self.stop(StopReason::LifetimeTooShort);
        }
        self.doubtful = self.doubtful.saturating_add(1);
        self.not_before = over_at.max(now).saturating_add(PAUSE_MS);
        let wait = bounded(self.not_before.saturating_sub(now));
        log_line!(
            warn,
            "token {} is over as it comes; {} ms to the next request",
            self.token_number,
            wait
        );
    }

    fn stop(&mut self, reason: StopReason) {
        self.phase = Phase::Stopped(reason);
        log_line!(error, "stopped: {:?}", reason);
    }

    fn forget_failures(&mut self) {
        if let Phase::Stopped(_) = self.phase {
            self.phase = Phase::Idle;
        }
        self.not_before = 0;
        self.failures = 0;
        self.doubtful = 0;
    }

    /// How long the next request waits yet. Where it is found due it gets its place in the spread,
    /// counted from here: a thousand devices that could not ask while their network was away can all
    /// ask again at the same moment. So it gets another where it missed the one before.
    fn request_in(&mut self, now: u64) -> u64 {
        let wait = self.request_at().saturating_sub(now);
        if wait > 0 {
            return wait;
        }
        let (leaves_at, places) = match self.phase {
            Phase::Due { leaves_at, places }
                if places >= PLACES || now <= leaves_at.saturating_add(OVERSLEPT_MS) =>
            {
                (leaves_at, places)
            }
            Phase::Due { places, .. } => (self.place(now, places), places.saturating_add(1)),
            _ => (self.place(now, 0), 1),
        };
        self.phase = Phase::Due { leaves_at, places };
        leaves_at.saturating_sub(now)
    }

    /// A place in the spread, which begins now.
    fn place(&self, now: u64, places: u8) -> u64 {
        let random = mixed(self.settings.seed, self.flight_number, places);
        let wait = backoff::share(self.spread_ms(), random);
        if wait > 0 {
            log_line!(debug, "a request is due; {} ms to it", bounded(wait));
        }
        now.saturating_add(wait)
    }

    /// When the next request may and should be sent.
    fn request_at(&self) -> u64 {
        let pause_until = self.pause_until.max(self.not_before);
        match self.token {
            Token::None | Token::Refused { at_once: false } => pause_until,
            Token::Refused { at_once: true } => self.not_before,
            Token::Held { due_at, .. } => due_at.max(pause_until),
        }
    }

    /// How long the token can be used: not in the last second, for a request takes time.
    fn usable_for(&self, now: u64) -> u64 {
        match self.token {
            Token::Held { over_at, .. } => over_at.saturating_sub(now).saturating_sub(PAUSE_MS),
            Token::None | Token::Refused { .. } => 0,
        }
    }

    fn backoff_cap_ms(&self) -> u64 {
        millis(self.settings.backoff_cap_secs)
    }

    fn spread_ms(&self) -> u64 {
        millis(self.settings.spread_secs)
    }
}

/// A number that looks random, for each seed, each request and each of its places: the finalizer of
/// MurmurHash3.
fn mixed(seed: u32, flight_number: u32, places: u8) -> u32 {
    let number = flight_number.wrapping_mul(PLACES.into());
    let number = number.wrapping_add(places.into()).wrapping_add(1);
    let mut x = seed.wrapping_add(number.wrapping_mul(0x9e37_79b9));
    x = (x ^ (x >> 16)).wrapping_mul(0x85eb_ca6b);
    x = (x ^ (x >> 13)).wrapping_mul(0xc2b2_ae35);
    x ^ (x >> 16)
}

fn log_received(number: u32, expires_in_secs: Option<u32>, is_same: bool) {
    match (is_same, expires_in_secs) {
        (false, Some(secs)) => log_line!(info, "token {} received, lifetime {} s", number, secs),
        (false, None) => log_line!(info, "token {} received, lifetime not named", number),
        (true, Some(secs)) => {
            log_line!(info, "token {} received again, lifetime {} s", number, secs)
        }
        (true, None) => log_line!(info, "token {} received again, lifetime not named", number),
    }
}

const fn secs(millis: u64) -> u64 {
    div_rem::<1_000>(millis).0
}
