//! A session under events, against a model that knows nothing of its states: it counts time without
//! wrapping, and what it was told. Whoever makes up the events, tests or the fuzzer, finds here what
//! must hold.

use snow_token_core::{
    Cause,
    session::{
        Action, Failure, Flight, LONGEST_RETRY_AFTER_SECS, LONGEST_WAIT_MS, Renewal, Settings,
        StopReason, TokenNumber,
    },
};

#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// Time passes.
    Pass(u32),
    /// Time passes for as long as the last action says.
    PassAsSaid,
    Next,
    Received {
        expires_in_secs: Option<u32>,
        is_same: bool,
    },
    Failed(Failure, u32),
    /// A call with the token in use, or with the one before, is answered 401.
    Unauthorized {
        is_late: bool,
        random: u32,
    },
    /// A call is answered 403: there is nothing to tell the session.
    Forbidden,
    Retry,
    Reset,
}

/// A token as an outsider sees it.
#[derive(Debug, Clone, Copy)]
struct Granted {
    number: TokenNumber,
    lifetime_ms: u64,
    over_at: u64,
    is_refused: bool,
}

/// A request that is out.
struct Out {
    flight: Flight,
    requested_at: u64,
    is_relogin: bool,
}

pub(crate) struct Model {
    settings: Settings,
    renewal: Renewal,
    now: u64,
    clock: u32,
    said_ms: u32,
    flight: Option<Out>,
    /// A request that was out when the session was reset.
    given_up: Option<Flight>,
    token: Option<Granted>,
    before: Option<TokenNumber>,
    last_outcome: Option<u64>,
    /// Until when the endpoint asked to be left alone.
    retry_after: u64,
    /// 401 to tokens that were in use; requests that went out without a pause.
    unauthorized: u32,
    hasty: u32,
    doubtful: u32,
}

impl Model {
    pub(crate) fn new(settings: Settings, clock: u32) -> Self {
        Self {
            settings,
            renewal: Renewal::new(settings, clock),
            now: 0,
            clock,
            said_ms: 0,
            flight: None,
            given_up: None,
            token: None,
            before: None,
            last_outcome: None,
            retry_after: 0,
            unauthorized: 0,
            hasty: 0,
            doubtful: 0,
        }
    }

    /// The session hears of the time in steps below half a wrap.
    fn pass(&mut self, ms: u32) {
        self.now += u64::from(ms);
        self.clock = self.clock.wrapping_add(ms);
    }

    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Pass(ms) => {
                self.next();
                self.pass(ms);
                self.next();
            }
            Event::PassAsSaid => {
                self.pass(self.said_ms);
                self.said_ms = 0;
            }
            Event::Next => self.next(),
            Event::Received {
                expires_in_secs,
                is_same,
            } => self.receive(expires_in_secs, is_same),
            Event::Failed(failure, random) => self.fail(failure, random),
            Event::Unauthorized { is_late, random } => self.unauthorized(is_late, random),
            Event::Forbidden => {
                // The same action as if nothing had happened, once more.
                self.next();
                let was_out = self.flight.is_some();
                self.next();
                assert_eq!(was_out, self.flight.is_some());
            }
            Event::Retry => {
                self.renewal.retry();
                self.retry_after = 0;
                self.doubtful = 0;
            }
            Event::Reset => {
                self.renewal.reset(self.clock);
                if let Some(out) = self.flight.take() {
                    self.given_up = Some(out.flight);
                    self.last_outcome = Some(self.now);
                }
                self.before = self.token.take().map(|token| token.number);
                self.retry_after = 0;
                self.doubtful = 0;
            }
        }
    }

    fn spread_ms(&self) -> u64 {
        u64::from(self.settings.spread_secs) * 1_000
    }

    fn good_token(&self) -> Option<Granted> {
        let is_good = |token: &Granted| !token.is_refused && self.now < token.over_at;
        self.token.filter(is_good)
    }

    fn next(&mut self) {
        let action = self.renewal.next(self.clock);
        match action {
            Action::Request { flight } => {
                self.request(flight);
            }
            Action::RequestWhileUsing { flight, token } => {
                self.use_token(token);
                let granted = self.token.unwrap();
                let margin = u64::from(self.settings.margin_secs) * 1_000 + self.spread_ms();
                let margin = margin.min(granted.lifetime_ms / 2);
                assert!(self.now + margin >= granted.over_at, "asked too early");
                self.request(flight);
            }
            Action::UseToken { token, again_in_ms } => {
                self.use_token(token);
                assert!((1..=LONGEST_WAIT_MS).contains(&again_in_ms));
                let over_at = self.token.unwrap().over_at;
                assert!(self.now + u64::from(again_in_ms) < over_at);
                self.said_ms = again_in_ms;
            }
            Action::AwaitOutcome => assert!(self.flight.is_some()),
            Action::Wait { ms } => self.wait(ms),
            Action::Stop(reason) => {
                assert!(self.flight.is_none());
                assert_eq!(self.renewal.stopped(), Some(reason));
                let is_early = self
                    .good_token()
                    .is_some_and(|token| self.now + 1_000 < token.over_at);
                assert!(!is_early, "a good token was taken away");
            }
        }
    }

    /// An action never offers a token that is over, refused or replaced.
    fn use_token(&self, number: TokenNumber) {
        assert_eq!(self.good_token().map(|token| token.number), Some(number));
    }

    fn request(&mut self, flight: Flight) {
        assert!(self.flight.is_none(), "two requests at a time");
        assert!(self.now >= self.retry_after, "sooner than Retry-After");
        assert!(self.renewal.stopped().is_none());
        if self.last_outcome.is_some_and(|at| self.now < at + 1_000) {
            self.hasty += 1;
            assert!(self.token.is_some_and(|token| token.is_refused));
            assert!(self.hasty <= self.unauthorized, "a tight loop");
        }
        self.flight = Some(Out {
            flight,
            requested_at: self.now,
            is_relogin: self.token.is_some_and(|token| token.is_refused),
        });
    }

    fn wait(&mut self, ms: u32) {
        assert!(self.flight.is_none());
        assert!((1..=LONGEST_WAIT_MS).contains(&ms));
        let cap_ms = u64::from(self.settings.backoff_cap_secs.max(1)) * 1_000;
        let rest = match self.token {
            Some(token) if !token.is_refused => token.over_at.saturating_sub(self.now) + 1_000,
            _ => 0,
        };
        let asked = cap_ms + self.retry_after.saturating_sub(self.now);
        let longest = asked.max(rest) + self.spread_ms();
        let longest = longest.min(LONGEST_WAIT_MS.into());
        assert!(u64::from(ms) <= longest, "{ms} > {longest}");
        self.said_ms = ms;
    }

    fn receive(&mut self, expires_in_secs: Option<u32>, is_same: bool) {
        if let Some(flight) = self.given_up.take() {
            let received =
                self.renewal
                    .token_received(flight, self.clock, expires_in_secs, is_same);
            assert_eq!(received, None);
        }
        let Some(out) = self.flight.take() else {
            return;
        };
        let is_same = is_same && self.token.is_some();
        let received =
            self.renewal
                .token_received(out.flight, self.clock, expires_in_secs, is_same);
        let number = received.unwrap();
        let last = self.token.map(|token| token.number);
        assert_eq!(is_same, last == Some(number));
        self.last_outcome = Some(self.now);
        self.retry_after = 0;
        let refused = self.token.filter(|token| token.is_refused);
        // No request follows a stop, so there is one for a 401 at most.
        let same_again = self.renewal.stopped() == Some(StopReason::SameTokenAgain);
        assert_eq!(same_again, is_same && out.is_relogin);
        if !is_same {
            self.before = last;
        }
        let lifetime_ms = expires_in_secs.map_or(u64::MAX, |secs| u64::from(secs) * 1_000);
        let over_at = out.requested_at.saturating_add(lifetime_ms);
        self.token = Some(Granted {
            number,
            lifetime_ms,
            over_at,
            is_refused: is_same && refused.is_some(),
        });
        match refused {
            Some(before) if is_same => self.token = Some(before),
            _ if over_at > self.now + 1_000 => self.doubtful = 0,
            _ => self.doubtful += 1,
        }
    }

    fn fail(&mut self, failure: Failure, random: u32) {
        if let Some(flight) = self.given_up.take() {
            let stopped = self.renewal.stopped();
            self.renewal.failed(flight, self.clock, failure, random);
            assert_eq!(self.renewal.stopped(), stopped);
        }
        let Some(out) = self.flight.take() else {
            return;
        };
        self.renewal.failed(out.flight, self.clock, failure, random);
        self.last_outcome = Some(self.now);
        self.retry_after = 0;
        match failure {
            Failure::Refused(
                Cause::RateLimited { retry_after_secs } | Cause::ServerFault { retry_after_secs },
            ) => {
                let secs = retry_after_secs.unwrap_or(0).min(LONGEST_RETRY_AFTER_SECS);
                self.retry_after = self.now + u64::from(secs) * 1_000;
                assert_eq!(self.renewal.stopped(), None);
            }
            Failure::Transport | Failure::Refused(Cause::Hibernating) => {
                assert_eq!(self.renewal.stopped(), None);
            }
            Failure::Refused(Cause::AccessDenied) | Failure::Malformed => {
                self.doubtful += 1;
                let is_too_often = self.doubtful > u32::from(self.settings.repeats);
                assert_eq!(self.renewal.stopped().is_some(), is_too_often);
            }
            _ => assert!(self.renewal.stopped().is_some()),
        }
    }

    fn unauthorized(&mut self, is_late: bool, random: u32) {
        let stopped = self.renewal.stopped();
        let number = match (is_late, self.before, self.good_token()) {
            (true, Some(before), _) => before,
            (false, _, Some(token)) => token.number,
            _ => return,
        };
        self.renewal.api_unauthorized(number, self.clock, random);
        assert_eq!(self.renewal.stopped(), stopped);
        if let Some(token) = self.token.as_mut().filter(|_| !is_late)
            && self.now + 1_000 < token.over_at
        {
            token.is_refused = true;
            self.unauthorized += 1;
        }
    }
}
