//! The promises of the session core, one module per promise, on one virtual clock.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly"
)]

mod answering;
mod blocking;
mod connecting;
mod history;
mod properties;
mod reconnecting;
mod rig;
mod sending;
