//! Messages the platform has not acknowledged yet, in the order they were typed, whichever tab they were typed in.
//!
//! At most one of them is handed over and unacknowledged; the next waits for its turn.

use std::{collections::VecDeque, time::Duration};

use miptech_chat_protocol::{
    ids::{ChatId, ClientMessageId, SessionId},
    stored::{StoredMessage, StoredState},
};

use crate::{
    clock::{Instant, Now},
    delivery::HAND_OVERS,
    entry::{RowId, Status},
    output::Attempt,
};

/// The messages, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    items: VecDeque<Item>,
    /// The highest place a message has had.
    last_order: u64,
    /// Whether history, or another tab, told of the message handed over before the socket did: a word of the socket about no
    /// message by name is still owed to that one.
    pub(crate) is_word_owed: bool,
}

/// One message until it is acknowledged or deleted.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: ClientMessageId,
    pub(crate) row: RowId,
    pub(crate) text: String,
    pub(crate) delivery: Delivery,
    /// The conversation it was meant for, its chat where that had a name, and who was signed in then.
    pub(crate) session: SessionId,
    pub(crate) chat: Option<ChatId>,
    pub(crate) owner: Option<String>,
    /// Its place among all that wait, in every tab.
    pub(crate) order: u64,
    pub(crate) typed_ms: u64,
    /// When it was typed on this page: the wall clock may jump.
    pub(crate) typed: Option<Instant>,
    /// From when on this tab may send it without a lock, where another tab wrote it.
    pub(crate) ours_from: Option<Instant>,
    /// Storage refused to keep it as it stands.
    pub(crate) is_unkept: bool,
    /// When another tab last touched it, by the wall clock; only to know one mark from the next.
    pub(crate) touched_ms: Option<u64>,
    pub(crate) hand_overs: u8,
    /// The last sequence number known when it was handed over.
    pub(crate) after: u64,
    /// Whether it was handed over and nobody knows what became of it: only an idempotent platform gets it again.
    pub(crate) is_ambiguous: bool,
    /// Whether the platform refused the message in the other spelling already (section 16.5).
    pub(crate) was_respelled: bool,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Delivery {
    /// It was handed over, and its socket or its page is gone: the next join tells what follows.
    Doubtful {
        /// Until when the tab that handed it over may still be at work with it.
        leased_until: Option<Instant>,
    },
    /// Another tab has handed it over, and is believed to be at work with it until then.
    Elsewhere { until: Instant },
    /// Waits for the visitor's word: the conversation it was meant for is over.
    Held,
    /// Waits for the visitor.
    Parked(Parked),
    /// Waits for its turn.
    Queued,
    /// Handed over on this attempt.
    Sending {
        attempt: Attempt,
        since: Instant,
        pinged: bool,
        /// Whether the platform showed that it has read the message.
        is_seen: bool,
    },
}

/// Why a message waits for the visitor.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Parked {
    /// It is too old to go by itself.
    Expired,
    /// The platform refused it.
    Failed,
    /// It may or may not have arrived.
    Unconfirmed,
}

/// What the acknowledgement watch asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Overdue {
    /// Ask the platform for proof of life.
    Ping,
    /// Give the socket up.
    Replace,
}

impl Item {
    pub(crate) fn status(&self) -> Status {
        match self.delivery {
            Delivery::Sending { .. } if defect!(SentAtHandOver) => Status::Sent,
            Delivery::Doubtful { .. } | Delivery::Elsewhere { .. } | Delivery::Sending { .. } => {
                Status::Sending
            }
            Delivery::Held | Delivery::Queued => Status::Queued,
            Delivery::Parked(Parked::Expired) => Status::Expired,
            Delivery::Parked(Parked::Failed) => Status::Failed,
            Delivery::Parked(Parked::Unconfirmed) => Status::Unconfirmed,
        }
    }

    /// Whether it goes to the platform before another one.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        (self.order, &self.id) < (other.order, &other.id)
    }

    /// What storage keeps of it.
    pub(crate) fn stored(&self, tab: u64, wall_ms: u64) -> StoredMessage {
        StoredMessage {
            text: self.text.clone(),
            state: match self.delivery {
                Delivery::Doubtful { .. } | Delivery::Elsewhere { .. } | Delivery::Sending { .. } => {
                    StoredState::Sending
                }
                Delivery::Held => StoredState::Held,
                Delivery::Queued => StoredState::Queued,
                Delivery::Parked(Parked::Expired) => StoredState::Expired,
                Delivery::Parked(Parked::Failed) => StoredState::Failed,
                Delivery::Parked(Parked::Unconfirmed) => StoredState::Unconfirmed,
            },
            order: self.order,
            typed_ms: self.typed_ms,
            touched_ms: wall_ms,
            tab,
            session: self.session.clone(),
            chat: self.chat.clone(),
            owner: self.owner.clone(),
            hand_overs: self.hand_overs,
            after: self.after,
        }
    }

    /// Whether another tab may be delivering it, or may have.
    pub(crate) const fn is_in_doubt(&self) -> bool {
        matches!(
            self.delivery,
            Delivery::Doubtful { .. } | Delivery::Elsewhere { .. } | Delivery::Parked(Parked::Unconfirmed)
        )
    }

    /// Whether it is too old to go by itself (row O10): by our own clock where it was typed on this page.
    pub(crate) fn is_old(&self, now: Now) -> bool {
        let age = self.typed.map_or_else(
            || Duration::from_millis(now.wall_ms.saturating_sub(self.typed_ms)),
            |typed| now.mono.since(typed),
        );
        age >= EXPIRY
    }

    /// Nobody here knows whether it was handed over, or whether with its id, so that it could be repeated under it.
    pub(crate) const fn doubt(&mut self) {
        (self.is_ambiguous, self.hand_overs) = (true, HAND_OVERS);
    }

    /// What it takes of storage: control characters are written as six.
    fn weight(&self) -> usize {
        weight(&self.text)
    }

    const fn is_with_platform(&self) -> bool {
        matches!(
            self.delivery,
            Delivery::Doubtful { .. } | Delivery::Elsewhere { .. } | Delivery::Sending { .. }
        )
    }
}

/// What a text takes of storage.
pub(crate) fn weight(text: &str) -> usize {
    text.len() + 5 * text.chars().filter(|c| c.is_control()).count()
}

impl Outbox {
    /// Puts a message in its place.
    pub(crate) fn insert(&mut self, item: Item) {
        self.last_order = self.last_order.max(item.order);
        let place = self.items.iter().position(|known| item.is_before(known));
        self.items.insert(place.unwrap_or(self.items.len()), item);
    }

    /// Another tab has given a message another place.
    pub(crate) fn replace(&mut self, id: &ClientMessageId) {
        if let Some(item) = self.remove(id) {
            self.insert(item);
        }
    }

    /// A place behind all that were ever given here: of the next message typed, or of the newest the platform has.
    pub(crate) fn next_order(&mut self, now: Now) -> u64 {
        if defect!(OrderByClock) {
            return now.wall_ms;
        }
        self.last_order = self.last_order.saturating_add(1);
        self.last_order
    }

    pub(crate) fn get(&self, id: &ClientMessageId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == *id)
    }

    pub(crate) fn get_mut(&mut self, id: &ClientMessageId) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.id == *id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Item> {
        self.items.iter()
    }

    /// Every id, so that each message can be looked at while the rest of the house is at work.
    pub(crate) fn ids(&self) -> Vec<ClientMessageId> {
        self.items.iter().map(|item| item.id.clone()).collect()
    }

    /// The first message storage does not hold as it stands.
    pub(crate) fn first_unkept(&self) -> Option<ClientMessageId> {
        let unkept = self.items.iter().find(|item| item.is_unkept);
        unkept.map(|item| item.id.clone())
    }

    /// Whether a message waits behind one that storage does not hold.
    pub(crate) fn is_behind_unkept(&self, id: &ClientMessageId) -> bool {
        let first = self.items.iter().find(|item| item.is_unkept || item.id == *id);
        first.is_some_and(|first| first.id != *id)
            && self.get(id).is_some_and(|item| item.delivery == Delivery::Queued)
    }

    pub(crate) fn remove(&mut self, id: &ClientMessageId) -> Option<Item> {
        let place = self.items.iter().position(|item| item.id == *id)?;
        self.items.remove(place)
    }

    /// Takes out a message the platform has, as somebody else than its socket tells.
    pub(crate) fn remove_known(&mut self, id: &ClientMessageId) -> Option<Item> {
        let known = self.remove(id)?;
        self.is_word_owed |= matches!(known.delivery, Delivery::Sending { .. });
        Some(known)
    }

    /// How many messages are kept.
    pub(crate) fn count(&self) -> usize {
        self.items.len()
    }

    /// How much text is kept.
    pub(crate) fn total_weight(&self) -> usize {
        self.items.iter().map(Item::weight).sum()
    }

    /// Whether anything waits for its turn: then a connection is wanted.
    pub(crate) fn has_queued(&self) -> bool {
        self.items.iter().any(|item| item.delivery == Delivery::Queued)
    }

    /// Whether anything waits for the visitor's word.
    pub(crate) fn has_held(&self) -> bool {
        self.items.iter().any(|item| item.delivery == Delivery::Held)
    }

    /// Whether a message is handed over, here, and not acknowledged.
    pub(crate) fn has_unacknowledged(&self) -> bool {
        self.items.iter().any(|item| {
            matches!(
                item.delivery,
                Delivery::Doubtful { .. } | Delivery::Sending { .. }
            )
        })
    }

    /// Until when another tab keeps the next message from being handed over.
    pub(crate) fn taken_until(&self) -> Option<Instant> {
        let until = |item: &Item| match item.delivery {
            Delivery::Elsewhere { until } => Some(until),
            Delivery::Doubtful { .. }
            | Delivery::Held
            | Delivery::Parked(_)
            | Delivery::Queued
            | Delivery::Sending { .. } => None,
        };
        self.items.iter().filter_map(until).max()
    }

    /// The message whose turn it is.
    pub(crate) fn next_queued(&self) -> Option<&Item> {
        self.items.iter().find(|item| item.delivery == Delivery::Queued)
    }

    /// The message handed over and not acknowledged, here.
    pub(crate) fn sending(&mut self) -> Option<&mut Item> {
        self.items
            .iter_mut()
            .find(|item| matches!(item.delivery, Delivery::Sending { .. }))
    }

    /// The platform has the message: by our id where it names one, else the one handed over.
    pub(crate) fn acknowledge(&mut self, id: Option<&ClientMessageId>) -> Option<Item> {
        let place = match id {
            Some(id) => self.items.iter().position(|item| item.id == *id),
            None => self
                .items
                .iter()
                .position(|item| matches!(item.delivery, Delivery::Sending { .. })),
        };
        self.items.remove(place?)
    }

    /// A message the platform may have, of exactly this text and behind what was known when it was handed over.
    pub(crate) fn same_text(&self, text: &str, sequence: Option<u64>) -> Option<&Item> {
        self.items.iter().find(|item| {
            let may_have_arrived = item.is_with_platform()
                || item.delivery == Delivery::Parked(Parked::Unconfirmed)
                || item.is_ambiguous;
            may_have_arrived && item.text == text && sequence.is_none_or(|sequence| sequence > item.after)
        })
    }

    /// An answer begins: the message handed over was read, acknowledged or not.
    pub(crate) fn seen(&mut self) {
        if let Some(Item {
            delivery: Delivery::Sending { is_seen, .. },
            ..
        }) = self.sending()
        {
            *is_seen = true;
        }
    }

    /// When the acknowledgement is next overdue.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.items.iter().find_map(|item| match item.delivery {
            Delivery::Sending { since, pinged, .. } => Some(since.after(if pinged {
                ACK_WAIT.saturating_add(PING_WAIT)
            } else {
                ACK_WAIT
            })),
            Delivery::Doubtful { .. }
            | Delivery::Elsewhere { .. }
            | Delivery::Held
            | Delivery::Parked(_)
            | Delivery::Queued => None,
        })
    }

    /// What an overdue acknowledgement asks for.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<(Attempt, Overdue)> {
        if self.deadline()? > now {
            return None;
        }
        let Delivery::Sending { attempt, pinged, .. } = &mut self.sending()?.delivery else {
            return None;
        };
        let step = if *pinged { Overdue::Replace } else { Overdue::Ping };
        *pinged = true;
        Some((*attempt, step))
    }
}

/// How long an acknowledgement may take before we ask for proof of life, and how long that may take (row N24).
const ACK_WAIT: Duration = Duration::from_secs(10);
const PING_WAIT: Duration = Duration::from_secs(5);

/// `faults.md` section 6.3: a message a day old does not go by itself.
const EXPIRY: Duration = Duration::from_secs(24 * 3600);
