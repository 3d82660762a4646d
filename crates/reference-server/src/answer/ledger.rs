//! The answers that are being given and the last ones that were, so that a socket can continue one.
//!
//! What is told to the sockets of a chat is noted and told under one lock, and a socket joins under the
//! same lock. So a socket that continues an answer hears every delta once: up to the joining from the
//! notes, after it from the hub.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::extract::ws::Utf8Bytes;
use tokio::sync::watch;

/// The notes, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    notes: Mutex<VecDeque<Note>>,
}

#[derive(Debug)]
struct Note {
    answer_id: String,
    chat_id: String,
    deltas: Vec<Utf8Bytes>,
    /// The frame that ended it.
    last: Option<Utf8Bytes>,
    stop: watch::Sender<bool>,
}

/// What is known of an answer that a socket wants to continue.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Recall {
    /// These frames were missed; the rest, if any, follows by itself.
    Missed(Vec<Utf8Bytes>),
    /// Nothing.
    Unknown,
}

impl Ledger {
    /// Notes the beginning of an answer; the receiver turns true when it is to be stopped.
    pub(super) fn open(&self, answer_id: &str, chat_id: &str) -> watch::Receiver<bool> {
        let (stop, stopped) = watch::channel(false);
        let mut notes = self.notes();
        notes.push_back(Note {
            answer_id: answer_id.to_owned(),
            chat_id: chat_id.to_owned(),
            deltas: Vec::new(),
            last: None,
            stop,
        });
        if notes.len() > NOTES_LIMIT {
            // The oldest that is over; one that is still being given is never let go.
            if let Some(over) = notes.iter().position(|note| note.last.is_some()) {
                notes.remove(over);
            }
        }
        stopped
    }

    /// Notes a delta and tells it.
    pub(super) fn delta(&self, answer_id: &str, frame: &Utf8Bytes, tell: impl FnOnce()) {
        let mut notes = self.notes();
        if let Some(note) = notes.iter_mut().rfind(|note| note.answer_id == answer_id) {
            note.deltas.push(frame.clone());
        }
        tell();
    }

    /// Notes the frame that ends an answer and tells it.
    pub(super) fn end(&self, answer_id: &str, frame: &Utf8Bytes, tell: impl FnOnce()) {
        let mut notes = self.notes();
        if let Some(note) = notes.iter_mut().rfind(|note| note.answer_id == answer_id) {
            note.last = Some(frame.clone());
        }
        tell();
    }

    /// Strikes out an answer that ended without a word.
    pub(super) fn close(&self, answer_id: &str) {
        self.notes()
            .retain(|note| note.answer_id != answer_id || note.last.is_some());
    }

    /// Finds what came from delta `next_index` on, and has the socket join before anything more comes.
    pub(crate) fn recall(
        &self,
        chat_id: &str,
        answer_id: &str,
        next_index: usize,
        join: impl FnOnce(&Recall),
    ) -> Recall {
        let notes = self.notes();
        let note = notes
            .iter()
            .rfind(|note| note.answer_id == answer_id && note.chat_id == chat_id);
        let recall = note.map_or(Recall::Unknown, |note| {
            let missed = note.deltas.iter().skip(next_index);
            Recall::Missed(missed.chain(&note.last).cloned().collect())
        });
        join(&recall);
        recall
    }

    /// Has an answer stopped; one that is over stays as it is.
    pub(crate) fn stop(&self, chat_id: &str, answer_id: Option<&str>) {
        for note in self.notes().iter().filter(|note| note.chat_id == chat_id) {
            if note.last.is_none() && answer_id.is_none_or(|id| id == note.answer_id) {
                note.stop.send_replace(true);
            }
        }
    }

    /// Stops and forgets the answers of a chat.
    pub(super) fn forget(&self, chat_id: &str) {
        self.stop(chat_id, None);
        self.notes().retain(|note| note.chat_id != chat_id);
    }

    fn notes(&self) -> MutexGuard<'_, VecDeque<Note>> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many answers are remembered; a guess, some minutes of a busy demonstration.
const NOTES_LIMIT: usize = 256;
