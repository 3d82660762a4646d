//! What a session is told once: where, as whom, and within which limits.

use miptech_chat_protocol::{
    ids::{SessionId, VisitorId},
    request::Caller,
};

/// Everything a session needs to know before it starts.
#[derive(Clone, Debug)]
pub struct SessionConfig {
    /// Where the platform lives and the tenant of every request.
    pub caller: Caller,
    /// The ids of this browser.
    pub identity: Identity,
    /// What is accepted from the visitor.
    pub limits: Limits,
}

/// The ids chat creation rests on; identical in every retry and after every reload.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The idempotency key of the chat.
    pub session: SessionId,
    /// The visitor.
    pub visitor: VisitorId,
    /// Whether they are in storage already.
    pub origin: Origin,
}

/// Where the ids came from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// Made for this page; stored with the first message, not before (option `consent`).
    Fresh,
    /// Read from storage.
    Stored,
}

/// What is accepted from the visitor (`faults.md` section 6.3).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The longest message, in UTF-16 units as JavaScript counts.
    pub message_units: usize,
    /// The most messages that may wait.
    pub outbox: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_units: 4000,
            outbox: 20,
        }
    }
}
