//! The extensions of the contract, each with a switch.

use std::str::FromStr;

/// A backward-compatible extension of the contract that clients may rely on once it is advertised.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Capability {
    /// `author_kind` on every message of the platform.
    Author,
    /// One client message id is applied once.
    ClientMessageId,
    /// Deleting a chat with everything in it.
    Erase,
    /// A thumb up or down for an answer.
    Feedback,
    /// Earlier messages by REST.
    History,
    /// Numbered deltas, and a join that continues an answer.
    Resume,
    /// Ending an answer early.
    Stop,
    /// Follow-up questions beside an answer.
    Suggestions,
}

impl Capability {
    /// Every capability, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::ClientMessageId,
        Self::History,
        Self::Resume,
        Self::Stop,
        Self::Feedback,
        Self::Erase,
        Self::Suggestions,
        Self::Author,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::ClientMessageId => "client_message_id",
            Self::Erase => "erase",
            Self::Feedback => "feedback",
            Self::History => "history",
            Self::Resume => "resume",
            Self::Stop => "stop",
            Self::Suggestions => "suggestions",
        }
    }
}

impl FromStr for Capability {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|capability| capability.name() == text)
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                format!("expected one of {names}, got {text}")
            })
    }
}
