//! One valid pair for all tabs, whoever renewed it, and whoever else did at the same time (I19).

use std::collections::BTreeMap;

use super::{Findings, Watch, excuses::Excuses};
use crate::history::{Click, Happening, Holds, Record, Setting, Who};

#[derive(Debug)]
pub(super) struct Pairs {
    grace_ms: u64,
    excuses: Excuses,
    /// The token in each key: its sign-in and its number.
    newest: BTreeMap<String, (u64, u64)>,
    /// When each page last heard how a renewal of its ended: what it writes then comes from it.
    heard: BTreeMap<Who, u64>,
    /// Renewals under way: by whom, and since when.
    running: BTreeMap<usize, (Who, u64)>,
    /// A renewal may have been applied, or may yet be, and its answer did not become the pair in storage.
    may_be_lost: bool,
    /// Who signed out last, and when.
    signed_out: Option<(Who, u64)>,
}

impl Pairs {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            grace_ms: setting.grace_ms,
            excuses: Excuses::default(),
            newest: BTreeMap::new(),
            heard: BTreeMap::new(),
            running: BTreeMap::new(),
            may_be_lost: false,
            signed_out: None,
        }
    }

    fn ended(&mut self, call: usize, is_sound: bool, record: &Record) {
        if let Some((who, since_ms)) = self.running.remove(&call) {
            self.heard.insert(who, record.at_ms);
            self.may_be_lost |= !is_sound || record.at_ms > since_ms + self.grace_ms;
        }
    }
}

impl Watch for Pairs {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.excuses.see(record);
        match &record.what {
            Happening::Called {
                call,
                refresh: Some(_),
                ..
            } => {
                record.who.into_iter().for_each(|who| {
                    self.running.insert(*call, (who, record.at_ms));
                });
            }
            Happening::Answered {
                call,
                status,
                is_ours,
                ..
            } => self.ended(*call, *is_ours && *status == Some(200), record),
            Happening::Aborted { call } => self.ended(*call, false, record),
            Happening::Gone(_) => {
                let before = self.running.len();
                self.running.retain(|_, (who, _)| Some(*who) != record.who);
                self.may_be_lost |= self.running.len() < before;
                // It may have ended between the two tokens of a new pair.
                let heard = record.who.and_then(|who| self.heard.get(&who));
                self.may_be_lost |= heard == Some(&record.at_ms);
            }
            Happening::Stored {
                key,
                holds: Holds::Token { family, number },
                ..
            } => {
                let is_renewal = record
                    .who
                    .is_some_and(|who| self.heard.get(&who) == Some(&record.at_ms));
                let before = self.newest.insert(key.clone(), (*family, *number));
                // Of two sign-ins the one that ends last counts, whichever began first.
                let is_worse = |(of, before): (u64, u64)| before > *number && (of == *family || is_renewal);
                if before.is_some_and(is_worse) && !self.excuses.of_storage(record.at_ms) {
                    let story = "an older token is written over a newer one".to_owned();
                    findings.add("I19", record, story);
                }
            }
            Happening::Unstored {
                key,
                held: Holds::Token { .. },
            } => {
                self.newest.remove(key);
            }
            Happening::Clicked(Click::SignOut) => {
                self.signed_out = record.who.map(|who| (who, record.at_ms));
            }
            Happening::StoreRefused {
                holds: Holds::Token { .. },
                ..
            } => self.may_be_lost = true,
            // A storage that refuses what follows a sign-out did not let go of the pair either.
            Happening::StoreRefused { .. }
                if record.who.map(|who| (who, record.at_ms)) == self.signed_out =>
            {
                self.may_be_lost = true;
            }
            Happening::Cleared => self.newest.clear(),
            Happening::End {
                is_pair_valid: Some(false),
            } if self.grace_ms > 0 && !self.may_be_lost => {
                findings.add("I19", record, "the pair in storage is worth nothing".to_owned());
            }
            _ => {}
        }
    }
}
