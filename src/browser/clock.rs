//! The page's two clocks.

use std::time::Duration;

use miptech_chat_session::{Instant, Now};

/// Milliseconds since the page's start.
pub(crate) fn millis() -> f64 {
    web_sys::window()
        .and_then(|window| window.performance())
        .map_or(0.0, |clock| clock.now())
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
