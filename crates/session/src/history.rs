//! Earlier messages: read page by page over REST, and merged with what is on screen.

use miptech_chat_protocol::{
    body::{HistoryItem, HistoryPage},
    capability::Capability,
    decode::{Author, Completion},
    error::{ErrorCode, Stage},
    fault::Fault,
};

use crate::{
    assembly::ANSWER_BYTES,
    backoff,
    clock::{Instant, Now},
    entry::{Entry, RowId, Status},
    notice::ChatError,
    output::{Event, HttpOutcome, Place, RequestId},
    session::Session,
};

/// Reading earlier messages, page by page.
#[derive(Debug, Default)]
pub(crate) struct HistoryRead {
    call: Option<RequestId>,
    /// Whether to read once more when this read is done: it may not tell of everything.
    is_stale: bool,
    /// The last sequence number read; the next page begins after it.
    after: u64,
    /// The row of the last message read; what follows in history follows it on screen.
    pub(crate) last_row: Option<RowId>,
    pages: u32,
    tries: u32,
    retry_at: Option<Instant>,
    /// Whether the read was refused once and is repeated with the next token.
    waits_for_token: bool,
}

impl HistoryRead {
    pub(crate) fn is_reading(&self, id: RequestId) -> bool {
        self.call == Some(id)
    }

    /// Failures of an earlier read no longer count.
    pub(crate) const fn begin_anew(&mut self) {
        self.tries = 0;
    }

    /// The platform has one more message: a read that is under way may not tell of it, and puts what it tells of below it.
    pub(crate) const fn grew(&mut self) {
        self.is_stale |= self.call.is_some();
    }

    /// Nothing more is read.
    pub(crate) const fn end(&mut self) {
        self.retry_at = None;
        self.is_stale = false;
        self.waits_for_token = false;
    }

    /// What was refused is read again at once.
    pub(crate) fn token_came(&mut self) {
        if std::mem::take(&mut self.waits_for_token) {
            self.retry_at = Some(Instant::default());
        }
    }

    /// Whether a refused read waits for the next token.
    pub(crate) const fn waits_for_token(&self) -> bool {
        self.waits_for_token
    }

    /// What was refused is read again later.
    pub(crate) fn token_delayed(&mut self, until: Instant) {
        if std::mem::take(&mut self.waits_for_token) {
            self.retry_at = Some(until);
        }
    }

    /// The last sequence number known.
    pub(crate) const fn last_sequence(&self) -> u64 {
        self.after
    }

    pub(crate) const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }
}

impl Session {
    /// Reads what was said before, or meanwhile, where the platform lets us.
    pub(crate) fn read_history(&mut self, now: Now) {
        let Some(chat) = self
            .chat
            .as_ref()
            .filter(|_| self.capabilities.has(Capability::History))
        else {
            return;
        };
        if self.history.call.is_some() {
            self.history.is_stale = true;
            return;
        }
        let request = self
            .config
            .caller
            .messages(chat, self.history.after)
            .with_token(self.auth.access());
        self.history.retry_at = None;
        self.history.call = Some(self.call(request, now));
    }

    /// The pause after a failed read is over.
    pub(crate) fn read_more_history(&mut self, now: Now) {
        if self.history.retry_at.take_if(|at| *at <= now.mono).is_some() {
            self.read_history(now);
        }
    }

    /// Nothing more of it is wanted, neither the call under way nor the next.
    pub(crate) fn end_history(&mut self) {
        self.history
            .call
            .take()
            .into_iter()
            .for_each(|id| self.abort_call(id));
        self.history.end();
    }

    /// A page came, or did not.
    pub(crate) fn history_came(&mut self, outcome: HttpOutcome, generation: u32, now: Now) {
        self.history.call = None;
        let page = match outcome {
            HttpOutcome::Reply(reply) => HistoryPage::read(&reply),
            HttpOutcome::Failed => Err(Fault::unreachable()),
        };
        match page {
            Ok(page) => self.history_page(page, now),
            Err(fault) if fault.retryable && self.history.tries < HISTORY_TRIES => {
                let delay = backoff::http(self.history.tries, false, &mut self.random);
                self.history.tries += 1;
                let asked = fault.wait.map(|wait| self.spread_hint(wait));
                self.history.retry_at = Some(now.mono.after(delay.max(asked.unwrap_or_default())));
            }
            Err(fault) if fault.status == Some(401) && fault.is_refusal() && self.is_signed_in() => {
                self.history.waits_for_token = true;
                self.token_refused(fault, generation, now);
            }
            Err(fault) if fault.code == ErrorCode::ChatGone => {
                self.chat_gone(ChatError::of_fault(fault, Stage::History), now);
            }
            Err(fault) => {
                self.mishap(ChatError::of_fault(fault, Stage::History));
                self.assembly.expect_word(now.mono);
                self.settle_doubts(true, now);
            }
        }
    }

    fn history_page(&mut self, page: HistoryPage, now: Now) {
        self.history.tries = 0;
        for item in page.items {
            let sequence = item.sequence.unwrap_or(0);
            self.history.after = self.history.after.max(sequence);
            let row = self.merge(item, now);
            self.journal.number(row, sequence);
            // An answer that came late stands with its question, above what was said meanwhile: what comes next stands below
            // all of it.
            self.history.last_row = self.journal.lower_of(self.history.last_row, row);
        }
        self.stand_by_number();
        if let Some(next) = page
            .next
            .filter(|next| *next >= self.history.after && self.history.pages + 1 < HISTORY_PAGES)
        {
            self.history.pages += 1;
            self.history.after = next;
            return self.read_history(now);
        }
        self.history.pages = 0;
        if std::mem::take(&mut self.history.is_stale) {
            self.read_history(now);
        } else if self.is_live() {
            self.assembly.expect_word(now.mono);
            self.settle_doubts(true, now);
        }
    }

    /// One earlier message: it has a row already, heals an answer, acknowledges a message of ours, or is new here.
    fn merge(&mut self, item: HistoryItem, now: Now) -> RowId {
        if let Some(row) = self.row_of_message(&item.id) {
            return row;
        }
        let known = match item.author {
            Author::User => self.confirm(&item, now),
            Author::Ai | Author::Human | Author::System => self.heal(&item),
        };
        let row = known.unwrap_or_else(|| self.rows.fresh());
        self.known.note(&item.id, row);
        if known.is_none() {
            self.add_earlier(row, item, now);
        }
        row
    }

    /// A message of ours the platform has: as good as its acknowledgement. Where the platform keeps no id of ours, the
    /// same text behind all that was known when it was handed over is it (row O5).
    fn confirm(&mut self, item: &HistoryItem, now: Now) -> Option<RowId> {
        let ours = match &item.client_message {
            Some(id) => Some(id.clone()),
            None if item.sequence.is_some() => {
                let same = self.outbox.same_text(&item.text, item.sequence);
                same.map(|ours| ours.id.clone())
            }
            None => None,
        };
        if let Some(ours) = ours.as_ref().and_then(|id| self.outbox.remove_known(id)) {
            self.message_arrived(&ours, Some(item.id.clone()), false, now);
            return Some(ours.row);
        }
        let row = match &ours {
            Some(id) => self.row_of_ours(id)?,
            None => self.journal.unnamed(&item.text, &[])?,
        };
        self.line_changed(row, Status::Sent, Some(item.id.clone()));
        Some(row)
    }

    /// An answer that was assembled here, in whole or in part.
    fn heal(&mut self, item: &HistoryItem) -> Option<RowId> {
        let end = Completion {
            text: Some(item.text.clone()),
            sources: item.sources.clone(),
            ..Completion::default()
        };
        let (row, events) = self.assembly.heal(&item.id, end)?;
        self.events(events);
        Some(row)
    }

    fn add_earlier(&mut self, row: RowId, item: HistoryItem, now: Now) {
        if let Some(id) = &item.client_message {
            self.note_ours(id.clone(), row);
        }
        let mut text = item.text;
        let is_whole = text.len() <= ANSWER_BYTES;
        text.truncate(text.floor_char_boundary(ANSWER_BYTES));
        let status = match item.author {
            Author::User => Status::Sent,
            Author::Ai | Author::Human | Author::System if is_whole => Status::Complete,
            Author::Ai | Author::Human | Author::System => Status::Truncated,
        };
        self.event(Event::MessageAdded {
            entry: Entry {
                row,
                author: item.author,
                text,
                status,
                message: Some(item.id),
                client_message: item.client_message,
                created_ms: item.created_ms.unwrap_or(now.wall_ms),
                sources: item.sources,
            },
            place: self.history.last_row.map_or(Place::Start, Place::After),
        });
    }
}

/// How often a failed history read is repeated (`Whttp`).
const HISTORY_TRIES: u32 = 4;

/// How many pages one read may take: as many messages as a transcript holds. The contract's cursor only goes forward, so
/// the newest messages are on the last page and stopping earlier would hide exactly them.
const HISTORY_PAGES: u32 = 200;
