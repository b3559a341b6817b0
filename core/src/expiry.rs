//! Until when a token is good, and from when on a successor should be fetched.

/// How long before its end a token is renewed unless the caller says otherwise, in seconds.
pub const DEFAULT_MARGIN_SECS: u32 = 60;

/// The two moments that matter in a token's life, in seconds on a clock of the caller's choice.
///
/// A monotonic clock is the right one, if it goes on while the device sleeps: it does not jump.
/// All arithmetic saturates.
///
/// Count from the moment when the *request was sent*: the instance counts from a moment after
/// that, so the token is never believed to live longer than it does.
///
/// **ServiceNow** answers with the same token, and what is left of its lifetime, while it is
/// still valid (on some releases the lifetime is counted anew). Asked ahead of the end it may
/// thus bring no new token. Since the margin is never more than half of what is left, each
/// further request comes after half the rest: 60 s before the end, then 30, 15, 7, 3, 1, and one
/// at the end. The answer to that one can still be the same token with a rest of 0 s, and where the
/// answers are slow a rest can be due or over when it arrives: whoever asks keeps a second between
/// an answer and the next request.
///
/// # Examples
/// ```
/// use snow_token_core::Expiry;
///
/// let expiry = Expiry::new(1_000, 1_800, 60);
/// assert!(!expiry.is_due(2_739));
/// assert!(expiry.is_due(2_740) && !expiry.is_over(2_740));
/// assert_eq!(expiry.remaining_secs(2_740), 60);
/// assert!(expiry.is_over(2_800));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Expiry {
    due_at: u64,
    over_at: u64,
}

impl Expiry {
    /// For a token whose endpoint named no lifetime: it is used until the instance answers 401.
    pub const UNKNOWN: Self = Self {
        due_at: u64::MAX,
        over_at: u64::MAX,
    };

    /// For a token that was requested at `requested_at` and lives for `expires_in_secs`; its
    /// successor is due `margin_secs` before the end, or at half of the lifetime if that is later.
    pub const fn new(requested_at: u64, expires_in_secs: u32, margin_secs: u32) -> Self {
        let half = expires_in_secs / 2;
        let margin_secs = if margin_secs < half {
            margin_secs
        } else {
            half
        };
        let over_at = requested_at.saturating_add(expires_in_secs as u64);
        Self {
            due_at: over_at.saturating_sub(margin_secs as u64),
            over_at,
        }
    }

    /// Whether a successor should be fetched.
    pub const fn is_due(&self, now: u64) -> bool {
        now >= self.due_at
    }

    /// Whether the token must not be used any more.
    pub const fn is_over(&self, now: u64) -> bool {
        now >= self.over_at
    }

    /// How long the token is still good, in seconds.
    pub const fn remaining_secs(&self, now: u64) -> u64 {
        self.over_at.saturating_sub(now)
    }

    /// After a renewal that failed while the token is still good: the next one is due after half
    /// of the time that is left, and at the latest at the end.
    #[must_use]
    pub const fn postponed(self, now: u64) -> Self {
        let left = self.remaining_secs(now);
        Self {
            due_at: self.over_at.saturating_sub(left / 2),
            over_at: self.over_at,
        }
    }
}
