//! The reference server: a local stand-in for the MIPTech AI Platform, for development and tests.
//!
//! It speaks the platform's REST and WebSocket contract, keeps accounts and chats in one SQLite file,
//! answers from a folder of Markdown, and can break in every way a client should survive.
//!
//! ```text
//! request ─ request id ─ inspect ─ faults ─ tenant named? ─ CORS ─ tenant known? ─ identity ─ rate ─ shape ─ router
//!                                                                                    ├ accounts, health, chat, history
//! socket  ─ handshake ─ conversation ─ answer (one task per chat) ─ hub ─ sockets    ├ socket
//!                                        └ knowledge, store                          └ pages, inspect, fault rules
//! ```

mod account;
mod answer;
mod chat;
mod clock;
mod config;
mod cors;
mod error;
mod fault;
mod fields;
mod frame;
mod health;
mod history;
mod hub;
mod identity;
mod inspect;
mod knowledge;
mod openapi;
mod pages;
mod platform;
mod rate;
mod server;
mod shape;
mod socket;
mod spelling;
mod store;
mod tenant;

pub use config::{
    Accounts, Capability, Config, CreatedStatus, Profile, RealtimeAck, RequireAuth, RestLimit, Scope, Shape,
    Slash, Spelling, Surface, Upstream,
};
pub use error::ServerError;
pub use pages::STRICT_POLICY;
pub use server::run;
