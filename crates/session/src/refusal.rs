//! What a visitor's command may be refused for, and the limits behind it.

use miptech_chat_protocol::stored::{StoredMessage, StoredState};

use crate::{lifecycle::State, outbox, session::Session};

impl Session {
    pub(crate) fn check_message(&self, text: &str) -> Result<(), SendError> {
        let limits = self.config.limits;
        if matches!(self.state, State::Ended) {
            return Err(SendError::Ended);
        }
        if !text.chars().any(is_visible) {
            return Err(SendError::Empty);
        }
        if text.encode_utf16().count() > limits.message_units || text.len() > MESSAGE_BYTES {
            return Err(SendError::TooLong {
                limit_units: limits.message_units,
            });
        }
        if self.outbox.count() >= limits.outbox
            || self.outbox.total_weight() + outbox::weight(text) > OUTBOX_BYTES
        {
            return Err(SendError::OutboxFull { limit: limits.outbox });
        }
        Ok(())
    }
}

/// Whether a composer could have written it, whatever its own limit: what else stands in storage is not ours (row Q9).
pub(crate) fn is_typed(message: &StoredMessage) -> bool {
    let is_tombstone = matches!(message.state, StoredState::Deleted | StoredState::Sent);
    is_tombstone || message.text.chars().any(is_visible) && message.text.len() <= MESSAGE_BYTES
}

/// White space and the zero-width characters say nothing (row U3).
const fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
}

/// Why a message was not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SendError {
    /// Nothing but white space.
    #[error("message is empty")]
    Empty,
    /// The session is over.
    #[error("session has ended")]
    Ended,
    /// Too much waits already.
    #[error("outbox holds {limit} messages")]
    OutboxFull {
        /// How many may wait.
        limit: usize,
    },
    /// A message with this id was taken before.
    #[error("message id is used already")]
    Repeated,
    /// Longer than the limit.
    #[error("message is longer than {limit_units} units")]
    TooLong {
        /// The limit in UTF-16 units.
        limit_units: usize,
    },
}

/// Why what became of a message was not asked.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum CheckError {
    /// There is no connection, or the platform cannot tell.
    #[error("platform cannot be asked")]
    NotOffered,
    /// Unknown, or known to have arrived or not.
    #[error("message is not unconfirmed")]
    NotUnconfirmed,
}

/// Why a message was not sent again.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RetryError {
    /// Unknown, already sent, or on its way.
    #[error("message does not wait for a decision")]
    NotParked,
}

/// The longest message in UTF-8, and the most text that may wait (`faults.md` section 6.3).
const MESSAGE_BYTES: usize = 16 * 1024;
const OUTBOX_BYTES: usize = 64 * 1024;
