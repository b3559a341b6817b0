//! Times of an operation for two classes of secrets.

use core::hint::black_box;
use std::time::Instant;

use rand::RngExt as _;

use crate::welch::{Sample, largest_t};

/// Above it a difference is taken for real, as in dudect (Reparaz, Balasch, Verbauwhede 2017).
pub(crate) const SURE: f64 = 10.0;
/// Below it nothing is seen.
pub(crate) const NOTHING: f64 = 4.5;
/// Noise that looks like a difference goes away; a difference stays.
const ROUNDS: usize = 3;

/// What was found about an operation.
pub(crate) struct Finding {
    pub(crate) operation: &'static str,
    pub(crate) classes: [&'static str; 2],
    pub(crate) samples: usize,
    pub(crate) rounds: usize,
    pub(crate) median_ns: u64,
    /// Of the round in which it was nearest to zero.
    pub(crate) t: f64,
}

/// An operation that is measured.
pub(crate) struct Subject {
    pub(crate) operation: &'static str,
    /// What the secrets of each class are.
    pub(crate) classes: [&'static str; 2],
    /// How many times are taken.
    pub(crate) samples: usize,
    /// How often the operation runs within a time, for one that is shorter than the clock is exact.
    pub(crate) batch: u32,
}

impl Subject {
    /// Measures `run` on what `prepare` makes, a secret of each class. Both are made for each
    /// sample and one is taken, at random: what goes before a measurement is the same for both.
    pub(crate) fn measure<T, R>(
        self,
        mut prepare: impl FnMut() -> [T; 2],
        run: impl Fn(&mut T) -> R,
    ) -> Finding {
        eprintln!("{} ...", self.operation);
        let mut nearest = f64::INFINITY;
        let mut median_ns = 0;
        let mut rounds = 0;
        while rounds < ROUNDS && nearest.abs() > NOTHING {
            let samples: Vec<Sample> = (0..self.samples)
                .map(|_| self.sample(&mut prepare, &run))
                .collect();
            let t = largest_t(&samples);
            rounds += 1;
            eprintln!("  round {rounds}: t = {t:.1}");
            if t.abs() < nearest.abs() {
                nearest = t;
            }
            let mut times: Vec<u64> = samples.iter().map(|(_, time)| *time).collect();
            times.sort_unstable();
            median_ns = times[times.len() / 2] / u64::from(self.batch);
        }
        Finding {
            operation: self.operation,
            classes: self.classes,
            samples: self.samples,
            rounds,
            median_ns,
            t: nearest,
        }
    }

    fn sample<T, R>(
        &self,
        prepare: &mut impl FnMut() -> [T; 2],
        run: &impl Fn(&mut T) -> R,
    ) -> Sample {
        let [first, second] = prepare();
        let class = rand::rng().random();
        // One place for both classes: where it lies must not tell which it is.
        let (mut secret, _other) = match class {
            false => (first, second),
            true => (second, first),
        };
        let secret = black_box(&mut secret);
        let started = Instant::now();
        for _ in 0..self.batch {
            black_box(run(black_box(secret)));
        }
        let nanoseconds = started.elapsed().as_nanos();
        (class, u64::try_from(nanoseconds).unwrap_or(u64::MAX))
    }
}
