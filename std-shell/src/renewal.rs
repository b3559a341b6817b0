//! One token for all threads of a client: core's session machine says when it is asked for, and this
//! module makes threads take turns.

use core::time::Duration;
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

use snow_token_core::session::{
    Action, Failure, Flight, Renewal, Settings, StopReason, TokenNumber,
};

use crate::{
    clock::Clock,
    error::{Error, ErrorKind},
    token::Token,
};

/// A session that has given up asks again after so long: what was wrong may have been set right, and
/// a gateway has nobody who would say so.
const RETRY_AFTER_STOP: Duration = Duration::from_secs(3600);

#[derive(Debug)]
pub(crate) struct SharedToken {
    clock: Clock,
    state: Mutex<State>,
    /// Signalled at each outcome.
    landed: Condvar,
}

#[derive(Debug)]
struct State {
    renewal: Renewal,
    held: Option<(TokenNumber, Arc<Token>)>,
    /// An API answered 401 to the held token.
    is_refused: bool,
    /// How the last request failed, and when; none after a token.
    failure: Option<(Error, Duration)>,
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
                held: None,
                is_refused: false,
                failure: None,
            }),
            landed: Condvar::new(),
            clock,
        }
    }

    /// A token that is good now: the one that is held, or one that `obtain` brings. `obtain` is told
    /// which token it must not bring, if an API refused one.
    ///
    /// One thread at a time obtains. Others go on with a token that is good, or wait and share the
    /// outcome, a failure too. After a failure nothing is sent before the wait that the session asks
    /// for is over: the failure is told again.
    pub(crate) fn get(
        &self,
        obtain: impl Fn(Option<&Token>) -> Result<Token, Error>,
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
                    if let Some((failure, _)) = &state.failure {
                        return Err(own_failure.unwrap_or_else(|| postponed(failure, wait)));
                    }
                    // A token that was nearly over when it came is waited out.
                    drop(state);
                    thread::sleep(wait);
                    state = self.lock();
                    continue;
                }
                Action::Stop(reason) => {
                    let (failure, at) = state
                        .failure
                        .get_or_insert_with(|| (stopped(reason), self.clock.elapsed()));
                    if self.clock.elapsed().saturating_sub(*at) < RETRY_AFTER_STOP {
                        return Err(failure.clone());
                    }
                    tracing::info!("asking again after an hour: {failure}");
                    state.renewal.retry();
                    continue;
                }
            };
            let refused = state.refused();
            drop(state);
            let mut landing = Landing {
                shared: self,
                flight: Some(flight),
                is_ahead,
            };
            let outcome = obtain(refused.as_deref());
            own_failure = outcome.as_ref().err().cloned();
            state = landing.land(outcome);
        }
    }

    /// An API answered 401 to this token.
    pub(crate) fn refuse(&self, token: &Arc<Token>) {
        let mut state = self.lock();
        let number = state
            .held
            .as_ref()
            .filter(|(_, held)| Arc::ptr_eq(held, token));
        if let Some((number, _)) = number {
            let number = *number;
            state.is_refused = true;
            state
                .renewal
                .api_unauthorized(number, self.clock.now_ms(), random());
        }
    }

    /// Whether the session has given up because the instance gave the refused token again.
    pub(crate) fn got_the_same_token_again(&self) -> bool {
        self.lock().renewal.stopped() == Some(StopReason::SameTokenAgain)
    }

    /// Cuts waits short and asks again, after whatever was wrong was set right.
    pub(crate) fn retry(&self) {
        let mut state = self.lock();
        state.failure = None;
        state.renewal.retry();
    }

    /// Forgets the token.
    pub(crate) fn reset(&self) {
        let mut state = self.lock();
        state.failure = None;
        state.held = None;
        state.is_refused = false;
        state.renewal.reset(self.clock.now_ms());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn held_as(&self, number: TokenNumber) -> Option<Arc<Token>> {
        let held = self.held.as_ref().filter(|(held, _)| *held == number);
        held.map(|(_, token)| Arc::clone(token))
    }

    /// The token that an API refused, as long as there is no other.
    fn refused(&self) -> Option<Arc<Token>> {
        let held = self.held.as_ref().filter(|_| self.is_refused);
        held.map(|(_, token)| Arc::clone(token))
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
        let now_ms = shared.clock.now_ms();
        let Some(flight) = self.flight.take() else {
            return state;
        };
        match outcome {
            Ok(token) => {
                let held = state.held.as_ref();
                let is_same = held.is_some_and(|(_, held)| held.is_same_as(&token));
                let rest_secs = token.rest_secs();
                let number = state
                    .renewal
                    .token_received(flight, now_ms, rest_secs, is_same);
                if let Some(number) = number {
                    state.held = Some((number, Arc::new(token)));
                    state.is_refused &= is_same;
                    state.failure = None;
                }
            }
            Err(error) => {
                if self.is_ahead {
                    tracing::warn!("the token was not renewed, ahead of its end: {error}");
                }
                state
                    .renewal
                    .failed(flight, now_ms, failure_of(&error), random());
                state.failure = Some((error, shared.clock.elapsed()));
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
        // A file that cannot be read, or a person who has not logged in: that may change.
        (None, _) => Failure::Transport,
    }
}

fn postponed(failure: &Error, wait: Duration) -> Error {
    let secs = wait.as_secs_f32().ceil();
    failure.clone().with_advice([format!(
        "the instance is asked again in {secs} s at the earliest"
    )])
}

/// Why a session without a failure has given up.
fn stopped(reason: StopReason) -> Error {
    match reason {
        StopReason::SameTokenAgain => Error::new(
            ErrorKind::Refused,
            "an API of the instance answered HTTP 401 to the token, and the token endpoint gave the \
             same token again",
        )
        .with_advice([
            "the instance holds the token for valid: look at the user that the client acts as, and \
             at the API access policies of what was called",
        ]),
        _ => Error::new(
            ErrorKind::UnexpectedAnswer,
            "the instance gave tokens whose lifetime was over when they arrived",
        )
        .with_advice([
            "look at the Access Token Lifespan in the Application Registry: it must be longer than \
             an answer takes",
        ]),
    }
}

/// Spreads waits; without random bytes they are the longest.
fn random() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
