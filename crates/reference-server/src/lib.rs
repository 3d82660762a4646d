//! The reference server: a local stand-in for the MIPTech AI Platform, for development and tests.
//!
//! It speaks the platform's REST and WebSocket contract, keeps chats in one SQLite file, answers
//! from a folder of Markdown, and can break in every way a client should survive.
//!
//! ```text
//! request ─ request id ─ inspect ─ hotspot ─ tenant named? ─ CORS ─ tenant known? ─ router
//!                                                                                    ├ health, chat, history
//! socket  ─ handshake ─ conversation ─ answer (one task per chat) ─ hub ─ sockets    ├ socket
//!                                        └ knowledge, store                          └ pages, inspect
//! ```

mod answer;
mod chat;
mod clock;
mod config;
mod cors;
mod error;
mod fault;
mod frame;
mod health;
mod history;
mod hub;
mod inspect;
mod knowledge;
mod pages;
mod platform;
mod server;
mod socket;
mod store;
mod tenant;

pub use config::{Capability, Config, CreatedStatus, Upstream};
pub use error::ServerError;
pub use pages::STRICT_POLICY;
pub use server::run;
