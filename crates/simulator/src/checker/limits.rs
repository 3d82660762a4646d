//! What is bounded: the outbox, what is stored, answers and transcripts (I22).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{By, Happening, Holds, Record, Who};

/// What a page shows.
#[derive(Debug, Default)]
struct Page {
    rows: usize,
    waiting: BTreeSet<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Limits {
    pages: BTreeMap<Who, Page>,
    /// What is in storage: whose share it counts to, its bytes, and those of a text that waits.
    stored: BTreeMap<String, (Share, usize, usize)>,
}

/// Parts of the 256 KiB of a tenant (`faults.md` section 6.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Share {
    Outbox,
    Rest,
    Tokens,
    Transcript,
}

impl Share {
    const fn of(holds: &Holds) -> Self {
        match holds {
            Holds::Message { .. } => Self::Outbox,
            Holds::Token { .. } => Self::Tokens,
            Holds::Transcript { .. } => Self::Transcript,
            Holds::Draft(_) | Holds::Failing | Holds::Other | Holds::Session(_) => Self::Rest,
        }
    }

    const fn most(self) -> usize {
        match self {
            // The texts themselves; each may have as much again around it.
            Self::Outbox => 2 * 64 * 1024,
            Self::Rest => 48 * 1024,
            Self::Tokens => 16 * 1024,
            Self::Transcript => 128 * 1024,
        }
    }
}

impl Limits {
    fn stored(&mut self, record: &Record, findings: &mut Findings) {
        let Happening::Stored {
            key,
            bytes,
            total,
            holds,
            ..
        } = &record.what
        else {
            return;
        };
        let waits = match holds {
            Holds::Message { state, bytes, .. } if state != "deleted" && state != "sent" => *bytes,
            _ => 0,
        };
        let share = Share::of(holds);
        self.stored.insert(key.clone(), (share, *bytes, waits));
        let all = self.stored.values().filter(|(of, ..)| *of == share);
        if all.map(|(_, bytes, _)| bytes).sum::<usize>() > share.most() {
            findings.add(
                "I22",
                record,
                format!("{share:?}: more than its share of storage"),
            );
        }
        if self.stored.values().map(|(.., waits)| waits).sum::<usize>() > 64 * 1024 {
            findings.add("I22", record, "more than 64 KiB wait in the outbox".to_owned());
        }
        if *total > 256 * 1024 {
            findings.add("I22", record, "more than 256 KiB are stored".to_owned());
        }
    }
}

impl Watch for Limits {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::Stored { .. } => self.stored(record, findings),
            Happening::Unstored { key, .. } | Happening::Meddled { key } => {
                self.stored.remove(key);
            }
            Happening::Cleared => self.stored.clear(),
            _ => {}
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::Added {
                row,
                by,
                status,
                bytes,
                ..
            } => {
                page.rows += 1;
                if *by == By::Visitor && waits(status) {
                    page.waiting.insert(*row);
                }
                if *by == By::Platform && *bytes > MOST_ANSWER {
                    findings.add("I22", record, "an answer is longer than 128 KiB".to_owned());
                }
                if page.rows > 10_000 {
                    findings.add("I22", record, "more than 10 000 lines are shown".to_owned());
                }
            }
            Happening::AnswerText { bytes, .. } if *bytes > MOST_ANSWER => {
                findings.add("I22", record, "an answer is longer than 128 KiB".to_owned());
            }
            Happening::Shown { row, status, .. } if !waits(status) => {
                page.waiting.remove(row);
            }
            Happening::Removed { row } => {
                page.rows = page.rows.saturating_sub(1);
                page.waiting.remove(row);
            }
            // What another tab wrote at the same moment is not known yet, so only what is typed beyond it counts.
            Happening::Typed { .. } if page.waiting.len() >= 20 => {
                findings.add("I22", record, "a message more than 20 is accepted".to_owned());
            }
            Happening::Spinning { reason } => {
                findings.add("I22", record, format!("a page is woken without an end: {reason}"));
            }
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
    }
}

fn waits(status: &str) -> bool {
    matches!(status, "queued" | "sending")
}

const MOST_ANSWER: usize = 128 * 1024;
