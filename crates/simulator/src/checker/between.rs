//! What no single run shows: chance that differs from run to run.

use std::collections::BTreeMap;

use super::Violation;
use crate::history::{Happening, History, Who};

/// How long pages waited at the cap, over many runs.
#[derive(Clone, Debug, Default)]
pub struct Between {
    /// How many waits fell into each second.
    seconds: BTreeMap<u64, u64>,
    waits: u64,
}

impl Between {
    /// Adds a run.
    pub fn add(&mut self, history: &History) {
        let mut pages: BTreeMap<Who, u32> = BTreeMap::new();
        for record in &history.records {
            let Some(who) = record.who else { continue };
            let tries = pages.entry(who).or_default();
            match &record.what {
                Happening::Dialled { .. } => *tries += 1,
                // Whoever was heard begins anew, and so does whoever was asked for patience.
                Happening::FrameCame { .. } | Happening::Answered { .. } => *tries = 0,
                Happening::PhaseShown {
                    retry_in_ms: Some(wait_ms),
                    ..
                } if *tries >= CAPPED_FROM && *wait_ms <= CAP_MS => {
                    *self.seconds.entry(wait_ms / 1000).or_default() += 1;
                    self.waits += 1;
                }
                _ => {}
            }
        }
    }

    /// What is wrong with all of them, once they are enough.
    #[must_use]
    pub fn judge(&self) -> Option<Violation> {
        let most = self.seconds.values().max().copied().unwrap_or_default();
        let [first, last] = [self.seconds.keys().min(), self.seconds.keys().max()];
        let spread_ms = last
            .zip(first)
            .map_or(0, |(last, first)| (last + 1 - first) * 1000);
        let is_heaped = self.waits >= ENOUGH_TO_HEAP && most * 100 > self.waits * 35;
        let is_narrow = self.waits >= ENOUGH_TO_SPREAD && spread_ms * 100 < CAP_MS * 45;
        (is_heaped || is_narrow).then(|| {
            let story = format!(
                "{most} of {} waits at the cap are equally long, and they lie {spread_ms} ms apart",
                self.waits
            );
            Violation::new("I14", 0, story, Vec::new())
        })
    }
}

/// 2⁶ s is so far above the cap that nothing but the cap decides.
const CAPPED_FROM: u32 = 6;
const CAP_MS: u64 = 30_000;

/// So many waits between half of the cap and the cap never fall into one second by chance, and so many reach both ends.
const ENOUGH_TO_HEAP: u64 = 40;
const ENOUGH_TO_SPREAD: u64 = 200;
