//! Planted defects and who catches them: the measure of the simulator itself.
//!
//! A run only proves something about a defect where the same seed is clean without it. And once something differs, a run
//! is another run: what runs without any defect also come to now and then proves nothing either.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use miptech_chat_session::defect::{self, Defect};

use crate::{
    checker::{Between, Violation},
    run::{Options, run},
};

/// What runs without any defect come to.
#[derive(Debug)]
pub struct Hunt {
    seeds: Range<u64>,
    broken: BTreeSet<u64>,
    kinds: BTreeSet<String>,
}

/// A run that only a defect broke.
#[derive(Debug)]
pub struct Kill {
    /// Its seed.
    pub seed: u64,
    /// The promise it broke.
    pub violation: Violation,
    /// Whether some other seed breaks it in the same way without a defect.
    pub is_known: bool,
}

impl Hunt {
    /// Runs these seeds without a defect, on several threads.
    #[must_use]
    pub fn new(seeds: Range<u64>, threads: usize) -> Self {
        let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= seeds.end {
                            return;
                        }
                        let violations = run(seed, Options::default()).violations;
                        let kinds = violations.iter().map(|violation| (seed, kind_of(violation)));
                        found.lock().unwrap_or_else(PoisonError::into_inner).extend(kinds);
                    }
                });
            }
        });
        let (broken, kinds) = found
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
            .into_iter()
            .unzip();
        Self { seeds, broken, kinds }
    }

    /// The seeds that break a promise without any defect.
    #[must_use]
    pub const fn broken(&self) -> &BTreeSet<u64> {
        &self.broken
    }

    /// Plants a defect and gives the first run it breaks, and the first in which it breaks the promise it is expected to.
    #[must_use]
    pub fn find(&self, defect: Defect) -> [Option<Kill>; 2] {
        defect::plant(Some(defect));
        let found = self.search(defect.invariant());
        defect::plant(None);
        found
    }

    fn search(&self, expected: &str) -> [Option<Kill>; 2] {
        let (mut first, mut between): (Option<Kill>, _) = (None, Between::default());
        for seed in self.seeds.clone().filter(|seed| !self.broken.contains(seed)) {
            if first.as_ref().is_some_and(|first| seed > first.seed + LOOKED_ON) {
                return [first, None];
            }
            let outcome = run(seed, Options::default());
            between.add(&outcome.history);
            let violations = outcome.violations.into_iter().chain(between.judge());
            let kills = violations.map(|violation| Kill {
                seed,
                is_known: self.kinds.contains(&kind_of(&violation)),
                violation,
            });
            // Of what happens without it as well only the expected promise proves something.
            let mut kills: Vec<Kill> = kills
                .filter(|kill| !kill.is_known || kill.violation.invariant == expected)
                .collect();
            let is_expected = |kill: &Kill| kill.violation.invariant == expected;
            if let Some(place) = kills.iter().position(is_expected) {
                return [first, Some(kills.swap_remove(place))];
            }
            first = first.or_else(|| kills.into_iter().next());
        }
        [first, None]
    }
}

/// What a violation is, whichever message, answer or page it is about.
fn kind_of(violation: &Violation) -> String {
    let story = violation
        .story
        .split(' ')
        .filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    story.fold(violation.invariant.to_owned(), |kind, word| kind + " " + word)
}

/// How many seeds further the expected promise is looked for, where another one was broken first.
const LOOKED_ON: u64 = 300;
