//! The text in the composer, kept for the next page and shown in every tab that has not its own.

use std::time::Duration;

use crate::{
    clock::{Instant, Now},
    config::Origin,
    output::{Event, StoreKey},
    session::Session,
};

/// The draft here, and the one in storage.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    text: String,
    /// What storage holds, as far as is known here.
    kept: String,
    due: Option<Instant>,
}

impl Draft {
    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.due
    }
}

impl Session {
    /// The composer's text is another.
    pub fn set_draft(&mut self, text: &str, now: Now) {
        if self.draft.text != text {
            text.clone_into(&mut self.draft.text);
            self.draft.due.get_or_insert(now.mono.after(PAUSE));
        }
        self.settle(now);
    }

    /// Writes the draft, once the visitor has asked for something: until then nothing is stored.
    pub(crate) fn write_draft(&mut self) {
        self.draft.due = None;
        if self.config.identity.origin == Origin::Stored && self.draft.kept != self.draft.text {
            self.draft.kept.clone_from(&self.draft.text);
            let text = self.draft.text.clone();
            self.store(StoreKey::Draft, Some(text).filter(|text| !text.is_empty()));
        }
    }

    /// What storage holds of the draft: it is taken over where nothing was typed here meanwhile.
    pub(crate) fn draft_came(&mut self, text: Option<String>) {
        let text = text.filter(|text| text.len() <= MOST_BYTES).unwrap_or_default();
        let is_untouched = self.draft.text == self.draft.kept;
        self.draft.kept.clone_from(&text);
        if is_untouched && self.draft.text != text {
            self.draft.text.clone_from(&text);
            self.event(Event::DraftChanged(text));
        }
    }
}

/// How long typing may go on before it is written; our choice.
const PAUSE: Duration = Duration::from_millis(500);

/// What no composer of ours ever held.
const MOST_BYTES: usize = 64 * 1024;
