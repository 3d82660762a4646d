//! What becomes of a message between the composer and the platform: kept, held back, sent again, arrived, given up.
//!
//! Which of them is handed over next is said in `claim`.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::Capability,
    error::{ErrorCode, Stage},
    ids::{ClientMessageId, MessageId},
    stored::{StoredMessage, StoredState},
};

use crate::{
    clock::Now,
    entry::Status,
    lifecycle::State,
    notice::ChatError,
    outbox::{Delivery, Item, Parked},
    output::StoreKey,
    refusal::{CheckError, RetryError},
    session::Session,
};

impl Session {
    /// Sends a failed, unconfirmed or expired message again, under the same id and into this conversation.
    ///
    /// # Errors
    /// [`RetryError::NotParked`]: the message is unknown, already sent, or on its way.
    pub fn retry(&mut self, id: &ClientMessageId, now: Now) -> Result<(), RetryError> {
        let is_over = matches!(self.state, State::Ended);
        let parked = |item: &Item| matches!(item.delivery, Delivery::Parked(_)) && !is_over;
        if !self.outbox.get(id).is_some_and(parked) {
            return Err(RetryError::NotParked);
        }
        self.requeue_by_visitor(id, now);
        self.come_up_for_message(now);
        self.settle(now);
        Ok(())
    }

    /// Asks history what became of an unconfirmed message.
    ///
    /// # Errors
    /// [`CheckError`]: there is nothing to ask, or nobody who could tell.
    pub fn check(&mut self, id: &ClientMessageId, now: Now) -> Result<(), CheckError> {
        let unconfirmed = |item: &Item| item.delivery == Delivery::Parked(Parked::Unconfirmed);
        if !self.outbox.get(id).is_some_and(unconfirmed) {
            return Err(CheckError::NotUnconfirmed);
        }
        if !self.offers_history() || self.chat.is_none() || matches!(self.state, State::Ended) {
            return Err(CheckError::NotOffered);
        }
        self.checked = Some(id.clone());
        self.read_history(now);
        self.settle(now);
        Ok(())
    }

    /// Deletes a message that is not on its way; anything else stays as it is.
    pub fn discard(&mut self, id: &ClientMessageId, now: Now) {
        let is_free = |item: &Item| {
            matches!(
                item.delivery,
                Delivery::Held | Delivery::Parked(_) | Delivery::Queued
            )
        };
        if !matches!(self.state, State::Ended)
            && self.outbox.get(id).is_some_and(is_free)
            && let Some(item) = self.outbox.remove(id)
        {
            // Other tabs must not take its absence for a loss.
            self.leave_tombstone(item, StoredState::Deleted, now);
        }
        self.settle(now);
    }

    /// The visitor's word sends a message from here on, whatever became of it before.
    pub(crate) fn requeue_by_visitor(&mut self, id: &ClientMessageId, now: Now) {
        let last = self.outbox.next_order(now);
        let chat = self.chat_told().cloned();
        if let Some(mut item) = self.outbox.remove(id) {
            item.session = self.config.identity.session.clone();
            item.chat.clone_from(&chat);
            item.owner = self.auth.owner.clone();
            item.hand_overs = 0;
            item.is_ambiguous = false;
            item.typed = Some(now.mono);
            item.typed_ms = now.wall_ms;
            // It leaves behind everything typed since.
            item.order = last;
            self.stand_at_end(item.row);
            self.outbox.insert(item);
            self.bring_down(id);
        }
        self.deliver_as(id, Delivery::Queued, now);
    }

    /// A message stands elsewhere from here on: storage and screen are told.
    pub(crate) fn deliver_as(&mut self, id: &ClientMessageId, delivery: Delivery, now: Now) {
        let Some(item) = self.outbox.get_mut(id) else {
            return;
        };
        let before = item.status();
        item.delivery = delivery;
        let (row, status) = (item.row, item.status());
        self.keep_message(id, now);
        if status != before {
            self.line_changed(row, status, None);
        }
    }

    /// Writes a message that was just typed to storage, before anything else can happen to it (invariant I23).
    pub(crate) fn keep_new_message(&mut self, id: &ClientMessageId, now: Now) {
        if defect!(HandedOverFirst)
            && let State::Live { attempt, .. } = &self.state
            && !self.outbox.has_unacknowledged()
            && self.held_until.is_none()
        {
            self.hand_over(*attempt, id, now);
        }
        self.keep_message(id, now);
    }

    /// Writes a message to storage as it stands.
    pub(crate) fn keep_message(&mut self, id: &ClientMessageId, now: Now) {
        let is_marked = self.claim.marks(id);
        let is_behind = !is_marked && self.outbox.is_behind_unkept(id);
        if let Some(item) = self.outbox.get_mut(id).filter(|_| is_behind) {
            item.is_unkept = true;
        } else if let Some(item) = self.outbox.get_mut(id) {
            item.is_unkept = false;
            let mut value = item.stored(self.tab, now.wall_ms);
            if is_marked {
                value.state = StoredState::Sending;
            }
            self.store(StoreKey::Message(id.clone()), Some(value.write()));
        }
    }

    /// What is left of a message for other tabs, until they have seen it.
    fn leave_tombstone(&mut self, item: Item, state: StoredState, now: Now) {
        let tombstone = StoredMessage {
            text: String::new(),
            state,
            ..item.stored(self.tab, now.wall_ms)
        };
        self.store(StoreKey::Message(item.id.clone()), Some(tombstone.write()));
        self.drop_row(&item);
    }

    /// A message leaves the screen.
    pub(crate) fn drop_row(&mut self, item: &Item) {
        self.taken
            .iter_mut()
            .filter(|(taken, _)| *taken == item.id)
            .for_each(|(_, row)| *row = None);
        self.line_left(item.row, true);
    }

    /// The platform has a message of ours, as its newest or at a place that history tells.
    pub(crate) fn message_arrived(
        &mut self,
        item: &Item,
        message: Option<MessageId>,
        is_newest: bool,
        now: Now,
    ) {
        if let Some(id) = &message {
            self.known.note(id, item.row);
        }
        self.line_changed(item.row, Status::Sent, message);
        if is_newest {
            self.stand_last(item.row);
        } else {
            self.journal.note_arrival(item.row, false);
        }
        // Whoever finds the message gone looks for it in the transcript, so that is written first, and read before that:
        // another tab may have written without our knowing.
        let tombstone = StoredMessage {
            text: String::new(),
            state: StoredState::Sent,
            order: if is_newest {
                self.outbox.next_order(now)
            } else {
                item.order
            },
            ..item.stored(self.tab, now.wall_ms)
        };
        self.journal.arrivals.push((item.id.clone(), tombstone));
        self.merge_transcript();
    }

    /// The transcript was written, or will not be: the keys of what arrived go, or say by themselves what became of it.
    pub(crate) fn settle_arrivals(&mut self, is_kept: bool) {
        let arrivals = std::mem::take(&mut self.journal.arrivals);
        for (id, tombstone) in &arrivals {
            let value = (!is_kept).then(|| tombstone.write());
            self.store(StoreKey::Message(id.clone()), value);
        }
        self.journal.arrived = arrivals;
    }

    /// The platform refused the message handed over, or the one it names.
    pub(crate) fn message_failed(&mut self, id: &ClientMessageId, now: Now) {
        self.deliver_as(id, Delivery::Parked(Parked::Failed), now);
    }

    /// The message handed over was not taken, and that is sure: it goes back to its place.
    pub(crate) fn take_back(&mut self, now: Now) {
        let is_named = self.capabilities.has(Capability::ClientMessageId);
        if let Some(item) = self.outbox.sending() {
            // Without its id it left once only.
            item.hand_overs = if is_named {
                item.hand_overs.saturating_sub(1)
            } else {
                0
            };
            let id = item.id.clone();
            self.deliver_as(&id, Delivery::Queued, now);
        }
    }

    /// The socket is gone, and the message it carried may or may not have arrived: it goes again under the same id
    /// where the platform applies an id once; history decides where it can be read; else only the visitor may.
    pub(crate) fn hand_over_lost(&mut self, now: Now) {
        self.outbox.is_word_owed = false;
        let Some(item) = self.outbox.sending() else { return };
        item.is_ambiguous = !defect!(ResentInDoubt);
        let (id, hand_overs) = (item.id.clone(), item.hand_overs);
        // Another chat does not know its id.
        let is_repeat_safe = self.capabilities.has(Capability::ClientMessageId) && item.chat.is_some();
        let delivery = if is_repeat_safe && hand_overs < HAND_OVERS || defect!(ResentInDoubt) {
            Delivery::Queued
        } else if self.offers_history() {
            Delivery::Doubtful { leased_until: None }
        } else {
            Delivery::Parked(Parked::Unconfirmed)
        };
        self.deliver_as(&id, delivery, now);
    }

    /// The chat is joined: what became of messages whose socket or page is gone can be found out now.
    pub(crate) fn settle_doubts(&mut self, has_read_history: bool, now: Now) {
        for id in self.outbox.ids() {
            let Some(item) = self.outbox.get(&id) else {
                continue;
            };
            let Delivery::Doubtful { leased_until } = item.delivery else {
                continue;
            };
            // Of the chat it was meant for nothing is heard here any more, and another chat does not know its id.
            let is_of_now = item.session == self.config.identity.session;
            let delivery = match leased_until {
                Some(_) | None if !is_of_now => Delivery::Parked(Parked::Unconfirmed),
                _ if self.may_repeat(item) => Delivery::Queued,
                Some(until) if until > now.mono => Delivery::Elsewhere { until },
                // Of a chat without a name nothing can be read.
                Some(_) | None if !has_read_history && self.offers_history() && self.chat.is_some() => {
                    continue;
                }
                Some(_) | None => Delivery::Parked(Parked::Unconfirmed),
            };
            self.deliver_as(&id, delivery, now);
        }
        if has_read_history && let Some(id) = self.checked.take() {
            let unconfirmed = |item: &Item| item.delivery == Delivery::Parked(Parked::Unconfirmed);
            if self.outbox.get(&id).is_some_and(unconfirmed) {
                self.mishap(ChatError::bare(ErrorCode::MessageUnconfirmed, Stage::Send, false));
            }
        }
    }

    /// Whether the platform applies a message once that it gets again: it says so, and it is asked in the same chat, and not
    /// for ever.
    pub(crate) fn may_repeat(&self, item: &Item) -> bool {
        let is_known = self.capabilities.has(Capability::ClientMessageId) && item.hand_overs < HAND_OVERS;
        is_known && item.chat.is_some() && item.chat == self.chat
    }

    /// Whether earlier messages can be read.
    pub(crate) fn offers_history(&self) -> bool {
        self.capabilities.has(Capability::History)
    }

    /// What is too old does not go by itself (row O10).
    pub(crate) fn expire(&mut self, now: Now) {
        let old = |item: &&Item| item.delivery == Delivery::Queued && item.is_old(now);
        let ids: Vec<ClientMessageId> = self
            .outbox
            .iter()
            .filter(old)
            .map(|item| item.id.clone())
            .collect();
        for id in ids {
            self.deliver_as(&id, Delivery::Parked(Parked::Expired), now);
        }
    }

    /// The conversation is over: what was not acknowledged waits for the visitor's word.
    pub(crate) fn hold_queue(&mut self, now: Now) {
        if defect!(QueueCrossesBreak) {
            return;
        }
        for id in self.outbox.ids() {
            if self
                .outbox
                .get(&id)
                .is_some_and(|item| item.delivery == Delivery::Queued)
            {
                self.deliver_as(&id, Delivery::Held, now);
            }
        }
    }

    /// Another tab left the conversation, and it has told storage what becomes of the queue: here it waits until that is read.
    pub(crate) fn hold_queue_quietly(&mut self) {
        for id in self.outbox.ids() {
            let queued = self
                .outbox
                .get_mut(&id)
                .filter(|item| item.delivery == Delivery::Queued);
            if let Some(item) = queued {
                item.delivery = Delivery::Held;
            }
        }
    }

    /// The visitor wants what is held in the new conversation.
    pub(crate) fn release_queue(&mut self, now: Now) {
        for id in self.outbox.ids() {
            if self
                .outbox
                .get(&id)
                .is_some_and(|item| item.delivery == Delivery::Held)
            {
                self.requeue_by_visitor(&id, now);
            }
        }
    }

    /// Somebody else is here now: what another wrote leaves the screen and stays in storage for its writer (row O13). Storage
    /// has it, and may have more to say of it than this tab, unless somebody has cleared it: whoever calls this has the
    /// messages read behind all they write.
    pub(crate) fn shelve_queue(&mut self, now: Now) {
        let owner = self.auth.user_id();
        for id in self.outbox.ids() {
            let is_anothers = |item: &Item| item.owner.is_some() && item.owner != owner;
            if !self.outbox.get(&id).is_some_and(is_anothers) {
                continue;
            }
            if self.outbox.get(&id).is_some_and(|item| item.is_unkept) {
                self.keep_message(&id, now);
            }
            if let Some(mut item) = self.outbox.remove(&id) {
                self.taken.retain(|(taken, _)| *taken != id);
                self.line_left(item.row, true);
                item.doubt();
                self.shelved
                    .push((id, item.stored(self.tab, now.wall_ms).write()));
            }
        }
    }
}

/// How often a message is handed over under one id before the visitor is asked (row O5).
pub(crate) const HAND_OVERS: u8 = 5;

/// How long another tab may be at work with a message without a sign of it (row O15).
pub(crate) const LEASE: Duration = Duration::from_secs(60);
