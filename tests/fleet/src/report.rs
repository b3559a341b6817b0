//! The figures of a simulation, as a line of JSON or of a table.

use serde_json::{Value, json};

use crate::{Fleet, Outcome, bound, scenario::Scenario};

/// A row of figures.
#[derive(Debug)]
pub struct Figures<'s> {
    scenario: &'s Scenario,
    fleet: Fleet,
    outcome: &'s Outcome,
}

/// The head of the table.
pub const TABLE_HEAD: &str = "\
| scenario | spread | sent | refused | no answer | peak in 1 s | bound | peak in 10 s | bound | mean a second | half back | 99 % | all | each in the outage | lost |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|";

impl<'s> Figures<'s> {
    /// Of what this fleet did in this scenario.
    pub const fn new(scenario: &'s Scenario, fleet: Fleet, outcome: &'s Outcome) -> Self {
        Self {
            scenario,
            fleet,
            outcome,
        }
    }

    /// A line of JSON.
    pub fn json(&self) -> Value {
        let Outcome {
            traffic,
            fates,
            readings,
            ..
        } = self.outcome;
        json!({
            "what": self.scenario.name,
            "gateways": self.fleet.gateways,
            "spread_s": self.fleet.spread_secs,
            "sent": fates.sent,
            "refused": fates.limited + fates.unavailable,
            "unanswered": fates.unanswered,
            "peak_per_s": traffic.peak(1),
            "bound_per_s": self.bound(1),
            "peak_per_10_s": traffic.peak(10),
            "bound_per_10_s": self.bound(10),
            "mean_per_s": self.mean_per_sec(),
            "back_50_percent_s": self.back_secs(50),
            "back_99_percent_s": self.back_secs(99),
            "back_100_percent_s": self.back_secs(100),
            "each_in_outage": self.each_in_outage(),
            "readings": readings.taken,
            "lost": readings.lost,
            "written_twice": readings.written_twice,
        })
    }

    /// A line of the table.
    pub fn row(&self) -> String {
        let Outcome {
            traffic,
            fates,
            readings,
            ..
        } = self.outcome;
        let cells = [
            self.scenario.title.to_owned(),
            match self.fleet.spread_secs {
                0 => "none".to_owned(),
                secs => format!("{secs} s"),
            },
            grouped(fates.sent),
            grouped(fates.limited + fates.unavailable),
            grouped(fates.unanswered),
            grouped(traffic.peak(1).into()),
            optional(self.bound(1).map(|bound| grouped(bound.into()))),
            grouped(traffic.peak(10).into()),
            optional(self.bound(10).map(|bound| grouped(bound.into()))),
            grouped(self.mean_per_sec()),
            optional(self.back_secs(50).map(seconds)),
            optional(self.back_secs(99).map(seconds)),
            optional(self.back_secs(100).map(seconds)),
            optional(self.each_in_outage().map(|each| format!("{each:.1}"))),
            grouped(readings.lost),
        ];
        format!("| {} |", cells.join(" | "))
    }

    /// The most token requests in any window of so many seconds; none where there is no spread.
    pub fn bound(&self, window_secs: u32) -> Option<u32> {
        let Fleet {
            gateways,
            spread_secs,
            ..
        } = self.fleet;
        (spread_secs > 0).then(|| bound::whatever_befalls(gateways, spread_secs, window_secs))
    }

    /// How many seconds it took until so many of a hundred had a token again.
    pub fn back_secs(&self, percent: u32) -> Option<u64> {
        let gateways = u64::from(self.fleet.gateways);
        let needed = (gateways * u64::from(percent)).div_ceil(100) as usize;
        let after_ms = self.outcome.back_after_ms.get(needed.checked_sub(1)?)?;
        Some(after_ms.div_ceil(1_000))
    }

    /// How many token requests a gateway sent in the outage.
    pub fn each_in_outage(&self) -> Option<f64> {
        let outage = self.scenario.behaviour.outage.as_ref()?;
        let secs = outage.secs.clone();
        if secs.is_empty() {
            return None;
        }
        let tenths =
            self.outcome.traffic.within(secs) as f64 * 10.0 / f64::from(self.fleet.gateways);
        Some(tenths.round() / 10.0)
    }

    fn mean_per_sec(&self) -> u64 {
        self.outcome.fates.sent / u64::from(self.scenario.duration_secs)
    }
}

fn optional(cell: Option<String>) -> String {
    cell.unwrap_or_else(|| "–".to_owned())
}

fn seconds(secs: u64) -> String {
    format!("{} s", grouped(secs))
}

/// With a comma after each three digits.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
