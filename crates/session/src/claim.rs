//! The choice of the next message, which tabs make together, and its way to the platform.
//!
//! Tabs share one outbox. Whoever is live chooses the next message under a lock, marks it in storage as handed over, reads
//! the mark back, hands the message over and lets the lock go: the mark, not the lock, keeps the others away, for as long as
//! a lease lasts (row O15).

use std::{borrow::Cow, time::Duration};

use miptech_chat_protocol::{
    capability::Capability,
    frame::ClientFrame,
    ids::ClientMessageId,
    profile::{Creation, TextFrame},
};

use crate::{
    clock::{Instant, Now},
    delivery::HAND_OVERS,
    lifecycle::State,
    outbox::{Delivery, Item, Parked},
    output::{Attempt, Effect, Lock, LockName, Shelf},
    session::Session,
};

/// Where the choice of the next message stands.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) enum Claim {
    /// The lock is waited for, not without limit.
    Asking { until: Instant },
    /// A message is marked as handed over, and storage is read again: the mark must stand there before the message leaves.
    Marking {
        has_lock: bool,
        attempt: Attempt,
        id: ClientMessageId,
        write: Write,
    },
    /// Storage is read under the lock, or without one where there are none.
    Reading { has_lock: bool },
    #[default]
    Rest,
    /// Without locks tabs take turns by chance.
    Spreading { until: Instant },
}

/// How often storage was asked to keep a mark.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Write {
    First,
    /// The first was refused, and what was read since was read too early.
    Again,
    Last,
}

impl Claim {
    /// Whether this message is being marked as handed over.
    pub(crate) fn marks(&self, id: &ClientMessageId) -> bool {
        matches!(self, Self::Marking { id: marked, .. } if marked == id)
    }

    pub(crate) const fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Asking { until } | Self::Spreading { until } => Some(*until),
            Self::Marking { .. } | Self::Reading { .. } | Self::Rest => None,
        }
    }
}

impl Session {
    /// Begins to choose the next message, if the chat is joined and nothing is unacknowledged.
    pub(crate) fn claim_next(&mut self, now: Now) {
        // Forgotten when it comes, whatever else stands in the way: a turn that stays due wakes the page without an end.
        self.claim_after.take_if(|at| *at <= now.mono);
        let may = self.is_live()
            && self.held_until.is_none()
            && self.claim == Claim::Rest
            && !self.page.is_gone
            && self.claim_after.is_none()
            && self.outbox.has_queued()
            && (defect!(TwoUnacknowledged) || !self.outbox.has_unacknowledged())
            && self.outbox.taken_until().is_none_or(|until| until <= now.mono);
        if may {
            self.claim = Claim::Asking {
                until: now.mono.after(LOCK_WAIT),
            };
            self.effect(Effect::AskLock(LockName::Outbox));
        }
    }

    /// The browser's answer to the wish for the outbox.
    pub(crate) fn outbox_lock_came(&mut self, lock: Lock, now: Now) {
        match (&self.claim, lock) {
            (Claim::Asking { .. }, Lock::Held) => self.read_outbox(true),
            (Claim::Asking { .. }, Lock::Absent) if self.capabilities.has(Capability::ClientMessageId) => {
                self.read_outbox(false);
            }
            (Claim::Asking { .. }, Lock::Absent) => {
                let until = now.mono.after(self.random.up_to(SPREAD));
                self.claim = Claim::Spreading { until };
            }
            // Granted too late: nobody waits for it any more.
            (
                Claim::Rest
                | Claim::Spreading { .. }
                | Claim::Marking { has_lock: false, .. }
                | Claim::Reading { has_lock: false },
                Lock::Held,
            ) => {
                self.effect(Effect::ReleaseLock(LockName::Outbox));
            }
            (Claim::Marking { has_lock: true, .. } | Claim::Reading { has_lock: true }, Lock::Held)
            | (
                Claim::Marking { .. } | Claim::Rest | Claim::Spreading { .. } | Claim::Reading { .. },
                Lock::Absent,
            ) => {}
        }
    }

    fn read_outbox(&mut self, has_lock: bool) {
        self.claim = Claim::Reading { has_lock };
        self.effect(Effect::Read(Shelf::Session));
        self.effect(Effect::Read(Shelf::Messages));
    }

    /// The lock, or the turn, was waited for long enough; and leases of other tabs end.
    pub(crate) fn delivery_time_passed(&mut self, now: Now) {
        match self.claim {
            Claim::Asking { until } if until <= now.mono => {
                self.effect(Effect::ReleaseLock(LockName::Outbox));
                self.read_outbox(false);
            }
            Claim::Spreading { until } if until <= now.mono => self.read_outbox(false),
            Claim::Asking { .. }
            | Claim::Marking { .. }
            | Claim::Reading { .. }
            | Claim::Rest
            | Claim::Spreading { .. } => {}
        }
        self.end_leases(now);
    }

    /// The tabs that had these messages are gone, or as good as gone.
    fn end_leases(&mut self, now: Now) {
        for id in self.outbox.ids() {
            let delivery = self.outbox.get(&id).map(|item| item.delivery);
            if let Some(Delivery::Elsewhere { until }) = delivery
                && until <= now.mono
                && let Some(item) = self.outbox.get_mut(&id)
            {
                item.delivery = Delivery::Doubtful { leased_until: None };
                item.is_ambiguous = true;
                if self.is_live() {
                    self.settle_doubts(false, now);
                    self.read_history(now);
                }
            }
        }
    }

    /// When the choice, or a lease, comes to its end.
    pub(crate) fn delivery_deadline(&self) -> Option<Instant> {
        let lease = self.outbox.taken_until().filter(|_| self.is_live());
        let turn = self
            .claim_after
            .filter(|_| self.is_live() && self.outbox.has_queued());
        [self.claim.deadline(), lease, turn].into_iter().flatten().min()
    }

    /// Storage was read: the next message is chosen and marked, or the marked one is handed over.
    pub(crate) fn choose(&mut self, now: Now) {
        match std::mem::take(&mut self.claim) {
            Claim::Marking {
                has_lock,
                attempt,
                id,
                write: Write::Again,
            } => {
                self.claim = Claim::Marking {
                    has_lock,
                    attempt,
                    id,
                    write: Write::Last,
                };
                self.effect(Effect::Read(Shelf::Messages));
            }
            Claim::Marking {
                has_lock,
                attempt,
                id,
                ..
            } => {
                self.claim = Claim::Reading { has_lock };
                self.hand_over_marked(attempt, &id, now);
                self.end_claim();
            }
            Claim::Reading { has_lock } => {
                self.claim = Claim::Reading { has_lock };
                self.expire(now);
                self.end_leases(now);
                match self.next_for_us(has_lock, now) {
                    Some((attempt, id)) => self.mark(has_lock, attempt, id, now),
                    None => self.end_claim(),
                }
            }
            other @ (Claim::Asking { .. } | Claim::Rest | Claim::Spreading { .. }) => self.claim = other,
        }
    }

    /// Storage knows before the platform does: whoever finds the message after a crash must not take it for unsent.
    fn mark(&mut self, has_lock: bool, attempt: Attempt, id: ClientMessageId, now: Now) {
        let after = self.history.last_sequence();
        let is_named = self.capabilities.has(Capability::ClientMessageId);
        let chat = self.chat.clone();
        let Some(item) = self.outbox.get_mut(&id) else {
            return self.end_claim();
        };
        item.chat = chat;
        // One that leaves without its id, for the platform has not said that it knows ids, cannot be repeated under it.
        item.hand_overs = if is_named {
            item.hand_overs.saturating_add(1)
        } else {
            HAND_OVERS
        };
        item.after = after;
        self.claim = Claim::Marking {
            has_lock,
            attempt,
            id: id.clone(),
            write: Write::First,
        };
        if !defect!(HandedOverFirst) {
            self.keep_message(&id, now);
        }
        self.effect(Effect::Read(Shelf::Messages));
    }

    /// Storage refused the mark: it is asked once more, and then read once more. Tells whether it is.
    pub(crate) fn mark_again(&mut self, id: &ClientMessageId, now: Now) -> bool {
        let is_second = match &mut self.claim {
            Claim::Marking {
                id: marked,
                write: write @ Write::First,
                ..
            } if marked == id => {
                *write = Write::Again;
                true
            }
            Claim::Asking { .. }
            | Claim::Marking { .. }
            | Claim::Reading { .. }
            | Claim::Rest
            | Claim::Spreading { .. } => false,
        };
        if is_second {
            self.keep_message(id, now);
        }
        is_second
    }

    /// The mark was written: the message leaves, unless another tab has marked it since. Where storage refused the mark the
    /// visitor was told to keep this tab open, for the next page may find the message as one that waits (row O20); and as no
    /// tab knows of the others there, a message is left to the tab that wrote it.
    fn hand_over_marked(&mut self, attempt: Attempt, id: &ClientMessageId, now: Now) {
        let is_same_socket = matches!(&self.state, State::Live { attempt: live, .. } if *live == attempt)
            && self.held_until.is_none();
        let is_repeat_safe = self.capabilities.has(Capability::ClientMessageId);
        let Some(item) = self
            .outbox
            .get_mut(id)
            .filter(|item| item.delivery == Delivery::Queued)
        else {
            return;
        };
        let others_until = item
            .ours_from
            .filter(|from| item.is_unkept && is_same_socket && *from > now.mono);
        if is_same_socket && others_until.is_none() {
            return self.hand_over(attempt, id, now);
        }
        item.hand_overs = if is_repeat_safe {
            item.hand_overs.saturating_sub(1)
        } else {
            0
        };
        if let Some(until) = others_until {
            // Storage is left as its writer has it.
            item.is_unkept = false;
            item.delivery = Delivery::Elsewhere { until };
            let (row, status) = (item.row, item.status());
            self.line_changed(row, status, None);
        } else {
            self.keep_message(id, now);
        }
    }

    /// The choice is over, whatever came of it.
    pub(crate) fn end_claim(&mut self) {
        match std::mem::take(&mut self.claim) {
            Claim::Reading { has_lock: true } if defect!(LockKept) => {}
            Claim::Asking { .. }
            | Claim::Marking { has_lock: true, .. }
            | Claim::Reading { has_lock: true } => {
                self.effect(Effect::ReleaseLock(LockName::Outbox));
            }
            Claim::Marking { has_lock: false, .. }
            | Claim::Reading { has_lock: false }
            | Claim::Rest
            | Claim::Spreading { .. } => {}
        }
    }

    fn next_for_us(&mut self, has_lock: bool, now: Now) -> Option<(Attempt, ClientMessageId)> {
        let (State::Live { attempt, .. }, None) = (&self.state, self.held_until) else {
            return None;
        };
        let attempt = *attempt;
        let is_taken = self.outbox.taken_until().is_some_and(|until| until > now.mono);
        if is_taken || self.outbox.has_unacknowledged() && !defect!(TwoUnacknowledged) {
            return None;
        }
        let is_repeat_safe = self.capabilities.has(Capability::ClientMessageId);
        loop {
            let item = self.outbox.next_queued()?;
            let id = item.id.clone();
            if item.is_ambiguous && !self.may_repeat(item) {
                self.deliver_as(&id, Delivery::Parked(Parked::Unconfirmed), now);
                continue;
            }
            // What was typed into another chat never goes into this one by itself (row O12), whichever tab lost or made which.
            let is_elsewhere = item.chat.is_some() && item.chat != self.chat;
            if is_elsewhere && !defect!(QueueCrossesBreak) {
                self.deliver_as(&id, Delivery::Held, now);
                continue;
            }
            // Without locks, and where a repeat is not safe, only the tab that wrote a message sends it, or any tab once
            // nobody has touched it for the length of a lease.
            if let Some(from) = item
                .ours_from
                .filter(|from| !has_lock && !is_repeat_safe && *from > now.mono)
            {
                self.claim_after = Some(from);
                return None;
            }
            return Some((attempt, id));
        }
    }

    pub(crate) fn hand_over(&mut self, attempt: Attempt, id: &ClientMessageId, now: Now) {
        let is_named = self.capabilities.has(Capability::ClientMessageId);
        let Some(item) = self.outbox.get_mut(id) else {
            return;
        };
        item.delivery = Delivery::Sending {
            attempt,
            since: now.mono,
            pinged: false,
            is_seen: false,
        };
        let (row, status) = (item.row, item.status());
        self.line_changed(row, status, None);
        let Some(item) = self.outbox.get(id) else { return };
        let client_message = is_named.then_some(&item.id);
        let (rules, text) = (self.plan.rules(), body(item));
        let text = text.as_ref();
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
        self.effect(Effect::SendFrame { attempt, text });
        if defect!(HandedOverFirst) {
            self.keep_message(id, now);
        }
    }
}

/// What the platform is sent of a message: exactly what was typed, every time (invariant I6).
fn body(item: &Item) -> Cow<'_, str> {
    if defect!(BodyChangedAtResend) && (2..HAND_OVERS).contains(&item.hand_overs) {
        return Cow::Owned(["Again: ", item.text.as_str()].concat());
    }
    Cow::Borrowed(item.text.as_str())
}

/// How long the lock is waited for (invariant I21), and how far tabs without locks spread (row T8).
const LOCK_WAIT: Duration = Duration::from_secs(5);
const SPREAD: Duration = Duration::from_millis(300);
