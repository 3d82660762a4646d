//! Frames of a joined chat, and history: what the platform says becomes rows and states.

use std::time::Duration;

use miptech_chat_protocol::{
    body::{HistoryItem, HistoryPage},
    capability::{Capabilities, Capability},
    close::ours,
    decode::{AnswerFrame, Author, Completion, DecodeError, ServerFrame, decode},
    error::{ErrorCode, Stage},
    fault::Fault,
    frame::ClientFrame,
    ids::{ChatId, ClientMessageId, MessageId},
};

use crate::{
    backoff,
    clock::{Instant, Now},
    entry::{Entry, RowId, Status},
    notice::ChatError,
    output::{Attempt, Effect, Event, HttpOutcome, Place, RequestId},
    session::Session,
};

/// What of the transcript the session remembers: which platform ids have a row.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Searched from the end: what is asked for is nearly always recent.
    rows: Vec<(MessageId, RowId)>,
    joins: u32,
}

impl Known {
    fn row_of(&self, id: &MessageId) -> Option<RowId> {
        self.rows
            .iter()
            .rev()
            .find(|(known, _)| known == id)
            .map(|(_, row)| *row)
    }

    /// Whether the connection was live before, on this page.
    pub(crate) const fn was_live(&self) -> bool {
        self.joins > 0
    }
}

/// Reading earlier messages, page by page.
#[derive(Debug, Default)]
pub(crate) struct HistoryRead {
    call: Option<RequestId>,
    /// Whether to read once more when this read is done: a join came meanwhile.
    is_stale: bool,
    /// The last sequence number read; the next page begins after it.
    after: u64,
    /// The row of the last message read; what follows in history follows it on screen.
    last_row: Option<RowId>,
    pages: u32,
    tries: u32,
    retry_at: Option<Instant>,
}

impl HistoryRead {
    pub(crate) fn is_reading(&self, id: RequestId) -> bool {
        self.call == Some(id)
    }

    /// Nothing more is read.
    pub(crate) const fn end(&mut self) {
        self.retry_at = None;
        self.is_stale = false;
    }

    pub(crate) const fn retry_at(&self) -> Option<Instant> {
        self.retry_at
    }
}

impl Session {
    /// The socket is gone: what it carried is told so.
    pub(crate) fn socket_lost(&mut self) {
        let is_repeat_safe = self.capabilities.has(Capability::ClientMessageId);
        if let Some((row, status)) = self.outbox.socket_lost(is_repeat_safe) {
            self.event(Event::MessageChanged {
                row,
                status,
                message: None,
            });
        }
        self.assembly.socket_lost();
    }

    /// The chat is bound to a socket again, or for the first time.
    pub(crate) fn now_live(&mut self, now: Now) {
        self.known.joins = self.known.joins.saturating_add(1);
        if self.capabilities.has(Capability::History) {
            self.history.tries = 0;
            self.read_history(now);
        } else {
            self.cut_answers();
        }
    }

    /// Nothing more will come of what is still open, as far as anybody can know here; a late word revives it.
    pub(crate) fn cut_answers(&mut self) {
        let cut = self.assembly.interrupt_open();
        self.events(cut);
    }

    /// One text frame of the current socket.
    pub(crate) fn frame_came(&mut self, attempt: Attempt, text: &str, now: Now) {
        let frame = match decode(text) {
            Ok(frame) => frame,
            Err(DecodeError::NotAFrame) => return,
            Err(DecodeError::Malformed | DecodeError::TooDeep) => return self.unreadable(attempt, now),
        };
        self.prove(now);
        match frame {
            ServerFrame::Answer(frame) => self.answered(*frame, now),
            ServerFrame::Established | ServerFrame::Progress | ServerFrame::Left | ServerFrame::Unknown => {}
            // Nobody shows that somebody types yet, and an id is adopted only where none is held.
            ServerFrame::Indicator(_) | ServerFrame::Pong => {}
            ServerFrame::ChatCreated(chat) => self.join_acked(attempt, Some(&chat), None, now),
            ServerFrame::Joined { chat, tenant } => {
                self.join_acked(attempt, chat.as_ref(), tenant.as_deref(), now)
            }
            ServerFrame::JoinRefused => {
                self.refuse_socket(
                    attempt,
                    ChatError::bare(ErrorCode::ChatGone, Stage::Join, false),
                    now,
                );
            }
            ServerFrame::Fault {
                fault,
                client_message,
                ..
            } => {
                self.faulted(attempt, fault, client_message.as_ref(), now);
            }
            ServerFrame::Ping { echo } => {
                self.join(attempt, now);
                let text = ClientFrame::Pong { echo }.encode(now.wall_ms);
                self.effect(Effect::SendFrame { attempt, text });
            }
            ServerFrame::Ready { capabilities } => self.ready(capabilities, now),
            ServerFrame::Received {
                message,
                chat,
                client_message,
            } => {
                if self.is_ours(chat.as_ref()) {
                    self.acknowledged(message, client_message.as_ref());
                }
            }
        }
    }

    /// A frame above the limit: unread, so the answer it may belong to can no longer be whole.
    pub(crate) fn frame_too_large(&mut self, attempt: Attempt, now: Now) {
        self.cut_answers();
        self.mishap(ChatError::bare(ErrorCode::AnswerTooLarge, Stage::Answer, false));
        self.give_up_socket(attempt, ours::OVERLOAD, now);
    }

    /// A text that is no frame is dropped; a socket that keeps sending such is replaced (row P1).
    fn unreadable(&mut self, attempt: Attempt, now: Now) {
        self.mishap(ChatError::bare(ErrorCode::PlatformError, Stage::Socket, false));
        while self
            .bad_frames
            .front()
            .is_some_and(|first| now.mono.since(*first) > BAD_FRAME_WINDOW)
        {
            self.bad_frames.pop_front();
        }
        self.bad_frames.push_back(now.mono);
        if self.bad_frames.len() >= BAD_FRAMES {
            self.bad_frames.clear();
            self.backoff.at_least(2);
            self.give_up_socket(attempt, ours::ZOMBIE, now);
        }
    }

    fn ready(&mut self, capabilities: Option<Capabilities>, now: Now) {
        if let Some(capabilities) = capabilities {
            self.capabilities = capabilities;
        }
        self.platform_ready(now);
    }

    fn join_acked(&mut self, attempt: Attempt, chat: Option<&ChatId>, tenant: Option<&str>, now: Now) {
        if tenant.is_some_and(|named| !self.config.caller.tenant.is_named_by(named)) {
            let error = ChatError::bare(ErrorCode::TenantDenied, Stage::Join, false);
            return self.refuse_socket(attempt, error, now);
        }
        if self.is_ours(chat) {
            // A platform may bind the chat by itself; our join is the first frame of every socket all the same.
            self.join(attempt, now);
            self.joined(attempt, now);
        }
    }

    /// Whether a frame speaks of our chat: it names it, or names none.
    fn is_ours(&self, chat: Option<&ChatId>) -> bool {
        chat.is_none() || chat == self.chat.as_ref()
    }

    fn acknowledged(&mut self, message: Option<MessageId>, client_message: Option<&ClientMessageId>) {
        let Some(item) = self.outbox.acknowledge(client_message) else {
            return;
        };
        if let Some(id) = &message {
            self.known.rows.push((id.clone(), item.row));
        }
        self.event(Event::MessageChanged {
            row: item.row,
            status: Status::Sent,
            message,
        });
    }

    fn answered(&mut self, frame: AnswerFrame, now: Now) {
        if self.is_live() && self.is_ours(frame.chat.as_ref()) {
            let events = self.assembly.take(frame, &mut self.rows, now);
            self.events(events);
        }
    }

    /// An error frame: before the join it explains the close that follows, afterwards it concerns a message or an answer.
    fn faulted(
        &mut self,
        attempt: Attempt,
        fault: Fault,
        client_message: Option<&ClientMessageId>,
        now: Now,
    ) {
        let code = fault.code;
        if !self.is_live() {
            return self.troubled(ChatError::of_fault(fault, Stage::Join));
        }
        if matches!(code, ErrorCode::TenantDenied | ErrorCode::AuthForbidden) {
            return self.refuse_socket(attempt, ChatError::of_fault(fault, Stage::Socket), now);
        }
        if code == ErrorCode::RateLimited {
            self.held_until = Some(now.mono.after(fault.wait.unwrap_or(RATE_WAIT).max(RATE_FLOOR)));
            if let Some(row) = self.outbox.requeue() {
                self.event(Event::MessageChanged {
                    row,
                    status: Status::Queued,
                    message: None,
                });
            }
            return self.mishap(ChatError::of_fault(fault, Stage::Send));
        }
        if code == ErrorCode::MessageRejected {
            if let Some(row) = self.outbox.refuse(client_message) {
                self.event(Event::MessageChanged {
                    row,
                    status: Status::Failed,
                    message: None,
                });
            }
            return self.mishap(ChatError::of_fault(fault, Stage::Send));
        }
        self.cut_answers();
        self.mishap(ChatError::of_fault(fault, Stage::Answer));
    }

    // History.

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
        let request = self.config.caller.messages(chat, self.history.after);
        self.history.retry_at = None;
        self.history.call = Some(self.call(request, now));
    }

    /// The pause after a failed read is over.
    pub(crate) fn read_more_history(&mut self, now: Now) {
        if self.history.retry_at.take_if(|at| *at <= now.mono).is_some() {
            self.read_history(now);
        }
    }

    /// A page came, or did not.
    pub(crate) fn history_came(&mut self, outcome: HttpOutcome, now: Now) {
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
                self.history.retry_at = Some(now.mono.after(delay.max(fault.wait.unwrap_or_default())));
            }
            Err(fault) => {
                self.mishap(ChatError::of_fault(fault, Stage::History));
                self.assembly.expect_word(now.mono);
            }
        }
    }

    fn history_page(&mut self, page: HistoryPage, now: Now) {
        self.history.tries = 0;
        for item in page.items {
            self.history.after = self.history.after.max(item.sequence.unwrap_or(0));
            self.history.last_row = Some(self.merge(item, now));
        }
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
        }
    }

    /// One earlier message: it has a row already, heals an answer, acknowledges a message of ours, or is new here.
    fn merge(&mut self, item: HistoryItem, now: Now) -> RowId {
        if let Some(row) = self.known.row_of(&item.id) {
            return row;
        }
        let known = match item.author {
            Author::User => self.confirm(&item),
            Author::Ai | Author::Human | Author::System => self.heal(&item),
        };
        let row = known.unwrap_or_else(|| self.rows.fresh());
        self.known.rows.push((item.id.clone(), row));
        if known.is_none() {
            self.add_earlier(row, item, now);
        }
        row
    }

    /// A message of ours the platform has: as good as its acknowledgement.
    fn confirm(&mut self, item: &HistoryItem) -> Option<RowId> {
        let id = item.client_message.as_ref()?;
        let waiting = self.outbox.acknowledge(Some(id)).map(|ours| ours.row);
        let row = waiting.or_else(|| self.row_of_ours(id))?;
        self.event(Event::MessageChanged {
            row,
            status: Status::Sent,
            message: Some(item.id.clone()),
        });
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
        let status = if item.author == Author::User {
            Status::Sent
        } else {
            Status::Complete
        };
        self.event(Event::MessageAdded {
            entry: Entry {
                row,
                author: item.author,
                text: item.text,
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

/// Five unreadable frames in a minute replace the socket (row P1).
const BAD_FRAMES: usize = 5;
const BAD_FRAME_WINDOW: Duration = Duration::from_secs(60);

/// How often a failed history read is repeated (`Whttp`).
const HISTORY_TRIES: u32 = 4;

/// How many pages one read may take: 2000 messages. The contract's cursor only goes forward, so the newest messages
/// are on the last page and stopping earlier would hide exactly them.
const HISTORY_PAGES: u32 = 40;

/// A hint of zero would make every round trip a resend.
const RATE_FLOOR: Duration = Duration::from_secs(1);

/// The wait after a rate limit that names none.
const RATE_WAIT: Duration = Duration::from_secs(60);
