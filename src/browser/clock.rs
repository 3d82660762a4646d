//! The page's two clocks.

use std::time::Duration;

use miptech_chat_session::{Instant, Now};
use web_sys::Performance;

thread_local! {
    /// Looked up once: it is read for every frame of an answer.
    static CLOCK: Option<Performance> = web_sys::window().and_then(|window| window.performance());
}

/// Milliseconds since the page's start.
pub(crate) fn millis() -> f64 {
    CLOCK.with(|clock| clock.as_ref().map_or(0.0, Performance::now))
}

/// Reads both clocks.
///
/// The monotonic one counts from the page's start; some browsers stop it while the machine sleeps.
pub(crate) fn now() -> Now {
    Now {
        mono: Instant::from_start(Duration::from_micros((millis() * 1000.0) as u64)),
        wall_ms: js_sys::Date::now() as u64,
    }
}
