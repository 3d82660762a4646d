//! Wall time, in the two units the wire uses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Seconds since 1970, for `created_at`, `connected_at` and `ready_at`.
pub(crate) fn seconds() -> f64 {
    since_epoch().as_secs_f64()
}

/// Milliseconds since 1970, for `timestamp` and `event_ts`.
pub(crate) fn milliseconds() -> u64 {
    u64::try_from(since_epoch().as_millis()).unwrap_or(u64::MAX)
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
