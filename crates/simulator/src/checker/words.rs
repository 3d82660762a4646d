//! What the visitor is told: of storage that keeps nothing (I1), and no more of the platform's words than fits (I34).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch};
use crate::history::{Happening, Holds, Record, Who};

#[derive(Debug, Default)]
pub(super) struct Words {
    /// Pages that said once that storage keeps nothing.
    told: BTreeSet<Who>,
    /// Messages storage refused, and when: what is said of it comes in the same turn.
    refused: BTreeMap<(Who, String), u64>,
}

impl Words {
    fn time_passed(&mut self, record: &Record, findings: &mut Findings) {
        let due = self.refused.iter().find(|(_, at)| **at < record.at_ms);
        let Some(((who, id), _)) = due.map(|(due, at)| (due.clone(), *at)) else {
            return;
        };
        self.refused.retain(|(page, _), _| *page != who);
        if !self.told.contains(&who) {
            let story = format!("storage refused {id}, and nobody was told");
            findings.add("I1", record, story);
        }
    }
}

impl Watch for Words {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.time_passed(record, findings);
        let Some(who) = record.who else { return };
        match &record.what {
            Happening::ErrorTold { code, chars } => {
                if code.starts_with("storage/") {
                    self.told.insert(who);
                }
                if *chars > MOST_WORDS {
                    findings.add("I34", record, format!("the words of {code} are too long"));
                }
            }
            Happening::NoticeShown(Some((_, code, chars))) => {
                if code.starts_with("storage/") {
                    self.told.insert(who);
                }
                if *chars > MOST_WORDS {
                    findings.add("I34", record, format!("the words of {code} are too long"));
                }
            }
            Happening::StoreRefused {
                holds: Holds::Message { id, state, .. },
                ..
            } if state != "deleted" && state != "sent" => {
                self.refused.insert((who, id.clone()), record.at_ms);
            }
            Happening::Stored {
                holds: Holds::Message { id, .. },
                ..
            } => {
                self.refused.remove(&(who, id.clone()));
            }
            Happening::Gone(_) => {
                self.told.remove(&who);
                self.refused.retain(|(page, _), _| *page != who);
            }
            _ => {}
        }
    }
}

/// Row P26.
const MOST_WORDS: usize = 300;
