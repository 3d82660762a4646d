//! The wire of the MIPTech AI Platform: what may be sent, what may arrive, and where to.
//!
//! This crate encodes, decodes, classifies and builds URLs.
//! It holds no conversation: no state, no clock, no retry and no browser.
//!
//! | room | for |
//! |---|---|
//! | [`endpoint`] | the only code that joins URLs |
//! | [`request`] | REST calls, none of which can lack a tenant |
//! | [`frame`] | the frames we send |
//! | [`decode`] | the frames we receive, in every documented spelling |
//! | [`body`] | REST success bodies |
//! | [`fault`] | error bodies and error frames, one parser for both |
//! | [`error`] | the closed union of error codes and their advice |
//! | [`close`] | WebSocket close codes and what each one asks for |
//! | [`account`], [`token`] | tokens, and the user they belong to |
//! | [`profile`] | the three ways to run a conversation, as data |
//! | [`stored`] | what tabs and pages keep for each other in storage |
//! | [`capability`], [`ids`] | vocabulary |

pub mod account;
pub mod body;
pub mod capability;
pub mod close;
pub mod decode;
pub mod endpoint;
pub mod error;
pub mod fault;
pub mod frame;
pub mod ids;
mod json;
pub mod profile;
pub mod request;
pub mod stored;
pub mod token;

pub use self::json::{is_json, quote as quoted, unquoted};
