//! Once faults stop: live again in time, and nothing waits for ever.

use std::collections::BTreeMap;

use super::{Findings, Watch};
use crate::history::{By, Happening, Record, Who};

/// What a page shows that matters here.
#[derive(Debug, Default)]
struct Page {
    connection: String,
    /// The notice asks the visitor to decide.
    is_asked: bool,
    rows: BTreeMap<u64, (String, String)>,
    /// The platform asked for patience until then.
    held_until_ms: u64,
}

#[derive(Debug, Default)]
pub(super) struct Settling {
    pages: BTreeMap<Who, Page>,
    /// The page concerned, when faults stopped, and until when it may take.
    calm: Option<(Who, u64)>,
    was_live: bool,
}

impl Settling {
    fn end(&self, record: &Record, findings: &mut Findings) {
        let Some((who, _)) = self.calm else { return };
        let Some(page) = self.pages.get(&who) else { return };
        let is_excused = page.is_asked || matches!(page.connection.as_str(), "signed-out" | "blocked");
        if page.connection != "live" && !is_excused {
            findings.add("I28", record, format!("the page ends {}", page.connection));
        }
        for (id, status) in page.rows.values() {
            if matches!(status.as_str(), "queued" | "sending") && !is_excused {
                findings.add("I2", record, format!("{id} is still {status}"));
            }
        }
    }

    fn time_passed(&mut self, record: &Record, findings: &mut Findings) {
        let Some((who, until_ms)) = self.calm.filter(|_| !self.was_live) else {
            return;
        };
        let Some(page) = self.pages.get(&who) else { return };
        let is_excused = page.is_asked || matches!(page.connection.as_str(), "signed-out" | "blocked");
        if page.connection == "live" || is_excused {
            self.was_live = true;
        } else if record.at_ms > until_ms.max(page.held_until_ms + SLACK_MS) {
            self.was_live = true;
            findings.add(
                "I28",
                record,
                format!("the page is not live in time but {}", page.connection),
            );
        }
    }
}

impl Watch for Settling {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.time_passed(record, findings);
        if let Happening::End { .. } = record.what {
            return self.end(record, findings);
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::PhaseShown { connection, .. } => page.connection.clone_from(connection),
            Happening::NoticeShown(notice) => {
                page.is_asked = notice
                    .as_ref()
                    .is_some_and(|(kind, _, _)| kind == "ended" || kind == "blocked");
            }
            Happening::FrameCame {
                wait_ms: Some(wait_ms),
                ..
            }
            | Happening::Answered {
                wait_ms: Some(wait_ms),
                ..
            } => {
                // A fifth more is chance (`faults.md` section 6.2).
                let asked_ms = (*wait_ms).min(120_000) * 6 / 5;
                page.held_until_ms = page.held_until_ms.max(record.at_ms + asked_ms);
            }
            Happening::Added {
                row,
                by: By::Visitor,
                id: Some(id),
                status,
                ..
            } => {
                page.rows.insert(*row, (id.clone(), status.clone()));
            }
            Happening::Shown { row, status, .. } => {
                if let Some(line) = page.rows.get_mut(row) {
                    line.1.clone_from(status);
                }
            }
            Happening::Removed { row } => {
                page.rows.remove(row);
            }
            Happening::Calm { longest_wait_ms } => {
                self.calm = Some((who, record.at_ms + longest_wait_ms + SLACK_MS));
            }
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
    }
}

/// Five seconds, and those a platform takes that is silent about joins (`platform.md` section 9.3).
const SLACK_MS: u64 = 12_000;
