//! Deltas to answers: which frame belongs to which answer, and what the answer says in the end.
//!
//! There is one slot per exchange. It is opened by the first frame of an answer, whichever that is,
//! and text never moves between slots (`platform.md` section 12).

use std::time::Duration;

use miptech_chat_protocol::{
    decode::{AnswerFrame, AnswerId, AnswerPart, Author, Completion},
    frame::ResumePoint,
    ids::MessageId,
    stored::StoredItem,
};

use crate::{
    clock::{Instant, Now},
    conversation::Known,
    entry::{Entry, RowId, Rows, Status},
    output::{Event, Place},
};

pub(crate) use self::slot::ANSWER_BYTES;
use self::slot::{LONGEST, REORDERED, Slot};

mod slot;

/// The answers of this page, oldest first.
#[derive(Debug)]
pub(crate) struct Assembly {
    slots: Vec<Slot>,
    /// How long an answer may be silent before the visitor is told.
    patience: Duration,
    /// Nothing on this socket has shown yet where an answer begins: one that is heard of may have begun before.
    is_midway: bool,
    /// Whether this platform says where an answer begins: one that begins without has begun before it was heard of.
    has_starts: bool,
}

impl Assembly {
    /// How long answers may be silent from here on.
    pub(crate) const fn set_silence(&mut self, patience: Duration) {
        self.patience = patience;
    }

    pub(crate) const fn new(patience: Duration) -> Self {
        Self {
            slots: Vec::new(),
            patience,
            is_midway: true,
            has_starts: false,
        }
    }

    /// Puts one frame where it belongs and tells what changed.
    pub(crate) fn take(&mut self, frame: AnswerFrame, rows: &mut Rows, now: Now) -> Vec<Event> {
        let mut events = Vec::new();
        let found = self.find(&frame);
        let index = found.unwrap_or_else(|| self.open(&frame, rows, now, &mut events));
        self.has_starts |= matches!(frame.part, AnswerPart::Start);
        let has_missed_start = found.is_none() && self.has_starts;
        let Some(slot) = self.slots.get_mut(index) else {
            return events;
        };
        slot.hear(self.patience, now.mono);
        let told_again = frame.id.as_ref().filter(|found| slot.is_told_again_as(found));
        let is_unheard = told_again.is_some()
            || slot.is_mirrored
            || slot.status == Status::Thinking && slot.bound.is_none();
        if let Some(found) = told_again {
            slot.begin_again(found.clone(), &mut events);
        }
        if let AnswerPart::Chunk { index: None, .. } = frame.part {
            slot.may_miss |= (self.is_midway && is_unheard || has_missed_start) && !defect!(GapUnnoticed);
        } else {
            self.is_midway = false;
        }
        match frame.part {
            AnswerPart::Processing => slot.hint = frame.id.map(|found| found.id).or(slot.hint.take()),
            AnswerPart::Start => slot.bind(frame.id, &mut events),
            AnswerPart::Chunk { delta, index } => {
                slot.bind(frame.id, &mut events);
                slot.grow(delta, index, now.mono, &mut events);
            }
            AnswerPart::Complete(end) => {
                slot.bind(frame.id, &mut events);
                slot.complete(end, &mut events);
            }
        }
        events
    }

    /// The slot a frame belongs to; none means a new one.
    fn find(&self, frame: &AnswerFrame) -> Option<usize> {
        if let Some(found) = &frame.id {
            let is_over = |slot: &Slot| defect!(CompletedTwice) && !slot.is_open();
            let is_it = |slot: &Slot| slot.bound.as_ref().is_some_and(|bound| bound.id == found.id);
            let known = |slot: &Slot| is_it(slot) && !is_over(slot);
            if let Some(index) = self.slots.iter().position(known) {
                return Some(index);
            }
            let hinted = |slot: &Slot| slot.bound.is_none() && slot.hint.as_ref() == Some(&found.id);
            if let Some(index) = self
                .slots
                .iter()
                .position(|slot| hinted(slot) && (slot.is_revivable() || slot.is_muted))
            {
                return Some(index);
            }
        }
        let has_open = self.slots.iter().any(Slot::is_open);
        let of_muted = |slot: &Slot| {
            let is_other = |bound: &AnswerId| {
                let names_another = |found: &AnswerId| found.in_payload && bound.in_payload;
                frame.id.as_ref().is_some_and(names_another)
            };
            slot.is_muted && !slot.bound.as_ref().is_some_and(is_other)
        };
        if !has_open && let Some(index) = self.slots.iter().rposition(of_muted) {
            return Some(index);
        }
        let is_one_of_several = frame.id.is_none() && !matches!(frame.part, AnswerPart::Processing);
        if is_one_of_several && self.slots.iter().filter(|slot| slot.is_open()).count() > 1 {
            // Nobody can tell whose it is: it joins the one slot that was opened for such frames.
            return self
                .slots
                .iter()
                .rposition(|slot| slot.is_open() && slot.bound.is_none() && slot.hint.is_none());
        }
        if let Some(found) = &frame.id
            && let Some(index) = self.slots.iter().rposition(|slot| slot.is_told_again_as(found))
        {
            return Some(index);
        }
        let mut open = self.slots.iter().enumerate().filter(|(_, slot)| slot.is_open());
        let (index, only) = open.next().filter(|_| open.next().is_none())?;
        let names_another = match (&frame.id, &only.bound) {
            (Some(found), Some(bound)) => found.in_payload && bound.in_payload,
            (Some(_), None) | (None, _) => false,
        };
        let hints_at_another = matches!(frame.part, AnswerPart::Processing)
            && matches!((&frame.id, &only.hint), (Some(found), Some(hint)) if found.id != *hint);
        (!names_another && !hints_at_another).then_some(index)
    }

    fn open(&mut self, frame: &AnswerFrame, rows: &mut Rows, now: Now, events: &mut Vec<Event>) -> usize {
        let row = rows.fresh();
        self.slots.push(Slot::new(row, self.patience, now.mono));
        events.push(Event::MessageAdded {
            entry: Entry {
                row,
                author: if frame.author == Author::User {
                    Author::Ai
                } else {
                    frame.author
                },
                text: String::new(),
                status: Status::Thinking,
                message: None,
                client_message: None,
                created_ms: now.wall_ms,
                sources: Vec::new(),
            },
            place: Place::End,
        });
        self.slots.len() - 1
    }

    /// Whether any answer is still awaited.
    pub(crate) fn is_awaiting(&self) -> bool {
        self.slots.iter().any(Slot::is_open)
    }

    /// The socket is gone: deltas sent meanwhile are lost, so nothing is appended to what was open.
    pub(crate) fn socket_lost(&mut self) {
        self.is_midway = true;
        for slot in &mut self.slots {
            slot.is_muted = false;
        }
        for slot in self.slots.iter_mut().filter(|slot| slot.is_revivable()) {
            slot.has_gap = !defect!(GapUnnoticed);
            slot.is_replayable |= slot.is_open();
            slot.early.clear();
        }
    }

    /// A frame came that nobody could read: it may have been a piece of whatever is not over.
    pub(crate) fn frame_unread(&mut self) {
        for slot in self.slots.iter_mut().filter(|slot| slot.is_revivable()) {
            slot.may_miss = true;
        }
    }

    /// Everything still open was cut off for good, as far as anybody can know here.
    pub(crate) fn interrupt_open(&mut self) -> Vec<Event> {
        self.slots
            .iter_mut()
            .filter(|slot| slot.is_open())
            .map(|slot| slot.end(Status::Interrupted))
            .collect()
    }

    /// History was read after a re-join and does not know what is still open: the platform either still works on
    /// it and will say so soon, or lost it.
    pub(crate) fn expect_word(&mut self, now: Instant) {
        for slot in self
            .slots
            .iter_mut()
            .filter(|slot| slot.is_open() && slot.has_gap)
        {
            slot.silent_at = slot.silent_at.min(now.after(SILENCE_AFTER_REJOIN));
        }
    }

    /// An answer of history: it heals the slot of the same id, or the only one that is open without an id.
    pub(crate) fn heal(&mut self, id: &MessageId, end: Completion) -> Option<(RowId, Vec<Event>)> {
        let known = |slot: &Slot| {
            slot.bound.as_ref().is_some_and(|bound| bound.id == *id) || slot.hint.as_ref() == Some(id)
        };
        let anonymous =
            |slot: &Slot| slot.is_revivable() && slot.has_gap && slot.bound.is_none() && slot.hint.is_none();
        let index = self
            .slots
            .iter()
            .position(known)
            .or_else(|| self.slots.iter().position(anonymous))?;
        let slot = self.slots.get_mut(index)?;
        let mut events = Vec::new();
        slot.bind(
            Some(AnswerId {
                id: id.clone(),
                in_payload: true,
            }),
            &mut events,
        );
        slot.complete(end, &mut events);
        Some((slot.row, events))
    }

    /// Up to where the one answer the drop left open is held, where its chunks are counted.
    pub(crate) fn resume_point(&self) -> Option<ResumePoint<'_>> {
        let mut open = self.slots.iter().filter(|slot| slot.is_open());
        let slot = open.next().filter(|_| open.next().is_none())?;
        let bound = slot.bound.as_ref().filter(|bound| bound.in_payload)?;
        Some(ResumePoint {
            message: &bound.id,
            next_index: slot.chunks,
        })
    }

    /// The visitor wants what is being written to stop: what comes late is not shown. Gives the ids to stop.
    pub(crate) fn stop_open(&mut self) -> (Vec<MessageId>, Vec<Event>) {
        let mut ids = Vec::new();
        let mut events = Vec::new();
        for slot in self.slots.iter_mut().filter(|slot| slot.is_open()) {
            ids.extend(
                slot.bound
                    .as_ref()
                    .map(|bound| bound.id.clone())
                    .or(slot.hint.clone()),
            );
            slot.is_muted = true;
            events.push(slot.end(Status::Stopped));
        }
        (ids, events)
    }

    /// The next message was acknowledged: what names no answer belongs to its answer from here on.
    pub(crate) fn unmute(&mut self) {
        self.is_midway = false;
        for slot in &mut self.slots {
            slot.is_muted = false;
            slot.is_replayable = false;
        }
    }

    /// The conversation is over: no late frame changes anything of it. What has a name is known by it from here on, for
    /// another tab may go back to this conversation, and this one with it.
    pub(crate) fn close(&mut self, known: &mut Known) {
        for slot in self.slots.drain(..) {
            if let Some(bound) = &slot.bound {
                known.note(&bound.id, slot.row);
            }
        }
    }

    /// An answer is too old to be kept.
    pub(crate) fn forget(&mut self, row: RowId) {
        self.slots.retain(|slot| slot.row != row);
    }

    /// When the next open answer is silent for too long, or waits for a chunk for too long.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let open = self.slots.iter().filter(|slot| slot.is_open());
        open.map(Slot::deadline).min()
    }

    /// Tells of what is silent, cuts off what has been for too long, and gives up chunks that never came.
    /// Tells also whether history might fill such a gap. A late frame revives what was cut.
    pub(crate) fn time_passed(&mut self, now: Instant) -> (Vec<Event>, bool) {
        let mut events = Vec::new();
        let mut has_new_gap = false;
        for slot in self.slots.iter_mut().filter(|slot| slot.is_open()) {
            if !slot.early.is_empty() && slot.early_since.after(REORDERED) <= now {
                slot.early.clear();
                slot.has_gap = true;
                has_new_gap = true;
            }
            if slot.worry_at.take_if(|at| *at <= now).is_some() {
                events.push(Event::AnswerSilent { row: slot.row });
            }
            if slot.silent_at <= now || slot.began.after(LONGEST) <= now {
                events.push(slot.end(Status::Interrupted));
            }
        }
        (events, has_new_gap)
    }

    // What other tabs and earlier pages know of answers.

    /// The row of an answer whose id is known.
    pub(crate) fn row_of(&self, id: &MessageId) -> Option<RowId> {
        let is_it = |slot: &&Slot| slot.bound.as_ref().is_some_and(|bound| bound.id == *id);
        self.slots.iter().rev().find(is_it).map(|slot| slot.row)
    }

    /// How many chunks an answer consists of.
    pub(crate) fn chunks_of(&self, row: RowId) -> u64 {
        let slot = self.slots.iter().rev().find(|slot| slot.row == row);
        slot.map_or(0, |slot| slot.chunks)
    }

    /// An answer that was assembled elsewhere gets a slot here, so that later frames find it.
    pub(crate) fn adopt_stored(&mut self, row: RowId, item: &StoredItem, status: Status, now: Now) {
        let mut slot = Slot::new(row, self.patience, now.mono);
        slot.bound = item.message.clone().map(|id| AnswerId { id, in_payload: true });
        slot.text.clone_from(&item.text);
        slot.chunks = item.count;
        (slot.has_gap, slot.may_miss) = (true, true);
        slot.is_mirrored = true;
        slot.status = status;
        self.slots.push(slot);
    }

    /// What another tab knows of an answer: more than this one only where this one gets no frames of it itself.
    pub(crate) fn mirror(&mut self, row: RowId, item: StoredItem, now: Now) -> Vec<Event> {
        let mut events = Vec::new();
        let status = Status::parse(&item.status).unwrap_or(Status::Interrupted);
        let Some(slot) = self.slots.iter_mut().rev().find(|slot| slot.row == row) else {
            return events;
        };
        let is_whole = !matches!(status, Status::Interrupted | Status::Streaming | Status::Thinking);
        let has_own_frames = slot.is_open() && !slot.has_gap && !slot.is_mirrored;
        let is_news = status != slot.status || item.text != slot.text;
        // Storage may hold what this very tab wrote a moment ago.
        let is_older = item.count < slot.chunks || item.count == slot.chunks && !slot.is_open();
        if !slot.is_revivable() || (has_own_frames || is_older) && !is_whole || !is_news {
            return events;
        }
        let bound = item.message.map(|id| AnswerId { id, in_payload: true });
        slot.bind(bound, &mut events);
        slot.hear(self.patience, now.mono);
        slot.is_mirrored = true;
        slot.chunks = item.count;
        slot.adopt(item.text, &mut events);
        slot.has_gap = !is_whole;
        if !item.sources.is_empty() {
            events.push(Event::AnswerSourced {
                row: slot.row,
                sources: item.sources,
                suggestions: Vec::new(),
            });
        }
        events.push(slot.end(status));
        events
    }
}

/// How long an answer may be silent where history was read after a re-join and does not know the answer.
/// Our choice: long enough for the platform's next delta, short enough not to wait for a lost answer.
const SILENCE_AFTER_REJOIN: Duration = Duration::from_secs(10);
