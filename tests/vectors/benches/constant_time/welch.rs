//! Welch's test: whether two classes of times have the same mean.

/// Number, mean and sum of squared differences, as they grow (Welford 1962).
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn push(&mut self, value: f64) {
        self.count += 1.0;
        let difference = value - self.mean;
        self.mean += difference / self.count;
        self.squares += difference * (value - self.mean);
    }

    /// The variance of the mean.
    fn error(&self) -> f64 {
        self.squares / (self.count - 1.0) / self.count
    }
}

/// A time, and whether it is of the second class.
pub(crate) type Sample = (bool, u64);

/// The shares of the fastest samples that are looked at by themselves: what is slow is mostly
/// somebody else's work in between.
const SHARES: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

/// The t of these samples that is farthest from zero, over all shares. Positive where the first
/// class takes longer.
pub(crate) fn largest_t(samples: &[Sample]) -> f64 {
    let mut times: Vec<u64> = samples.iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    let ts = SHARES.map(|share| {
        let last = ((times.len() - 1) as f64 * share) as usize;
        t(samples.iter().filter(|(_, time)| *time <= times[last]))
    });
    ts.into_iter()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .unwrap_or_default()
}

fn t<'s>(samples: impl Iterator<Item = &'s Sample>) -> f64 {
    let mut classes = [Moments::default(), Moments::default()];
    for (class, time) in samples {
        classes[usize::from(*class)].push(*time as f64);
    }
    let [first, second] = classes;
    if first.count < 2.0 || second.count < 2.0 {
        return 0.0;
    }
    let error = (first.error() + second.error()).sqrt();
    match first.mean == second.mean {
        true => 0.0,
        false => (first.mean - second.mean) / error,
    }
}
