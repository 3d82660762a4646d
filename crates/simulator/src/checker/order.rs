//! The second half of I5: messages of the visitor stand on a screen in the order the platform has them.

use std::collections::BTreeMap;

use super::{Findings, Watch};
use crate::history::{By, Happening, Record, Spot, Who};

/// A line of the visitor.
#[derive(Debug)]
struct Line {
    id: Option<String>,
    is_sent: bool,
}

/// The lines of one page, in their order.
#[derive(Debug, Default)]
struct Screen {
    rows: Vec<u64>,
    lines: BTreeMap<u64, Line>,
}

/// Where the platform has a message.
#[derive(Debug)]
struct Place {
    chat: String,
    seq: u64,
    /// How often it was applied: one that stands there twice has no place of its own.
    times: u32,
}

#[derive(Debug, Default)]
pub(super) struct Order {
    screens: BTreeMap<Who, Screen>,
    places: BTreeMap<String, Place>,
}

impl Screen {
    fn put(&mut self, row: u64, spot: Spot) {
        self.rows.retain(|known| *known != row);
        let at = match spot {
            Spot::Behind(behind) => self
                .rows
                .iter()
                .position(|known| *known == behind)
                .map(|at| at + 1),
            Spot::End => None,
            Spot::Start => Some(0),
        };
        self.rows.insert(at.unwrap_or(self.rows.len()), row);
    }
}

impl Order {
    /// What is left when a page goes, or the run ends.
    fn judge(&self, only: Option<Who>, record: &Record, findings: &mut Findings) {
        for (who, screen) in &self.screens {
            if only.is_some_and(|only| only != *who) {
                continue;
            }
            let mut newest: BTreeMap<&str, (u64, &str)> = BTreeMap::new();
            let sent = screen.rows.iter().filter_map(|row| screen.lines.get(row));
            for id in sent
                .filter(|line| line.is_sent)
                .filter_map(|line| line.id.as_deref())
            {
                let Some(place) = self.places.get(id).filter(|place| place.times == 1) else {
                    continue;
                };
                let last = newest.entry(&place.chat).or_insert((place.seq, id));
                if last.0 > place.seq {
                    let before = last.1;
                    let story = format!(
                        "{id} stands behind {before} on page {}, and is before it on the platform",
                        who.page
                    );
                    findings.add("I5", record, story);
                } else {
                    *last = (place.seq, id);
                }
            }
        }
    }
}

impl Watch for Order {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        if let Happening::SrvApplied { id, seq, chat, .. } = &record.what {
            let place = self.places.entry(id.clone()).or_insert_with(|| Place {
                chat: chat.clone(),
                seq: *seq,
                times: 0,
            });
            place.times += 1;
            return;
        }
        if let Happening::End { .. } = record.what {
            return self.judge(None, record, findings);
        }
        let Some(who) = record.who else { return };
        let screen = self.screens.entry(who).or_default();
        match &record.what {
            Happening::Added {
                row,
                spot,
                by,
                id,
                status,
                ..
            } => {
                screen.put(*row, *spot);
                if *by == By::Visitor {
                    let line = Line {
                        id: id.clone(),
                        is_sent: status == "sent",
                    };
                    screen.lines.insert(*row, line);
                }
            }
            Happening::Shown { row, status, .. } => {
                if let Some(line) = screen.lines.get_mut(row) {
                    line.is_sent = status == "sent";
                }
            }
            Happening::Moved { row, behind } => screen.put(*row, Spot::Behind(*behind)),
            Happening::Removed { row } => {
                screen.rows.retain(|known| known != row);
                screen.lines.remove(row);
            }
            Happening::Gone(_) => {
                self.judge(Some(who), record, findings);
                self.screens.remove(&who);
            }
            _ => {}
        }
    }
}
