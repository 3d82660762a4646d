//! The end of every turn: the outbox moves if it may, and what changed is told once.

use miptech_chat_protocol::{
    capability::Capability,
    error::{ErrorCode, Stage},
    frame::ClientFrame,
    profile::{Creation, TextFrame},
};

use crate::{
    clock::{Instant, Now},
    entry::Status,
    lifecycle::State,
    notice::{ChatError, Notice, WORDS_AFTER},
    output::{Effect, Event},
    session::Session,
};

impl Session {
    /// The end of every turn: the outbox moves if it may, and changed words are told once.
    pub(crate) fn settle(&mut self, now: Now) {
        self.hand_over(now);
        self.tell_auth();
        let phase = self.phase();
        if phase != self.shown_phase {
            self.shown_phase = phase;
            self.event(Event::PhaseChanged(phase));
        }
        let notice = self.notice(now.mono);
        if notice != self.shown_notice {
            self.shown_notice.clone_from(&notice);
            self.event(Event::NoticeChanged(notice));
        }
    }

    /// Hands the next message over, if the chat is joined and nothing is unacknowledged.
    fn hand_over(&mut self, now: Now) {
        let (State::Live { attempt, .. }, None) = (&self.state, self.held_until) else {
            return;
        };
        let attempt = *attempt;
        let Some(item) = self.outbox.hand_over(attempt, now.mono) else {
            return;
        };
        let is_repeat_safe = self.capabilities.has(Capability::ClientMessageId);
        let client_message = is_repeat_safe.then_some(&item.id);
        let (rules, text) = (self.plan.rules(), item.text.as_str());
        let frame = match (rules.text, &self.chat) {
            (TextFrame::UserMessage, Some(chat)) => ClientFrame::UserMessage {
                text,
                chat,
                client_message,
            },
            (TextFrame::ChatMessage | TextFrame::UserMessage, chat) => ClientFrame::ChatMessage {
                text,
                tenant: Some(&self.config.caller.tenant).filter(|_| rules.creation == Creation::Rest),
                chat: chat.as_ref(),
                client_message,
            },
        };
        let text = frame.encode(now.wall_ms);
        let row = item.row;
        self.event(Event::MessageChanged {
            row,
            status: Status::Sending,
            message: None,
        });
        self.effect(Effect::SendFrame { attempt, text });
    }

    fn notice(&self, now: Instant) -> Option<Notice> {
        if let State::Blocked { error } | State::SignedOut { error } = &self.state {
            return Some(Notice::Blocked(error.clone()));
        }
        if self.outbox.has_held() {
            let error = ChatError::bare(ErrorCode::ChatGone, Stage::Send, false);
            return Some(Notice::Ended(error));
        }
        let has_lasted = self
            .disturbed_since
            .is_some_and(|since| now.since(since) >= WORDS_AFTER);
        match (&self.trouble, &self.mishap) {
            (Some(error), _) if has_lasted => Some(Notice::Trouble {
                error: error.clone(),
                retry_at: self.phase().retry_at,
            }),
            (_, Some(error)) => Some(Notice::Mishap(error.clone())),
            (_, None) => None,
        }
    }
}
