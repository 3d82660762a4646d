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

#[path = "promises/accounts.rs"]
mod accounts;
#[path = "promises/answers.rs"]
mod answers;
#[path = "promises/authorization.rs"]
mod authorization;
#[path = "promises/brief.rs"]
mod brief;
#[path = "promises/capabilities.rs"]
mod capabilities;
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
#[path = "promises/limits.rs"]
mod limits;
#[path = "promises/openapi.rs"]
mod openapi;
#[path = "promises/origins.rs"]
mod origins;
#[path = "promises/pages.rs"]
mod pages;
#[path = "promises/persistence.rs"]
mod persistence;
#[path = "promises/profiles.rs"]
mod profiles;
#[path = "promises/refusals.rs"]
mod refusals;
#[path = "promises/rules.rs"]
mod rules;
#[path = "promises/shapes.rs"]
mod shapes;
#[path = "promises/shutdown.rs"]
mod shutdown;
#[path = "promises/tenants.rs"]
mod tenants;
#[path = "promises/upstream.rs"]
mod upstream;
