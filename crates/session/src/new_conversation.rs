//! From one chat to the next: the break between them, and what may cross it.
//!
//! A chat that is gone is replaced by itself, under a new session id. Messages that wait never cross the break by
//! themselves: they were meant for the conversation that is over (row O12).

use miptech_chat_protocol::{
    capability::{Capabilities, Capability},
    close::ours,
    ids::{ChatId, SessionId},
    profile::Creation,
};

use crate::{
    clock::Now,
    config::Origin,
    history::HistoryRead,
    lifecycle::State,
    notice::ChatError,
    output::{Effect, Event, Shelf, StoreKey},
    plan::Memory,
    session::Session,
};

impl Session {
    /// The visitor wants a new conversation. Messages that waited for this word go into it.
    pub fn new_conversation(&mut self, now: Now) {
        let had_held = self.outbox.has_held();
        match &self.state {
            State::Ended => return,
            State::Blocked { .. } => {
                self.breaks = 0;
                self.trouble = None;
                self.break_conversation(now);
                self.name_conversation(true);
            }
            State::Idle if had_held => {}
            State::Creating { .. }
            | State::Idle
            | State::Joining { .. }
            | State::Live { .. }
            | State::Naming { .. }
            | State::Offline { .. }
            | State::Opening { .. }
            | State::Paused { .. }
            | State::Probing(_)
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { .. } => {
                // Where messages wait for the word, the conversation is new already.
                if !had_held {
                    self.leave_conversation(now);
                }
            }
        }
        if had_held {
            self.release_queue(now);
            self.come_up_for_message(now);
        }
        self.settle(now);
    }

    /// The visitor wants the conversation gone: here with everything that waited for it, and on the platform where that
    /// can be asked. What it answers changes nothing here. A next conversation begins where one was under way.
    pub fn erase(&mut self, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        if let Some(chat) = &self.chat
            && self.capabilities.has(Capability::Erase)
        {
            let request = self.config.caller.erase_chat(chat);
            self.call(request.with_token(self.auth.access()), now);
        }
        self.leave_conversation(now);
        for id in self.outbox.ids() {
            self.discard(&id, now);
        }
        self.has_unread = false;
        self.event(Event::TranscriptErased);
        // Nobody waits for the next write to be rid of what was said.
        self.write_transcript(now);
        self.settle(now);
    }

    /// The id of the next conversation.
    pub fn handle_session_id(&mut self, id: SessionId, now: Now) {
        if let State::Naming { is_wanted } = self.state {
            self.config.identity.session = id;
            if self.config.identity.origin == Origin::Stored {
                let text = self.config.identity.session.as_str().to_owned();
                self.store(StoreKey::SessionId, Some(text));
            }
            self.state = State::Idle;
            if is_wanted || self.outbox.has_queued() {
                self.begin(now);
            }
        }
        self.settle(now);
    }

    /// The platform no longer knows the chat: a new one takes its place, but not for ever.
    pub(crate) fn chat_gone(&mut self, error: ChatError, now: Now) {
        self.close_socket(now);
        self.breaks += 1;
        if self.breaks > MOST_BREAKS {
            return self.block(error, now);
        }
        // The break in the transcript tells the visitor; the host page hears the reason.
        self.event(Event::ErrorRaised(error));
        self.break_conversation(now);
        self.name_conversation(true);
    }

    /// The conversation ends here without anything being wrong; a next one begins where one was under way.
    pub(crate) fn leave_conversation(&mut self, now: Now) {
        match &self.state {
            State::Ended | State::Naming { .. } => {}
            State::Idle if self.chat.is_none() && self.journal.line_after(None).is_none() => {
                // Nothing was said or shown on this page, but what was said on an earlier one is found by the session id.
                if self.config.identity.origin == Origin::Stored {
                    self.name_conversation(false);
                }
            }
            State::Idle => {
                self.break_conversation(now);
                self.name_conversation(false);
                self.disturbed_since = None;
            }
            State::Blocked { .. }
            | State::Creating { .. }
            | State::Joining { .. }
            | State::Live { .. }
            | State::Offline { .. }
            | State::Opening { .. }
            | State::Paused { .. }
            | State::Probing(_)
            | State::Renewing { .. }
            | State::SignedOut { .. }
            | State::Waiting { .. } => {
                self.close_socket(now);
                self.trouble = None;
                self.break_conversation(now);
                self.name_conversation(true);
            }
        }
    }

    /// Another tab began a new conversation: it is the one of this tab too.
    pub(crate) fn follow_conversation(&mut self, id: SessionId, chat: Option<ChatId>, now: Now) {
        if matches!(self.state, State::Ended) {
            return;
        }
        let was_at_rest = matches!(self.state, State::Idle);
        // What ended everything here is no other tab's to undo (invariant I13).
        let is_blocked = matches!(self.state, State::Blocked { .. });
        self.shelve_queue(now);
        self.close_socket(now);
        self.trouble.take_if(|_| !is_blocked);
        self.hold_queue_quietly();
        self.break_conversation(now);
        self.chat = chat.filter(|_| self.plan.rules().creation == Creation::Socket);
        self.is_chat_new = false;
        self.config.identity.session = id;
        self.config.identity.origin = Origin::Stored;
        self.effect(Effect::Read(Shelf::Transcript));
        self.effect(Effect::Read(Shelf::Messages));
        if is_blocked {
            return;
        }
        self.rest();
        if !was_at_rest {
            self.begin(now);
        }
    }

    /// The chat of this conversation, as storage has it. Where the socket makes chats, tabs that begin one conversation at
    /// the same time make several; the first that is kept is the chat of them all (row N4).
    pub(crate) fn chat_came(&mut self, chat: Option<ChatId>, now: Now) {
        let is_new = std::mem::take(&mut self.is_chat_new);
        if self.plan.rules().creation != Creation::Socket {
            return;
        }
        let Some(chat) = chat else {
            // A message another tab has handed over may be the first of a chat whose name only its acknowledgement tells.
            let is_open = self.outbox.taken_until().is_some_and(|until| until > now.mono);
            self.is_chat_new = is_new && is_open;
            if is_new && !is_open {
                self.tell_chat();
                self.keep_chat();
            }
            return;
        };
        if self.chat.as_ref() == Some(&chat) || matches!(self.state, State::Naming { .. }) {
            return;
        }
        let has_socket = self.state.attempt().is_some();
        self.close_socket(now);
        self.end_history();
        self.history = HistoryRead::default();
        self.chat = Some(chat);
        self.tell_chat();
        if has_socket {
            self.rest();
            self.begin(now);
        }
    }

    /// A chat's id is known.
    pub(crate) fn adopt_chat(&mut self, chat: ChatId) {
        self.chat = Some(chat);
        if self.config.identity.origin == Origin::Stored && self.plan.rules().creation == Creation::Socket {
            // Another tab may have made one for the same conversation.
            self.is_chat_new = true;
            self.effect(Effect::Read(Shelf::Session));
        } else {
            self.tell_chat();
        }
    }

    fn tell_chat(&mut self) {
        let chat = self.chat.clone();
        chat.into_iter()
            .for_each(|chat| self.event(Event::ConversationStarted { chat }));
    }

    /// The chat, once it is sure to be that of every tab.
    pub(crate) fn chat_told(&self) -> Option<&ChatId> {
        self.chat.as_ref().filter(|_| !self.is_chat_new)
    }

    /// A chat the socket made is found again only by its id.
    pub(crate) fn keep_chat(&mut self) {
        let is_kept =
            self.plan.rules().creation == Creation::Socket && self.config.identity.origin == Origin::Stored;
        if let Some(chat) = self.chat.as_ref().filter(|_| is_kept) {
            let text = chat.as_str().to_owned();
            self.store(StoreKey::ChatId, Some(text));
        }
    }

    /// Keeps what was found out about the platform, once the visitor has asked for something.
    pub(crate) fn remember(&mut self, now: Now) {
        if self.plan.is_open() && self.config.identity.origin == Origin::Stored {
            let memory = Memory {
                profile: self.plan.profile(),
                form: self.create_form,
            };
            let origin = self.config.caller.endpoints.origin();
            self.store(StoreKey::Memory, Some(memory.write(&origin, now.wall_ms)));
        }
    }

    fn break_conversation(&mut self, now: Now) {
        self.disturbed_since.get_or_insert(now.mono);
        self.cut_answers();
        self.assembly.close(&mut self.known);
        self.hold_queue(now);
        self.end_creation();
        self.end_inquiry();
        self.stops.clear();
        self.end_history();
        self.history = HistoryRead::default();
        self.capabilities = Capabilities::default();
        self.auth.owner = self.auth.user_id();
        let chat = self.chat.take();
        let row = self.rows.fresh();
        self.event(Event::ConversationEnded { chat, row });
    }

    fn name_conversation(&mut self, is_wanted: bool) {
        // A chat restored for the socket belongs to the conversation that is over.
        self.chat = None;
        self.store(StoreKey::ChatId, None);
        self.state = State::Naming { is_wanted };
        self.effect(Effect::MakeSessionId);
    }

    pub(crate) fn close_socket(&mut self, now: Now) {
        if let Some(attempt) = self.state.attempt() {
            self.effect(Effect::CloseSocket {
                attempt,
                code: ours::ZOMBIE,
            });
            self.socket_lost(now);
        }
    }
}

/// A platform that loses every chat it makes is asked for one more, not for ever.
const MOST_BREAKS: u32 = 1;
