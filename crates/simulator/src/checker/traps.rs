//! No state is a trap (I29): the visitor's word moves it, or the screen says why not; and a sound connection is left alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, Watch, excuses::Excuses};
use crate::history::{Click, Happening, Life, Record, Who};

/// What a page shows that matters here.
#[derive(Debug, Default)]
struct Page {
    connection: String,
    has_retry_time: bool,
    has_notice: bool,
    is_hidden: bool,
    /// Since when a click for another try has come to nothing.
    clicked_ms: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Traps {
    excuses: Excuses,
    pages: BTreeMap<Who, Page>,
    /// The page of the liveness phase, once faults have stopped, and the sockets it has dialled since.
    hero: Option<Who>,
    sockets: BTreeSet<usize>,
    /// When there last was a reason to give a socket up, and a socket given up for none.
    acted_ms: u64,
    abandoned: Option<Record>,
}

impl Traps {
    fn time_passed(&mut self, record: &Record, findings: &mut Findings) {
        if let Some(abandoned) = self.abandoned.take_if(|abandoned| abandoned.at_ms < record.at_ms)
            && self.acted_ms < abandoned.at_ms
        {
            findings.add("I28", &abandoned, "a sound connection is given up".to_owned());
        }
        let is_excused = self.excuses.of_standing_still(record.at_ms);
        for page in self.pages.values_mut() {
            if page.clicked_ms.is_some_and(|at| record.at_ms > at + RETRY_MS) {
                page.clicked_ms = None;
                if !is_excused && !page.is_hidden {
                    findings.add("I29", record, "a click for another try does nothing".to_owned());
                }
            }
        }
    }

    fn end(&self, record: &Record, findings: &mut Findings) {
        let page = self.hero.and_then(|who| self.pages.get(&who));
        let Some(page) = page else { return };
        match page.connection.as_str() {
            "blocked" if !page.has_notice => {
                let story = "the page ends blocked and does not say why".to_owned();
                findings.add("I29", record, story);
            }
            "waiting" if !page.has_retry_time => {
                let story = "the page ends waiting for a click, and clicks have come to nothing".to_owned();
                findings.add("I29", record, story);
            }
            _ => {}
        }
    }
}

impl Watch for Traps {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        self.excuses.see(record);
        self.time_passed(record, findings);
        if let Happening::End { .. } = record.what {
            return self.end(record, findings);
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::Opened { is_visible, .. } => page.is_hidden = !is_visible,
            Happening::Page(Life::Hidden | Life::Left) => page.is_hidden = true,
            Happening::Page(Life::Visible | Life::Returned) => page.is_hidden = false,
            Happening::Clicked(Click::Retry) if page.connection == "waiting" && !page.has_retry_time => {
                page.clicked_ms.get_or_insert(record.at_ms);
            }
            Happening::Clicked(_) => page.clicked_ms = None,
            Happening::PhaseShown {
                connection,
                retry_in_ms,
            } => {
                page.connection.clone_from(connection);
                page.has_retry_time = retry_in_ms.is_some();
                page.clicked_ms = None;
            }
            Happening::NoticeShown(notice) => page.has_notice = notice.is_some(),
            Happening::Calm { .. } => self.hero = Some(who),
            Happening::Connected { socket } if self.hero == Some(who) => {
                self.sockets.insert(*socket);
            }
            // Faults have stopped, the page is seen and open: nothing is wrong with a socket it has dialled since.
            Happening::Abandoned { socket, .. }
                if self.sockets.contains(socket) && page.connection == "live" =>
            {
                self.abandoned.get_or_insert(record.clone());
            }
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
        let says_why =
            |kind: &str| matches!(kind, "chat_created" | "error" | "unauthorized" | "token_expired");
        let is_reason = match &record.what {
            Happening::AuthShown { .. }
            | Happening::Broken
            | Happening::ChatShown { .. }
            | Happening::Clicked(_)
            | Happening::ErrorTold { .. }
            | Happening::Heard { .. } => true,
            Happening::FrameCame { kind, .. } => says_why(kind),
            _ => false,
        };
        if self.hero == Some(who) && is_reason {
            self.acted_ms = record.at_ms;
        }
    }
}

/// A retry is granted every five seconds, and begins within one.
const RETRY_MS: u64 = 12_000;
