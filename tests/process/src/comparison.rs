//! The command beside each of its peers, and whether that is what is aimed at.

use crate::{Cost, Measured, ProgramName};

/// One thing that the command does, beside one peer.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What the command does.
    pub what: ProgramName,
    /// What stands beside it.
    pub peer: ProgramName,
    /// The times that it takes of the peer's wall time.
    pub wall_ratio: f64,
    /// The same of CPU time.
    pub cpu_ratio: f64,
    /// The same of memory.
    pub memory_ratio: f64,
    /// The same of instructions, where both were counted.
    pub instructions_ratio: Option<f64>,
    /// What the ratio of CPU time is to be at most.
    pub cpu_aim: Option<f64>,
}

/// What is compared with what, and what is aimed at.
const PAIRS: [(ProgramName, ProgramName, Option<f64>); 9] = {
    use ProgramName::{
        BareUreq, Curl, Empty, OpenidClient, RequestsOauthlib, TokenCached, TokenFresh,
        TokenRefreshed,
    };
    [
        (TokenCached, Empty, Some(2.0)),
        (TokenCached, BareUreq, None),
        (TokenFresh, Empty, None),
        (TokenFresh, BareUreq, Some(1.3)),
        (TokenFresh, Curl, None),
        (TokenFresh, RequestsOauthlib, None),
        (TokenFresh, OpenidClient, None),
        (TokenRefreshed, BareUreq, Some(1.3)),
        (BareUreq, Curl, None),
    ]
};

impl Comparison {
    /// Whether the aim is met, where there is one.
    pub fn is_met(&self) -> Option<bool> {
        self.cpu_aim.map(|aim| self.cpu_ratio <= aim)
    }
}

/// The pairs of which both were measured.
pub fn comparisons(measured: &[Measured]) -> Vec<Comparison> {
    let find = |name| measured.iter().find(|measured| measured.name == name);
    PAIRS
        .iter()
        .filter_map(|&(what, peer, cpu_aim)| {
            let (subject, beside) = (find(what)?, find(peer)?);
            Some(Comparison {
                what,
                peer,
                wall_ratio: ratio(subject, beside, |cost| cost.wall_ms),
                cpu_ratio: ratio(subject, beside, |cost| cost.cpu_ms),
                memory_ratio: ratio(subject, beside, |cost| cost.memory_kib),
                instructions_ratio: match (subject.instructions, beside.instructions) {
                    (Some(subject), Some(beside)) => Some(subject as f64 / beside as f64),
                    _ => None,
                },
                cpu_aim,
            })
        })
        .collect()
}

/// The median of the rounds' ratios: within a round, both had the same machine.
fn ratio(subject: &Measured, beside: &Measured, figure: fn(&Cost) -> f64) -> f64 {
    let pairs = subject.runs.iter().zip(&beside.runs);
    median(pairs.map(|(subject, beside)| figure(subject) / figure(beside)))
}

/// Not a number where there is none.
pub(crate) fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<_> = figures.collect();
    figures.sort_by(f64::total_cmp);
    match (figures.len() / 2, figures.len() % 2) {
        (0, 0) => f64::NAN,
        (half, 0) => f64::midpoint(figures[half - 1], figures[half]),
        (half, _) => figures[half],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(name: ProgramName, cpu_ms: &[f64], instructions: Option<u64>) -> Measured {
        let runs = cpu_ms.iter().map(|&cpu_ms| Cost {
            wall_ms: 2.0 * cpu_ms,
            cpu_ms,
            memory_kib: 1000.0,
        });
        Measured {
            name,
            version: String::new(),
            runs: runs.collect(),
            instructions,
        }
    }

    #[test]
    fn a_ratio_is_the_median_of_the_rounds() {
        let measured = [
            measured(ProgramName::TokenCached, &[3.0, 2.0, 40.0], Some(30)),
            measured(ProgramName::Empty, &[1.0, 1.0, 10.0], Some(10)),
        ];
        let compared = comparisons(&measured);
        assert_eq!(compared.len(), 1);
        let ratios = [
            compared[0].cpu_ratio,
            compared[0].wall_ratio,
            compared[0].memory_ratio,
        ];
        assert_eq!(ratios, [3.0, 3.0, 1.0]);
        assert_eq!(compared[0].instructions_ratio, Some(3.0));
        assert_eq!(compared[0].is_met(), Some(false));
    }

    #[test]
    fn what_was_not_measured_is_not_compared() {
        let measured = [
            measured(ProgramName::TokenCached, &[3.0, 2.0], None),
            measured(ProgramName::BareUreq, &[3.0, 2.0], Some(10)),
        ];
        let compared = comparisons(&measured);
        assert_eq!(compared.len(), 1);
        assert_eq!(compared[0].instructions_ratio, None);
        assert_eq!(compared[0].is_met(), None);
        assert!(median([].into_iter()).is_nan());
        assert_eq!(median([4.0, 1.0].into_iter()), 2.5);
    }
}
