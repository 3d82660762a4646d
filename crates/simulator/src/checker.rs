//! The judge: reads a history and nothing else, and tells which invariants of `faults.md` section 4.2 it breaks.
//!
//! It judges what was observable, never what a session thinks of itself.
//!
//! | invariants | judged by |
//! |---|---|
//! | I1 | `delivery` (nothing lost), `tabs` (nothing sent that was deleted), `words` (storage that keeps nothing is told of) |
//! | I2, I28 | `settling`; `traps` (a sound connection is left alone) |
//! | I3, I6, I8, I23, I27 | `delivery` |
//! | I5 | `delivery` (as applied), `order` (as shown), `turns` (one at a time) |
//! | I4, I25, I26 | `screen` |
//! | I7 | `delivery`, `screen`, `traffic` |
//! | I9, I11, I13, I31 | `traffic`; `breaker` (I11: what failures elsewhere forbid) |
//! | I10 | `traffic` (never two), `sockets` (when none at all) |
//! | I12 | `traffic` (whoever was told), `tabs` (everybody else) |
//! | I14 | [`Between`]: it takes many runs |
//! | I15, I16, I17, I18, I20 | `accounts` |
//! | I19 | `pairs` |
//! | I21 | `locks` |
//! | I22 | `limits`; what a session keeps unseen, by its own tests |
//! | I24 | `tabs` |
//! | I29 | `traps` |
//! | I30 | the test `a_seed_is_the_same_run_under_any_clock` |
//! | I32 | `restarts` |
//! | I33 | the tests of `crates/markdown`, and of the browser: nothing is drawn here |
//! | I34 | `words`; that text is text, the tests of the browser |
//! | I35 | the test `a_seed_is_a_run_byte_for_byte` |

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each watch looks at the few kinds of events it judges, and a new kind is nobody's by itself"
)]

use std::fmt;

use crate::history::{Happening, History, Record, Setting};

pub use self::between::Between;

mod accounts;
mod between;
mod breaker;
mod delivery;
mod excuses;
mod limits;
mod locks;
mod order;
mod pairs;
mod restarts;
mod screen;
mod settling;
mod sockets;
mod tabs;
mod traffic;
mod traps;
mod turns;
mod words;

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
        Box::new(order::Order::new(&setting)),
        Box::new(traffic::Traffic::new(&setting)),
        Box::new(accounts::Accounts::new(&setting)),
        Box::new(settling::Settling::default()),
        Box::new(breaker::Breaker::default()),
        Box::new(limits::Limits::default()),
        Box::new(locks::Locks::default()),
        Box::new(pairs::Pairs::new(&setting)),
        Box::new(restarts::Restarts::default()),
        Box::new(sockets::Sockets::new(&setting)),
        Box::new(tabs::Tabs::default()),
        Box::new(traps::Traps::default()),
        Box::new(turns::Turns::default()),
        Box::new(words::Words::default()),
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

/// No machine sleeps longer here, and no page is busy for longer.
const LONGEST_SLEEP_MS: u64 = 150_000;

/// `faults.md` section 6.2: how long one page is left to try alone.
const PAUSE_MS: u64 = 30_000;

/// A run that breaks everything need not tell everything.
const MOST_FINDINGS: usize = 20;
