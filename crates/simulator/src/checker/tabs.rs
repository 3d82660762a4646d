//! What tabs owe each other: what one wrote stays (I24), what one deleted is not sent (I1), and a wait told to one is
//! waited for by all (I12).

use std::collections::BTreeSet;

use super::{Findings, Watch, excuses::Excuses};
use crate::history::{Happening, Holds, Record, Who};

/// A wait the platform asked for.
#[derive(Debug)]
struct Wait {
    told: Who,
    told_ms: u64,
    until_ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Tabs {
    excuses: Excuses,
    /// Messages nobody may take out of storage yet, and those a visitor deleted.
    kept: BTreeSet<String>,
    deleted: BTreeSet<String>,
    confirmed: BTreeSet<String>,
    waits: Vec<Wait>,
    creations: BTreeSet<usize>,
    /// Pages that could read storage when they were opened.
    readers: BTreeSet<Who>,
    /// Conversations of a storage that nobody cleared are shared.
    has_session: bool,
}

impl Tabs {
    fn waits(&mut self, told: Who, wait_ms: u64, now_ms: u64) {
        // A page that has not sent anything yet has left nothing in storage, not even this.
        if self.has_session && self.readers.contains(&told) {
            // Told in whole seconds, at different moments: the last word may be a little shorter.
            let until_ms = (now_ms + wait_ms.min(120_000)).saturating_sub(1000);
            self.waits.push(Wait {
                told,
                told_ms: now_ms,
                until_ms,
            });
        }
    }

    /// Somebody asks the platform for a connection or a chat.
    fn tries(&mut self, who: Who, record: &Record, findings: &mut Findings) {
        let now_ms = record.at_ms;
        self.waits.retain(|wait| wait.until_ms > now_ms);
        let is_excused = self.excuses.of_storage(now_ms)
            || self.excuses.of_clocks(now_ms)
            || self.excuses.of_standing_still(now_ms)
            || !self.readers.contains(&who);
        let is_meant = |wait: &Wait| wait.told != who && now_ms > wait.told_ms + NEWS_MS;
        if !is_excused && self.waits.iter().any(is_meant) {
            let story = "a page does not wait although another was asked to".to_owned();
            findings.add("I12", record, story);
        }
    }
}

impl Watch for Tabs {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.excuses.see(record);
        match &record.what {
            Happening::Acked { id } => {
                self.confirmed.insert(id.clone());
            }
            Happening::Answered {
                history,
                is_ours: true,
                ..
            } => self.confirmed.extend(history.iter().cloned()),
            Happening::Again { id } => {
                self.deleted.remove(id);
            }
            Happening::Cleared => {
                self.kept.clear();
                self.deleted.clear();
                self.has_session = false;
            }
            Happening::Stored { holds, .. } => match holds {
                Holds::Message { id, state, .. } if state == "deleted" || state == "sent" => {
                    self.kept.remove(id);
                    if state == "deleted" {
                        self.deleted.insert(id.clone());
                    }
                }
                Holds::Message { id, .. } => {
                    self.kept.insert(id.clone());
                }
                Holds::Session(_) => self.has_session = true,
                Holds::Draft(_)
                | Holds::Failing
                | Holds::Other
                | Holds::Token { .. }
                | Holds::Transcript { .. } => {}
            },
            Happening::Unstored {
                held: Holds::Message { id, .. },
                ..
            } => {
                let was_kept = self.kept.remove(id);
                if was_kept && !self.confirmed.contains(id) {
                    let story = format!("{id} is taken out of storage, and nobody is done with it");
                    findings.add("I24", record, story);
                }
            }
            _ => {}
        }
        let Some(who) = record.who else { return };
        match &record.what {
            Happening::Opened {
                reads_storage: true, ..
            } => {
                self.readers.insert(who);
            }
            Happening::Handed { id, .. }
                if self.deleted.contains(id)
                    && self.readers.contains(&who)
                    && !self.excuses.of_storage(record.at_ms) =>
            {
                findings.add("I1", record, format!("{id} was deleted and is handed over"));
            }
            Happening::Called { call, .. } if record.what.asks_for_chat() => {
                self.creations.insert(*call);
                self.tries(who, record, findings);
            }
            Happening::Dialled { .. } => self.tries(who, record, findings),
            Happening::FrameCame {
                wait_ms: Some(wait_ms),
                ..
            } => self.waits(who, *wait_ms, record.at_ms),
            Happening::Answered {
                call,
                wait_ms: Some(wait_ms),
                is_ours: true,
                ..
            } if self.creations.contains(call) => self.waits(who, *wait_ms, record.at_ms),
            Happening::Gone(_) => {
                self.readers.remove(&who);
            }
            _ => {}
        }
    }
}

/// So long news may be under way between tabs, and be read by a page with slow timers.
const NEWS_MS: u64 = 4500;
