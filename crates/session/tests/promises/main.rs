//! The promises of the session core, one module per promise, on one virtual clock.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail loudly"
)]

mod accounts;
mod answering;
mod answers_after_drops;
mod blocking;
mod breaker;
mod browser;
mod ceilings;
mod chaos;
mod connecting;
mod detection;
mod doubts;
mod family;
mod feedback;
mod halves;
mod history;
mod keeping;
mod leasing;
mod mirroring;
mod networks;
mod new_conversations;
mod one_chat;
mod order;
mod page_life;
mod panels;
mod profiles;
mod properties;
mod pulse;
mod rates;
mod reconnecting;
mod renewal;
mod reporting;
mod rig;
mod sending;
mod shared_accounts;
mod sharing;
mod storage_refusals;
mod tabs;
mod typing;
