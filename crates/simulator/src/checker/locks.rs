//! Locks: not waited for without end, not held for long, given back by a page that is left (I21).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch, excuses::Excuses};
use crate::history::{Happening, Life, Record, Who};

#[derive(Debug, Default)]
pub(super) struct Locks {
    excuses: Excuses,
    asked: BTreeMap<(Who, String), u64>,
    held: BTreeMap<(Who, String), u64>,
    hidden: BTreeSet<Who>,
    /// Pages that were left a moment ago: whatever they give back comes in the same turn.
    left: BTreeMap<Who, u64>,
}

impl Locks {
    /// Judges what time has passed over.
    fn time_passed(&mut self, record: &Record, findings: &mut Findings) {
        let is_past = |since_ms: &u64| *since_ms < record.at_ms;
        let gone: Vec<Who> = self
            .left
            .iter()
            .filter(|(who, at)| is_past(at) || record.who == Some(**who) && is_end(&record.what))
            .map(|(who, _)| *who)
            .collect();
        for who in gone {
            self.left.remove(&who);
            let kept = self.held.keys().chain(self.asked.keys());
            for (_, lock) in kept.filter(|(page, _)| *page == who) {
                let story = format!("a page that is left keeps the lock {lock}, or its wish for it");
                findings.add("I21", record, story);
            }
        }
        if self.excuses.of_standing_still(record.at_ms) {
            return;
        }
        for (which, most_ms, word) in [
            (&mut self.held, 12_000, "held"),
            (&mut self.asked, 5000, "awaited"),
        ] {
            let hidden = &self.hidden;
            which.retain(|(who, lock), since_ms| {
                let grain_ms = if hidden.contains(who) { HIDDEN_MS } else { SLACK_MS };
                let is_late = record.at_ms > *since_ms + most_ms + grain_ms;
                if is_late {
                    findings.add("I21", record, format!("the lock {lock} is {word} too long"));
                }
                !is_late
            });
        }
    }
}

const fn is_end(what: &Happening) -> bool {
    matches!(what, Happening::Gone(_))
}

impl Watch for Locks {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.excuses.see(record);
        self.time_passed(record, findings);
        let Some(who) = record.who else { return };
        match &record.what {
            Happening::LockAsked { lock } => {
                self.asked.insert((who, lock.clone()), record.at_ms);
            }
            Happening::LockHeld { lock } => {
                self.asked.remove(&(who, lock.clone()));
                self.held.insert((who, lock.clone()), record.at_ms);
            }
            Happening::LockFreed { lock } => {
                self.asked.remove(&(who, lock.clone()));
                self.held.remove(&(who, lock.clone()));
            }
            Happening::Opened {
                is_visible: false, ..
            }
            | Happening::Page(Life::Hidden) => {
                self.hidden.insert(who);
            }
            Happening::Page(Life::Visible | Life::Returned) => {
                self.hidden.remove(&who);
            }
            Happening::Page(Life::Left) => {
                self.left.insert(who, record.at_ms);
            }
            Happening::Gone(_) => {
                self.asked.retain(|(page, _), _| *page != who);
                self.held.retain(|(page, _), _| *page != who);
                self.hidden.remove(&who);
            }
            _ => {}
        }
    }
}

/// How late a timer may be: in a page that is seen, and in one that has been hidden for long.
const SLACK_MS: u64 = 500;
const HIDDEN_MS: u64 = 61_000;
