//! Once faults stop: live again in time, and nothing waits for ever.

use std::collections::{BTreeMap, BTreeSet};

use super::{Findings, LONGEST_SLEEP_MS, PAUSE_MS, Watch};
use crate::history::{By, Click, Happening, Holds, Record, Who};

/// What a page shows that matters here.
#[derive(Debug, Default)]
struct Page {
    connection: String,
    /// The notice asks the visitor to decide.
    is_asked: bool,
    /// Only the visitor tries again.
    is_manual: bool,
    rows: BTreeMap<u64, (String, String)>,
    /// Nothing may be tried before: the platform asked for patience, or as much was tried as I11 allows.
    held_until_ms: u64,
    /// Until when another page tries, unless the visitor asks for a try here.
    left_until_ms: u64,
    dials: Vec<u64>,
    creations: Vec<u64>,
    /// When the visitor last asked for the next try, and until when it has to be made.
    clicked_ms: Option<u64>,
    retry_by_ms: Option<u64>,
    /// What was under way when faults stopped.
    sockets: BTreeSet<usize>,
    calls: BTreeSet<usize>,
    /// The last call of then that asked why sockets fail.
    inquiry: Option<usize>,
}

impl Page {
    /// Before this moment it tries nothing by itself.
    fn free_from_ms(&self) -> u64 {
        self.held_until_ms.max(self.left_until_ms)
    }

    /// A try was made, and when the next may be is a matter of the ceilings (I11).
    fn tried(&mut self, tries: fn(&mut Self) -> &mut Vec<u64>, at_ms: u64) {
        let tries = tries(self);
        tries.push(at_ms);
        let free = |most: usize, span_ms: u64| {
            let nth_last = tries.len().checked_sub(most)?;
            Some(tries.get(nth_last)? + span_ms)
        };
        let free_ms = [free(8, 60_000), free(25, 300_000)].into_iter().flatten().max();
        self.held_until_ms = self.held_until_ms.max(free_ms.unwrap_or_default());
    }
}

#[derive(Debug, Default)]
pub(super) struct Settling {
    pages: BTreeMap<Who, Page>,
    /// The page concerned, when faults stopped, and until when it may take.
    calm: Option<(Who, u64)>,
    calm_ms: u64,
    was_live: bool,
    /// Who told last that it alone tries, and until when.
    failing: Option<(Who, u64)>,
    /// When any page began to renew the tokens.
    renewals: Vec<u64>,
}

impl Settling {
    fn end(&self, record: &Record, findings: &mut Findings) {
        // A delay that was in force when faults stopped may outlast the run: tokens are renewed three times in ten minutes and
        // no oftener (I16), and until then a pair that has run out joins nothing.
        let Some((who, until_ms)) = self.calm else { return };
        let Some(page) = self.pages.get(&who) else { return };
        if until_ms.max(page.free_from_ms() + SLACK_MS) >= record.at_ms {
            return;
        }
        let is_excused =
            page.is_asked || page.is_manual || matches!(page.connection.as_str(), "signed-out" | "blocked");
        if page.connection != "live" && !is_excused {
            findings.add("I28", record, format!("the page ends {}", page.connection));
        }
        for (id, status) in page.rows.values() {
            if matches!(status.as_str(), "queued" | "sending") && !is_excused {
                findings.add("I2", record, format!("{id} is still {status}"));
            }
        }
    }

    /// A try that was under way when faults stopped may still fail by them, and the pause that follows is one of those then
    /// in force: at most 60 s after ten minutes of trouble (`faults.md` section 6.1).
    fn late_failure(&mut self, record: &Record) {
        let (Some((who, until_ms)), Some(page)) = (&mut self.calm, record.who) else {
            return;
        };
        let Some(page) = self.pages.get_mut(&page).filter(|_| page == *who) else {
            return;
        };
        let has_failed = match &record.what {
            Happening::Ended { socket, .. } | Happening::Abandoned { socket, .. } => {
                page.sockets.remove(socket)
            }
            Happening::Answered {
                call,
                status,
                is_ours,
                ..
            } => {
                let is_good = *status == Some(200) && *is_ours;
                // Calls get through where sockets failed until a moment ago: the next is a minute away, and a fifth more by
                // chance (row N15).
                if is_good && page.inquiry == Some(*call) {
                    *until_ms = (*until_ms).max(record.at_ms + 72_000 + SLACK_MS);
                }
                page.calls.remove(call) && !is_good
            }
            Happening::Aborted { call } => page.calls.remove(call),
            _ => false,
        };
        if has_failed {
            *until_ms = (*until_ms).max(record.at_ms + 60_000 + SLACK_MS);
        }
    }

    /// Within five seconds of a click on Retry something is tried.
    fn retry_due(&mut self, record: &Record, findings: &mut Findings) {
        for (who, page) in &mut self.pages {
            let is_try = matches!(record.what, Happening::Called { .. } | Happening::Dialled { .. });
            if is_try && record.who == Some(*who) || page.held_until_ms > record.at_ms {
                page.retry_by_ms = None;
            }
            if page.retry_by_ms.take_if(|by| *by < record.at_ms).is_some() {
                findings.add(
                    "I28",
                    record,
                    "the visitor asked for a try, and none was made".to_owned(),
                );
            }
        }
    }

    fn time_passed(&mut self, record: &Record, findings: &mut Findings) {
        let Some((who, until_ms)) = self.calm.filter(|_| !self.was_live) else {
            return;
        };
        let Some(page) = self.pages.get(&who) else { return };
        let is_excused =
            page.is_asked || page.is_manual || matches!(page.connection.as_str(), "signed-out" | "blocked");
        if page.connection == "live" || is_excused {
            self.was_live = true;
        } else if record.at_ms > until_ms.max(page.free_from_ms() + SLACK_MS) {
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
        self.late_failure(record);
        // A page's own clock may stand still while the machine sleeps, and a ceiling with it.
        if matches!(&record.what, Happening::Fault(name) if name == "Sleep") {
            let held = self.pages.values_mut();
            held.filter(|page| page.held_until_ms > record.at_ms)
                .for_each(|page| page.held_until_ms += LONGEST_SLEEP_MS);
            // So do the minutes a ceiling looks back on.
            for page in self.pages.values_mut() {
                let tries = page.dials.iter_mut().chain(&mut page.creations);
                tries
                    .filter(|at| **at + 300_000 > record.at_ms)
                    .for_each(|at| *at += LONGEST_SLEEP_MS);
            }
            let renewals = self.renewals.iter_mut();
            renewals
                .filter(|at| **at + 600_000 > record.at_ms)
                .for_each(|at| *at += LONGEST_SLEEP_MS);
            // So may the five seconds from one click to the next.
            let clicked = self
                .pages
                .values_mut()
                .filter_map(|page| page.clicked_ms.as_mut());
            clicked
                .filter(|at| **at + RETRY_MS > record.at_ms)
                .for_each(|at| *at += LONGEST_SLEEP_MS);
        }
        // The last of the faults may be heard of by another page after they stopped, and counts for all (row N5).
        if matches!(&record.what, Happening::Stored { key, .. } if key.ends_with(":hold")) {
            for page in self.pages.values_mut() {
                page.held_until_ms = page.held_until_ms.max(record.at_ms + 120_000 * 6 / 5);
            }
        }
        if let Happening::Stored {
            holds: Holds::Failing,
            ..
        } = &record.what
        {
            let until_ms = record.at_ms + PAUSE_MS + SPREAD_MS;
            self.failing = record.who.map(|who| (who, until_ms));
            let others = self.pages.iter_mut().filter(|(who, _)| record.who != Some(**who));
            others.for_each(|(_, page)| page.left_until_ms = until_ms);
        }
        self.retry_due(record, findings);
        self.time_passed(record, findings);
        if let Happening::End { .. } = record.what {
            return self.end(record, findings);
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        match &record.what {
            Happening::PhaseShown {
                connection,
                retry_in_ms,
            } => {
                page.connection.clone_from(connection);
                // What was in force when faults stopped may show only as the panel opens.
                if let (Some((hero, until_ms)), Some(wait_ms)) = (&mut self.calm, retry_in_ms)
                    && (*hero, self.calm_ms) == (who, record.at_ms)
                {
                    *until_ms = (*until_ms).max(record.at_ms + wait_ms + SLACK_MS);
                    page.held_until_ms = page.held_until_ms.max(record.at_ms + wait_ms);
                }
                // It was set out on, and may end where the platform asked for patience, or in a ceiling.
                page.retry_by_ms.take_if(|_| connection != "waiting");
                // After a close code nobody knows, and where the platform asks for hours, only the visitor tries again
                // (`faults.md` section 3.0, row N7): the screen says so.
                page.is_manual = connection == "waiting" && retry_in_ms.is_none();
            }
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
            // One click in five seconds is granted (row N29), and none before what was asked for (row N5).
            Happening::Clicked(Click::Retry) => {
                page.left_until_ms = 0;
                let is_granted = page.clicked_ms.is_none_or(|at| at + RETRY_MS <= record.at_ms);
                page.clicked_ms = Some(record.at_ms);
                let is_free = page.connection == "waiting" && page.held_until_ms <= record.at_ms;
                if self.calm.is_some_and(|(hero, _)| hero == who) && is_granted && is_free {
                    page.retry_by_ms = Some(record.at_ms + RETRY_MS);
                }
            }
            Happening::Dialled { socket, .. } => {
                page.tried(|page| &mut page.dials, record.at_ms);
                if self.calm.is_none() {
                    page.sockets.insert(*socket);
                }
            }
            Happening::Called { call, .. } if record.what.asks_for_chat() => {
                page.tried(|page| &mut page.creations, record.at_ms);
                if self.calm.is_none() {
                    page.calls.insert(*call);
                }
            }
            Happening::Called {
                call,
                refresh: Some(_),
                ..
            } => {
                self.renewals.push(record.at_ms);
                if self.calm.is_none() {
                    page.calls.insert(*call);
                }
            }
            Happening::Called { call, .. } if record.what.asks_for_reason() && self.calm.is_none() => {
                page.inquiry = Some(*call);
            }
            // The platform refused the token, and when the next may be asked for is a matter of I16.
            Happening::LockAsked { lock } if lock == "renewal" => {
                let begun = |nth_last: usize| self.renewals.iter().rev().nth(nth_last);
                let free = [begun(0).map(|at| at + 30_000), begun(2).map(|at| at + 600_000)];
                page.held_until_ms = free.into_iter().flatten().fold(page.held_until_ms, u64::max);
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
            Happening::Calm {
                longest_wait_ms,
                hold_ms,
            } => {
                page.held_until_ms = page.held_until_ms.max(record.at_ms + hold_ms);
                self.calm_ms = record.at_ms;
                self.calm = Some((who, record.at_ms + longest_wait_ms + SLACK_MS));
            }
            Happening::Opened { .. } => {
                let left = self.failing.filter(|(teller, _)| *teller != who);
                page.left_until_ms = left.map_or(0, |(_, until_ms)| until_ms);
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

/// What a page spreads behind a pause (`Dlocal`, `faults.md` section 6.1).
const SPREAD_MS: u64 = 1_000;

/// I28: within five seconds of a click on Retry; and row N29: one in five seconds.
const RETRY_MS: u64 = 5000;
