//! The simulation: from one event to the next.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use snow_token_core::session::Flight;

use crate::{
    gateway::{Calling, Gateway, Step},
    instance::{CallAnswer, Instance, TokenAnswer, millis},
    scenario::{Scenario, Start},
    traffic::{Fates, Traffic},
};

/// The gateways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fleet {
    /// How many.
    pub gateways: u32,
    /// Over how long their token requests are spread, in seconds; 0 is not at all.
    pub spread_secs: u32,
    /// What all random numbers come of.
    pub seed: u64,
}

/// What a simulation has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Token requests by the second.
    pub traffic: Traffic,
    /// What became of them.
    pub fates: Fates,
    /// For each gateway, how long it took from the scenario's moment until it had a token that the
    /// instance takes, in milliseconds and in growing order; those that have none yet are left out.
    pub back_after_ms: Vec<u64>,
    /// What became of the readings.
    pub readings: Readings,
}

/// What became of the readings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Readings {
    /// Taken by the gateways.
    pub taken: u64,
    /// In the instance.
    pub written: u64,
    /// In the instance once more than once.
    pub written_twice: u64,
    /// In the instance, and in a queue too: its word was still on the way.
    pub in_both: u64,
    /// In the queues.
    pub waiting: u64,
    /// Neither here nor there.
    pub lost: u64,
}

/// What a gateway waits for. There is one event for each, and no more.
enum Pending {
    Wake,
    Token(Flight, TokenAnswer),
    Call(Calling, CallAnswer),
}

struct Simulation {
    scenario: Scenario,
    instance: Instance,
    gateways: Vec<Gateway>,
    pending: Vec<Pending>,
    events: BinaryHeap<Reverse<(u64, u32)>>,
    traffic: Traffic,
    fates: Fates,
    /// By the gateway: how long after the scenario's moment it had a token.
    back_after: Vec<Option<u64>>,
    is_revoked: bool,
    is_counting: bool,
}

/// Plays a scenario to its end.
pub fn simulate(scenario: &Scenario, fleet: Fleet) -> Outcome {
    let mut simulation = Simulation::new(scenario, fleet);
    simulation.run();
    simulation.outcome()
}

impl Simulation {
    fn new(scenario: &Scenario, fleet: Fleet) -> Self {
        let mut random = fastrand::Rng::with_seed(fleet.seed);
        let instance_seed = random.u64(..);
        let gateways = (0..fleet.gateways).map(|_| Gateway::new(fleet.spread_secs, random.fork()));
        let mut simulation = Self {
            instance: Instance::new(scenario.behaviour.clone(), fleet.gateways, instance_seed),
            gateways: gateways.collect(),
            pending: (0..fleet.gateways).map(|_| Pending::Wake).collect(),
            events: (0..fleet.gateways)
                .map(|number| Reverse((0, number)))
                .collect(),
            traffic: Traffic::new(scenario.duration_secs),
            fates: Fates::default(),
            back_after: vec![None; fleet.gateways as usize],
            is_revoked: false,
            is_counting: false,
            scenario: scenario.clone(),
        };
        if scenario.start == Start::WithTokens {
            simulation.hand_out_tokens();
        }
        simulation
    }

    /// Lets all tokens end in the same second.
    fn hand_out_tokens(&mut self) {
        for (number, gateway) in (0..).zip(&mut self.gateways) {
            let (flight, secs_ago) = gateway.ask_before();
            let mut answer = self.instance.grant(number, 0);
            if let TokenAnswer::Granted {
                expires_in_secs, ..
            } = &mut answer
            {
                // Its session counts the lifetime from the request.
                *expires_in_secs += secs_ago;
            }
            gateway.token_answered(flight, 0, answer);
        }
    }

    fn run(&mut self) {
        let end = millis(self.scenario.duration_secs);
        let moment = millis(self.scenario.moment_secs);
        let revoked_at = self.scenario.behaviour.revoked_at_secs.map(millis);
        while let Some(Reverse((now, number))) = self.events.pop() {
            if now >= end {
                self.events.push(Reverse((now, number)));
                return;
            }
            if !self.is_revoked && revoked_at.is_some_and(|at| at <= now) {
                self.is_revoked = true;
                self.instance.revoke_all();
            }
            if !self.is_counting && moment <= now {
                self.is_counting = true;
                self.count_who_has_a_token(moment);
            }
            self.turn(now, number);
        }
    }

    fn turn(&mut self, now: u64, number: u32) {
        let index = number as usize;
        let gateway = &mut self.gateways[index];
        match core::mem::replace(&mut self.pending[index], Pending::Wake) {
            Pending::Wake => {}
            Pending::Token(flight, answer) => {
                gateway.token_answered(flight, now, answer);
                match answer {
                    TokenAnswer::Granted { token, .. } => {
                        self.fates.granted += 1;
                        let is_good = self.instance.accepts(now, number, Some(token));
                        if self.is_counting && is_good {
                            let after = now - millis(self.scenario.moment_secs);
                            self.back_after[index].get_or_insert(after);
                        }
                    }
                    TokenAnswer::Limited { .. } => self.fates.limited += 1,
                    TokenAnswer::Unavailable => self.fates.unavailable += 1,
                    TokenAnswer::None => self.fates.unanswered += 1,
                }
            }
            Pending::Call(calling, answer) => gateway.call_answered(calling, now, answer),
        }
        let at = match self.instance.no_link_until(now) {
            Some(until) => until,
            None => match gateway.next(now) {
                Step::SleepUntil(at) => at,
                Step::AskForToken(flight) => {
                    self.traffic.count(now);
                    self.fates.sent += 1;
                    let (at, answer) = self.instance.ask(now, number);
                    self.pending[index] = Pending::Token(flight, answer);
                    at
                }
                Step::Call(calling) => {
                    let Calling { call, sequence, .. } = calling;
                    let token = gateway.token();
                    let (at, answer) = self.instance.call(now, number, token, call, sequence);
                    self.pending[index] = Pending::Call(calling, answer);
                    at
                }
            },
        };
        self.events.push(Reverse((at, number)));
    }

    fn count_who_has_a_token(&mut self, moment: u64) {
        for ((number, gateway), back_after) in (0..).zip(&self.gateways).zip(&mut self.back_after) {
            if self.instance.accepts(moment, number, gateway.token()) {
                *back_after = Some(0);
            }
        }
    }

    fn outcome(mut self) -> Outcome {
        let is_asking = |pending: &&Pending| matches!(pending, Pending::Token(..));
        self.fates.under_way = self.pending.iter().filter(is_asking).count() as u64;
        let mut back_after_ms: Vec<u64> = self.back_after.into_iter().flatten().collect();
        back_after_ms.sort_unstable();
        let mut readings = Readings {
            written_twice: self.instance.written_twice,
            ..Readings::default()
        };
        for (number, gateway) in (0..).zip(&mut self.gateways) {
            gateway.take_readings(millis(self.scenario.duration_secs));
            let counts = gateway.counts();
            let taken = u64::from(gateway.readings());
            let written = u64::from(self.instance.written(number));
            let waiting = counts.waiting as u64;
            let in_both = written.saturating_sub(u64::from(counts.stored));
            readings.taken += taken;
            readings.written += written;
            readings.waiting += waiting;
            readings.in_both += in_both;
            readings.lost += (taken + in_both).saturating_sub(written + waiting);
        }
        Outcome {
            traffic: self.traffic,
            fates: self.fates,
            back_after_ms,
            readings,
        }
    }
}
