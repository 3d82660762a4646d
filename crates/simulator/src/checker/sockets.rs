//! When there is no socket at all: closed, paused, blocked, signed out, hidden for long, or left (I10).

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch, excuses::Excuses};
use crate::history::{Click, Happening, Life, Record, Setting, Who};

/// What a page shows, and the sockets it holds.
#[derive(Debug, Default)]
struct Page {
    connection: String,
    is_open: bool,
    is_left: bool,
    hidden_ms: Option<u64>,
    /// Lines that wait for the platform.
    awaited: BTreeSet<u64>,
    /// Since when nothing is awaited.
    rest_ms: u64,
    sockets: BTreeSet<usize>,
}

impl Page {
    /// Why it may hold no socket, where it may not.
    fn bar(&self, connects_closed: bool, now_ms: u64, is_excused: bool) -> Option<&str> {
        let is_idle = self.awaited.is_empty();
        let is_unseen_for = |span_ms: u64| self.hidden_ms.is_some_and(|since_ms| now_ms > since_ms + span_ms);
        let has_rested = is_idle && now_ms > self.rest_ms + LATE_MS;
        if self.is_left {
            Some("left")
        } else if matches!(self.connection.as_str(), "paused" | "blocked" | "signed-out") {
            Some(&self.connection)
        } else if !self.is_open && !connects_closed && is_idle {
            Some("closed")
        } else if !is_excused && (has_rested && is_unseen_for(HIDDEN_MS) || is_unseen_for(AT_WORK_MS)) {
            Some("hidden for long")
        } else {
            None
        }
    }

    fn awaits(&mut self, row: u64, status: &str, now_ms: u64) {
        if matches!(status, "queued" | "sending" | "streaming" | "thinking") {
            self.awaited.insert(row);
        } else {
            self.done(row, now_ms);
        }
    }

    fn done(&mut self, row: u64, now_ms: u64) {
        if self.awaited.remove(&row) && self.awaited.is_empty() {
            self.rest_ms = now_ms;
        }
    }
}

#[derive(Debug)]
pub(super) struct Sockets {
    connects_closed: bool,
    excuses: Excuses,
    pages: BTreeMap<Who, Page>,
    now_ms: u64,
}

impl Sockets {
    pub(super) fn new(setting: &Setting) -> Self {
        Self {
            connects_closed: setting.connects_closed,
            excuses: Excuses::default(),
            pages: BTreeMap::new(),
            now_ms: 0,
        }
    }
}

impl Watch for Sockets {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.excuses.see(record);
        if record.at_ms > self.now_ms {
            // A turn takes no time, so whatever it lets go of is gone by now.
            let is_excused = self.excuses.of_standing_still(record.at_ms);
            for page in self.pages.values().filter(|page| !page.sockets.is_empty()) {
                if let Some(bar) = page.bar(self.connects_closed, record.at_ms, is_excused) {
                    findings.add("I10", record, format!("a page that is {bar} holds a socket"));
                }
            }
            self.now_ms = record.at_ms;
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::Opened { is_visible, .. } => page.hidden_ms = (!is_visible).then_some(record.at_ms),
            Happening::Page(Life::Hidden) => {
                page.hidden_ms.get_or_insert(record.at_ms);
            }
            Happening::Page(Life::Left) => page.is_left = true,
            Happening::Page(Life::Returned) => (page.is_left, page.hidden_ms) = (false, None),
            Happening::Page(Life::Visible) => page.hidden_ms = None,
            Happening::Clicked(Click::Open) => page.is_open = true,
            Happening::Clicked(Click::Close) => page.is_open = false,
            Happening::PhaseShown { connection, .. } => page.connection.clone_from(connection),
            Happening::Added { row, status, .. } | Happening::Shown { row, status, .. } => {
                page.awaits(*row, status, record.at_ms);
            }
            Happening::Removed { row } => page.done(*row, record.at_ms),
            Happening::Dialled { socket, .. } => {
                page.sockets.insert(*socket);
            }
            Happening::Ended { socket, .. } | Happening::Abandoned { socket, .. } => {
                page.sockets.remove(socket);
            }
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
    }
}

/// A page at rest keeps its socket for five minutes, one at work for ten (`faults.md` section 6.1); and so late may the
/// timers of a hidden page be.
const LATE_MS: u64 = 122_000;
const HIDDEN_MS: u64 = 300_000 + LATE_MS;
const AT_WORK_MS: u64 = 600_000 + LATE_MS;
