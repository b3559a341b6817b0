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
/// How many secrets are prepared at a time.
const CHUNK: usize = 250;

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
    /// Measures `run` on what `prepare` makes, a secret of each class, of which one is taken at
    /// random. Many are prepared before the first is measured, so that how the processor came by one
    /// is over.
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
            let samples: Vec<Sample> = (0..self.samples / CHUNK)
                .flat_map(|_| self.chunk(&mut prepare, &run))
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

    fn chunk<T, R>(
        &self,
        prepare: &mut impl FnMut() -> [T; 2],
        run: &impl Fn(&mut T) -> R,
    ) -> Vec<Sample> {
        let mut secrets = Vec::with_capacity(CHUNK);
        for _ in 0..CHUNK {
            // Nothing of what the compiler knows of one of them may be left.
            let [first, second] = black_box(prepare());
            let class: bool = rand::rng().random();
            secrets.push(match class {
                false => (class, first),
                true => (class, second),
            });
        }
        let time = |(class, secret): &mut (bool, T)| {
            let started = Instant::now();
            for _ in 0..self.batch {
                black_box(run(black_box(secret)));
            }
            let nanoseconds = started.elapsed().as_nanos();
            (*class, u64::try_from(nanoseconds).unwrap_or(u64::MAX))
        };
        secrets.iter_mut().map(time).collect()
    }
}
