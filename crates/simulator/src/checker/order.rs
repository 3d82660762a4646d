//! The second half of I5: messages of the visitor stand on a screen in the order the platform has them.

use std::collections::BTreeMap;

use super::{Findings, Watch};
use crate::history::{By, Happening, Record, Setting, Spot, Who};

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
    /// Where it stands once more.
    last_seq: u64,
    applied_ms: u64,
    /// How often it was applied: one that stands there twice has no place of its own.
    times: u32,
}

#[derive(Debug, Default)]
pub(super) struct Order {
    screens: BTreeMap<Who, Screen>,
    places: BTreeMap<String, Place>,
    /// Whether the platform acknowledges again what it has already.
    is_repeating: bool,
    hand_overs: BTreeMap<String, u32>,
    typed_ms: BTreeMap<String, u64>,
    clock_set_ms: Vec<u64>,
    /// Since when it is not known at which place a message stands: only history tells. On every page, for one page's order is
    /// taken over by the others.
    vague_since_ms: BTreeMap<String, u64>,
    /// When each page last asked for history.
    read_ms: BTreeMap<Who, u64>,
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
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            is_repeating: setting.dedup,
            ..Self::default()
        }
    }

    /// The platform's word on a message came to a page. It tells no place where the page got it long after it was said, for it
    /// stood still meanwhile, or where the message may have been applied at any of several hand-overs.
    fn heard(&mut self, id: &str, record: &Record) {
        let is_late = self
            .places
            .get(id)
            .is_some_and(|place| place.applied_ms + LATE_MS < record.at_ms);
        let is_repeated = self.is_repeating && self.hand_overs.get(id).is_some_and(|count| *count > 1);
        if is_late || is_repeated {
            self.vague_since_ms.insert(id.to_owned(), record.at_ms);
        }
    }

    fn is_vague(&self, id: &str, who: Who) -> bool {
        let since_ms = self.vague_since_ms.get(id);
        let read_ms = self.read_ms.get(&who);
        since_ms.is_some_and(|since_ms| read_ms.is_none_or(|read_ms| read_ms < since_ms))
    }

    /// Whether the wall clock was set between two messages: where there is no history, nothing else tells which of two is
    /// older that two tabs know.
    fn is_timeless(&self, one: &str, other: &str) -> bool {
        let (Some(one), Some(other)) = (self.typed_ms.get(one), self.typed_ms.get(other)) else {
            return false;
        };
        let between = *one.min(other)..=*one.max(other);
        self.read_ms.is_empty() && self.clock_set_ms.iter().any(|at| between.contains(at))
    }

    /// Whether it came between two places of another message, and there is no history: a tab that heard of one place only may
    /// have taken it along to the other.
    fn may_be_carried(&self, place: &Place) -> bool {
        let stands_around =
            |other: &Place| other.chat == place.chat && (other.seq..other.last_seq).contains(&place.seq);
        self.read_ms.is_empty() && self.places.values().any(stands_around)
    }

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
                let has_place = |place: &&Place| {
                    place.times == 1 && !self.is_vague(id, *who) && !self.may_be_carried(place)
                };
                let Some(place) = self.places.get(id).filter(has_place) else {
                    continue;
                };
                let last = newest.entry(&place.chat).or_insert((place.seq, id));
                if last.0 > place.seq {
                    let before = last.1;
                    if self.is_timeless(before, id) {
                        continue;
                    }
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
                last_seq: *seq,
                applied_ms: record.at_ms,
                times: 0,
            });
            place.times += 1;
            place.last_seq = *seq;
            return;
        }
        match &record.what {
            Happening::Typed { id, .. } => {
                self.typed_ms.insert(id.clone(), record.at_ms);
            }
            Happening::Fault(name) if name.starts_with("Clock") => self.clock_set_ms.push(record.at_ms),
            Happening::Handed { id, .. } => *self.hand_overs.entry(id.clone()).or_default() += 1,
            Happening::Acked { id } => self.heard(id, record),
            Happening::Called { url, .. } if url.contains("/messages?") => {
                self.read_ms.extend(record.who.map(|who| (who, record.at_ms)));
            }
            _ => {}
        }
        if let Happening::End { .. } = record.what {
            return self.judge(None, record, findings);
        }
        let Some(who) = record.who else { return };
        if let Happening::Shown { row, status, .. } = &record.what
            && status == "sent"
            && let Some(line) = self.screens.get(&who).and_then(|screen| screen.lines.get(row))
            && let Some(id) = line.id.clone().filter(|_| !line.is_sent)
        {
            self.heard(&id, record);
        }
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
            // Above the break stands a conversation that is over, and what of it goes on below comes down when it is met there.
            Happening::Broken => screen.rows.clear(),
            Happening::Gone(_) => {
                self.judge(Some(who), record, findings);
                self.screens.remove(&who);
            }
            _ => {}
        }
    }
}

/// The slowest link of the simulation is faster.
const LATE_MS: u64 = 2_000;
