//! The only writer of what is shown: one event changes one signal of one row.
//!
//! Rows hold reference-counted signals. Events arrive outside any reactive owner, where a signal of a view
//! would belong to nobody and outlive the widget.

mod row;

use std::{cell::RefCell, ops::Deref, sync::Arc};

use miptech_chat_session::{
    AuthState, Author, ChatError, ClientMessageId, Connection, Entry, ErrorCode, Event, Notice, Phase, Place,
    RowId, Status,
};
use send_wrapper::SendWrapper;

use super::live::{Kept, Live};
pub(super) use row::Answer;
pub(crate) use row::Row;
use row::{Text, is_growing, is_whole};

/// Everything the views read.
#[derive(Clone)]
pub(crate) struct ChatModel(Arc<Values>);

/// What lies in the model, once for all who hold it.
pub(crate) struct Values {
    auth: Kept<AuthState>,
    draft: Kept<String>,
    /// Whether the transcript keeps its end in view; the reader decides by scrolling, a message of theirs decides anew.
    follows: Kept<bool>,
    /// The answer that came, or goes on coming, while the reader is elsewhere.
    missed: Kept<Option<RowId>>,
    /// Counts the moves of the focus that were asked for.
    focus_moves: Kept<u32>,
    is_open: Kept<bool>,
    notice: Kept<Option<Notice>>,
    /// Counts the messages of the visitor's that stopped waiting, one way or another.
    departures: Kept<u32>,
    /// Whether the platform asks what the visitor thinks of an answer.
    has_feedback: Kept<bool>,
    /// Whether the platform can tell what became of an unconfirmed message.
    has_history: Kept<bool>,
    phase: Kept<Phase>,
    rows: Kept<Vec<Row>>,
    sign_in: Kept<SignIn>,
    /// What could be asked next, and the answer it came with: known before the answer is complete, and read then.
    suggestions: SendWrapper<RefCell<Suggested>>,
    unread: Kept<u32>,
    /// The message that changed last, for the live region.
    speaking: Kept<Option<Row>>,
}

type Suggested = Option<(RowId, Vec<String>)>;

/// Where the sign-in form stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum SignIn {
    /// The platform is asked.
    Busy,
    /// The platform refused, or could not be asked.
    Failed(ChatError),
    /// Nothing was sent yet.
    #[default]
    Rest,
}

impl Deref for ChatModel {
    type Target = Values;

    fn deref(&self) -> &Values {
        &self.0
    }
}

impl ChatModel {
    pub(crate) fn new(phase: Phase) -> Self {
        Self(Arc::new(Values {
            auth: Kept::new(AuthState::Anonymous),
            draft: Kept::default(),
            follows: Kept::new(true),
            missed: Kept::default(),
            focus_moves: Kept::new(0),
            is_open: Kept::new(false),
            notice: Kept::default(),
            departures: Kept::new(0),
            has_feedback: Kept::new(false),
            has_history: Kept::new(false),
            phase: Kept::new(phase),
            rows: Kept::default(),
            sign_in: Kept::default(),
            suggestions: SendWrapper::new(RefCell::default()),
            unread: Kept::new(0),
            speaking: Kept::default(),
        }))
    }

    /// Takes one event of the session.
    pub(crate) fn apply(&self, event: &Event) {
        match event {
            Event::AnswerGrew { row, delta } => self.edit_answer(*row, |answer| answer.text.push_str(delta)),
            Event::AnswerReplaced { row, text } => self.edit_answer(*row, |answer| answer.replace(text)),
            Event::AnswerSilent { row } => self.with_row(*row, |row| row.set_silent(true)),
            Event::AnswerSourced {
                row,
                sources,
                suggestions,
            } => {
                self.with_row(*row, |row| row.0.sources.set(sources.clone()));
                drop(self.suggestions.replace(Some((*row, suggestions.clone()))));
            }
            Event::AuthChanged { state, .. } => {
                self.auth.set(*state);
                self.sign_in.set(SignIn::Rest);
            }
            Event::ConversationEnded { row, .. } => self.rows.update(|rows| {
                rows.push(Row::at_break(*row));
                drop_idle_breaks(rows);
            }),
            // These are for the host page; what the visitor should know of an error stands in the notice bar.
            Event::ConversationStarted { .. } | Event::ErrorRaised(_) | Event::ProfileRead(_) => {}
            Event::DraftChanged(text) => self.set_draft(text.clone()),
            Event::FeedbackOffered(is_offered) => self.has_feedback.set(*is_offered),
            Event::HistoryOffered(is_offered) => self.has_history.set(*is_offered),
            Event::MessageAdded { entry, place } => self.add(entry.clone(), *place),
            Event::MessageMoved { row, behind } => self.rows.update(|rows| shift(rows, *row, *behind)),
            Event::MessageRemoved { row, .. } => {
                self.rows.update(|rows| {
                    rows.retain(|known| known.0.id != *row);
                    drop_idle_breaks(rows);
                });
                self.departures.update(|count| *count += 1);
            }
            Event::MessageChanged { row, status, message } => self.with_row(*row, |row| {
                if let Some(id) = message {
                    row.0.message.set(Some(id.as_str().to_owned()));
                }
                self.change(row, *status);
            }),
            Event::NoticeChanged(notice) => self.notice.set(notice.clone()),
            Event::PhaseChanged(phase) => self.phase.set(*phase),
            Event::ReadElsewhere => self.unread.set(0),
            Event::TranscriptErased => {
                self.rows.set(Vec::new());
                self.speaking.set(None);
                self.unread.set(0);
            }
            Event::SignInEnded(result) => {
                self.sign_in.set(
                    result
                        .as_ref()
                        .err()
                        .cloned()
                        .map_or(SignIn::Rest, SignIn::Failed),
                );
            }
        }
    }

    fn add(&self, entry: Entry, place: Place) {
        let row = Row::new(entry);
        let (id, is_answer) = (row.0.id, row.0.author != Author::User);
        self.rows.update(|rows| {
            let index = match place {
                Place::After(behind) => place_of(rows, behind).map_or(rows.len(), |at| at + 1),
                Place::End => rows.len(),
                Place::Start => 0,
            };
            rows.insert(index, row);
        });
        let is_last = || {
            self.rows
                .with_untracked(|rows| rows.last().is_some_and(|row| row.0.id == id))
        };
        if is_answer && !self.follows.get_untracked() && self.missed.get_untracked().is_none() && is_last() {
            self.missed.set(Some(id));
        }
    }

    fn change(&self, row: &Row, status: Status) {
        // An answer whose id becomes known late tells its state again; it is no second answer.
        if row.0.status.get_untracked() == status {
            return;
        }
        row.0.status.set(status);
        row.set_silent(false);
        if row.0.author == Author::User && !matches!(status, Status::Queued | Status::Sending) {
            self.departures.update(|count| *count += 1);
        }
        self.turn_to(row);
        if let Text::Answer(answer) = &row.0.text
            && is_whole(status)
        {
            answer.update(|answer| answer.is_whole = true);
            if !self.is_open.get_untracked() {
                self.unread.update(|count| *count += 1);
            }
        }
    }

    fn edit_answer(&self, row: RowId, edit: impl FnOnce(&mut Answer)) {
        self.with_row(row, |row| {
            row.set_silent(false);
            self.turn_to(row);
            if let Text::Answer(answer) = &row.0.text {
                answer.update(edit);
            }
        });
    }

    /// The live region follows this message from here on.
    fn turn_to(&self, row: &Row) {
        let is_known = |known: &Option<Row>| known.as_ref().is_some_and(|known| known.0.id == row.0.id);
        if !self.speaking.with_untracked(is_known) {
            self.speaking.set(Some(row.clone()));
        }
    }

    fn with_row(&self, id: RowId, act: impl FnOnce(&Row)) {
        // Rows that change are near the end, so the search begins there.
        if let Some(row) = self.row(id) {
            act(&row);
        }
    }

    // What a person does with the widget itself.

    pub(crate) fn set_open(&self, is_open: bool) {
        if self.is_open.get_untracked() != is_open {
            self.is_open.set(is_open);
            if is_open {
                self.unread.set(0);
            }
        }
    }

    /// Moves the focus into the open panel, or back to the launcher.
    pub(crate) fn move_focus(&self) {
        self.focus_moves.update(|moves| *moves += 1);
    }

    pub(crate) fn set_follows(&self, follows: bool) {
        if self.follows.get_untracked() != follows {
            self.follows.set(follows);
            // Whoever leaves while an answer grows is elsewhere when the rest of it comes.
            self.missed.set(self.growing_now().filter(|_| !follows));
        }
    }

    /// The reader has found what they missed.
    pub(super) fn set_found(&self) {
        self.missed.set(None);
    }

    fn growing_now(&self) -> Option<RowId> {
        self.rows.with_untracked(|rows| {
            let row = rows.iter().rev().find(|row| row.0.author != Author::User)?;
            row.is_growing_now().then_some(row.0.id)
        })
    }

    pub(crate) fn set_sign_in(&self, state: SignIn) {
        self.sign_in.set(state);
    }

    pub(crate) fn set_draft(&self, text: String) {
        self.draft.set(text);
    }

    // What the views read. A view asks once, at its top: each call makes a signal that belongs to the view.

    pub(crate) fn is_open_now(&self) -> bool {
        self.is_open.get_untracked()
    }

    pub(crate) fn notice_now(&self) -> Option<Notice> {
        self.notice.get_untracked()
    }

    /// Why the connection is not up, where that is known.
    pub(crate) fn reason_now(&self) -> Option<ErrorCode> {
        let is_up = self.phase.get_untracked().connection == Connection::Live;
        let notice = self.notice.get_untracked().filter(|_| !is_up);
        notice.map(|notice| notice.error().code)
    }

    /// The visitor's last message.
    pub(crate) fn last_question_now(&self) -> Option<String> {
        let mut rows = self.rows.get_untracked().into_iter().rev();
        rows.find(|row| row.0.author == Author::User)
            .map(|row| row.text())
    }

    /// The message that waits for the visitor's word: the one of this id, the platform's or ours, or the last one.
    pub(crate) fn parked_now(&self, named: Option<&str>) -> Option<ClientMessageId> {
        let rows = self.rows.get_untracked();
        let row = rows.iter().rev().find(|row| match named {
            Some(id) => {
                row.client_message().is_some_and(|own| own.as_str() == id)
                    || row.shown_id_now().as_deref() == Some(id)
            }
            None => matches!(
                row.status_now(),
                Status::Expired | Status::Failed | Status::Unconfirmed
            ),
        });
        row?.client_message().cloned()
    }

    /// Everything here was read.
    pub(crate) fn set_read(&self) {
        self.unread.set(0);
    }

    pub(crate) fn row(&self, id: RowId) -> Option<Row> {
        self.rows
            .with_untracked(|rows| rows.iter().rev().find(|row| row.0.id == id).cloned())
    }

    /// The messages, oldest first, without the breaks between conversations.
    pub(crate) fn messages_now(&self) -> impl Iterator<Item = Row> + use<> {
        self.rows
            .get_untracked()
            .into_iter()
            .filter(|row| !row.is_break())
    }

    pub(super) fn follows_now(&self) -> bool {
        self.follows.get_untracked()
    }

    pub(super) fn missed_now(&self) -> Option<RowId> {
        self.missed.get_untracked()
    }

    pub(crate) fn unread_now(&self) -> u32 {
        self.unread.get_untracked()
    }

    pub(crate) fn draft(&self) -> Live<String> {
        self.draft.live()
    }

    pub(super) fn auth(&self) -> Live<AuthState> {
        self.auth.live()
    }

    pub(super) fn auth_now(&self) -> AuthState {
        self.auth.get_untracked()
    }

    pub(super) fn departures(&self) -> Live<u32> {
        self.departures.live()
    }

    pub(super) fn has_feedback(&self) -> Live<bool> {
        self.has_feedback.live()
    }

    pub(super) fn has_history(&self) -> Live<bool> {
        self.has_history.live()
    }

    pub(super) fn sign_in(&self) -> Live<SignIn> {
        self.sign_in.live()
    }

    pub(super) fn focus_moves(&self) -> Live<u32> {
        self.focus_moves.live()
    }

    pub(crate) fn is_open(&self) -> Live<bool> {
        self.is_open.live()
    }

    pub(crate) fn notice(&self) -> Live<Option<Notice>> {
        self.notice.live()
    }

    pub(crate) fn phase(&self) -> Live<Phase> {
        self.phase.live()
    }

    pub(crate) fn rows(&self) -> Live<Vec<Row>> {
        self.rows.live()
    }

    pub(crate) fn unread(&self) -> Live<u32> {
        self.unread.live()
    }

    pub(super) fn speaking(&self) -> Live<Option<Row>> {
        self.speaking.live()
    }

    /// The visitor's last message above this row.
    pub(crate) fn question_before(&self, row: &Row) -> Option<String> {
        self.rows.with_untracked(|rows| {
            let above = rows.iter().take_while(|known| known.0.id != row.0.id);
            above
                .filter(|known| known.0.author == Author::User)
                .last()
                .map(Row::text)
        })
    }

    /// What the platform offers to ask next, where this answer is the last word.
    pub(crate) fn suggestions_after(&self, row: &Row) -> Option<Vec<String>> {
        let is_last = self
            .rows
            .with(|rows| rows.last().is_some_and(|last| last.0.id == row.0.id));
        let suggestions = self.suggestions.borrow();
        let (id, suggestions) = suggestions.as_ref().filter(|_| is_last)?;
        (*id == row.0.id).then(|| suggestions.clone())
    }

    /// Whether the row belongs to a conversation that is over.
    pub(crate) fn is_over(&self, row: &Row) -> bool {
        self.rows.with_untracked(|rows| {
            let below = rows.iter().rev().take_while(|known| known.0.id != row.0.id);
            below.into_iter().any(|known| known.is_break())
        })
    }

    /// Whether the connection is up and an answer is on its way; however many messages wait behind it.
    pub(crate) fn is_answering(&self) -> bool {
        self.phase.get().connection == Connection::Live
            && self.rows.with(|rows| {
                let answers = rows.iter().rev().filter(|row| row.0.author != Author::User);
                answers.take(2).any(|row| is_growing(row.0.status.get()))
            })
    }
}

fn place_of(rows: &[Row], id: RowId) -> Option<usize> {
    // History comes in order, so whatever it comes behind is near the end.
    rows.iter().rposition(|row| row.0.id == id)
}

/// Puts a row right behind another one.
fn shift(rows: &mut Vec<Row>, id: RowId, behind: RowId) {
    if let Some(at) = place_of(rows, id) {
        let row = rows.remove(at);
        let at = place_of(rows, behind).map_or(at, |at| at + 1);
        rows.insert(at, row);
        drop_idle_breaks(rows);
    }
}

/// Where nothing was said before a break, or since the one before it, there is nothing to tell apart.
fn drop_idle_breaks(rows: &mut Vec<Row>) {
    let mut was_said = false;
    rows.retain(|row| {
        let stays = was_said || !row.is_break();
        was_said = !row.is_break();
        stays
    });
}
