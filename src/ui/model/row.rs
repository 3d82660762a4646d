//! One line of the transcript, with a signal for each thing about it that changes.

use std::{
    any::Any,
    cell::RefCell,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

use leptos::prelude::untrack;
use miptech_chat_markdown::Document;
use miptech_chat_session::{Author, ClientMessageId, Entry, Feedback, RowId, Source, Status};
use miptech_chat_window::UNIT;

use crate::ui::live::{Kept, Live};

/// One message, or the break between two conversations.
#[derive(Clone)]
pub(crate) struct Row(pub(super) Arc<RowState>);

pub(super) struct RowState {
    pub(super) id: RowId,
    pub(super) author: Author,
    pub(super) client_message: Option<ClientMessageId>,
    pub(super) created_ms: u64,
    /// How high its line is, in the window's units: as measured where it was last on the page, before that as estimated.
    pub(super) height: AtomicI32,
    pub(super) status: Kept<Status>,
    /// Whether it is an answer that has said nothing for long.
    pub(super) is_silent: Kept<bool>,
    pub(super) message: Kept<Option<String>>,
    pub(super) sources: Kept<Vec<Source>>,
    /// What the visitor thinks of it.
    pub(super) verdict: Kept<Option<Feedback>>,
    pub(super) text: Text,
}

/// A visitor's text is shown as typed and never changes; an answer is Markdown and grows.
pub(super) enum Text {
    Answer(Kept<Answer>),
    /// What stands above it belongs to a conversation that is over.
    Break,
    Plain(String),
}

/// An answer's text as it came, and how often it was begun anew.
#[derive(Default)]
pub(in crate::ui) struct Answer {
    pub(in crate::ui) text: String,
    pub(in crate::ui) generation: u32,
    pub(in crate::ui) is_whole: bool,
    /// A [`Reading`]. It has no type here, because even what drops a tree comes later than the widget.
    reading: RefCell<Option<Box<dyn Any>>>,
}

/// What was made of an answer's text so far: only where it is drawn or spoken, and of a long history hardly any is.
struct Reading {
    document: Document,
    read: usize,
    generation: u32,
}

impl Answer {
    /// What stood there so far was wrong.
    pub(super) fn replace(&mut self, text: &str) {
        self.text.clear();
        self.text.push_str(text);
        self.generation += 1;
        self.is_whole = false;
    }

    /// Looks at the text as Markdown. Only what is drawn with the part `answers` may ask for it.
    pub(in crate::ui) fn read<R>(&self, look: impl FnOnce(&Document) -> R) -> R {
        let mut slot = self.reading.borrow_mut();
        let known = slot.take().and_then(|known| known.downcast::<Reading>().ok());
        let mut reading = known
            .filter(|known| known.generation == self.generation)
            .unwrap_or_else(|| {
                Box::new(Reading {
                    document: Document::new(),
                    read: 0,
                    generation: self.generation,
                })
            });
        reading
            .document
            .push(self.text.get(reading.read..).unwrap_or_default());
        reading.read = self.text.len();
        if self.is_whole {
            reading.document.finish();
        }
        let seen = look(&reading.document);
        *slot = Some(reading);
        seen
    }
}

impl Row {
    pub(super) fn new(entry: Entry) -> Self {
        let text = if entry.author == Author::User {
            Text::Plain(entry.text.clone())
        } else {
            Text::Answer(Kept::new(Answer {
                text: entry.text.clone(),
                is_whole: is_whole(entry.status),
                ..Answer::default()
            }))
        };
        Self::with_text(entry, text)
    }

    pub(super) fn at_break(row: RowId) -> Self {
        let entry = Entry {
            row,
            author: Author::System,
            text: String::new(),
            status: Status::Complete,
            message: None,
            client_message: None,
            created_ms: 0,
            sources: Vec::new(),
        };
        Self::with_text(entry, Text::Break)
    }

    fn with_text(entry: Entry, text: Text) -> Self {
        let height = AtomicI32::new(estimate(&entry));
        Self(Arc::new(RowState {
            id: entry.row,
            author: entry.author,
            client_message: entry.client_message,
            created_ms: entry.created_ms,
            height,
            status: Kept::new(entry.status),
            is_silent: Kept::new(false),
            message: Kept::new(entry.message.map(|id| id.as_str().to_owned())),
            sources: Kept::new(entry.sources),
            verdict: Kept::default(),
            text,
        }))
    }

    pub(in crate::ui) fn height(&self) -> i32 {
        self.0.height.load(Ordering::Relaxed)
    }

    pub(in crate::ui) fn set_height(&self, height: i32) {
        self.0.height.store(height, Ordering::Relaxed);
    }

    pub(in crate::ui) fn is_growing_now(&self) -> bool {
        is_growing(self.status_now())
    }

    pub(super) fn set_silent(&self, is_silent: bool) {
        if self.0.is_silent.get_untracked() != is_silent {
            self.0.is_silent.set(is_silent);
        }
    }

    pub(in crate::ui) fn is_silent(&self) -> Live<bool> {
        self.0.is_silent.live()
    }

    pub(crate) fn key(&self) -> u64 {
        self.0.id.number()
    }

    /// Whether this is no message but the break between two conversations.
    pub(crate) fn is_break(&self) -> bool {
        matches!(self.0.text, Text::Break)
    }

    pub(crate) fn author(&self) -> Author {
        self.0.author
    }

    pub(crate) fn client_message(&self) -> Option<&ClientMessageId> {
        self.0.client_message.as_ref()
    }

    pub(crate) fn created_ms(&self) -> u64 {
        self.0.created_ms
    }

    pub(crate) fn status(&self) -> Live<Status> {
        self.0.status.live()
    }

    /// The platform's id; before it is known, ours.
    pub(crate) fn shown_id(&self) -> Option<String> {
        self.0
            .message
            .get()
            .or_else(|| self.0.client_message.as_ref().map(|id| id.as_str().to_owned()))
    }

    pub(crate) fn shown_id_now(&self) -> Option<String> {
        untrack(|| self.shown_id())
    }

    pub(crate) fn sources_now(&self) -> Vec<Source> {
        self.0.sources.get_untracked()
    }

    pub(crate) fn status_now(&self) -> Status {
        self.0.status.get_untracked()
    }

    pub(crate) fn sources(&self) -> Live<Vec<Source>> {
        self.0.sources.live()
    }

    /// What the visitor thinks of it; the last word counts.
    pub(in crate::ui) fn verdict(&self) -> Live<Option<Feedback>> {
        self.0.verdict.live()
    }

    /// The platform's id, once it is known.
    pub(in crate::ui) fn message_now(&self) -> Option<String> {
        self.0.message.get_untracked()
    }

    /// Reads the answer as it stands, where the row is one.
    pub(in crate::ui) fn read_answer(&self, read: impl FnOnce(&Answer)) {
        if let Text::Answer(answer) = &self.0.text {
            answer.with_untracked(read);
        }
    }

    /// The growing answer, where the row is one.
    pub(in crate::ui) fn answer(&self) -> Option<Live<Answer>> {
        match &self.0.text {
            Text::Answer(answer) => Some(answer.live()),
            Text::Break | Text::Plain(_) => None,
        }
    }

    /// The text as it stands: as typed, or as Markdown.
    pub(crate) fn text(&self) -> String {
        match &self.0.text {
            Text::Break => String::new(),
            Text::Plain(text) => text.clone(),
            Text::Answer(answer) => answer.with_untracked(|answer| answer.text.clone()),
        }
    }
}

/// How many lines of text are reckoned with: as many as the longest answer has.
const MOST_LINES: i32 = 4096;

/// Roughly how high a line is, of which no more is known than its text: what measuring does not find is scrolled past.
fn estimate(entry: &Entry) -> i32 {
    let lines = i32::try_from(entry.text.len() / 48).unwrap_or(MOST_LINES);
    let frame = if entry.author == Author::User { 58 } else { 38 };
    (frame + lines.min(MOST_LINES) * 22) * UNIT
}

pub(super) const fn is_growing(status: Status) -> bool {
    matches!(status, Status::Thinking | Status::Streaming)
}

/// Whether an answer has all it will ever have.
pub(super) const fn is_whole(status: Status) -> bool {
    matches!(status, Status::Complete | Status::Stopped | Status::Truncated)
}
