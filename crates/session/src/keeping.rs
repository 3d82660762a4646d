//! What goes into storage, and what follows where storage takes nothing.

use miptech_chat_protocol::{
    error::{ErrorCode, Stage},
    ids::ClientMessageId,
};

use crate::{
    clock::Now,
    config::Origin,
    lifecycle::State,
    notice::ChatError,
    output::{Effect, Shelf, StoreKey, StoreRefusal},
    session::Session,
};

impl Session {
    /// Storage kept nothing of what was to be written. What the visitor wrote goes before what can be read again, and
    /// what is in this page's memory only, the visitor is told of (rows Q1, Q2 and O20).
    pub fn handle_store_refused(&mut self, key: &StoreKey, refusal: StoreRefusal, now: Now) {
        match (key, refusal) {
            _ if matches!(self.state, State::Ended) => {}
            (StoreKey::Transcript, _) => {
                self.journal.is_off = true;
                for (id, tombstone) in std::mem::take(&mut self.journal.arrived) {
                    self.store(StoreKey::Message(id), Some(tombstone.write()));
                }
            }
            (StoreKey::Message(_) | StoreKey::AccessToken | StoreKey::RefreshToken, StoreRefusal::Full)
                if !self.journal.is_off =>
            {
                self.journal.is_off = true;
                self.store(StoreKey::Transcript, None);
                if let StoreKey::Message(id) = key {
                    if !self.message_unkept(id) {
                        // It left the screen with whoever wrote it.
                        self.tell_refusal(refusal);
                    } else if !self.mark_again(id, now) {
                        self.keep_message(id, now);
                        let offered = self.offered.iter_mut().filter(|(offered, _)| offered == id);
                        offered.for_each(|(_, is_too_early)| *is_too_early = true);
                    }
                } else {
                    self.keep_account();
                }
            }
            (StoreKey::Message(id), _) if self.message_unkept(id) && self.mark_again(id, now) => {}
            (StoreKey::Message(_), refusal) | (_, refusal @ StoreRefusal::Blocked) => {
                self.tell_refusal(refusal)
            }
            (_, StoreRefusal::Full) => {}
        }
        self.settle(now);
    }

    /// Tells the visitor once that this page alone has what they write.
    fn tell_refusal(&mut self, refusal: StoreRefusal) {
        if self.page.told_refusal != Some(refusal) && !defect!(RefusalUntold) {
            self.page.told_refusal = Some(refusal);
            let code = match refusal {
                StoreRefusal::Blocked => ErrorCode::StorageBlocked,
                StoreRefusal::Full => ErrorCode::StorageQuota,
            };
            self.mishap(ChatError::bare(code, Stage::Send, false));
        }
    }

    /// Offers storage what it refused, the oldest first, for as long as it takes what it is offered: another tab sends what
    /// it finds, and must not find a later message before an earlier one.
    pub(crate) fn keep_unkept(&mut self, now: Now) {
        if let Some(id) = self.outbox.first_unkept() {
            self.keep_message(&id, now);
            self.offered = Some((id, false));
            self.effect(Effect::Read(Shelf::Messages));
        }
    }

    /// Storage was read behind an offer, so a refusal of it is known.
    pub(crate) fn offer_answered(&mut self, now: Now) {
        match self.offered.take() {
            Some((id, true)) => {
                self.offered = Some((id, false));
                self.effect(Effect::Read(Shelf::Messages));
            }
            Some((id, false)) if !self.outbox.get(&id).is_some_and(|item| item.is_unkept) => {
                self.keep_unkept(now)
            }
            Some((_, false)) | None => {}
        }
    }

    /// Storage did not take a message as it stands. Tells whether that is known here.
    fn message_unkept(&mut self, id: &ClientMessageId) -> bool {
        let item = self.outbox.get_mut(id);
        item.map(|item| item.is_unkept = true).is_some()
    }

    /// The ids are kept with the first message, not before: until then the visitor has asked for nothing.
    pub(crate) fn keep_identity(&mut self) {
        if self.config.identity.origin == Origin::Stored {
            return;
        }
        self.config.identity.origin = Origin::Stored;
        self.keep_identity_again();
    }

    /// Writes the ids to storage.
    pub(crate) fn keep_identity_again(&mut self) {
        let session = self.config.identity.session.as_str().to_owned();
        let visitor = self.config.identity.visitor.as_str().to_owned();
        self.store(StoreKey::SessionId, Some(session));
        self.store(StoreKey::VisitorId, Some(visitor));
        self.keep_chat();
    }

    pub(crate) fn store(&mut self, key: StoreKey, value: Option<String>) {
        self.effect(Effect::Store { key, value });
    }
}
