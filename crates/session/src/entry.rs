//! One message of the transcript, as other rooms see it.

use miptech_chat_protocol::{
    decode::{Author, Source},
    ids::{ClientMessageId, MessageId},
};

/// Names one message of the transcript on this page, for as long as the page lives.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct RowId(pub(crate) u64);

impl RowId {
    /// The number itself, for keyed lists.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Gives out row ids.
#[derive(Debug, Default)]
pub(crate) struct Rows(u64);

impl Rows {
    pub(crate) const fn fresh(&mut self) -> RowId {
        self.0 += 1;
        RowId(self.0)
    }
}

/// A message as it enters the transcript; later changes come as events about its row.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its place of reference.
    pub row: RowId,
    /// Who wrote it.
    pub author: Author,
    /// The visitor's text as typed, or an answer as Markdown.
    pub text: String,
    /// Where it stands.
    pub status: Status,
    /// The platform's id, once known.
    pub message: Option<MessageId>,
    /// Our id, for messages written here.
    pub client_message: Option<ClientMessageId>,
    /// Milliseconds since 1970; for display only.
    pub created_ms: u64,
    /// What an answer rests on.
    pub sources: Vec<Source>,
}

/// The states of a message; their texts are the `data-status` values of `javascript-api.md` section 6.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// An answer that is whole.
    Complete,
    /// A message too old to be sent by itself.
    Expired,
    /// A message that will not be sent again by itself.
    Failed,
    /// An answer that was cut off.
    Interrupted,
    /// A message that waits for its turn.
    Queued,
    /// A message handed over, not yet acknowledged.
    Sending,
    /// A message the platform acknowledged.
    Sent,
    /// An answer the visitor stopped.
    Stopped,
    /// An answer that grows.
    Streaming,
    /// An answer without text yet.
    Thinking,
    /// An answer above the size limit.
    Truncated,
    /// A message that may or may not have arrived.
    Unconfirmed,
}

impl Status {
    const ALL: [Self; 12] = [
        Self::Complete,
        Self::Expired,
        Self::Failed,
        Self::Interrupted,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Stopped,
        Self::Streaming,
        Self::Thinking,
        Self::Truncated,
        Self::Unconfirmed,
    ];

    /// The state of this text, where it is one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Stopped => "stopped",
            Self::Streaming => "streaming",
            Self::Thinking => "thinking",
            Self::Truncated => "truncated",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}
