//! What the next page of a tab shows of what the one before had: draft, outbox, transcript; and that a page that is no more
//! does nothing (I32).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{Happening, Holds, Record, Who};

/// What a page shows while it is opened.
#[derive(Debug, Default)]
struct Opening {
    draft: Option<u64>,
    ids: BTreeSet<String>,
    /// The texts of what is shown as sent.
    sent: BTreeSet<u64>,
}

/// A conversation in storage.
#[derive(Debug)]
struct Transcript {
    session: String,
    owner: Option<String>,
    ids: Vec<String>,
}

#[derive(Debug, Default)]
pub(super) struct Restarts {
    draft: Option<u64>,
    /// The messages that wait, who wrote them, and for which conversation.
    messages: BTreeMap<String, (Option<String>, String)>,
    /// What was typed under each id.
    texts: BTreeMap<String, u64>,
    session: Option<String>,
    transcript: Option<Transcript>,
    opening: BTreeMap<Who, Opening>,
    gone: BTreeSet<Who>,
}

impl Restarts {
    fn stored(&mut self, holds: &Holds) {
        match holds {
            Holds::Draft(hash) => self.draft = Some(*hash),
            Holds::Message {
                id,
                state,
                owner,
                session,
                ..
            } => {
                if state == "deleted" || state == "sent" {
                    self.messages.remove(id);
                } else {
                    self.messages.insert(id.clone(), (owner.clone(), session.clone()));
                }
            }
            Holds::Session(session) => self.session = Some(session.clone()),
            Holds::Transcript { session, owner, ids } => {
                self.transcript = Some(Transcript {
                    session: session.clone(),
                    owner: owner.clone(),
                    ids: ids.clone(),
                });
            }
            Holds::Failing | Holds::Other | Holds::Token { .. } => {}
        }
    }

    fn unstored(&mut self, held: &Holds) {
        match held {
            Holds::Draft(_) => self.draft = None,
            Holds::Message { id, .. } => {
                self.messages.remove(id);
            }
            Holds::Session(_) => self.session = None,
            Holds::Transcript { .. } => self.transcript = None,
            Holds::Failing | Holds::Other | Holds::Token { .. } => {}
        }
    }

    fn meddled(&mut self, key: &str) {
        if key.ends_with(":draft") {
            self.draft = None;
        } else if key.ends_with(":transcript") {
            self.transcript = None;
        }
    }

    /// What a page that can read storage shows of it.
    fn booted(&self, shown: &Opening, user: Option<&String>, record: &Record, findings: &mut Findings) {
        if self.draft.is_some() && shown.draft != self.draft {
            let story = "a page is opened without the draft of the one before".to_owned();
            findings.add("I32", record, story);
        }
        for (id, (owner, session)) in &self.messages {
            // What nobody had signed is theirs who go on with the same conversation (row O13).
            let is_of_now = owner.is_none() && Some(session) == self.session.as_ref();
            let is_theirs = owner.as_ref() == user || is_of_now;
            // The transcript may tell of it as the platform did, without our id (row O6).
            let is_told = self.texts.get(id).is_some_and(|text| shown.sent.contains(text));
            if is_theirs && !shown.ids.contains(id) && !is_told {
                findings.add(
                    "I32",
                    record,
                    format!("a page is opened without {id}, which waits"),
                );
            }
        }
        let Some(transcript) = &self.transcript else {
            return;
        };
        if Some(&transcript.session) == self.session.as_ref() && transcript.owner.as_ref() == user {
            for id in transcript.ids.iter().filter(|id| !shown.ids.contains(*id)) {
                findings.add(
                    "I32",
                    record,
                    format!("a page is opened without {id} of the transcript"),
                );
            }
        }
    }
}

impl Watch for Restarts {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::Stored { holds, .. } => self.stored(holds),
            Happening::Unstored { held, .. } => self.unstored(held),
            Happening::Meddled { key } => self.meddled(key),
            Happening::Cleared => {
                self.draft = None;
                self.messages.clear();
                (self.session, self.transcript) = (None, None);
            }
            _ => {}
        }
        let Some(who) = record.who else { return };
        if self.gone.contains(&who) && !matches!(record.what, Happening::End { .. }) {
            findings.add("I32", record, format!("page {} is no more and goes on", who.page));
        }
        match &record.what {
            Happening::Opened {
                reads_storage: true, ..
            } => {
                self.opening.insert(who, Opening::default());
            }
            Happening::DraftShown { hash } => {
                self.opening
                    .entry(who)
                    .and_modify(|opening| opening.draft = Some(*hash));
            }
            Happening::Typed { id, hash, .. } => {
                self.texts.insert(id.clone(), *hash);
            }
            Happening::Added { id, hash, status, .. } => {
                self.opening.entry(who).and_modify(|opening| {
                    opening.ids.extend(id.clone());
                    opening.sent.extend((status == "sent").then_some(*hash));
                });
            }
            Happening::Booted { user } => {
                if let Some(opening) = self.opening.remove(&who) {
                    self.booted(&opening, user.as_ref(), record, findings);
                }
            }
            Happening::Gone(_) => {
                self.gone.insert(who);
                self.opening.remove(&who);
            }
            _ => {}
        }
    }
}
