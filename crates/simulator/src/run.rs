//! One seed, one run, one verdict.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    checker::{self, Violation},
    history::History,
    plan::Plan,
    replay::Trace,
    world::World,
};

/// What may be said about a run besides its seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Changes what was drawn, for a test that wants a certain world.
    pub change: Option<fn(&mut Plan)>,
    /// Whether what pages tell their sessions is written down.
    pub traces: bool,
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Everything observable.
    pub history: History,
    /// The promises that were broken.
    pub violations: Vec<Violation>,
    /// What each page told its session, where it is written down.
    pub traces: Vec<Trace>,
}

/// Runs a seed.
#[must_use]
pub fn run(seed: u64, options: Options) -> Outcome {
    let mut plan = Plan::of(seed);
    if let Some(change) = options.change {
        change(&mut plan);
    }
    let Some(mut world) = World::new(seed, plan) else {
        return Outcome {
            history: History::default(),
            violations: vec![Violation::new(
                "world",
                0,
                "the world could not be made".to_owned(),
                Vec::new(),
            )],
            traces: Vec::new(),
        };
    };
    world.is_traced = options.traces;
    let is_whole = catch_unwind(AssertUnwindSafe(|| world.run())).is_ok();
    let history = std::mem::take(&mut world.history);
    let mut violations = checker::check(&history);
    if !is_whole {
        let last = history
            .records
            .iter()
            .rev()
            .take(12)
            .rev()
            .map(ToString::to_string)
            .collect();
        let at_ms = history.records.last().map_or(0, |record| record.at_ms);
        violations.insert(
            0,
            Violation::new("panic", at_ms, "the session panicked".to_owned(), last),
        );
    }
    let traces = world.traces();
    Outcome {
        history,
        violations,
        traces,
    }
}

/// The seeds that ever failed, which every test run repeats.
#[must_use]
pub fn failing_seeds() -> Vec<u64> {
    let lines = include_str!("../failing_seeds.txt").lines();
    lines
        .filter_map(|line| line.split('#').next()?.trim().parse().ok())
        .collect()
}
