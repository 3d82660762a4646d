//! What the other tabs of this browser wrote, and what an earlier page left: read like the wire, then taken over.
//!
//! News say only that something changed. What counts is what storage holds when it is read, so news may come late, twice
//! or in any order.

use std::time::Duration;

use miptech_chat_protocol::{
    capability::Capability,
    decode::Author,
    ids::{ChatId, ClientMessageId, SessionId},
    stored::{StoredMessage, StoredState, Unusable},
};

use crate::{
    claim::Claim,
    clock::Now,
    config::{Origin, Restored, StoredWaits},
    delivery::LEASE,
    entry::{Entry, RowId, Status},
    lifecycle::State,
    outbox::{Delivery, Item, Parked},
    output::{Effect, Event, Shelf, StoreKey, Stored},
    refusal,
    session::Session,
};

impl Session {
    /// What a shelf of storage holds: asked for, or changed by another tab.
    pub fn handle_stored(&mut self, stored: Stored, now: Now) {
        if !matches!(self.state, State::Ended) {
            match stored {
                Stored::Account(account) => self.account_came(&account, now),
                Stored::Draft(text) => self.draft_came(text),
                Stored::Waits(waits) => self.waits_came(&waits, now),
                Stored::Messages(messages) => {
                    self.messages_came(messages, From::AnotherTab, now);
                    self.has_read_outbox = true;
                    self.offer_answered(now);
                }
                Stored::ReadMark(mark) => self.read_mark_came(mark),
                Stored::Session { session, chat } => {
                    let chat = chat.as_deref().and_then(ChatId::parse);
                    self.session_came(session.as_deref(), chat, now);
                }
                Stored::Transcript(text) => {
                    self.transcript_came(text.as_deref(), From::AnotherTab, now);
                    if self.journal.is_merging {
                        self.write_transcript(now);
                    }
                }
            }
            if self.has_read_outbox && self.missing.is_empty() {
                self.has_read_outbox = false;
                self.choose(now);
            }
        }
        self.settle(now);
    }

    /// Everything was read here; other tabs hear of it.
    pub fn mark_read(&mut self, now: Now) {
        let is_over = matches!(self.state, State::Ended);
        if std::mem::take(&mut self.has_unread) && !is_over && self.config.identity.origin == Origin::Stored {
            let mark = now.wall_ms.to_string();
            self.read_mark = Some(mark.clone());
            self.store(StoreKey::ReadMark, Some(mark));
        }
        self.settle(now);
    }

    /// Another tab's mark is news once.
    fn read_mark_came(&mut self, mark: Option<String>) {
        if mark.is_some() && mark != self.read_mark {
            self.has_unread = false;
            self.event(Event::ReadElsewhere);
        }
        self.read_mark = mark;
    }

    /// What an earlier page left. Partial answers stand as cut off until the platform says more (row R3).
    pub(crate) fn restore(&mut self, restored: Restored, now: Now) {
        self.transcript_came(restored.transcript.as_deref(), From::EarlierPage, now);
        self.messages_came(restored.messages, From::EarlierPage, now);
        self.waits_came(&restored.waits, now);
        self.draft_came(restored.draft.filter(|_| !defect!(DraftLost)));
        let cut = self.assembly.interrupt_open();
        self.events(cut);
        // Another tab may still count as unread what is about to be read here.
        self.has_unread = self.journal.line_after(None).is_some();
    }

    /// A wait the platform asked another tab for counts here too (row N5), and so do the failures of another page.
    fn waits_came(&mut self, waits: &StoredWaits, now: Now) {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let until_ms: u64 = number(&waits.asked).unwrap_or(0);
        let left = Duration::from_millis(until_ms.saturating_sub(now.wall_ms));
        if left > Duration::ZERO && left <= MOST_HOLD {
            self.held_until = self.held_until.max(Some(now.mono.after(left)));
        }
        if let Some(until_ms) = number(&waits.failing) {
            self.failures_told(until_ms, now);
        }
    }

    /// The session id in storage: another one begins another conversation here too, none at all means that somebody
    /// cleared storage (row Q5).
    fn session_came(&mut self, text: Option<&str>, chat: Option<ChatId>, now: Now) {
        if std::mem::take(&mut self.auth.is_lost) {
            return self.account_lost(text.and_then(SessionId::parse), chat, now);
        }
        if self.config.identity.origin != Origin::Stored {
            // Another tab began the conversation, and nothing was said here yet: it is joined (row N4). What the screen shows
            // is no sign of that, for news of the other tab's message may come before news of its conversation.
            if let Some(id) = text.and_then(SessionId::parse) {
                self.follow_conversation(id, chat, now);
            }
            return;
        }
        let is_rewritten = std::mem::take(&mut self.is_rewriting);
        match text.map(SessionId::parse) {
            // Storage that keeps nothing is not written to over and over.
            None if is_rewritten => {}
            None => self.rewrite_everything(now),
            Some(Some(id)) if id != self.config.identity.session => self.follow_conversation(id, chat, now),
            Some(Some(_)) => self.chat_came(chat, now),
            Some(None) => {}
        }
    }

    fn rewrite_everything(&mut self, now: Now) {
        self.missing.clear();
        self.keep_identity_again();
        // What a page that stood still knows of its messages is old: another tab may have delivered them since, and the mark
        // of it was cleared with everything else.
        let is_stale = self.is_stale(now);
        for id in self.outbox.ids() {
            let queued = self
                .outbox
                .get_mut(&id)
                .filter(|item| is_stale && item.delivery == Delivery::Queued);
            queued.into_iter().for_each(Item::doubt);
            self.keep_message(&id, now);
        }
        self.write_transcript(now);
        // What is read before all of this is written misses what is not missing.
        self.is_rewriting = true;
        self.effect(Effect::Read(Shelf::Session));
    }

    /// The messages in storage, all of them.
    fn messages_came(&mut self, messages: Vec<(ClientMessageId, String)>, origin: From, now: Now) {
        for (shelved, value) in std::mem::take(&mut self.shelved) {
            if messages.iter().all(|(id, _)| *id != shelved) {
                self.store(StoreKey::Message(shelved), Some(value));
            }
        }
        let is_missing = |item: &&Item| messages.iter().all(|(id, _)| *id != item.id);
        let missing: Vec<ClientMessageId> = self
            .outbox
            .iter()
            .filter(is_missing)
            .map(|item| item.id.clone())
            .collect();
        let mut readable = Vec::new();
        for (id, value) in messages {
            match StoredMessage::read(&value) {
                Ok(message) if refusal::is_typed(&message) => readable.push((id, message)),
                Err(Unusable::Newer) => {}
                // Where it is ours, what is known here is better.
                Ok(_) | Err(Unusable::Corrupt) if self.outbox.get(&id).is_some() => {
                    self.keep_message(&id, now)
                }
                Ok(_) | Err(Unusable::Corrupt) => self.store(StoreKey::Message(id), None),
            }
        }
        // Storage keeps its keys in no order. A sort weighs two kilobytes, and there are some twenty at most.
        while let Some(first) = (0..readable.len()).min_by_key(|place| place_of(&readable, *place)) {
            let (id, message) = readable.swap_remove(first);
            self.message_came(id, message, origin, now);
        }
        if !missing.is_empty() && self.config.identity.origin == Origin::Stored && !self.is_rewriting {
            // Delivered by another tab, or lost to whoever clears storage, the session id with it: the transcript tells, for
            // it is written before a delivered message is taken away.
            self.missing = missing;
            self.effect(Effect::Read(Shelf::Session));
            self.effect(Effect::Read(Shelf::Transcript));
        }
    }

    /// What the transcript did not explain was lost, and is written again. Where it tells nothing, or this page stood still
    /// for a while, another tab may have delivered what is gone.
    pub(crate) fn rewrite_missing(&mut self, is_telling: bool, now: Now) {
        let mut is_in_doubt = false;
        let is_telling = is_telling && !self.is_stale(now);
        let first_unkept = self.outbox.first_unkept();
        for id in std::mem::take(&mut self.missing) {
            let Some(item) = self.outbox.get_mut(&id) else {
                continue;
            };
            match item.delivery {
                Delivery::Elsewhere { .. } => continue,
                // It is offered to storage once what stands before it was taken.
                Delivery::Queued if item.is_unkept && first_unkept.as_ref() != Some(&id) => {}
                // What storage never held, no other tab can have delivered.
                Delivery::Queued if !is_telling && !item.is_unkept => {
                    item.doubt();
                    is_in_doubt = true;
                    self.deliver_as(&id, Delivery::Doubtful { leased_until: None }, now);
                }
                // The transcript it would stand in went with its conversation.
                Delivery::Held => {
                    item.is_ambiguous = true;
                    self.deliver_as(&id, Delivery::Parked(Parked::Unconfirmed), now);
                }
                Delivery::Doubtful { .. }
                | Delivery::Parked(_)
                | Delivery::Queued
                | Delivery::Sending { .. } => self.keep_message(&id, now),
            }
        }
        if is_in_doubt && self.is_live() {
            self.settle_doubts(false, now);
            self.read_history(now);
        }
    }

    fn message_came(&mut self, id: ClientMessageId, message: StoredMessage, origin: From, now: Now) {
        let age = Duration::from_millis(now.wall_ms.saturating_sub(message.touched_ms));
        if matches!(message.state, StoredState::Deleted | StoredState::Sent) {
            return self.tombstone_came(&id, &message, age, now);
        }
        let is_for_us = message.owner == self.auth.owner
            || message.owner.is_none() && message.session == self.config.identity.session;
        if !is_for_us {
            if age >= KEPT {
                self.store(StoreKey::Message(id), None);
            }
            return;
        }
        // The platform told of it before storage did (row O6).
        let is_new = self.taken.iter().all(|(taken, _)| *taken != id);
        if is_new && message.state == StoredState::Sending && self.echo_of(&id, &message.text, now).is_some()
        {
            return;
        }
        let is_ours = message.tab == self.tab;
        // A lease runs on our clock from when its mark was first read: the other clock may have jumped since it was made.
        let read_before = self
            .outbox
            .get(&id)
            .filter(|item| item.touched_ms == Some(message.touched_ms))
            .and_then(|item| item.ours_from);
        let leased_until = read_before.unwrap_or_else(|| now.mono.after(LEASE.saturating_sub(age)));
        let is_unsent = origin == From::EarlierPage && defect!(RestoredAsUnsent);
        let was_handed_over = message.state == StoredState::Queued && message.hand_overs > 0;
        let is_ambiguous = message.state == StoredState::Sending || was_handed_over;
        let is_ambiguous = is_ambiguous && !is_unsent;
        let delivery = match message.state {
            StoredState::Sending if !is_ambiguous => Delivery::Queued,
            StoredState::Sending if origin == From::EarlierPage => Delivery::Doubtful {
                leased_until: Some(leased_until),
            },
            StoredState::Sending => Delivery::Elsewhere { until: leased_until },
            StoredState::Held => Delivery::Held,
            StoredState::Expired => Delivery::Parked(Parked::Expired),
            StoredState::Failed => Delivery::Parked(Parked::Failed),
            StoredState::Unconfirmed => Delivery::Parked(Parked::Unconfirmed),
            StoredState::Deleted | StoredState::Queued | StoredState::Sent
                if message.session != self.config.identity.session =>
            {
                Delivery::Held
            }
            StoredState::Deleted | StoredState::Queued | StoredState::Sent => Delivery::Queued,
        };
        match self.outbox.get_mut(&id) {
            // What this tab wrote, or is at work with, it knows better.
            Some(_) if is_ours => {}
            Some(Item {
                delivery: Delivery::Sending { .. },
                ..
            }) => {}
            // Its writer has written nothing since, and what it may have done is in doubt here.
            Some(item)
                if message.state == StoredState::Queued
                    && item.is_in_doubt()
                    && (item.touched_ms, item.order) == (Some(message.touched_ms), message.order) => {}
            Some(item) => {
                let before = item.status();
                // Whoever queued it again elsewhere knew what had become of it.
                let is_requeued = item.order != message.order;
                item.is_ambiguous &= !is_requeued;
                item.order = message.order;
                item.delivery = delivery;
                item.hand_overs = message.hand_overs;
                item.after = message.after;
                item.is_ambiguous |= is_ambiguous;
                item.ours_from = Some(leased_until);
                item.touched_ms = Some(message.touched_ms);
                item.session = message.session;
                item.chat = message.chat;
                let is_of_now =
                    item.session == self.config.identity.session && item.delivery != Delivery::Held;
                let (row, status) = (item.row, item.status());
                if is_requeued {
                    self.outbox.replace(&id);
                    self.stand_at_end(row);
                }
                let is_moved = is_of_now && self.bring_down(&id);
                if status != before && !is_moved {
                    self.line_changed(row, status, None);
                }
            }
            // Done with here already, and taken away in storage a moment ago.
            None if !is_new && !defect!(RestoredTwice) => {}
            None if defect!(OutboxOverwritten) && matches!(self.claim, Claim::Reading { .. }) => {
                self.store(StoreKey::Message(id), None);
            }
            None => {
                let row = self.rows.fresh();
                self.note_ours(id.clone(), row);
                let item = Item {
                    id,
                    row,
                    text: message.text,
                    delivery,
                    session: message.session,
                    chat: message.chat,
                    owner: message.owner,
                    order: message.order,
                    typed_ms: message.typed_ms,
                    typed: None,
                    ours_from: (!is_ours).then_some(leased_until),
                    touched_ms: Some(message.touched_ms),
                    is_unkept: false,
                    hand_overs: message.hand_overs,
                    after: message.after,
                    is_ambiguous,
                    was_respelled: false,
                };
                self.show_message(&item);
                let unsent = is_unsent.then(|| item.id.clone());
                self.outbox.insert(item);
                unsent.iter().for_each(|id| self.keep_message(id, now));
                self.expire(now);
            }
        }
    }

    /// The line the platform told of a moment ago, if it has exactly this text: it is this message.
    pub(crate) fn echo_of(&mut self, id: &ClientMessageId, text: &str, now: Now) -> Option<RowId> {
        let since_ms = now.wall_ms.saturating_sub(ECHO_MS);
        let row = self.journal.claim_echo(id, text, since_ms)?;
        self.note_ours(id.clone(), row);
        Some(row)
    }

    /// A message that is shown above the break between two conversations and belongs to the one below moves there, so that
    /// the transcript holds it. Tells whether it did.
    pub(crate) fn bring_down(&mut self, id: &ClientMessageId) -> bool {
        let is_above = |item: &Item| self.journal.line(item.row).is_none();
        if !self.outbox.get(id).is_some_and(is_above) {
            return false;
        }
        let Some(mut item) = self.outbox.remove(id) else {
            return false;
        };
        self.line_left(item.row, false);
        item.row = self.rows.fresh();
        let taken = self.taken.iter_mut().filter(|(taken, _)| taken == id);
        taken.for_each(|(_, row)| *row = Some(item.row));
        self.show_message(&item);
        self.outbox.insert(item);
        true
    }

    /// A message of the visitor enters the transcript.
    pub(crate) fn show_message(&mut self, item: &Item) {
        self.event(Event::MessageAdded {
            entry: Entry {
                row: item.row,
                author: Author::User,
                text: item.text.clone(),
                status: item.status(),
                message: None,
                client_message: Some(item.id.clone()),
                created_ms: item.typed_ms,
                sources: Vec::new(),
            },
            place: self.place_in_queue(item),
        });
    }

    /// What another tab left of a message it is done with; every tab has a day to see it.
    fn tombstone_came(&mut self, id: &ClientMessageId, message: &StoredMessage, age: Duration, now: Now) {
        let state = message.state;
        // The platform told the other tab, and may never tell this one; where it names no message, what it tells this one of it
        // later must not be taken for the next.
        let is_told = state == StoredState::Sent && self.capabilities.has(Capability::ClientMessageId);
        let is_at_work = |item: &Item| !is_told && matches!(item.delivery, Delivery::Sending { .. });
        if state == StoredState::Deleted && defect!(TombstoneIgnored) {
            return;
        }
        if !self.outbox.get(id).is_some_and(is_at_work)
            && let Some(item) = self.outbox.remove_known(id)
        {
            if state != StoredState::Sent {
                self.drop_row(&item);
            } else if self.echo_of(id, &item.text, now).is_some() {
                // The platform told of it without our id, while it waited here: it stands there.
                self.line_left(item.row, false);
            } else {
                self.line_changed(item.row, Status::Sent, None);
                self.stand_told(&item, message.order, now);
            }
        }
        if age >= KEPT {
            self.store(StoreKey::Message(id.clone()), None);
        }
    }
}

/// A message's place among all that wait, as [`crate::outbox::Outbox::insert`] orders them.
fn place_of(readable: &[(ClientMessageId, StoredMessage)], place: usize) -> Option<(u64, &ClientMessageId)> {
    readable.get(place).map(|(id, message)| (message.order, id))
}

/// Whether it tells of an answer that is whole: assembled here, or met here as it was assembled elsewhere.
pub(crate) const fn is_answer(event: &Event) -> bool {
    matches!(
        event,
        Event::MessageAdded {
            entry: Entry {
                status: Status::Complete | Status::Stopped | Status::Truncated,
                ..
            },
            ..
        } | Event::MessageChanged {
            status: Status::Complete | Status::Stopped | Status::Truncated,
            ..
        }
    )
}

/// Who wrote what is read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum From {
    AnotherTab,
    EarlierPage,
}

/// A wait hint is at most two minutes (row P22): the wall clock was set back since a longer one was written, and when it ends
/// nobody can tell.
const MOST_HOLD: Duration = Duration::from_secs(120);

/// Row O6: for so long a message the platform tells of and one another tab writes down may be the same.
const ECHO_MS: u64 = 60_000;

/// What belongs to somebody else, is over or was said is kept for a day.
const KEPT: Duration = Duration::from_millis(KEPT_MS);
pub(crate) const KEPT_MS: u64 = 24 * 3600 * 1000;
