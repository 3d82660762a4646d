//! The conversation as another tab, or an earlier page, left it in storage: taken over line by line.

use miptech_chat_protocol::{
    decode::Author,
    ids::ClientMessageId,
    stored::{StoredItem, StoredTranscript, Unusable},
};

use crate::{
    clock::Now,
    entry::{Entry, RowId, Status},
    output::{Event, Place, StoreKey},
    session::Session,
    siblings::{From, KEPT_MS},
};

impl Session {
    /// The conversation as another tab, or an earlier page, has it.
    pub(crate) fn transcript_came(&mut self, text: Option<&str>, origin: From, now: Now) {
        let is_ours = text.is_some_and(|text| text.len() <= MOST_TRANSCRIPT);
        // Only one of this conversation, and not as this very tab wrote it, says what another tab did with a message.
        let mut is_telling = false;
        match text.map(StoredTranscript::read) {
            None => {}
            Some(Err(Unusable::Newer)) => self.journal.is_off = true,
            Some(Err(Unusable::Corrupt)) => self.store(StoreKey::Transcript, None),
            Some(Ok(_)) if !is_ours => self.store(StoreKey::Transcript, None),
            Some(Ok(transcript)) => {
                let is_old = now.wall_ms.saturating_sub(transcript.written_ms) >= KEPT_MS;
                let is_anothers = transcript.owner != self.auth.owner;
                if transcript.session == self.config.identity.session && !is_old && !is_anothers {
                    is_telling = self.journal.written_ms != Some(transcript.written_ms);
                    self.mirror(transcript.items, now);
                } else if origin == From::EarlierPage && (is_old || is_anothers) {
                    self.store(StoreKey::Transcript, None);
                }
            }
        }
        self.rewrite_missing(is_telling, now);
    }

    fn mirror(&mut self, items: Vec<StoredItem>, now: Now) {
        self.journal.is_mirroring = true;
        let (mut previous, mut said) = (None, None);
        let mut told = Vec::new();
        let mut is_contested = false;
        let named: Vec<_> = items
            .iter()
            .filter_map(|item| item.client_message.clone())
            .collect();
        for mut item in items {
            self.name_ours(&mut item);
            let (is_said, sequence) = (item.author == Author::User, item.count);
            let row = match self
                .row_of(&item, previous, &named)
                .or_else(|| self.echo_of_item(&item, now))
            {
                Some(row) => {
                    is_contested |= self.stand_behind(row, previous, said, &told);
                    self.mirror_onto(row, item, now)
                }
                None => self.mirror_new(item, previous, now),
            };
            self.journal.number(row, sequence);
            told.push(row);
            previous = self.journal.lower_of(previous, row);
            if is_said {
                self.journal.note_told(row);
                said = self.journal.lower_of(said, row);
            }
        }
        self.journal.is_mirroring = false;
        self.stand_by_number();
        if is_contested && self.is_live() {
            self.read_history(now);
        }
    }

    /// A line stands below the messages of the visitor that stand above it where it is told, unless the platform said otherwise.
    /// Where a question stands among the answers to others is each tab's own affair. Tells whether this tab knew it otherwise:
    /// then history decides, where there is one.
    fn stand_behind(
        &mut self,
        row: RowId,
        previous: Option<RowId>,
        said: Option<RowId>,
        told: &[RowId],
    ) -> bool {
        let line = |row| self.journal.line(row);
        let (Some(behind), Some(above), Some(told_line)) = (previous, said.and_then(line), line(row)) else {
            return false;
        };
        let is_numbered = told_line.sequence != 0 && told_line.sequence < above.sequence;
        let is_right = is_numbered || told_line.arrived.is_before(above.arrived);
        if is_right || !self.journal.is_before(row, above.row) {
            return false;
        }
        // A message that was sent as far as this tab knows takes with it what was sent after it.
        let is_known = told_line.author == Author::User && told_line.status == Status::Sent;
        self.lower(row, behind, is_known.then_some(told));
        is_known
    }

    /// What another tab heard from the platform before it knew whose it is may be a message that is on its way here.
    ///
    /// A message that is gone from storage is in the transcript if another tab delivered it, by its text at least.
    fn name_ours(&self, item: &mut StoredItem) {
        let is_unnamed = item.author == Author::User && item.client_message.is_none();
        if let Some(id) = item.message.as_ref().filter(|_| is_unnamed)
            && self.known.row_of(id).is_none()
        {
            let same = self.outbox.same_text(&item.text, None).map(|ours| &ours.id);
            let is_it =
                |id: &&ClientMessageId| self.outbox.get(id).is_some_and(|ours| ours.text == item.text);
            item.client_message = same.or_else(|| self.missing.iter().find(is_it)).cloned();
        }
    }

    /// The row a stored message has here already; `named` are those of our ids that the transcript names.
    fn row_of(&self, item: &StoredItem, previous: Option<RowId>, named: &[ClientMessageId]) -> Option<RowId> {
        // A row above the break between two conversations belongs to the one that is over.
        let is_below = |row: &RowId| self.journal.line(*row).is_some();
        let by_id = item.message.as_ref().and_then(|id| {
            let known = self.known.row_of(id).or_else(|| self.assembly.row_of(id));
            known.filter(is_below).or_else(|| self.journal.named(id))
        });
        let by_ours = || self.row_of_ours(item.client_message.as_ref()?).filter(is_below);
        let anonymous = || {
            let line = self.journal.kept_after(previous)?;
            // An id comes later than the answer, here or where it was written.
            let is_unnamed = line.message.is_none() || item.message.is_none();
            let is_it = item.author != Author::User && line.author == item.author && is_unnamed;
            is_it.then_some(line.row)
        };
        // It was met here before anybody could know the platform's name of it.
        let by_text = || {
            let is_told = item.author == Author::User && item.client_message.is_none();
            is_told.then(|| self.journal.unnamed(&item.text, named))?
        };
        by_id.or_else(by_ours).or_else(by_text).or_else(anonymous)
    }

    /// The line of a message whose name another tab knows, and this one the platform's name of it.
    fn echo_of_item(&mut self, item: &StoredItem, now: Now) -> Option<RowId> {
        let ours = item.client_message.as_ref().filter(|_| item.message.is_none())?;
        self.echo_of(ours, &item.text, now)
    }

    fn mirror_onto(&mut self, row: RowId, item: StoredItem, now: Now) -> RowId {
        if item.author != Author::User {
            let events = self.assembly.mirror(row, item, now);
            self.events(events);
            return row;
        }
        if let Some(id) = item
            .client_message
            .as_ref()
            .filter(|id| self.row_of_ours(id).is_none())
        {
            self.journal.name(row, id);
            self.note_ours(id.clone(), row);
        }
        let waited = item.client_message.as_ref();
        let waited = waited.and_then(|id| self.outbox.remove_known(id));
        // It was met under the platform's name before anybody could know that it is the one that waits here.
        if let Some(waited) = waited.as_ref().filter(|waited| waited.row != row) {
            self.line_left(waited.row, false);
            self.journal.name(row, &waited.id);
            self.note_ours(waited.id.clone(), row);
        }
        let is_known = self.journal.line(row).is_none_or(|line| {
            line.status == Status::Sent && (item.message.is_none() || line.message == item.message)
        });
        if waited.is_some() || !is_known {
            self.line_changed(row, Status::Sent, item.message.clone());
        }
        item.message.iter().for_each(|id| self.known.note(id, row));
        waited
            .into_iter()
            .for_each(|waited| self.store(StoreKey::Message(waited.id), None));
        row
    }

    fn mirror_new(&mut self, item: StoredItem, previous: Option<RowId>, now: Now) -> RowId {
        let row = self.rows.fresh();
        let status = Status::parse(&item.status).unwrap_or(Status::Interrupted);
        let ours = item.client_message.as_ref().and_then(|id| self.row_of_ours(id));
        let above = ours.or_else(|| self.known.row_of(item.message.as_ref()?));
        if let Some(above) = above {
            self.line_left(above, false);
            item.message.iter().for_each(|id| self.known.forget(id));
        }
        if let Some(id) = &item.client_message {
            if self.outbox.remove(id).is_some() {
                self.store(StoreKey::Message(id.clone()), None);
            }
            self.note_ours(id.clone(), row);
        }
        if item.author == Author::User {
            if let Some(id) = &item.message {
                self.known.note(id, row);
            }
        } else {
            self.assembly.adopt_stored(row, &item, status, now);
        }
        let place = match previous {
            Some(previous) if item.author != Author::User => Place::After(previous),
            Some(_) | None => {
                let was_away = self.is_stale(now);
                self.journal.place_of_newer(previous, item.created_ms, was_away)
            }
        };
        self.event(Event::MessageAdded {
            entry: Entry {
                row,
                author: item.author,
                text: item.text,
                status: if item.author == Author::User {
                    Status::Sent
                } else {
                    status
                },
                message: item.message,
                client_message: item.client_message,
                created_ms: item.created_ms,
                sources: item.sources,
            },
            place,
        });
        row
    }
}

/// `faults.md` section 6.3: no page of ours writes a longer one (row Q4).
const MOST_TRANSCRIPT: usize = 128 * 1024;
