//! Runs seeds and prints what broke: `cargo xtask simulate`.

use std::{
    env,
    ops::Range,
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Instant,
};

use miptech_chat_simulator::{Coverage, Options, Outcome, checker::Between, failing_seeds, run};

fn main() -> ExitCode {
    // A panic of the session is a finding like any other, told with its seed.
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--seeds", seeds] => seeds_of(seeds).map_or_else(usage, |seeds| simulate(&seeds)),
        ["--coverage", seeds] => seeds_of(seeds).map_or_else(usage, |seeds| cover(&seeds)),
        ["--history", seed] => seed.parse().map_or_else(|_| usage(), print_history),
        ["--trace", seed, page] => match (seed.parse(), page.parse()) {
            (Ok(seed), Ok(page)) => print_trace(seed, page),
            _ => usage(),
        },
        ["--defects"] => planted::all(0..HUNTED),
        ["--defects", seeds] => seeds_of(seeds).map_or_else(usage, planted::all),
        ["--defect", name] => planted::one(name, 0..HUNTED),
        ["--defect", name, seeds] => seeds_of(seeds).map_or_else(usage, |seeds| planted::one(name, seeds)),
        ["--defect", name, "--history", seed] => planted::history(name, seed),
        _ => usage(),
    }
}

/// So many seeds a defect may take.
const HUNTED: u64 = 2000;

fn usage() -> ExitCode {
    eprintln!(
        "expected `--seeds A..B`, `--coverage A..B`, `--history SEED`, `--trace SEED PAGE`, `--defects [A..B]`, \
         `--defect NAME [A..B]` or `--defect NAME --history SEED`"
    );
    ExitCode::FAILURE
}

fn seeds_of(text: &str) -> Option<Range<u64>> {
    let (first, end) = text.split_once("..")?;
    Some(first.parse().ok()?..end.parse().ok()?)
}

fn print_history(seed: u64) -> ExitCode {
    let outcome = run(seed, Options::default());
    print!("{}", outcome.history);
    report(seed, &outcome);
    ExitCode::SUCCESS
}

/// What a page of a run told its session, for `cargo xtask replay`.
fn print_trace(seed: u64, page: usize) -> ExitCode {
    let options = Options {
        traces: true,
        ..Options::default()
    };
    match run(seed, options).traces.get(page) {
        Some(trace) => {
            println!("{trace}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("seed {seed} has no page {page}");
            ExitCode::FAILURE
        }
    }
}

fn cover(seeds: &Range<u64>) -> ExitCode {
    let mut coverage = Coverage::default();
    for seed in seeds.clone() {
        coverage.add(&run(seed, Options::default()).history);
    }
    print!("{coverage}");
    ExitCode::SUCCESS
}

fn simulate(seeds: &Range<u64>) -> ExitCode {
    let begun = Instant::now();
    let all: Vec<u64> = failing_seeds().into_iter().chain(seeds.clone()).collect();
    let (next, broken) = (AtomicU64::new(0), AtomicU64::new(0));
    let between = Mutex::new(Between::default());
    thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let seed = usize::try_from(place).ok().and_then(|place| all.get(place));
                    let Some(seed) = seed else { return };
                    let outcome = run(*seed, Options::default());
                    between
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .add(&outcome.history);
                    if !outcome.violations.is_empty() {
                        broken.fetch_add(1, Ordering::Relaxed);
                        report(*seed, &outcome);
                    }
                    if (place + 1) % 500 == 0 {
                        println!("{} seeds after {:.0?}", place + 1, begun.elapsed());
                    }
                }
            });
        }
    });
    let mut broken = broken.into_inner();
    let between = between.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(violation) = between.judge() {
        broken += 1;
        println!("all seeds: {violation}");
    }
    println!(
        "{} seeds, {broken} of them broke a promise, {:.1?}",
        all.len(),
        begun.elapsed()
    );
    if broken == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn report(seed: u64, outcome: &Outcome) {
    let mut text = String::new();
    for violation in &outcome.violations {
        text.push_str(&format!("seed {seed}: {violation}\n"));
    }
    print!("{text}");
}

/// Every defect in turn, or one, or one in one run.
#[cfg(feature = "defects")]
mod planted {
    use std::{
        ops::Range,
        process::ExitCode,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    use miptech_chat_session::defect::{self, ALL, Defect};
    use miptech_chat_simulator::{Hunt, Kill};

    use super::{print_history, threads, usage};

    pub(super) fn all(seeds: Range<u64>) -> ExitCode {
        hunt(&ALL, seeds)
    }

    pub(super) fn one(name: &str, seeds: Range<u64>) -> ExitCode {
        named(name).map_or_else(usage, |defect| hunt(&[defect], seeds))
    }

    pub(super) fn history(name: &str, seed: &str) -> ExitCode {
        let (Some(defect), Ok(seed)) = (named(name), seed.parse()) else {
            return usage();
        };
        defect::plant(Some(defect));
        print_history(seed)
    }

    fn named(name: &str) -> Option<Defect> {
        ALL.into_iter().find(|defect| format!("{defect:?}") == name)
    }

    fn hunt(defects: &[Defect], seeds: Range<u64>) -> ExitCode {
        let ground = Hunt::new(seeds, threads());
        println!(
            "of these seeds {} are broken without a defect; * where another promise than the expected one is broken, \
             ~ where other seeds break it without a defect",
            ground.broken().len()
        );
        println!(
            "{:<22} {:<8} {:<9} {:>5}  story",
            "defect", "promise", "found by", "seed"
        );
        let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..threads() {
                scope.spawn(|| {
                    while let Some(defect) = defects.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let kills = ground.find(*defect);
                        found.fetch_add(usize::from(kills.iter().any(Option::is_some)), Ordering::Relaxed);
                        print!("{}", row(*defect, &kills));
                    }
                });
            }
        });
        let found = found.into_inner();
        println!("{found} of {} found", defects.len());
        if found == defects.len() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    /// What is printed of a defect: who found it, and below it who was expected to, where that is somebody else.
    fn row(defect: Defect, kills: &[Option<Kill>]) -> String {
        let (name, promise) = (format!("{defect:?}"), defect.invariant());
        let line = |kill: &Kill| {
            let found_by = kill.violation.invariant;
            let mark = match (found_by == promise, kill.is_known) {
                (false, _) => " *",
                (true, true) => " ~",
                (true, false) => "",
            };
            let found_by = format!("{found_by}{mark}");
            format!(
                "{name:<22} {promise:<8} {found_by:<9} {:>5}  {}\n",
                kill.seed, kill.violation.story
            )
        };
        let lines: String = kills.iter().flatten().map(line).collect();
        if lines.is_empty() {
            format!("{name:<22} {promise:<8} ESCAPED\n")
        } else {
            lines
        }
    }
}

#[cfg(not(feature = "defects"))]
mod planted {
    use std::{ops::Range, process::ExitCode};

    pub(super) fn all(_: Range<u64>) -> ExitCode {
        eprintln!("built without the feature `defects`");
        ExitCode::FAILURE
    }

    pub(super) fn one(_: &str, seeds: Range<u64>) -> ExitCode {
        all(seeds)
    }

    pub(super) fn history(_: &str, _: &str) -> ExitCode {
        all(0..0)
    }
}
