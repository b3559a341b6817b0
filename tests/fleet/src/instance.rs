//! The instance: a token endpoint with a rate limit and a queue, and an API that takes readings.

use core::ops::Range;

/// How many token requests are answered in each window of time.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// So many requests are answered…
    pub requests: u32,
    /// …in each window of so many seconds.
    pub per_secs: u32,
    /// Whether a refusal says when the window ends.
    pub has_retry_after: bool,
}

/// Whose the tokens are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Each gateway has its own client, and so its own token.
    OneEach,
    /// All gateways are one client: to all of them the same token is handed out.
    OneForAll,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The instance answers 503.
    Down,
    /// Nothing answers.
    Unreachable,
    /// The gateways have no link, and know it: they send nothing.
    NoLink,
}

/// A time in which something is wrong, in seconds.
#[derive(Debug, Clone)]
pub struct Outage {
    /// What.
    pub fault: Fault,
    /// When.
    pub secs: Range<u32>,
}

/// How an instance behaves.
#[derive(Debug, Clone)]
pub struct Behaviour {
    /// The rate limit of the token endpoint.
    pub limit: RateLimit,
    /// Whose the tokens are.
    pub clients: Clients,
    /// When it is not there.
    pub outage: Option<Outage>,
    /// When all tokens are revoked, in seconds.
    pub revoked_at_secs: Option<u32>,
}

/// How long a token lives, in seconds. **ServiceNow** hands the same one out to its end, with what is
/// left of it.
pub const LIFETIME_SECS: u32 = 1_800;

/// How many token requests the instance works off in a second.
const SERVED_PER_SEC: u64 = 1_000;

/// The queue before it; 503 to whoever would wait longer.
const LONGEST_QUEUE_MS: u64 = 10_000;

/// The way there and back.
const ROUND_TRIP_MS: u64 = 100;

/// How long a gateway waits for an answer.
const TIMEOUT_MS: u64 = 30_000;

/// One call in so many is carried out, but its answer is lost.
const LOST_ANSWERS: u32 = 1_000;

/// Of all tokens one of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TokenId(u32);

/// What becomes of a token request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TokenAnswer {
    Granted {
        token: TokenId,
        expires_in_secs: u32,
    },
    Limited {
        retry_after_secs: Option<u32>,
    },
    Unavailable,
    None,
}

/// What becomes of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CallAnswer {
    /// Written, or found.
    Stored,
    /// Looked up, and not found.
    Absent,
    Unauthorized,
    Unavailable,
    /// Carried out, but the answer did not arrive.
    Lost,
    /// No connection.
    None,
}

/// What a gateway calls the API for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call {
    Write,
    LookUp,
}

pub(crate) struct Instance {
    behaviour: Behaviour,
    random: fastrand::Rng,
    /// By the client.
    tokens: Vec<Option<Issued>>,
    last_id: u32,
    window: Window,
    /// Until when the queue is worked off, in microseconds.
    busy_until_us: u64,
    /// By the gateway.
    written: Vec<Written>,
    /// Records that were written although they were there.
    pub(crate) written_twice: u64,
}

#[derive(Debug, Clone, Copy)]
struct Issued {
    id: TokenId,
    over_at: u64,
}

/// What a gateway has written. Its records come in their order, those that its queue dropped left out.
#[derive(Debug, Clone, Copy, Default)]
struct Written {
    records: u32,
    next_sequence: u32,
}

#[derive(Default)]
struct Window {
    number: u64,
    requests: u32,
}

impl Instance {
    pub(crate) fn new(behaviour: Behaviour, gateways: u32, seed: u64) -> Self {
        let clients = match behaviour.clients {
            Clients::OneEach => gateways,
            Clients::OneForAll => 1,
        };
        Self {
            behaviour,
            random: fastrand::Rng::with_seed(seed),
            tokens: vec![None; clients as usize],
            last_id: 0,
            window: Window::default(),
            busy_until_us: 0,
            written: vec![Written::default(); gateways as usize],
            written_twice: 0,
        }
    }

    /// Until when there is no link, where there is none.
    pub(crate) fn no_link_until(&self, now: u64) -> Option<u64> {
        let outage = self.behaviour.outage.as_ref()?;
        let until = millis(outage.secs.end);
        (self.fault(now) == Some(Fault::NoLink)).then_some(until)
    }

    /// Answers a token request: what, and when.
    pub(crate) fn ask(&mut self, now: u64, gateway: u32) -> (u64, TokenAnswer) {
        match self.fault(now) {
            None => {}
            Some(Fault::Down) => return (now + ROUND_TRIP_MS, TokenAnswer::Unavailable),
            Some(Fault::Unreachable | Fault::NoLink) => {
                return (now + TIMEOUT_MS, TokenAnswer::None);
            }
        }
        if let Some(limited) = self.limited(now) {
            return (now + ROUND_TRIP_MS, limited);
        }
        let begins_us = self.busy_until_us.max(now * 1_000);
        if begins_us - now * 1_000 > LONGEST_QUEUE_MS * 1_000 {
            return (now + ROUND_TRIP_MS, TokenAnswer::Unavailable);
        }
        self.busy_until_us = begins_us + 1_000_000 / SERVED_PER_SEC;
        let served_at = self.busy_until_us.div_ceil(1_000);
        (served_at + ROUND_TRIP_MS, self.grant(gateway, served_at))
    }

    /// Hands out the client's token, or a new one where it is over.
    pub(crate) fn grant(&mut self, gateway: u32, now: u64) -> TokenAnswer {
        let client = self.client(gateway);
        let issued = match self.good_token(client, now) {
            Some(issued) => issued,
            None => {
                self.last_id += 1;
                let issued = Issued {
                    id: TokenId(self.last_id),
                    over_at: now + millis(LIFETIME_SECS),
                };
                self.tokens[client] = Some(issued);
                issued
            }
        };
        TokenAnswer::Granted {
            token: issued.id,
            expires_in_secs: ((issued.over_at - now) / 1_000) as u32,
        }
    }

    /// Answers a call of the API: what, and when.
    pub(crate) fn call(
        &mut self,
        now: u64,
        gateway: u32,
        token: Option<TokenId>,
        call: Call,
        sequence: u32,
    ) -> (u64, CallAnswer) {
        let answer = match self.fault(now) {
            None => match self.accepts(now, gateway, token) {
                true => self.carry_out(gateway, call, sequence),
                false => CallAnswer::Unauthorized,
            },
            Some(Fault::Down) => CallAnswer::Unavailable,
            Some(Fault::Unreachable | Fault::NoLink) => CallAnswer::None,
        };
        let takes = match answer {
            CallAnswer::Lost | CallAnswer::None => TIMEOUT_MS,
            _ => ROUND_TRIP_MS,
        };
        (now + takes, answer)
    }

    /// Whether this gateway's calls with this token are taken.
    pub(crate) fn accepts(&self, now: u64, gateway: u32, token: Option<TokenId>) -> bool {
        let good = self.good_token(self.client(gateway), now);
        good.is_some_and(|issued| Some(issued.id) == token)
    }

    pub(crate) fn revoke_all(&mut self) {
        self.tokens.fill(None);
    }

    /// How many records of a gateway it has.
    pub(crate) fn written(&self, gateway: u32) -> u32 {
        self.written[gateway as usize].records
    }

    fn carry_out(&mut self, gateway: u32, call: Call, sequence: u32) -> CallAnswer {
        let written = &mut self.written[gateway as usize];
        let is_there = sequence < written.next_sequence;
        match call {
            Call::LookUp if is_there => {}
            Call::LookUp => return CallAnswer::Absent,
            Call::Write if is_there => self.written_twice += 1,
            Call::Write => {
                written.next_sequence = sequence + 1;
                written.records += 1;
            }
        }
        match self.random.u32(0..LOST_ANSWERS) {
            0 => CallAnswer::Lost,
            _ => CallAnswer::Stored,
        }
    }

    fn good_token(&self, client: usize, now: u64) -> Option<Issued> {
        self.tokens[client].filter(|issued| now < issued.over_at)
    }

    fn client(&self, gateway: u32) -> usize {
        match self.behaviour.clients {
            Clients::OneEach => gateway as usize,
            Clients::OneForAll => 0,
        }
    }

    fn fault(&self, now: u64) -> Option<Fault> {
        let outage = self.behaviour.outage.as_ref()?;
        let when = millis(outage.secs.start)..millis(outage.secs.end);
        when.contains(&now).then_some(outage.fault)
    }

    fn limited(&mut self, now: u64) -> Option<TokenAnswer> {
        let limit = self.behaviour.limit;
        let per_ms = millis(limit.per_secs);
        let number = now / per_ms;
        if self.window.number != number {
            self.window = Window {
                number,
                requests: 0,
            };
        }
        self.window.requests += 1;
        if self.window.requests <= limit.requests {
            return None;
        }
        let left_ms = (number + 1) * per_ms - now;
        let retry_after_secs = limit
            .has_retry_after
            .then_some(left_ms.div_ceil(1_000) as u32);
        Some(TokenAnswer::Limited { retry_after_secs })
    }
}

pub(crate) fn millis(secs: u32) -> u64 {
    u64::from(secs) * 1_000
}
