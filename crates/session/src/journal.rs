//! What stands on the screen, as far as the session told it: kept for the next page and for the other tabs.
//!
//! The journal hears every event and is written from nothing else, so it cannot differ from what is shown.

use std::time::Duration;

use miptech_chat_protocol::{
    decode::{Author, Source},
    ids::{ClientMessageId, MessageId},
    stored::{StoredItem, StoredMessage, StoredTranscript},
};

use crate::{
    clock::{Instant, Now},
    config::Origin,
    entry::{Entry, RowId, Status},
    names::Names,
    output::{Effect, Event, Place, Shelf, StoreKey},
    session::Session,
};

/// The lines of the conversation, in the order they are shown.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) lines: Vec<Line>,
    /// How long all their texts are.
    bytes: usize,
    /// The platform's names of them, as far as one can tell at a glance.
    names: Names,
    /// Whether a line may be a message of the visitor of which the platform's name is not known.
    has_unnamed: bool,
    /// How many messages this page has heard of that the platform has.
    pub(crate) arrivals_heard: u64,
    /// When what changed is written at the latest.
    due: Option<Instant>,
    has_changed: bool,
    /// Whether storage is read, to be written right after.
    pub(crate) is_merging: bool,
    /// Messages that arrived since the transcript was written, as their keys say it where it finds no room; and those that
    /// were in it when it was last written.
    pub(crate) arrivals: Vec<(ClientMessageId, StoredMessage)>,
    pub(crate) arrived: Vec<(ClientMessageId, StoredMessage)>,
    /// Whether events come from another tab, which has written them already.
    pub(crate) is_mirroring: bool,
    /// Whether storage has no room for it, or holds one of a newer version.
    pub(crate) is_off: bool,
    /// When it was last written here, by the wall clock.
    pub(crate) written_ms: Option<u64>,
}

/// One message as it is shown.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) row: RowId,
    pub(crate) author: Author,
    pub(crate) text: String,
    pub(crate) status: Status,
    pub(crate) message: Option<MessageId>,
    pub(crate) client_message: Option<ClientMessageId>,
    pub(crate) created_ms: u64,
    /// The platform's number of a message of the visitor, from 1 on; 0 where it is not known.
    pub(crate) sequence: u64,
    pub(crate) arrived: Arrived,
    sources: Vec<Source>,
}

/// When a message came to the platform, counted in the messages this page has heard of that the platform has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Arrived {
    /// It came with this one, or behind it; 0 where it may have come at any time.
    pub(crate) from: u64,
    /// It was there with this one; 0 where nothing was heard of it.
    pub(crate) by: u64,
}

impl Arrived {
    pub(crate) const fn is_before(self, other: Self) -> bool {
        self.by != 0 && self.by < other.from
    }
}

impl Journal {
    /// Hears one event.
    pub(crate) fn hear(&mut self, event: &Event) {
        match event {
            Event::AnswerGrew { row, delta } => {
                if let Some(line) = self.line_mut(*row) {
                    line.text.push_str(delta);
                    self.bytes += delta.len();
                    self.changed();
                }
            }
            Event::AnswerReplaced { row, text } => {
                if let Some(line) = self.line_mut(*row) {
                    let before = line.text.len();
                    line.text.clone_from(text);
                    self.bytes = self.bytes + text.len() - before;
                    self.changed();
                }
            }
            Event::AnswerSourced { row, sources, .. } => {
                if let Some(line) = self.line_mut(*row) {
                    line.sources.clone_from(sources);
                    self.changed();
                }
            }
            Event::ConversationEnded { .. } | Event::TranscriptErased => {
                self.lines.clear();
                self.bytes = 0;
                self.names = Names::default();
                self.has_unnamed = false;
                self.changed();
            }
            Event::MessageAdded { entry, place } => {
                self.add(entry, *place);
                self.changed_where(self.is_kept(entry.row));
            }
            Event::MessageChanged { row, status, message } => {
                message.iter().for_each(|id| self.names.note(id.as_str()));
                let was_kept = self.is_kept(*row);
                if let Some(line) = self.line_mut(*row) {
                    line.status = *status;
                    line.message = message.clone().or(line.message.take());
                }
                self.changed_where(was_kept || self.is_kept(*row));
            }
            Event::MessageMoved { row, behind } => {
                self.shift(*row, *behind);
                self.changed();
            }
            Event::MessageRemoved { row, .. } => {
                self.changed_where(self.is_kept(*row));
                if let Some(at) = self.place_of(*row) {
                    self.bytes -= self.lines.remove(at).text.len();
                }
            }
            Event::AnswerSilent { .. }
            | Event::AuthChanged { .. }
            | Event::ConversationStarted { .. }
            | Event::DraftChanged(_)
            | Event::ErrorRaised(_)
            | Event::FeedbackOffered(_)
            | Event::HistoryOffered(_)
            | Event::NoticeChanged(_)
            | Event::PhaseChanged(_)
            | Event::ProfileRead(_)
            | Event::ReadElsewhere
            | Event::SignInEnded(_) => {}
        }
    }

    fn add(&mut self, entry: &Entry, place: Place) {
        let at = match place {
            Place::After(row) => self.place_of(row).map_or(self.lines.len(), |at| at + 1),
            Place::End => self.lines.len(),
            Place::Start => 0,
        };
        let line = Line {
            row: entry.row,
            author: entry.author,
            text: entry.text.clone(),
            status: entry.status,
            message: entry.message.clone(),
            client_message: entry.client_message.clone(),
            created_ms: entry.created_ms,
            sequence: 0,
            arrived: Arrived::default(),
            sources: entry.sources.clone(),
        };
        self.bytes += line.text.len();
        match &line.message {
            Some(id) => self.names.note(id.as_str()),
            None => self.has_unnamed |= line.author == Author::User,
        }
        self.lines.insert(at, line);
    }

    fn shift(&mut self, row: RowId, behind: RowId) {
        if let Some(at) = self.place_of(row) {
            let line = self.lines.remove(at);
            let at = self.place_of(behind).map_or(at, |at| at + 1);
            self.lines.insert(at, line);
        }
    }

    pub(crate) fn last(&self) -> Option<RowId> {
        self.lines.last().map(|line| line.row)
    }

    pub(crate) const fn changed(&mut self) {
        self.has_changed |= !self.is_mirroring;
    }

    /// A tab that has nothing new for the transcript must not write over what another has just written there.
    const fn changed_where(&mut self, is_kept: bool) {
        if is_kept {
            self.changed();
        }
    }

    fn is_kept(&self, row: RowId) -> bool {
        self.line(row).is_some_and(Line::is_kept)
    }

    pub(crate) fn place_of(&self, row: RowId) -> Option<usize> {
        self.lines.iter().rposition(|line| line.row == row)
    }

    pub(crate) fn line_mut(&mut self, row: RowId) -> Option<&mut Line> {
        self.lines.iter_mut().rev().find(|line| line.row == row)
    }

    pub(crate) fn line(&self, row: RowId) -> Option<&Line> {
        self.lines.iter().rev().find(|line| line.row == row)
    }

    /// The line right behind a row, or the first.
    pub(crate) fn line_after(&self, row: Option<RowId>) -> Option<&Line> {
        let at = row.map_or(Some(0), |row| Some(self.place_of(row)? + 1));
        self.lines.get(at?)
    }

    /// The next line behind a row, or the first, that storage has too.
    pub(crate) fn kept_after(&self, row: Option<RowId>) -> Option<&Line> {
        let at = row.map_or(Some(0), |row| Some(self.place_of(row)? + 1));
        self.lines.get(at?..)?.iter().find(|line| line.is_kept())
    }

    /// The oldest row, where there are more than may be kept.
    pub(crate) fn surplus(&self) -> Option<RowId> {
        self.lines
            .first()
            .filter(|_| self.lines.len() > MOST_LINES || self.bytes > MOST_TEXT)
            .map(|line| line.row)
    }

    /// The message of the visitor with this id of the platform.
    pub(crate) fn named(&self, id: &MessageId) -> Option<RowId> {
        let is_it = |line: &&Line| line.author == Author::User && line.message.as_ref() == Some(id);
        let found = || self.lines.iter().find(is_it).map(|line| line.row);
        self.names.may_have(id.as_str()).then(found)?
    }

    /// A message of the visitor of exactly this text whose platform id is not known, and none of those `named`.
    pub(crate) fn unnamed(&self, text: &str, named: &[ClientMessageId]) -> Option<RowId> {
        // One that waits is in the outbox, and what becomes of it is known only when its key is read.
        let is_it = |line: &&Line| {
            let is_other = line.client_message.as_ref().is_some_and(|id| named.contains(id));
            let is_unnamed = line.status == Status::Sent && line.message.is_none() && !is_other;
            is_unnamed && line.author == Author::User && line.text == text
        };
        let found = || self.lines.iter().find(is_it).map(|line| line.row);
        self.has_unnamed.then(found)?
    }

    /// A message of the visitor of exactly this text that the platform told of without our id: it is this one.
    pub(crate) fn claim_echo(&mut self, id: &ClientMessageId, text: &str, since_ms: u64) -> Option<RowId> {
        let line = self.lines.iter_mut().find(|line| {
            let is_unnamed = line.client_message.is_none() && line.status == Status::Sent;
            line.author == Author::User && is_unnamed && line.text == text && line.created_ms >= since_ms
        })?;
        line.client_message = Some(id.clone());
        Some(line.row)
    }

    /// A line of the visitor is known to be this message of this browser.
    pub(crate) fn name(&mut self, row: RowId, id: &ClientMessageId) {
        if let Some(line) = self.line_mut(row) {
            line.client_message.get_or_insert_with(|| id.clone());
        }
    }

    /// When what changed is written.
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.due
    }
}

impl Line {
    /// Whether it belongs in the transcript: messages that wait are kept by themselves.
    ///
    /// An answer of which nothing is known yet, not even a name, could not be found again by whoever reads it.
    pub(crate) fn is_kept(&self) -> bool {
        if self.author == Author::User {
            self.status == Status::Sent
        } else {
            self.message.is_some() || !self.text.is_empty()
        }
    }

    /// What storage keeps of it.
    fn stored(&self, chunks: u64) -> Option<StoredItem> {
        if !self.is_kept() {
            return None;
        }
        Some(StoredItem {
            author: self.author,
            text: self.text.clone(),
            status: self.status.as_str().to_owned(),
            message: self.message.clone(),
            client_message: self.client_message.clone(),
            created_ms: self.created_ms,
            count: if self.author == Author::User {
                self.sequence
            } else {
                chunks
            },
            sources: self.sources.clone(),
        })
    }
}

impl Session {
    /// A line left the screen: for good, or for another row.
    pub(crate) fn line_left(&mut self, row: RowId, is_gone: bool) {
        self.event(Event::MessageRemoved { row, is_gone });
    }

    /// A line stands elsewhere.
    pub(crate) fn line_moved(&mut self, row: RowId, behind: RowId) {
        self.event(Event::MessageMoved { row, behind });
    }

    /// A line has another state, or the platform's name of it became known.
    pub(crate) fn line_changed(&mut self, row: RowId, status: Status, message: Option<MessageId>) {
        self.event(Event::MessageChanged { row, status, message });
    }

    /// Plans the next write where something changed; growing answers are written less often.
    pub(crate) fn plan_journal(&mut self, now: Now) {
        if std::mem::take(&mut self.journal.has_changed) && self.journal.due.is_none() {
            let pause = if self.is_awaiting_answer() {
                WHILE_GROWING
            } else {
                AT_REST
            };
            self.journal.due = Some(now.mono.after(pause));
        }
    }

    /// Writes what is due: the transcript, the draft.
    pub(crate) fn journal_time_passed(&mut self, now: Now) {
        if self.journal.due.take_if(|at| *at <= now.mono).is_some() {
            // Another tab may have written without our knowing: a message it had delivered would be forgotten, missed in
            // the outbox, and sent again. What it wrote is taken over first.
            self.merge_transcript();
        }
        if self.draft.deadline().is_some_and(|at| at <= now.mono) {
            self.write_draft();
        }
    }

    /// Writes the conversation so far once what another tab wrote of it is taken over.
    pub(crate) fn merge_transcript(&mut self) {
        self.journal.is_merging = true;
        // One of somebody who signed in elsewhere meanwhile is not written over by whoever has not heard of it.
        self.effect(Effect::Read(Shelf::Account));
        // One of another conversation is not written over: that conversation is this tab's too.
        self.effect(Effect::Read(Shelf::Session));
        self.effect(Effect::Read(Shelf::Transcript));
    }

    /// Writes everything that waits to be written: the page may never come back.
    pub(crate) fn flush(&mut self, now: Now) {
        if self.journal.due.is_some() || self.journal.has_changed || self.journal.is_merging {
            self.write_transcript(now);
        }
        if self.draft.deadline().is_some() {
            self.write_draft();
        }
    }

    /// Writes the conversation so far.
    pub(crate) fn write_transcript(&mut self, now: Now) {
        self.journal.due = None;
        self.journal.has_changed = false;
        self.journal.is_merging = false;
        let is_kept = !self.journal.is_off && self.config.identity.origin == Origin::Stored;
        if is_kept {
            let value = self.transcript(now);
            self.journal.written_ms = Some(now.wall_ms);
            self.store(StoreKey::Transcript, value);
        }
        self.settle_arrivals(is_kept);
    }

    /// The conversation so far, as storage keeps it; nothing of none.
    fn transcript(&self, now: Now) -> Option<String> {
        let stored = |line: &Line| line.stored(self.assembly.chunks_of(line.row));
        let items: Vec<StoredItem> = self.journal.lines.iter().filter_map(stored).collect();
        let transcript = StoredTranscript {
            session: self.config.identity.session.clone(),
            owner: self.auth.owner.clone(),
            chat: self.chat.clone(),
            written_ms: now.wall_ms,
            items,
        };
        (!transcript.items.is_empty()).then(|| transcript.write(TRANSCRIPT_BYTES))
    }

    /// The transcript is bounded: its oldest messages leave.
    pub(crate) fn trim_transcript(&mut self) {
        while let Some(row) = self.journal.surplus() {
            self.assembly.forget(row);
            self.line_left(row, false);
        }
    }
}

/// Row Q10: writes are batched; our choice for a growing answer, of which other tabs need no more than a glimpse.
const AT_REST: Duration = Duration::from_millis(250);
const WHILE_GROWING: Duration = Duration::from_secs(1);

/// `faults.md` section 6.3: 128 KiB of the tenant's share, at two bytes a character.
const TRANSCRIPT_BYTES: usize = 64 * 1024;

/// `faults.md` section 6.3.
const MOST_LINES: usize = 10_000;
const MOST_TEXT: usize = 16 * 1024 * 1024;
