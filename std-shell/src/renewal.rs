//! One token for all threads of a client: core's session machine says when it is asked for, and this
//! module makes threads take turns.

use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use snow_token_core::{
    Cause,
    session::{
        Action, Failure, Flight, LONGEST_WAIT_MS, Renewal, Settings, StopReason, TokenNumber,
    },
};

use crate::{
    clock::Clock,
    error::{Error, ErrorKind},
    token::Token,
};

/// A session that has given up asks again after so long: what was wrong may have been set right, and
/// a gateway has nobody who would say so.
const RETRY_AFTER_STOP: Duration = Duration::from_secs(3600);
/// For so long the instance's word counts that a token is good although an API answered 401 to it: the
/// API is at fault, and others go on taking the token.
const CONFIRMED_FOR: Duration = Duration::from_secs(60);
/// A token that was nearly over when it came is waited out, if that takes no longer.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct SharedToken {
    clock: Clock,
    settings: Settings,
    state: Mutex<State>,
    /// Signalled at each outcome, and where a wait is cut short.
    landed: Condvar,
}

#[derive(Debug)]
struct State {
    renewal: Renewal,
    /// When the session last heard the time. It must within 24 days, and a client may rest longer.
    heard_at: Duration,
    held: Option<Held>,
    /// How the last request failed, and when; none after a token.
    failure: Option<(Error, Duration)>,
}

#[derive(Debug)]
struct Held {
    number: TokenNumber,
    token: Arc<Token>,
    standing: Standing,
}

/// What is known of a token's worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Good,
    /// An API answered 401 to it.
    Refused,
    /// So did one, and the instance gave it again.
    ConfirmedAt(Duration),
}

/// What the caller of `obtain` knows: which token not to bring, and whether to bring one that is near
/// its end rather than none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// An API refused it.
    pub(crate) refused: Option<Arc<Token>>,
    /// The caller holds a token that is still good.
    pub(crate) is_ahead: bool,
}

impl SharedToken {
    pub(crate) fn new(margin_secs: u32) -> Self {
        let clock = Clock::start();
        let settings = Settings {
            margin_secs,
            ..Settings::DEFAULT
        };
        Self {
            state: Mutex::new(State {
                renewal: Renewal::new(settings, clock.now_ms()),
                heard_at: clock.elapsed(),
                held: None,
                failure: None,
            }),
            settings,
            landed: Condvar::new(),
            clock,
        }
    }

    /// A token that is good now: the one that is held, or one that `obtain` brings.
    ///
    /// One thread at a time obtains. Others go on with a token that is good, or wait and share the
    /// outcome, a failure too. After a failure nothing is sent before the wait that the session asks
    /// for is over: the failure is told again.
    pub(crate) fn get(
        &self,
        obtain: impl Fn(&Wanted) -> Result<Token, Error>,
    ) -> Result<Arc<Token>, Error> {
        let mut state = self.lock();
        // How this call's own request failed.
        let mut own_failure = None;
        loop {
            let (flight, is_ahead) = match state.renewal.next(self.clock.now_ms()) {
                Action::UseToken { token, .. } => match state.held_as(token) {
                    Some(token) => return Ok(token),
                    // Cannot be: a number is given with a token.
                    None => {
                        state.renewal.reset(self.clock.now_ms());
                        continue;
                    }
                },
                Action::Request { flight } => (flight, false),
                Action::RequestWhileUsing { flight, .. } => (flight, true),
                Action::AwaitOutcome => {
                    state = self
                        .landed
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                    continue;
                }
                Action::Wait { ms } => {
                    let wait = Duration::from_millis(ms.into());
                    if let Some(error) = own_failure {
                        return Err(error);
                    }
                    if let Some(error) = state.why_to_wait(wait) {
                        return Err(error);
                    }
                    let waited = self.landed.wait_timeout(state, wait);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                    continue;
                }
                Action::Stop(_) => {
                    let now = self.clock.elapsed();
                    let (failure, at) = state
                        .failure
                        .get_or_insert_with(|| (lifetime_too_short(), now));
                    if now.saturating_sub(*at) < RETRY_AFTER_STOP {
                        return Err(failure.clone());
                    }
                    tracing::info!("asking again after an hour: {failure}");
                    state.renewal.retry();
                    continue;
                }
            };
            let wanted = Wanted {
                refused: state.refused(),
                is_ahead,
            };
            drop(state);
            let mut landing = Landing {
                shared: self,
                flight: Some(flight),
                is_ahead,
            };
            let outcome = obtain(&wanted);
            own_failure = outcome.as_ref().err().cloned();
            state = landing.land(outcome);
        }
    }

    /// An API answered 401 to this token. Whether it may be worth while to ask for another: not where
    /// the instance has just said that this one is good.
    pub(crate) fn refuse(&self, token: &Arc<Token>) -> bool {
        let mut state = self.lock();
        let now = self.clock.elapsed();
        let now_ms = self.clock.now_ms();
        let Some(held) = state.held.as_mut() else {
            return true;
        };
        if !Arc::ptr_eq(&held.token, token) {
            // It has a successor already.
            return true;
        }
        if let Standing::ConfirmedAt(at) = held.standing
            && now.saturating_sub(at) < CONFIRMED_FOR
        {
            return false;
        }
        held.standing = Standing::Refused;
        let number = held.number;
        state.renewal.api_unauthorized(number, now_ms, random());
        true
    }

    /// Cuts waits short and asks again, after whatever was wrong was set right.
    pub(crate) fn retry(&self) {
        let mut state = self.lock();
        state.failure = None;
        state.renewal.retry();
        self.landed.notify_all();
    }

    /// Forgets the token.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        state.failure = None;
        state.held = None;
        state.renewal.reset(self.clock.now_ms());
        self.landed.notify_all();
    }

    /// The state, after the session has heard the time.
    fn lock(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.elapsed();
        let silence = now.saturating_sub(state.heard_at);
        state.heard_at = now;
        // No request is out for so long, and no token good.
        if silence > Duration::from_millis(LONGEST_WAIT_MS.into()) {
            state.renewal = Renewal::new(self.settings, self.clock.now_ms());
            state.held = None;
            state.failure = None;
        }
        state
    }
}

impl State {
    fn held_as(&self, number: TokenNumber) -> Option<Arc<Token>> {
        let held = self.held.as_ref().filter(|held| held.number == number);
        held.map(|held| Arc::clone(&held.token))
    }

    /// The token that an API refused, as long as there is no other.
    fn refused(&self) -> Option<Arc<Token>> {
        let held = self.held.as_ref()?;
        (held.standing == Standing::Refused).then(|| Arc::clone(&held.token))
    }

    /// Why there is no token now, unless there will be one in a moment.
    fn why_to_wait(&self, wait: Duration) -> Option<Error> {
        match &self.failure {
            Some((failure, _)) if is_local(failure) => Some(failure.clone()),
            Some((failure, _)) => Some(asked_again_in(wait, failure.clone())),
            None if self.refused().is_some() => Some(asked_again_in(wait, refused_each_time())),
            None if wait > LONGEST_SLEEP => Some(asked_again_in(wait, lifetime_too_short())),
            None => None,
        }
    }

    /// Keeps a token that came.
    fn keep(&mut self, number: TokenNumber, token: Token) {
        self.failure = None;
        self.held = Some(Held {
            number,
            token: Arc::new(token),
            standing: Standing::Good,
        });
    }

    /// The instance gave the token again that an API refused: it holds it for good, and so it is. What
    /// the machine of the session stands for is a token that is in use, so it begins anew with it.
    fn confirm(&mut self, token: Token, settings: Settings, now: Duration, now_ms: u32) {
        self.renewal = Renewal::new(settings, now_ms);
        let Action::Request { flight } = self.renewal.next(now_ms) else {
            return;
        };
        let lifetime = token.lifetime_secs();
        if let Some(number) = self.renewal.token_received(flight, now_ms, lifetime, false) {
            self.keep(number, token);
            if let Some(held) = &mut self.held {
                held.standing = Standing::ConfirmedAt(now);
            }
        }
    }
}

/// The outcome of a request on its way to the session. If the thread panics, it has failed.
struct Landing<'s> {
    shared: &'s SharedToken,
    flight: Option<Flight>,
    /// Whether the token before was still good when it departed.
    is_ahead: bool,
}

impl<'s> Landing<'s> {
    fn land(&mut self, outcome: Result<Token, Error>) -> MutexGuard<'s, State> {
        let shared = self.shared;
        let mut state = shared.lock();
        let (now, now_ms) = (shared.clock.elapsed(), shared.clock.now_ms());
        let Some(flight) = self.flight.take() else {
            return state;
        };
        match outcome {
            Ok(token) => {
                let held = state.held.as_ref();
                let is_same = held.is_some_and(|held| held.token.is_same_as(&token));
                let was_refused = held.is_some_and(|held| held.standing == Standing::Refused);
                let lifetime = token.lifetime_secs();
                let number = state
                    .renewal
                    .token_received(flight, now_ms, lifetime, is_same);
                match (number, state.renewal.stopped()) {
                    (Some(_), Some(StopReason::SameTokenAgain)) => {
                        state.confirm(token, shared.settings, now, now_ms);
                    }
                    // It was asked for before the API refused it.
                    (Some(_), _) if is_same && was_refused => {}
                    (Some(number), _) => state.keep(number, token),
                    (None, _) => {}
                }
            }
            Err(error) => {
                if self.is_ahead {
                    tracing::warn!("the token was not renewed, ahead of its end: {error}");
                }
                state
                    .renewal
                    .failed(flight, now_ms, failure_of(&error), random());
                if is_local(&error) {
                    // The instance has nothing to do with it.
                    state.renewal.retry();
                }
                state.failure = Some((error, now));
            }
        }
        shared.landed.notify_all();
        state
    }
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        if self.flight.is_some() {
            let what = "the thread that asked for a token has panicked";
            drop(self.land(Err(Error::new(ErrorKind::Network, what))));
        }
    }
}

/// What an error is to the session.
fn failure_of(error: &Error) -> Failure {
    match (error.cause(), error.kind()) {
        (Some(cause), _) => Failure::Refused(cause),
        (None, ErrorKind::UnexpectedAnswer) => Failure::Malformed,
        (None, _) => Failure::Transport,
    }
}

/// Whether nothing was sent: a file that cannot be read, a person who has not logged in.
fn is_local(error: &Error) -> bool {
    let kind = error.kind();
    error.cause().is_none() && matches!(kind, ErrorKind::Configuration | ErrorKind::Refused)
}

fn asked_again_in(wait: Duration, error: Error) -> Error {
    let secs = wait.as_secs_f32().ceil();
    error.with_advice([format!(
        "the instance is asked again in {secs} s at the earliest"
    )])
}

fn refused_each_time() -> Error {
    let what = "the APIs of the instance answered HTTP 401 to each of the last tokens";
    Error::from_cause(Cause::NotAuthenticated, what)
}

fn lifetime_too_short() -> Error {
    Error::new(
        ErrorKind::UnexpectedAnswer,
        "the instance gave tokens whose lifetime was over when they arrived",
    )
    .with_advice([
        "look at the Access Token Lifespan in the Application Registry: it must be longer than an \
         answer takes",
    ])
}

/// Spreads waits; without random bytes they are the longest.
fn random() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
