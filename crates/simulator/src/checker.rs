//! The judge: reads a history and nothing else, and tells which invariants of `faults.md` section 4.2 it breaks.
//!
//! It judges what was observable, never what a session thinks of itself.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each watch looks at the few kinds of events it judges, and a new kind is nobody's by itself"
)]

use std::fmt;

use crate::history::{Happening, History, Record, Setting};

pub use self::between::Between;

mod accounts;
mod between;
mod delivery;
mod screen;
mod settling;
mod traffic;

/// A promise that a run broke.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which invariant, as `faults.md` numbers it.
    pub invariant: &'static str,
    /// When, in virtual milliseconds.
    pub at_ms: u64,
    /// What is wrong.
    pub story: String,
    /// What led to it, where a few events tell it.
    pub events: Vec<String>,
}

impl Violation {
    pub(crate) const fn new(invariant: &'static str, at_ms: u64, story: String, events: Vec<String>) -> Self {
        Self {
            invariant,
            at_ms,
            story,
            events,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} ms: {}", self.invariant, self.at_ms, self.story)?;
        self.events
            .iter()
            .try_for_each(|event| write!(f, "\n    {event}"))
    }
}

/// What broke, told once per invariant and thing.
#[derive(Debug, Default)]
struct Findings {
    found: Vec<Violation>,
}

impl Findings {
    fn add(&mut self, invariant: &'static str, record: &Record, story: String) {
        let is_told = |known: &Violation| known.invariant == invariant && known.story == story;
        if self.found.len() < MOST_FINDINGS && !self.found.iter().any(is_told) {
            let events = vec![record.to_string()];
            self.found
                .push(Violation::new(invariant, record.at_ms, story, events));
        }
    }
}

/// Something that watches a history go by.
trait Watch {
    /// Sees one event.
    fn see(&mut self, record: &Record, findings: &mut Findings);
}

/// Judges a history.
#[must_use]
pub fn check(history: &History) -> Vec<Violation> {
    let setting = setting_of(history);
    let mut findings = Findings::default();
    let mut watches: Vec<Box<dyn Watch>> = vec![
        Box::new(delivery::Delivery::new(&setting)),
        Box::new(screen::Screens::default()),
        Box::new(traffic::Traffic::new(&setting)),
        Box::new(accounts::Accounts::new(&setting)),
        Box::new(settling::Settling::default()),
    ];
    for record in &history.records {
        for watch in &mut watches {
            watch.see(record, &mut findings);
        }
    }
    findings.found.sort_by_key(|violation| violation.at_ms);
    findings.found
}

fn setting_of(history: &History) -> Setting {
    let begin = history.records.iter().find_map(|record| {
        if let Happening::Begin(setting) = &record.what {
            Some(setting.clone())
        } else {
            None
        }
    });
    begin.unwrap_or_default()
}

/// A run that breaks everything need not tell everything.
const MOST_FINDINGS: usize = 20;
