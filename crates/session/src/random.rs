//! Jitter from a seed: the same seed gives the same delays.

use std::time::Duration;

/// SplitMix64: tiny, good enough for jitter, never for secrets.
///
/// Source: Sebastiano Vigna's public-domain reference, constants included.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A duration in `[0, limit]`, in whole milliseconds.
    pub(crate) fn up_to(&mut self, limit: Duration) -> Duration {
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX - 1);
        Duration::from_millis(self.next().checked_rem(limit_ms + 1).unwrap_or_default())
    }

    /// A duration in `[low, high]`.
    pub(crate) fn between(&mut self, low: Duration, high: Duration) -> Duration {
        low.saturating_add(self.up_to(high.saturating_sub(low)))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
