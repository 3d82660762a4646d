//! What the reference server promises, told by real clients over real connections.
//!
//! One binary with one module for each promise, since every further binary costs a link.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that fails may panic"
)]

#[path = "promises/support.rs"]
mod support;

#[path = "promises/answers.rs"]
mod answers;
#[path = "promises/brief.rs"]
mod brief;
#[path = "promises/chats.rs"]
mod chats;
#[path = "promises/deduplication.rs"]
mod deduplication;
#[path = "promises/faults.rs"]
mod faults;
#[path = "promises/handshake.rs"]
mod handshake;
#[path = "promises/inspecting.rs"]
mod inspecting;
#[path = "promises/pages.rs"]
mod pages;
#[path = "promises/persistence.rs"]
mod persistence;
#[path = "promises/refusals.rs"]
mod refusals;
#[path = "promises/shutdown.rs"]
mod shutdown;
#[path = "promises/tenants.rs"]
mod tenants;
#[path = "promises/upstream.rs"]
mod upstream;
