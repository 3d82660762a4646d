//! Messages the platform has not acknowledged yet, in the order they were typed.
//!
//! At most one of them is handed over and unacknowledged; the next waits for its turn.

use std::{collections::VecDeque, time::Duration};

use miptech_chat_protocol::ids::ClientMessageId;

use crate::{
    clock::Instant,
    entry::{RowId, Status},
    output::Attempt,
};

/// The messages, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    items: VecDeque<Item>,
}

/// One message until it is acknowledged or given up.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: ClientMessageId,
    pub(crate) row: RowId,
    pub(crate) text: String,
    delivery: Delivery,
    hand_overs: u8,
    /// Whether the platform refused the message in the other spelling already (section 16.5).
    was_respelled: bool,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Delivery {
    /// Waits for the visitor's word: the conversation it was meant for is over.
    Held,
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
    /// Waits for the visitor.
    Parked,
}

/// What the acknowledgement watch asks for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Overdue {
    /// Ask the platform for proof of life.
    Ping,
    /// Give the socket up.
    Replace,
}

impl Outbox {
    /// Adds a message at the end.
    pub(crate) fn push(&mut self, id: ClientMessageId, row: RowId, text: String) {
        self.items.push_back(Item {
            id,
            row,
            text,
            delivery: Delivery::Queued,
            hand_overs: 0,
            was_respelled: false,
        });
    }

    /// How many messages wait, those parked for the visitor not counted.
    pub(crate) fn waiting(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.delivery != Delivery::Parked)
            .count()
    }

    /// How many bytes of text wait.
    pub(crate) fn waiting_bytes(&self) -> usize {
        self.items
            .iter()
            .filter(|item| item.delivery != Delivery::Parked)
            .map(|item| item.text.len())
            .sum()
    }

    /// Hands the next message over, unless one is still unacknowledged.
    pub(crate) fn hand_over(&mut self, attempt: Attempt, now: Instant) -> Option<&Item> {
        if self
            .items
            .iter()
            .any(|item| matches!(item.delivery, Delivery::Sending { .. }))
        {
            return None;
        }
        let next = self
            .items
            .iter_mut()
            .find(|item| item.delivery == Delivery::Queued)?;
        next.delivery = Delivery::Sending {
            attempt,
            since: now,
            pinged: false,
            is_seen: false,
        };
        next.hand_overs = next.hand_overs.saturating_add(1);
        Some(next)
    }

    /// The platform has the message: by our id where it names one, else the one handed over.
    pub(crate) fn acknowledge(&mut self, id: Option<&ClientMessageId>) -> Option<Item> {
        let position = match id {
            Some(id) => self.items.iter().position(|item| item.id == *id),
            None => self
                .items
                .iter()
                .position(|item| matches!(item.delivery, Delivery::Sending { .. })),
        };
        self.items.remove(position?)
    }

    /// The platform refused the message; it waits for the visitor and holds nobody up.
    /// Tells also whether it was refused in both spellings.
    pub(crate) fn refuse(&mut self, id: Option<&ClientMessageId>) -> Option<(RowId, bool)> {
        let refused = |item: &&mut Item| match id {
            Some(id) => item.id == *id,
            None => matches!(item.delivery, Delivery::Sending { .. }),
        };
        let item = self.items.iter_mut().find(refused)?;
        item.delivery = Delivery::Parked;
        Some((item.row, std::mem::take(&mut item.was_respelled)))
    }

    /// An answer begins: the message handed over was read, acknowledged or not.
    pub(crate) fn seen(&mut self) {
        for item in &mut self.items {
            if let Delivery::Sending { is_seen, .. } = &mut item.delivery {
                *is_seen = true;
            }
        }
    }

    /// The message handed over was refused unread: it goes back to its place, to be written in the other spelling.
    /// Once only, and never for a message the platform has shown to have read, nor where it names another one.
    pub(crate) fn respell(&mut self, id: Option<&ClientMessageId>) -> Option<RowId> {
        let item = self.items.iter_mut().find(|item| {
            let is_unseen = matches!(item.delivery, Delivery::Sending { is_seen: false, .. });
            is_unseen && !item.was_respelled && id.is_none_or(|id| item.id == *id)
        })?;
        item.was_respelled = true;
        item.delivery = Delivery::Queued;
        Some(item.row)
    }

    /// The conversation is over: what was not handed over waits for the visitor's word.
    pub(crate) fn hold(&mut self) {
        for item in &mut self.items {
            if item.delivery == Delivery::Queued {
                item.delivery = Delivery::Held;
            }
        }
    }

    /// The visitor wants what is held in the new conversation. Tells whether anything was.
    pub(crate) fn release(&mut self) -> bool {
        let had_held = self.has_held();
        for item in &mut self.items {
            if item.delivery == Delivery::Held {
                item.delivery = Delivery::Queued;
            }
        }
        had_held
    }

    /// Whether anything waits for its turn: then a connection is wanted.
    pub(crate) fn has_queued(&self) -> bool {
        self.items.iter().any(|item| item.delivery == Delivery::Queued)
    }

    /// Whether anything waits for the visitor's word.
    pub(crate) fn has_held(&self) -> bool {
        self.items.iter().any(|item| item.delivery == Delivery::Held)
    }

    /// The message handed over goes back to its place: the platform asked for patience before taking it.
    pub(crate) fn requeue(&mut self) -> Option<RowId> {
        let item = self
            .items
            .iter_mut()
            .find(|item| matches!(item.delivery, Delivery::Sending { .. }))?;
        item.delivery = Delivery::Queued;
        Some(item.row)
    }

    /// The socket is gone. The message it carried may or may not have arrived: it goes again under the same id
    /// where the platform applies an id once, otherwise only the visitor may decide.
    pub(crate) fn socket_lost(&mut self, is_repeat_safe: bool) -> Option<(RowId, Status)> {
        let item = self
            .items
            .iter_mut()
            .find(|item| matches!(item.delivery, Delivery::Sending { .. }))?;
        if is_repeat_safe && item.hand_overs < HAND_OVERS {
            item.delivery = Delivery::Queued;
            Some((item.row, Status::Queued))
        } else {
            item.delivery = Delivery::Parked;
            Some((item.row, Status::Unconfirmed))
        }
    }

    /// The visitor wants a parked message sent after all; it keeps its id and its place.
    pub(crate) fn revive(&mut self, id: &ClientMessageId) -> Option<RowId> {
        let item = self
            .items
            .iter_mut()
            .find(|item| item.id == *id && item.delivery == Delivery::Parked)?;
        item.delivery = Delivery::Queued;
        item.hand_overs = 0;
        Some(item.row)
    }

    /// The visitor wants a message gone; one that was handed over cannot be taken back.
    pub(crate) fn discard(&mut self, id: &ClientMessageId) -> Option<RowId> {
        let position = self
            .items
            .iter()
            .position(|item| item.id == *id && !matches!(item.delivery, Delivery::Sending { .. }))?;
        self.items.remove(position).map(|item| item.row)
    }

    /// When the acknowledgement is next overdue.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.items.iter().find_map(|item| match item.delivery {
            Delivery::Sending { since, pinged, .. } => {
                Some(since.after(if pinged { ACK_WAIT + PING_WAIT } else { ACK_WAIT }))
            }
            Delivery::Held | Delivery::Queued | Delivery::Parked => None,
        })
    }

    /// What an overdue acknowledgement asks for.
    pub(crate) fn overdue(&mut self, now: Instant) -> Option<(Attempt, Overdue)> {
        if self.deadline()? > now {
            return None;
        }
        self.items.iter_mut().find_map(|item| match &mut item.delivery {
            Delivery::Sending { attempt, pinged, .. } => {
                let step = if *pinged { Overdue::Replace } else { Overdue::Ping };
                *pinged = true;
                Some((*attempt, step))
            }
            Delivery::Held | Delivery::Queued | Delivery::Parked => None,
        })
    }
}

/// How often a message is handed over under one id before the visitor is asked (row O5).
const HAND_OVERS: u8 = 5;

/// How long an acknowledgement may take before we ask for proof of life, and how long that may take (row N24).
const ACK_WAIT: Duration = Duration::from_secs(10);
const PING_WAIT: Duration = Duration::from_secs(5);
