//! What the visitor thinks of an answer, for a platform that asks.

use miptech_chat_protocol::{capability::Capability, ids::MessageId, request::Feedback};

use crate::{clock::Now, lifecycle::State, session::Session};

impl Session {
    /// Tells the platform what the visitor thinks of an answer; their last word counts. What it answers changes nothing
    /// here, and where it does not ask nothing is told.
    pub fn rate(&mut self, message: &MessageId, value: Feedback, reason: Option<&str>, now: Now) {
        if let Some(chat) = self.chat.as_ref().filter(|_| self.offers_feedback())
            && !matches!(self.state, State::Ended)
        {
            let request = self.config.caller.feedback(chat, message, value, reason);
            self.call(request.with_token(self.auth.access()), now);
        }
        self.settle(now);
    }

    /// Whether the platform asks.
    pub(crate) fn offers_feedback(&self) -> bool {
        self.capabilities.has(Capability::Feedback)
    }
}
