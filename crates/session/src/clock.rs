//! The two clocks of a turn: a monotonic one for decisions, a wall clock for display.

use std::time::Duration;

/// A point on the shell's monotonic clock, counted from any fixed start.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(Duration);

impl Instant {
    /// The instant this long after the clock's start.
    #[must_use]
    pub const fn from_start(elapsed: Duration) -> Self {
        Self(elapsed)
    }

    /// The instant this much later.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self(self.0.saturating_add(delay))
    }

    /// How long after `earlier` this is; zero if it is not.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// One reading of both clocks, taken once per turn.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// Decides: deadlines, delays, ages.
    pub mono: Instant,
    /// Milliseconds since 1970; shown and stamped on frames, never compared.
    pub wall_ms: u64,
}
