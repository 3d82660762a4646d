//! Deltas to answers: which frame belongs to which answer, and what the answer says in the end.
//!
//! There is one slot per exchange. It is opened by the first frame of an answer, whichever that is,
//! and text never moves between slots (`platform.md` section 12).

use std::time::Duration;

use miptech_chat_protocol::{
    decode::{AnswerFrame, AnswerId, AnswerPart, Author, Completion, Delta},
    frame::ResumePoint,
    ids::MessageId,
    stored::StoredItem,
};

use crate::{
    clock::{Instant, Now},
    entry::{Entry, RowId, Rows, Status},
    output::{Event, Place},
};

/// The answers of this page, oldest first.
#[derive(Debug)]
pub(crate) struct Assembly {
    slots: Vec<Slot>,
    /// How long an answer may be silent before the visitor is told.
    patience: Duration,
}

/// One answer.
#[derive(Debug)]
struct Slot {
    row: RowId,
    /// The id a `response_*` frame bound, and whether it stood in the payload.
    bound: Option<AnswerId>,
    /// The id a `processing` frame named; never binding.
    hint: Option<MessageId>,
    text: String,
    /// The first half of a character whose second half the next delta may bring.
    half: Option<u16>,
    chunks: u64,
    /// Whether a delta may be missing: nothing is appended until the final text heals the answer.
    has_gap: bool,
    status: Status,
    /// Whether the visitor stopped it and its end has not come yet: what is left of it is swallowed.
    is_muted: bool,
    /// Chunks that came before their turn (row P15), and since when the first of them waits.
    early: Vec<(u64, Delta)>,
    early_since: Instant,
    /// Whether a drop left it open: a platform may tell it again under another id (row R4).
    is_replayable: bool,
    /// Whether its text comes from another tab, or from an earlier page.
    is_mirrored: bool,
    /// When it began: no answer takes for ever (row P8).
    began: Instant,
    /// When the visitor is told that it is silent, unless a frame comes; none once told.
    worry_at: Option<Instant>,
    /// When the answer counts as cut off unless a frame comes.
    silent_at: Instant,
}

impl Slot {
    const fn is_open(&self) -> bool {
        matches!(self.status, Status::Thinking | Status::Streaming)
    }

    /// Whether a late frame may still change it.
    const fn is_revivable(&self) -> bool {
        self.is_open() || matches!(self.status, Status::Interrupted)
    }
}

impl Assembly {
    pub(crate) const fn new(patience: Duration) -> Self {
        Self {
            slots: Vec::new(),
            patience,
        }
    }

    /// Puts one frame where it belongs and tells what changed.
    pub(crate) fn take(&mut self, frame: AnswerFrame, rows: &mut Rows, now: Now) -> Vec<Event> {
        let mut events = Vec::new();
        let index = match self.find(&frame) {
            Some(index) => index,
            None => self.open(&frame, rows, now, &mut events),
        };
        let Some(slot) = self.slots.get_mut(index) else {
            return events;
        };
        slot.hear(self.patience, now.mono);
        if let Some(found) = frame.id.as_ref().filter(|found| slot.is_told_again_as(found)) {
            slot.begin_again(found.clone(), &mut events);
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
            let known = |slot: &Slot| slot.bound.as_ref().is_some_and(|bound| bound.id == found.id);
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
        for slot in &mut self.slots {
            slot.is_muted = false;
        }
        for slot in self.slots.iter_mut().filter(|slot| slot.is_open()) {
            slot.has_gap = true;
            slot.is_replayable = true;
            slot.early.clear();
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
        for slot in &mut self.slots {
            slot.is_muted = false;
            slot.is_replayable = false;
        }
    }

    /// The conversation is over: no late frame changes anything of it.
    pub(crate) fn close(&mut self) {
        self.slots.clear();
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
        slot.chunks = item.chunks;
        slot.has_gap = true;
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
        if !slot.is_revivable() || has_own_frames && !is_whole || !is_news {
            return events;
        }
        let bound = item.message.map(|id| AnswerId { id, in_payload: true });
        slot.bind(bound, &mut events);
        slot.hear(self.patience, now.mono);
        slot.is_mirrored = true;
        slot.chunks = item.chunks;
        slot.adopt(item.text, &mut events);
        slot.has_gap = !is_whole;
        if !item.sources.is_empty() {
            events.push(Event::AnswerSourced {
                row: slot.row,
                sources: item.sources,
            });
        }
        events.push(slot.end(status));
        events
    }
}

impl Slot {
    fn new(row: RowId, patience: Duration, now: Instant) -> Self {
        let mut slot = Self {
            row,
            bound: None,
            hint: None,
            text: String::new(),
            half: None,
            chunks: 0,
            has_gap: false,
            status: Status::Thinking,
            is_muted: false,
            early: Vec::new(),
            early_since: now,
            is_replayable: false,
            is_mirrored: false,
            began: now,
            worry_at: None,
            silent_at: now,
        };
        slot.hear(patience, now);
        slot
    }

    /// A word of it came: its silence begins anew.
    fn hear(&mut self, patience: Duration, now: Instant) {
        self.worry_at = Some(now.after(patience));
        self.silent_at = now.after(patience * SILENCES);
    }

    fn deadline(&self) -> Instant {
        let early = (!self.early.is_empty()).then(|| self.early_since.after(REORDERED));
        let ends = [self.worry_at, early, Some(self.began.after(LONGEST))];
        ends.into_iter().flatten().fold(self.silent_at, Instant::min)
    }

    /// Whether a platform tells under this id what a drop left open under another (row R4).
    fn is_told_again_as(&self, found: &AnswerId) -> bool {
        let is_another = |bound: &AnswerId| found.in_payload && bound.in_payload && bound.id != found.id;
        self.is_replayable && self.is_revivable() && self.bound.as_ref().is_some_and(is_another)
    }

    fn begin_again(&mut self, id: AnswerId, events: &mut Vec<Event>) {
        self.is_replayable = false;
        self.has_gap = false;
        self.chunks = 0;
        self.half = None;
        self.text.clear();
        events.push(Event::AnswerReplaced {
            row: self.row,
            text: String::new(),
        });
        self.bound = None;
        self.bind(Some(id), events);
    }

    fn bind(&mut self, id: Option<AnswerId>, events: &mut Vec<Event>) {
        if self.bound.is_some() {
            return;
        }
        if let Some(id) = id {
            events.push(Event::MessageChanged {
                row: self.row,
                status: self.status,
                message: Some(id.id.clone()),
            });
            self.bound = Some(id);
        }
    }

    fn grow(&mut self, delta: Delta, index: Option<u64>, now: Instant, events: &mut Vec<Event>) {
        if !self.is_revivable() {
            return;
        }
        match index {
            Some(index) if index < self.chunks => return,
            Some(index) if index > self.chunks => return self.keep_early(index, delta, now),
            Some(_) => {}
            None if self.has_gap => return,
            None => {}
        }
        self.has_gap = false;
        self.take(delta, events);
        while let Some(place) = self.early.iter().position(|(index, _)| *index == self.chunks) {
            let (_, delta) = self.early.swap_remove(place);
            self.early_since = now;
            self.take(delta, events);
        }
    }

    /// A chunk before its turn waits for the ones before it, if they are near.
    fn keep_early(&mut self, index: u64, delta: Delta, now: Instant) {
        if self.early.iter().any(|(known, _)| *known == index) {
            return;
        }
        if self.has_gap || index - self.chunks > WINDOW {
            self.has_gap = true;
            return;
        }
        if self.early.is_empty() {
            self.early_since = now;
        }
        self.early.push((index, delta));
    }

    fn take(&mut self, delta: Delta, events: &mut Vec<Event>) {
        self.chunks += 1;
        let mut text: String = Delta::join(self.half.take(), delta.low).into_iter().collect();
        text.push_str(&delta.text);
        self.half = delta.high;
        self.append(text, events);
    }

    fn append(&mut self, delta: String, events: &mut Vec<Event>) {
        if self.text.len() + delta.len() > ANSWER_BYTES {
            self.has_gap = true;
            events.push(self.end(Status::Truncated));
            return;
        }
        if delta.is_empty() {
            return;
        }
        if self.status != Status::Streaming {
            events.push(self.end(Status::Streaming));
        }
        if is_cumulative(&self.text, &delta) {
            // `is_cumulative` holds only where the delta begins with the whole text.
            let (_, new) = delta.split_at(self.text.len());
            events.push(Event::AnswerGrew {
                row: self.row,
                delta: new.to_owned(),
            });
            self.text = delta;
        } else {
            self.text.push_str(&delta);
            events.push(Event::AnswerGrew { row: self.row, delta });
        }
    }

    fn complete(&mut self, end: Completion, events: &mut Vec<Event>) {
        self.is_muted = false;
        if !self.is_revivable() {
            return;
        }
        let counted_all = end.total_chunks.is_none_or(|total| total == self.chunks);
        let is_whole = match end.text.filter(|text| !text.is_empty()) {
            Some(text) if text.len() > ANSWER_BYTES => {
                events.push(self.end(Status::Truncated));
                return;
            }
            Some(text) => {
                self.early.clear();
                self.adopt(text, events);
                true
            }
            None => {
                let half = Delta::join(self.half.take(), None);
                self.append(half.into_iter().collect(), events);
                if self.status == Status::Truncated {
                    return;
                }
                !self.text.is_empty() && !self.has_gap && self.early.is_empty() && counted_all
            }
        };
        if !end.sources.is_empty() {
            events.push(Event::AnswerSourced {
                row: self.row,
                sources: end.sources,
            });
        }
        let status = match (end.stopped, is_whole) {
            (true, _) => Status::Stopped,
            (false, true) => Status::Complete,
            (false, false) => Status::Interrupted,
        };
        events.push(self.end(status));
    }

    /// The platform's final text wins; where it only continues what stands, nothing is shown twice.
    fn adopt(&mut self, text: String, events: &mut Vec<Event>) {
        match text.strip_prefix(self.text.as_str()) {
            Some("") => {}
            Some(rest) => events.push(Event::AnswerGrew {
                row: self.row,
                delta: rest.to_owned(),
            }),
            None => events.push(Event::AnswerReplaced {
                row: self.row,
                text: text.clone(),
            }),
        }
        self.text = text;
        self.has_gap = false;
    }

    fn end(&mut self, status: Status) -> Event {
        self.status = status;
        Event::MessageChanged {
            row: self.row,
            status,
            message: self.bound.as_ref().map(|bound| bound.id.clone()),
        }
    }
}

/// Whether a platform repeats the whole text in every chunk.
/// A text too short to tell is taken as a delta; the final text heals a wrong guess.
fn is_cumulative(text: &str, delta: &str) -> bool {
    delta.len() > text.len() && delta.starts_with(text) && text.chars().count() >= CUMULATIVE_FROM
}

/// From how many characters on a chunk that begins with the text so far is taken for a repetition.
const CUMULATIVE_FROM: usize = 16;

/// The longest answer kept (`faults.md` section 6.3).
const ANSWER_BYTES: usize = 128 * 1024;

/// After how many times the visitor's patience a silent answer counts as cut off (row R7).
const SILENCES: u32 = 4;

/// Row P8: no answer takes longer.
const LONGEST: Duration = Duration::from_secs(600);

/// Row P15: how far a chunk may come before its turn, and how long it waits for it.
const WINDOW: u64 = 32;
const REORDERED: Duration = Duration::from_secs(5);

/// How long an answer may be silent where history was read after a re-join and does not know the answer.
/// Our choice: long enough for the platform's next delta, short enough not to wait for a lost answer.
const SILENCE_AFTER_REJOIN: Duration = Duration::from_secs(10);
