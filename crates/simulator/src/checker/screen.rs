//! What the screen shows: no line twice, nothing foreign, and no answer called whole that is not.

use std::collections::BTreeMap;

use super::{Findings, Watch};
use crate::history::{By, Happening, Record, Who};

/// A line of a screen.
#[derive(Debug)]
struct Line {
    by: By,
    id: Option<String>,
    message: Option<String>,
    status: String,
    hash: u64,
    /// How often its text changed after it was called whole.
    changes: u32,
}

#[derive(Debug, Default)]
pub(super) struct Screens {
    lines: BTreeMap<(Who, u64), Line>,
    answers: BTreeMap<String, u64>,
    /// When the platform last began to double frames.
    doubled_ms: Option<u64>,
}

impl Screens {
    fn has_twin(&self, who: Who, row: u64) -> Option<&'static str> {
        let line = self.lines.get(&(who, row))?;
        let others = self
            .lines
            .iter()
            .filter(|((page, other), _)| *page == who && *other != row);
        for (_, other) in others {
            if line.id.is_some() && line.id == other.id {
                return Some("client id");
            }
            if line.message.is_some() && line.message == other.message {
                return Some("platform id");
            }
        }
        None
    }

    fn look(&self, who: Who, row: u64, record: &Record, findings: &mut Findings) {
        if let Some(which) = self.has_twin(who, row) {
            let line = self.lines.get(&(who, row));
            let name = line.and_then(|line| line.id.clone().or_else(|| line.message.clone()));
            let name = name.unwrap_or_default();
            findings.add("I4", record, format!("two lines of one {which}: {name}"));
        }
    }

    /// What is left when a page goes, or the run ends.
    fn judge(&self, only: Option<Who>, record: &Record, findings: &mut Findings) {
        for ((who, _), line) in &self.lines {
            let is_concerned = only.is_none_or(|only| only == *who) && line.by == By::Platform;
            let said = line.message.as_ref().and_then(|id| self.answers.get(id));
            if is_concerned && line.status == "complete" && said.is_some_and(|said| *said != line.hash) {
                let id = line.message.clone().unwrap_or_default();
                findings.add(
                    "I25",
                    record,
                    format!("{id} is shown as complete on page {} and differs", who.page),
                );
            }
        }
    }
}

impl Watch for Screens {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        let Some(who) = record.who else {
            match &record.what {
                // As many pieces doubled as missed come to the number of pieces there are, and nobody can tell.
                Happening::SrvAnswer { message, hash }
                    if self
                        .doubled_ms
                        .is_none_or(|at| at + STUTTER_MS + LONGEST_MS < record.at_ms) =>
                {
                    self.answers.insert(message.clone(), *hash);
                }
                Happening::Fault(name) if name == "Duplicate" => self.doubled_ms = Some(record.at_ms),
                _ => {}
            }
            return;
        };
        match &record.what {
            Happening::Added {
                row,
                by,
                id,
                message,
                status,
                hash,
                is_foreign,
                ..
            } => {
                if *is_foreign {
                    findings.add("I7", record, "text of another conversation is shown".to_owned());
                }
                let line = Line {
                    by: *by,
                    id: id.clone(),
                    message: message.clone(),
                    status: status.clone(),
                    hash: *hash,
                    changes: 0,
                };
                self.lines.insert((who, *row), line);
                self.look(who, *row, record, findings);
            }
            Happening::Shown { row, status, message } => {
                if let Some(line) = self.lines.get_mut(&(who, *row)) {
                    if line.status == "complete"
                        && matches!(status.as_str(), "streaming" | "thinking" | "interrupted")
                    {
                        let id = line.message.clone().unwrap_or_default();
                        findings.add("I26", record, format!("{id} was complete and is {status} again"));
                    }
                    line.status.clone_from(status);
                    line.message = message.clone().or(line.message.take());
                }
                self.look(who, *row, record, findings);
            }
            Happening::AnswerText {
                row,
                hash,
                is_foreign,
                ..
            } => {
                if *is_foreign {
                    findings.add("I7", record, "text of another conversation is shown".to_owned());
                }
                if let Some(line) = self.lines.get_mut(&(who, *row)) {
                    line.hash = *hash;
                    line.changes += u32::from(line.status == "complete");
                    if line.changes > 1 {
                        let id = line.message.clone().unwrap_or_default();
                        findings.add("I26", record, format!("{id} was complete and changed again"));
                    }
                }
            }
            Happening::Removed { row } => {
                self.lines.remove(&(who, *row));
            }
            Happening::Gone(_) => {
                self.judge(Some(who), record, findings);
                self.lines.retain(|(page, _), _| *page != who);
            }
            Happening::End { .. } => self.judge(None, record, findings),
            _ => {}
        }
    }
}

/// The model platform doubles frames for no longer once it begins to.
const STUTTER_MS: u64 = 60_000;

/// The model platform writes no answer for longer.
const LONGEST_MS: u64 = 15_000;
