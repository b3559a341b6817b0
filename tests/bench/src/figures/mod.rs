//! Ours beside each rival: time, instructions, and whether an aim is met.

mod instructions;
mod table;
mod time;

pub use instructions::{count_each, run_each_once};
pub use table::{json, markdown};
pub use time::time_each;

use crate::Contest;

/// What one run of a contender costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// The median over all batches.
    pub ns: f64,
    /// On the processor that valgrind simulates.
    pub instructions: u64,
}

/// Ours beside one rival.
pub struct Row {
    what: &'static str,
    ours_name: &'static str,
    ours: Cost,
    peer_name: &'static str,
    peer: Cost,
    /// The rival's time by ours, the median over all rounds: above 1 ours is faster.
    ratio: f64,
    aim: f64,
}

impl Row {
    /// By what the clock says.
    pub fn is_met(&self) -> bool {
        self.ratio >= self.aim
    }

    fn instruction_ratio(&self) -> f64 {
        self.peer.instructions as f64 / self.ours.instructions as f64
    }
}

/// A row for each rival; `instructions` has a figure for each contender of each contest, in order.
pub fn rows(contests: &mut [Contest], instructions: &[u64]) -> Vec<Row> {
    let mut instructions = instructions.iter().copied();
    let mut rows = Vec::new();
    for contest in contests {
        eprintln!("{} ...", contest.what);
        let times = time_each(contest);
        let mut cost = |index: usize| Cost {
            ns: times.median(index),
            instructions: instructions.next().expect("a figure for each contender"),
        };
        let ours = cost(0);
        for (index, rival) in contest.rivals.iter().enumerate() {
            rows.push(Row {
                what: contest.what,
                ours_name: contest.ours.name,
                ours,
                peer_name: rival.contender.name,
                peer: cost(index + 1),
                ratio: times.median_ratio(index + 1),
                aim: rival.aim,
            });
        }
    }
    rows
}
