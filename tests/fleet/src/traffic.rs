//! Token requests, counted by the second.

/// What became of the token requests that were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates {
    /// Sent at all.
    pub sent: u64,
    /// Answered with a token.
    pub granted: u64,
    /// Refused by the rate limit: 429.
    pub limited: u64,
    /// Refused by an instance that is down, or whose queue is full: 503.
    pub unavailable: u64,
    /// Not answered at all.
    pub unanswered: u64,
    /// Under way when the simulation ended.
    pub under_way: u64,
}

/// Token requests by the second in which they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic(Vec<u32>);

impl Traffic {
    pub(crate) fn new(duration_secs: u32) -> Self {
        Self(vec![0; duration_secs as usize])
    }

    pub(crate) fn count(&mut self, at_ms: u64) {
        if let Some(second) = self.0.get_mut((at_ms / 1_000) as usize) {
            *second += 1;
        }
    }

    /// How many in each second.
    pub fn by_second(&self) -> &[u32] {
        &self.0
    }

    /// The most in any window of so many seconds.
    pub fn peak(&self, window_secs: u32) -> u32 {
        let windows = self.0.windows(window_secs as usize);
        windows.map(|window| window.iter().sum()).max().unwrap_or(0)
    }

    /// How many in these seconds.
    pub fn within(&self, seconds: core::ops::Range<u32>) -> u64 {
        let seconds = &self.0[seconds.start as usize..seconds.end as usize];
        seconds.iter().map(|count| u64::from(*count)).sum()
    }
}
