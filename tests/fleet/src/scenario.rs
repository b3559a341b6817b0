//! What befalls the fleet.

use crate::instance::{Behaviour, Clients, Fault, LIFETIME_SECS, Outage, RateLimit};

/// What befalls a fleet, and when it should be well again.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its name in figures.
    pub name: &'static str,
    /// What happens.
    pub title: &'static str,
    /// How the instance behaves.
    pub behaviour: Behaviour,
    /// How the fleet begins.
    pub start: Start,
    /// From when on counts how long gateways take to have a token again, in seconds.
    pub moment_secs: u32,
    /// How long it is watched, in seconds.
    pub duration_secs: u32,
}

/// How a fleet begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// All gateways can ask for their first token from the same moment on.
    Together,
    /// All gateways have tokens that end in the same second.
    WithTokens,
}

const HOUR: u32 = 3_600;

/// When something goes wrong in a fleet that is at work: after the first renewals.
const AT_WORK: u32 = 1_800;

/// A limit that the spread keeps below.
const BY_THE_SECOND: RateLimit = RateLimit {
    requests: 500,
    per_secs: 1,
    has_retry_after: true,
};

/// One that it does not keep below at a start: 200 requests a second, counted by the minute.
const BY_THE_MINUTE: RateLimit = RateLimit {
    requests: 12_000,
    per_secs: 60,
    has_retry_after: true,
};

const GOOD: Behaviour = Behaviour {
    limit: BY_THE_SECOND,
    clients: Clients::OneEach,
    outage: None,
    revoked_at_secs: None,
};

/// All scenarios, for a fleet of this size: the limits are a fleet's of 100,000, in proportion.
pub fn all(gateways: u32) -> Vec<Scenario> {
    let limited = |limit: RateLimit| Behaviour {
        limit: RateLimit {
            requests: (u64::from(limit.requests) * u64::from(gateways) / 100_000) as u32,
            ..limit
        },
        ..GOOD
    };
    let good = limited(BY_THE_SECOND);
    let start = |name, title, behaviour| Scenario {
        name,
        title,
        behaviour,
        start: Start::Together,
        moment_secs: 0,
        duration_secs: HOUR / 2,
    };
    let expiry = |name, title, clients| Scenario {
        name,
        title,
        behaviour: Behaviour {
            clients,
            ..good.clone()
        },
        start: Start::WithTokens,
        moment_secs: LIFETIME_SECS,
        duration_secs: 2 * HOUR,
    };
    let outage = |name, title, fault, secs, revoked_at_secs| Scenario {
        name,
        title,
        behaviour: Behaviour {
            outage: Some(Outage {
                fault,
                secs: AT_WORK..AT_WORK + secs,
            }),
            revoked_at_secs,
            ..good.clone()
        },
        start: Start::Together,
        moment_secs: AT_WORK + secs,
        duration_secs: AT_WORK + secs + HOUR / 2,
    };
    let no_retry_after = RateLimit {
        has_retry_after: false,
        ..BY_THE_MINUTE
    };
    vec![
        start(
            "start_up",
            "Power comes back in a whole region",
            good.clone(),
        ),
        start(
            "start_up_retry_after",
            "Power back, limited by the minute with Retry-After",
            limited(BY_THE_MINUTE),
        ),
        start(
            "start_up_no_retry_after",
            "Power back, limited by the minute without Retry-After",
            limited(no_retry_after),
        ),
        expiry(
            "expiry",
            "All tokens end in the same second",
            Clients::OneEach,
        ),
        expiry(
            "expiry_shared",
            "One client for all: one token, and it ends",
            Clients::OneForAll,
        ),
        outage(
            "outage_instance",
            "The instance answers 503 for an hour",
            Fault::Down,
            HOUR,
            None,
        ),
        outage(
            "outage_network",
            "Nothing answers for an hour",
            Fault::Unreachable,
            HOUR,
            None,
        ),
        outage(
            "outage_link",
            "No link for an hour",
            Fault::NoLink,
            HOUR,
            None,
        ),
        outage(
            "restart",
            "The instance restarts for five minutes, all tokens revoked",
            Fault::Down,
            300,
            Some(AT_WORK),
        ),
        outage(
            "revoked",
            "All tokens revoked, no outage",
            Fault::Down,
            0,
            Some(AT_WORK),
        ),
    ]
}

/// The scenario of this name.
pub fn named(name: &str, gateways: u32) -> Option<Scenario> {
    all(gateways)
        .into_iter()
        .find(|scenario| scenario.name == name)
}
