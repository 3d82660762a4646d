//! One answer: what of it has come, what is missing, and how it ends.

use std::time::Duration;

use miptech_chat_protocol::{
    decode::{AnswerId, Completion, Delta},
    ids::MessageId,
};

use crate::{
    clock::Instant,
    entry::{RowId, Status},
    output::Event,
};

/// One answer.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) row: RowId,
    /// The id a `response_*` frame bound, and whether it stood in the payload.
    pub(super) bound: Option<AnswerId>,
    /// The id a `processing` frame named; never binding.
    pub(super) hint: Option<MessageId>,
    pub(super) text: String,
    /// The first half of a character whose second half the next delta may bring.
    pub(super) half: Option<u16>,
    pub(super) chunks: u64,
    /// How many chunks there are at least: one of them was seen and could not be kept.
    pub(super) least_chunks: u64,
    /// Whether a delta may be missing: nothing is appended until the final text heals the answer.
    pub(super) has_gap: bool,
    /// Whether a piece may be missing without a sign of it: only the platform's text or count makes it whole.
    pub(super) may_miss: bool,
    pub(super) status: Status,
    /// Whether the visitor stopped it and its end has not come yet: what is left of it is swallowed.
    pub(super) is_muted: bool,
    /// Chunks that came before their turn (row P15), and since when the first of them waits.
    pub(super) early: Vec<(u64, Delta)>,
    pub(super) early_since: Instant,
    /// Whether a drop left it open: a platform may tell it again under another id (row R4).
    pub(super) is_replayable: bool,
    /// Whether its text comes from another tab, or from an earlier page.
    pub(super) is_mirrored: bool,
    /// When it began: no answer takes for ever (row P8).
    pub(super) began: Instant,
    /// When the visitor is told that it is silent, unless a frame comes; none once told.
    pub(super) worry_at: Option<Instant>,
    /// When the answer counts as cut off unless a frame comes.
    pub(super) silent_at: Instant,
}

impl Slot {
    pub(super) const fn is_open(&self) -> bool {
        matches!(self.status, Status::Thinking | Status::Streaming)
    }

    /// Whether a late frame may still change it.
    pub(super) const fn is_revivable(&self) -> bool {
        self.is_open() || matches!(self.status, Status::Interrupted)
    }
}

impl Slot {
    pub(super) fn new(row: RowId, patience: Duration, now: Instant) -> Self {
        let mut slot = Self {
            row,
            bound: None,
            hint: None,
            text: String::new(),
            half: None,
            chunks: 0,
            least_chunks: 0,
            has_gap: false,
            may_miss: false,
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
    pub(super) fn hear(&mut self, patience: Duration, now: Instant) {
        self.worry_at = Some(now.after(patience));
        self.silent_at = now.after(patience.saturating_mul(SILENCES));
    }

    pub(super) fn deadline(&self) -> Instant {
        let early = (!self.early.is_empty()).then(|| self.early_since.after(REORDERED));
        let ends = [self.worry_at, early, Some(self.began.after(LONGEST))];
        ends.into_iter().flatten().fold(self.silent_at, Instant::min)
    }

    /// Whether a platform tells under this id what a drop left open under another (row R4).
    pub(super) fn is_told_again_as(&self, found: &AnswerId) -> bool {
        let is_another = |bound: &AnswerId| found.in_payload && bound.in_payload && bound.id != found.id;
        self.is_replayable && self.is_revivable() && self.bound.as_ref().is_some_and(is_another)
    }

    pub(super) fn begin_again(&mut self, id: AnswerId, events: &mut Vec<Event>) {
        self.is_replayable = false;
        (self.has_gap, self.may_miss) = (false, false);
        self.chunks = 0;
        self.least_chunks = 0;
        self.half = None;
        self.text.clear();
        events.push(Event::AnswerReplaced {
            row: self.row,
            text: String::new(),
        });
        self.bound = None;
        self.bind(Some(id), events);
    }

    pub(super) fn bind(&mut self, id: Option<AnswerId>, events: &mut Vec<Event>) {
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

    pub(super) fn grow(&mut self, delta: Delta, index: Option<u64>, now: Instant, events: &mut Vec<Event>) {
        if !self.is_revivable() && !defect!(GrowsAfterComplete) {
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
    pub(super) fn keep_early(&mut self, index: u64, delta: Delta, now: Instant) {
        if self.early.iter().any(|(known, _)| *known == index) {
            return;
        }
        self.least_chunks = self.least_chunks.max(index.saturating_add(1));
        if self.has_gap || index - self.chunks > WINDOW {
            self.has_gap = true;
            return;
        }
        if self.early.is_empty() {
            self.early_since = now;
        }
        self.early.push((index, delta));
    }

    pub(super) fn take(&mut self, delta: Delta, events: &mut Vec<Event>) {
        self.chunks += 1;
        let mut text: String = Delta::join(self.half.take(), delta.low).into_iter().collect();
        text.push_str(&delta.text);
        self.half = delta.high;
        self.append(text, events);
    }

    pub(super) fn append(&mut self, delta: String, events: &mut Vec<Event>) {
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
            let new = delta.get(self.text.len()..).unwrap_or_default();
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

    pub(super) fn complete(&mut self, end: Completion, events: &mut Vec<Event>) {
        self.is_muted = false;
        if !self.is_revivable() {
            return;
        }
        let counted_all = self.chunks >= self.least_chunks
            && match end.total_chunks {
                Some(total) => total == self.chunks,
                None => !self.may_miss,
            };
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
        if !end.sources.is_empty() || !end.suggestions.is_empty() {
            events.push(Event::AnswerSourced {
                row: self.row,
                sources: end.sources,
                suggestions: end.suggestions,
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
    pub(super) fn adopt(&mut self, text: String, events: &mut Vec<Event>) {
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
        (self.has_gap, self.may_miss) = (false, false);
    }

    pub(super) fn end(&mut self, status: Status) -> Event {
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
pub(crate) const ANSWER_BYTES: usize = 128 * 1024;

/// After how many times the visitor's patience a silent answer counts as cut off (row R7).
const SILENCES: u32 = 4;

/// Row P8: no answer takes longer.
pub(super) const LONGEST: Duration = Duration::from_secs(600);

/// Row P15: how far a chunk may come before its turn, and how long it waits for it.
const WINDOW: u64 = 32;
pub(super) const REORDERED: Duration = Duration::from_secs(5);
