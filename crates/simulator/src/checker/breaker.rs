//! Where nothing has worked for a while one page tries, and the others leave the platform alone (`faults.md` section 6.2),
//! unless the visitor or the network gives them a reason of their own.

use std::collections::BTreeMap;

use super::{Findings, LONGEST_SLEEP_MS, PAUSE_MS, Watch};
use crate::history::{Click, Happening, Holds, Life, Record, Who};

#[derive(Debug, Default)]
struct Page {
    /// Until when it leaves another page to try.
    paused_until_ms: u64,
    /// The pause, by its end, that it left to another page until it heard from the platform itself: told of once more it is
    /// no news.
    refuted_ms: u64,
    /// Until when it may be about to try for a reason of its own.
    own_until_ms: u64,
    is_unseen: bool,
    reads_storage: bool,
}

impl Page {
    const fn tries_by_itself(&mut self, now_ms: u64) {
        self.paused_until_ms = 0;
        self.own_until_ms = now_ms + LONGEST_LOCAL_MS;
    }

    const fn hears_platform(&mut self) {
        if self.paused_until_ms != 0 {
            self.refuted_ms = self.paused_until_ms;
        }
        self.paused_until_ms = 0;
    }
}

#[derive(Debug, Default)]
pub(super) struct Breaker {
    pages: BTreeMap<Who, Page>,
    /// Who wrote that it alone tries, all in one moment, and until when.
    told: Option<(Vec<Who>, u64)>,
}

impl Breaker {
    fn tried(&self, what: &str, record: &Record, findings: &mut Findings) {
        let page = record.who.and_then(|who| self.pages.get(&who));
        if page.is_some_and(|page| page.paused_until_ms > record.at_ms) {
            findings.add(
                "I11",
                record,
                format!("{what} while another page is left to try alone"),
            );
        }
    }
}

impl Watch for Breaker {
    fn see(&mut self, record: &Record, findings: &mut Findings) {
        match &record.what {
            Happening::Stored {
                holds: Holds::Failing,
                ..
            } => {
                let until_ms = record.at_ms + PAUSE_MS;
                let (tellers, _) = self
                    .told
                    .take_if(|(_, told_ms)| *told_ms == until_ms)
                    .unwrap_or_default();
                self.told = Some((tellers.into_iter().chain(record.who).collect(), until_ms));
            }
            Happening::Stored { key, .. } | Happening::Unstored { key, .. } | Happening::Meddled { key }
                if key.ends_with(":failing") =>
            {
                self.told = None;
            }
            Happening::Cleared => self.told = None,
            // A page that finds that it stood still, or that the clock was set, looks after everything, whenever it finds that;
            // and the pause is told by that clock.
            Happening::Fault(name) if name.starts_with("Clock") || name == "Busy" || name == "Sleep" => {
                self.told.take_if(|_| name.starts_with("Clock"));
                let until_ms = record.at_ms + LONGEST_SLEEP_MS;
                self.pages
                    .values_mut()
                    .for_each(|page| page.tries_by_itself(until_ms));
            }
            Happening::Dialled { .. } => self.tried("a socket is opened", record, findings),
            what if what.asks_for_chat() => self.tried("a chat is asked for", record, findings),
            _ => {}
        }
        let Some(who) = record.who else { return };
        let page = self.pages.entry(who).or_default();
        let told = self.told.as_ref().filter(|(tellers, _)| !tellers.contains(&who));
        let told_ms = told.map(|(_, until_ms)| *until_ms);
        match &record.what {
            Happening::Heard { key: Some(key) }
                if key.ends_with(":failing") && page.reads_storage && page.own_until_ms < record.at_ms =>
            {
                let is_news = |until_ms: &u64| *until_ms != page.refuted_ms;
                page.paused_until_ms = told_ms.filter(is_news).unwrap_or(page.paused_until_ms);
            }
            Happening::Opened {
                is_visible,
                reads_storage,
            } => {
                page.paused_until_ms = told_ms.filter(|_| *reads_storage).unwrap_or(0);
                (page.is_unseen, page.reads_storage) = (!is_visible, *reads_storage);
            }
            Happening::Page(Life::Frozen | Life::Hidden | Life::Left) => page.is_unseen = true,
            // Who asks for a try gets one, and whoever comes back tries at once.
            Happening::Clicked(Click::Retry)
            | Happening::Page(Life::Online | Life::Returned | Life::Thawed) => {
                page.tries_by_itself(record.at_ms);
            }
            Happening::Page(Life::Visible) if std::mem::take(&mut page.is_unseen) => {
                page.tries_by_itself(record.at_ms);
            }
            // The platform is there for it, or its silence counts as that.
            Happening::ChatShown { .. } | Happening::FrameCame { .. } => page.hears_platform(),
            Happening::PhaseShown { connection, .. } if connection == "live" => page.hears_platform(),
            Happening::Gone(_) => {
                self.pages.remove(&who);
            }
            _ => {}
        }
    }
}

/// `Dlocal`, at most once in five seconds (`faults.md` section 6.1).
const LONGEST_LOCAL_MS: u64 = 5750;
