//! Where lines stand: what the visitor said stands in the order the platform has it, and what waits goes below whatever is
//! acknowledged (invariant I5).
//!
//! History numbers the messages, and the numbers go into the transcript for the other tabs. Where there are none, what comes
//! to the platform last stands last.

use miptech_chat_protocol::decode::Author;

use crate::{
    clock::Now,
    entry::{RowId, Status},
    journal::{Arrived, Journal, Line},
    outbox::{Delivery, Item},
    output::Place,
    session::Session,
};

impl Journal {
    /// Whether a row stands in front of another one.
    pub(crate) fn is_before(&self, row: RowId, other: RowId) -> bool {
        self.place_of(row) < self.place_of(other)
    }

    /// The lower of two lines, of which one is there.
    pub(crate) fn lower_of(&self, last: Option<RowId>, row: RowId) -> Option<RowId> {
        last.filter(|last| self.is_before(row, *last)).or(Some(row))
    }

    /// The platform has numbered a message of the visitor; 0 says nothing.
    pub(crate) fn number(&mut self, row: RowId, sequence: u64) {
        let line = self.line_mut(row).filter(|line| line.author == Author::User);
        if let Some(line) = line.filter(|line| sequence != 0 && line.sequence != sequence) {
            line.sequence = sequence;
            self.changed();
        }
    }

    /// The platform has a message of the visitor: since just now, or since nobody knows when.
    pub(crate) fn note_arrival(&mut self, row: RowId, is_newest: bool) {
        self.arrivals_heard += 1;
        let heard = self.arrivals_heard;
        if let Some(line) = self.line_mut(row) {
            line.arrived = Arrived {
                from: if is_newest { heard } else { 0 },
                by: heard,
            };
        }
    }

    /// Another tab, or an earlier page, says that the platform has a message: it came before whatever is heard to arrive next.
    pub(crate) fn note_told(&mut self, row: RowId) {
        if self.line(row).is_some_and(|line| line.arrived.by == 0) {
            self.note_arrival(row, false);
        }
    }

    /// Where a message of another tab stands that comes behind `previous` there: also behind what is here alone and was said
    /// before: nothing of what has just arrived, and whatever was heard to arrive by a page that was away since.
    pub(crate) fn place_of_newer(&self, previous: Option<RowId>, created_ms: u64, was_away: bool) -> Place {
        let from = previous.and_then(|row| self.place_of(row)).map_or(0, |at| at + 1);
        let (mut behind, mut is_open) = (previous, true);
        for line in self.lines.iter().skip(from) {
            if line.author == Author::User {
                let has_just_arrived = |(id, _): &(_, _)| line.client_message.as_ref() == Some(id);
                let is_older = line.created_ms < created_ms || was_away && line.arrived.by != 0;
                is_open =
                    line.status == Status::Sent && is_older && !self.arrivals.iter().any(has_just_arrived);
            }
            if is_open {
                behind = Some(line.row);
            }
        }
        match behind {
            Some(behind) => Place::After(behind),
            None if self.lines.is_empty() => Place::End,
            None => Place::Start,
        }
    }

    fn place_above(&self, row: RowId) -> Place {
        let above = self.place_of(row).and_then(|at| at.checked_sub(1));
        let above = above.and_then(|at| self.lines.get(at));
        above.map_or(Place::Start, |line| Place::After(line.row))
    }

    /// The line a message of the visitor belongs behind if it is the last the platform has; none where it stands there.
    fn place_of_last(&self, row: RowId) -> Option<RowId> {
        let (mut last, mut is_overtaken) = (None, false);
        for line in self.lines.iter().skip(self.place_of(row)? + 1) {
            if line.is_kept() {
                last = Some(line.row);
                is_overtaken |= line.author == Author::User;
            }
        }
        last.filter(|_| is_overtaken)
    }

    /// The last of the answers right behind a line, or the line itself.
    fn end_of_answers(&self, row: RowId) -> RowId {
        let from = self.place_of(row).map_or(0, |at| at + 1);
        let answers = self.lines.iter().skip(from);
        let answers = answers.take_while(|line| line.author != Author::User);
        answers.last().map_or(row, |line| line.row)
    }

    /// Two messages that stand the wrong way round by their numbers.
    fn first_swapped(&self) -> Option<(RowId, RowId)> {
        let mut last: Option<&Line> = None;
        for line in self.lines.iter().filter(|line| line.sequence != 0) {
            let above = last.replace(line).filter(|above| above.sequence > line.sequence);
            if let Some(above) = above {
                return Some((above.row, line.row));
            }
        }
        None
    }
}

impl Session {
    /// A line goes down on the screen, and what the visitor said after it goes with it: what waits to be sent, and of what was
    /// sent all but the `older` lines, where those are known.
    pub(crate) fn lower(&mut self, row: RowId, behind: RowId, older: Option<&[RowId]>) {
        let (from, to) = (self.journal.place_of(row), self.journal.place_of(behind));
        self.line_moved(row, behind);
        // Whatever stood between the two stands right above them now, from where the line was.
        if let (Some(from), Some(to)) = (from, to) {
            self.carry_down(from, to.saturating_sub(from + 1), row, older);
        }
    }

    /// Of so many lines from this place on those go behind `last`, in their order, that come after it.
    fn carry_down(&mut self, mut at: usize, lines: usize, mut last: RowId, older: Option<&[RowId]>) {
        for _ in 0..lines {
            let Some(line) = self.journal.lines.get(at) else {
                return;
            };
            let is_waiting = matches!(line.status, Status::Queued | Status::Sending);
            let is_newer = || older.is_some_and(|older| !older.contains(&line.row));
            let is_going = is_waiting || line.status == Status::Sent && is_newer();
            if is_going {
                let row = line.row;
                self.line_moved(row, last);
                last = row;
            } else {
                at += 1;
            }
        }
    }

    /// The platform has just got a message of the visitor: what it has stands above it, and what waits below.
    pub(crate) fn stand_last(&mut self, row: RowId) {
        self.journal.note_arrival(row, true);
        self.history.grew();
        if let Some(behind) = self.journal.place_of_last(row) {
            self.line_moved(row, behind);
        }
        // A line above the break between two conversations is in no order.
        let above = self.journal.place_of(row).unwrap_or(0);
        self.carry_down(0, above, row, None);
    }

    /// Where a message that waits is shown: above those that wait behind it, also where storage told of them first.
    pub(crate) fn place_in_queue(&self, item: &Item) -> Place {
        let is_next = |other: &&Item| {
            let is_waiting = other.delivery == Delivery::Queued;
            is_waiting && item.is_before(other) && self.journal.line(other.row).is_some()
        };
        match self.outbox.iter().find(is_next) {
            Some(next) => self.journal.place_above(next.row),
            None => Place::End,
        }
    }

    /// Another tab says that a message was sent, and by its place in the queue that it is the newest, or not where it stands.
    pub(crate) fn stand_told(&mut self, item: &Item, order: u64, now: Now) {
        if item.order != order {
            self.stand_last(item.row);
        } else if self.is_live() {
            self.read_history(now);
        }
    }

    /// A message was queued again: it stands below everything said since, where its answer will.
    pub(crate) fn stand_at_end(&mut self, row: RowId) {
        let last = self.journal.last().filter(|last| *last != row);
        if let Some(behind) = last.filter(|_| self.journal.line(row).is_some()) {
            self.line_moved(row, behind);
        }
    }

    /// What has a number stands in the order of the numbers.
    pub(crate) fn stand_by_number(&mut self) {
        for _ in 0..MOST_SWAPS {
            let Some((above, below)) = self.journal.first_swapped() else {
                return;
            };
            // The answer to a question stays with it.
            let behind = self.journal.end_of_answers(below);
            self.lower(above, behind, None);
            if self.history.last_row.is_some() {
                self.history.last_row = self.journal.lower_of(self.history.last_row, above);
            }
        }
    }
}

/// So that a platform whose numbers mean nothing cannot keep a page busy; our choice.
const MOST_SWAPS: u32 = 100;
