//! One timer; dropping it cancels it.

use std::time::Duration;

use gloo_timers::callback::Timeout;

/// A pending wake-up.
#[must_use = "dropping a timer cancels it"]
pub(crate) struct Timer(#[expect(dead_code, reason = "held for its drop")] Timeout);

impl Timer {
    /// Calls back once after the delay, at the earliest.
    ///
    /// The browser takes milliseconds up to 2³¹−1 and fires larger values at once, so they are clamped:
    /// waking early is harmless.
    pub(crate) fn after(delay: Duration, call: impl FnOnce() + 'static) -> Self {
        let millis = delay.saturating_add(JUST_UNDER).as_millis().min(i32::MAX as u128);
        Self(Timeout::new(u32::try_from(millis).unwrap_or(u32::MAX >> 1), call))
    }
}

/// A timer never fires too early: what is left of a millisecond counts as one. A division of 128 bits weighs a kilobyte.
const JUST_UNDER: Duration = Duration::from_nanos(999_999);
