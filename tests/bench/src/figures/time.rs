//! Time, measured so that what else the machine does cancels out: this thread's own time on a
//! processor, in short batches of all contenders of a contest in turn, many times, and medians.

use std::{hint::black_box, time::Duration};

use rustix::time::{ClockId, clock_gettime};

use crate::{Contender, Contest};

const ROUNDS: usize = 101;
/// Short against what a scheduler gives at once, long against what the clock costs.
const BATCH: Duration = Duration::from_micros(500);

/// For each round the nanoseconds that each contender took for one run.
pub struct Times(Vec<Vec<f64>>);

impl Times {
    /// Of one contender.
    pub fn median(&self, contender: usize) -> f64 {
        median(self.0.iter().map(|round| round[contender]).collect())
    }

    /// A contender's time by that of the first in the same round.
    pub fn median_ratio(&self, contender: usize) -> f64 {
        median(
            self.0
                .iter()
                .map(|round| round[contender] / round[0])
                .collect(),
        )
    }
}

/// Times all contenders of a contest.
pub fn time_each(contest: &mut Contest) -> Times {
    let mut contenders: Vec<_> = contest.contenders().collect();
    let batches: Vec<u32> = contenders
        .iter_mut()
        .map(|contender| batch_size(contender))
        .collect();
    let rounds = (0..ROUNDS).map(|round| {
        let mut times = vec![0.0; contenders.len()];
        for turn in 0..contenders.len() {
            // Nobody always comes after the same one.
            let index = (turn + round) % contenders.len();
            let index = match round % 2 {
                0 => index,
                _ => contenders.len() - 1 - index,
            };
            let took = run(contenders[index], batches[index]);
            times[index] = took.as_nanos() as f64 / f64::from(batches[index]);
        }
        times
    });
    Times(rounds.collect())
}

fn batch_size(contender: &mut Contender) -> u32 {
    let mut runs = 1;
    while run(contender, runs) < BATCH {
        runs *= 2;
    }
    runs
}

fn run(contender: &mut Contender, runs: u32) -> Duration {
    let start = own_time();
    for _ in 0..runs {
        (contender.work)(&mut |output| {
            black_box(output);
        });
    }
    own_time() - start
}

/// How long this thread has run: not the time in which others did.
fn own_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it begins at zero")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
