//! Frames of the current socket: what the platform says becomes rows and states.
//!
//! Error frames have a room of their own, `error_frame`; earlier messages another, `history`.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::{Capabilities, Capability},
    close::ours,
    decode::{AnswerFrame, Author, DecodeError, ServerFrame, decode},
    error::{ErrorCode, Stage},
    frame::ClientFrame,
    ids::{ChatId, ClientMessageId, MessageId},
};

use crate::{
    clock::{Instant, Now},
    entry::{Entry, RowId, Status},
    lifecycle::State,
    notice::ChatError,
    output::{Attempt, Effect, Event, Place},
    session::Session,
};

/// What of the transcript the session remembers: which platform ids have a row.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Searched from the end: what is asked for is nearly always recent.
    pub(crate) rows: Vec<(MessageId, RowId)>,
    joins: u32,
}

/// Frames per second, while they come faster than anybody can mean them (row P7). What makes an answer longer is none of
/// them: it may come as fast as the transport carries it, and there is only so much of it.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    second: Option<Instant>,
    frames: u32,
    seconds: u32,
}

impl Flood {
    /// Counts a frame. Tells whether there were too many for too long.
    fn rises(&mut self, now: Instant) -> bool {
        let second = *self.second.get_or_insert(now);
        let passed = now.since(second);
        if passed >= A_SECOND {
            let is_flooded = self.frames >= MOST_FRAMES && passed < A_SECOND.saturating_mul(2);
            self.seconds = if is_flooded { self.seconds + 1 } else { 0 };
            self.second = Some(now);
            self.frames = 0;
        }
        self.frames += 1;
        self.seconds >= MOST_SECONDS
    }

    /// The frame counted last was meant.
    const fn spare(&mut self) {
        self.frames = self.frames.saturating_sub(1);
    }
}

impl Known {
    /// A platform id has a row; one that has keeps it (row P24).
    pub(crate) fn note(&mut self, id: &MessageId, row: RowId) {
        if self.row_of(id).is_none() {
            self.rows.push((id.clone(), row));
            forget_oldest(&mut self.rows);
        }
    }

    /// A platform id has another row from here on.
    pub(crate) fn forget(&mut self, id: &MessageId) {
        self.rows.retain(|(known, _)| known != id);
    }

    pub(crate) fn row_of(&self, id: &MessageId) -> Option<RowId> {
        self.rows
            .iter()
            .rev()
            .find(|(known, _)| known == id)
            .map(|(_, row)| *row)
    }

    /// Whether the connection was live before, on this page.
    pub(crate) const fn was_live(&self) -> bool {
        self.joins > 0
    }
}

impl Session {
    /// The row of a platform id; more messages of the visitor are shown than ids are remembered.
    pub(crate) fn row_of_message(&self, id: &MessageId) -> Option<RowId> {
        self.known.row_of(id).or_else(|| self.journal.named(id))
    }

    /// The socket is gone: what it carried is told so.
    pub(crate) fn socket_lost(&mut self, now: Now) {
        self.end_claim();
        self.hand_over_lost(now);
        self.assembly.socket_lost();
    }

    /// The chat is bound to a socket again, or for the first time.
    pub(crate) fn now_live(&mut self, now: Now) {
        self.known.joins = self.known.joins.saturating_add(1);
        self.send_stops(now);
        self.settle_doubts(false, now);
        if self.offers_history() {
            self.history.begin_anew();
            self.read_history(now);
        } else if self.capabilities.has(Capability::Resume) {
            // What the join asked for comes soon, or not at all.
            self.assembly.expect_word(now.mono);
        } else {
            self.cut_answers();
        }
    }

    /// Tells the platform which answers the visitor stopped, as soon as it can be told (row R5).
    pub(crate) fn send_stops(&mut self, now: Now) {
        let State::Live { attempt, .. } = &self.state else {
            return;
        };
        let attempt = *attempt;
        let can_stop = self.capabilities.has(Capability::Stop);
        let stops = std::mem::take(&mut self.stops);
        if let Some(chat) = self.chat.as_ref().filter(|_| can_stop) {
            let frame = |message: &MessageId| ClientFrame::StopResponse { chat, message }.encode(now.wall_ms);
            let frames: Vec<String> = stops.iter().map(frame).collect();
            for text in frames {
                self.effect(Effect::SendFrame { attempt, text });
            }
        }
    }

    /// Nothing more will come of what is still open, as far as anybody can know here; a late word revives it.
    pub(crate) fn cut_answers(&mut self) {
        let cut = self.assembly.interrupt_open();
        self.events(cut);
    }

    /// One text frame of the current socket.
    pub(crate) fn frame_came(&mut self, attempt: Attempt, text: &str, now: Now) {
        if let State::Live { pulse, .. } = &mut self.state {
            pulse.heard(now.mono);
        }
        if self.flood.rises(now.mono) {
            self.flood = Flood::default();
            self.backoff.at_least(3);
            return self.give_up_socket(attempt, ours::OVERLOAD, now);
        }
        let frame = match decode(text) {
            Ok(frame) => frame,
            Err(DecodeError::NotAFrame) => return self.ignored.not_frames += 1,
            Err(DecodeError::Malformed | DecodeError::TooDeep) => return self.unreadable(attempt, now),
        };
        self.prove(now);
        match frame {
            ServerFrame::Answer(frame) => self.answered(*frame, now),
            ServerFrame::Established { client } => self.client = client,
            ServerFrame::Unknown => self.ignored.unknown_types += 1,
            ServerFrame::Left { .. } | ServerFrame::Progress { .. } => {}
            // Nobody shows that somebody types yet, and an id is adopted only where none is held.
            ServerFrame::Indicator(_) => {}
            ServerFrame::Echo {
                message,
                text,
                chat,
                client_message,
            } => {
                if self.is_live() && self.is_said_here(chat.as_ref()) {
                    self.echoed(message, &text, client_message.as_ref(), now);
                } else {
                    self.ignored.foreign += 1;
                }
            }
            ServerFrame::Pong => {
                if let State::Live { pulse, .. } = &mut self.state {
                    pulse.answered(now.mono);
                }
            }
            ServerFrame::ChatCreated(chat) => self.join_acked(attempt, Some(&chat), None, now),
            ServerFrame::Joined { chat, tenant } => {
                self.join_acked(attempt, chat.as_ref(), tenant.as_deref(), now)
            }
            ServerFrame::JoinRefused => {
                self.chat_gone(ChatError::bare(ErrorCode::ChatGone, Stage::Join, false), now);
            }
            ServerFrame::Fault {
                fault,
                client_message,
                ..
            } => {
                self.faulted(attempt, fault, client_message.as_ref(), now);
            }
            ServerFrame::Ping { echo } => {
                self.join(attempt, now);
                if let State::Live { pulse, .. } = &mut self.state {
                    pulse.pinged(now.mono);
                }
                let text = ClientFrame::Pong { echo }.encode(now.wall_ms);
                self.effect(Effect::SendFrame { attempt, text });
            }
            ServerFrame::Ready { capabilities } => self.ready(capabilities, now),
            ServerFrame::Received {
                message,
                chat,
                client_message,
            } => {
                if self.is_ours(chat.as_ref()) {
                    self.acknowledged(message, client_message.as_ref(), now);
                    self.adopt_first(chat);
                } else {
                    self.ignored.foreign += 1;
                }
            }
            ServerFrame::Unauthorized(fault) => {
                self.forget_account();
                self.demand_sign_in(ChatError::of_fault(fault, Stage::Socket), now);
            }
        }
    }

    /// A frame above the limit: unread, so the answer it may belong to can no longer be whole.
    pub(crate) fn frame_too_large(&mut self, attempt: Attempt, now: Now) {
        self.assembly.frame_unread();
        self.cut_answers();
        self.mishap(ChatError::bare(ErrorCode::AnswerTooLarge, Stage::Answer, false));
        self.give_up_socket(attempt, ours::OVERLOAD, now);
    }

    /// A text that is no frame is dropped; a socket that keeps sending such is replaced (row P1).
    fn unreadable(&mut self, attempt: Attempt, now: Now) {
        self.assembly.frame_unread();
        self.mishap(ChatError::bare(ErrorCode::PlatformError, Stage::Socket, false));
        while self
            .bad_frames
            .front()
            .is_some_and(|first| now.mono.since(*first) > BAD_FRAME_WINDOW)
        {
            self.bad_frames.pop_front();
        }
        self.bad_frames.push_back(now.mono);
        if self.bad_frames.len() >= BAD_FRAMES {
            self.bad_frames.clear();
            self.backoff.at_least(2);
            self.give_up_socket(attempt, ours::ZOMBIE, now);
        }
    }

    fn ready(&mut self, capabilities: Option<Capabilities>, now: Now) {
        if let Some(capabilities) = capabilities {
            self.capabilities = capabilities;
        }
        self.platform_ready(now);
    }

    fn join_acked(&mut self, attempt: Attempt, chat: Option<&ChatId>, tenant: Option<&str>, now: Now) {
        if tenant.is_some_and(|named| !self.config.caller.tenant.is_named_by(named)) {
            let error = ChatError::bare(ErrorCode::TenantDenied, Stage::Join, false);
            return self.refuse_socket(attempt, error, now);
        }
        if self.is_ours(chat) {
            // A platform may bind the chat by itself; our join is the first frame of every socket all the same.
            self.join(attempt, now);
            self.adopt_first(chat.cloned());
            self.joined(attempt, now);
        } else {
            self.ignored.foreign += 1;
        }
    }

    /// A chat's id is adopted only where none is held (section 12.8).
    fn adopt_first(&mut self, chat: Option<ChatId>) {
        if let Some(chat) = chat.filter(|_| self.chat.is_none()) {
            self.adopt_chat(chat);
        }
    }

    /// Whether a frame that may show text speaks of our chat. Such a frame never tells whose chat it is, so one that names a
    /// chat is foreign as long as ours has no name (section 12.8).
    fn is_said_here(&self, chat: Option<&ChatId>) -> bool {
        chat.is_none() || chat == self.chat.as_ref() || defect!(ForeignChatAccepted)
    }

    /// Whether a frame speaks of our chat: it names it, or names none, or ours has no name yet.
    fn is_ours(&self, chat: Option<&ChatId>) -> bool {
        chat.is_none() || self.chat.is_none() || chat == self.chat.as_ref() || defect!(ForeignChatAccepted)
    }

    fn acknowledged(
        &mut self,
        message: Option<MessageId>,
        client_message: Option<&ClientMessageId>,
        now: Now,
    ) {
        self.remember(now);
        // A second acknowledgement changes nothing: it is not the next message's (`platform.md` section 12, rule 9).
        let is_told = message.as_ref().is_some_and(|id| self.known.row_of(id).is_some());
        let is_owed = std::mem::take(&mut self.outbox.is_word_owed);
        if client_message.is_none() && (is_told || is_owed) {
            return;
        }
        let Some(item) = self.outbox.acknowledge(client_message) else {
            return;
        };
        // What comes without an id from here on answers this message, not the one whose answer was stopped.
        self.assembly.unmute();
        // A platform that applies an id once may have it since it was first handed over.
        let is_newest = !item.is_ambiguous || !self.capabilities.has(Capability::ClientMessageId);
        self.message_arrived(&item, message, is_newest, now);
        if !is_newest {
            self.read_history(now);
        }
    }

    /// A visitor's message as the platform has it: ours once more, or one of another tab or device (row O6).
    fn echoed(&mut self, message: MessageId, text: &str, client_message: Option<&ClientMessageId>, now: Now) {
        if self.row_of_message(&message).is_some() {
            return;
        }
        let ours = match client_message {
            Some(id) => Some(id.clone()),
            None => self.outbox.same_text(text, None).map(|item| item.id.clone()),
        };
        if let Some(item) = ours.as_ref().and_then(|id| self.outbox.remove(id)) {
            return self.message_arrived(&item, Some(message), true, now);
        }
        let known = match &ours {
            Some(id) => self.row_of_ours(id),
            None => self.journal.unnamed(text, &[]),
        };
        let row = known.unwrap_or_else(|| self.rows.fresh());
        self.known.note(&message, row);
        if known.is_some() {
            self.line_changed(row, Status::Sent, Some(message));
            return self.stand_last(row);
        }
        if let Some(id) = &ours {
            self.note_ours(id.clone(), row);
        }
        self.event(Event::MessageAdded {
            entry: Entry {
                row,
                author: Author::User,
                text: text.to_owned(),
                status: Status::Sent,
                message: Some(message),
                client_message: ours,
                created_ms: now.wall_ms,
                sources: Vec::new(),
            },
            place: Place::End,
        });
        // What waits goes below once its turn comes: until then what is on its way may be the older.
        self.journal.note_arrival(row, true);
    }

    fn answered(&mut self, frame: AnswerFrame, now: Now) {
        if !self.is_said_here(frame.chat.as_ref()) {
            self.ignored.foreign += 1;
        } else if self.is_live() {
            self.outbox.seen();
            // An answer that history told is whole, and was never assembled here: what comes late changes nothing.
            let is_told = |id: &MessageId| {
                self.known.row_of(id).is_some()
                    && self.assembly.row_of(id).is_none()
                    && !defect!(CompletedTwice)
            };
            if frame.id.as_ref().is_some_and(|found| is_told(&found.id)) {
                return;
            }
            let events = self.assembly.take(frame, &mut self.rows, now);
            if matches!(events.first(), Some(Event::AnswerGrew { .. })) {
                self.flood.spare();
            }
            self.events(events);
        }
    }
}

/// Ids are remembered as long as the platform may say the same again, not for ever (invariant I22).
pub(crate) fn forget_oldest<T>(ids: &mut Vec<T>) {
    if ids.len() > MOST_IDS {
        ids.remove(0);
    }
}

/// `faults.md` section 6.3.
const MOST_IDS: usize = 1_000;

/// `faults.md` section 6.3: 500 frames a second for five seconds.
const MOST_FRAMES: u32 = 500;
const MOST_SECONDS: u32 = 5;
const A_SECOND: Duration = Duration::from_secs(1);

/// Five unreadable frames in a minute replace the socket (row P1).
const BAD_FRAMES: usize = 5;
const BAD_FRAME_WINDOW: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_ids_are_remembered_and_the_newest_are_among_them() {
        let mut known = Known::default();
        let id = |number: usize| MessageId::parse(&format!("m{number}")).unwrap();
        let mut rows = crate::entry::Rows::default();
        (0..MOST_IDS * 2).for_each(|number| known.note(&id(number), rows.fresh()));
        assert_eq!(known.rows.len(), MOST_IDS);
        assert!(known.row_of(&id(MOST_IDS * 2 - 1)).is_some());
        assert!(known.row_of(&id(MOST_IDS)).is_some());
        assert!(known.row_of(&id(MOST_IDS - 1)).is_none());
    }
}
