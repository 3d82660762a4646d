//! Runs seeds and prints what broke: `cargo xtask simulate`.

use std::{
    env,
    ops::Range,
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

use miptech_chat_simulator::{Coverage, Options, Outcome, failing_seeds, run};

fn main() -> ExitCode {
    // A panic of the session is a finding like any other, told with its seed.
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["--seeds", seeds] => seeds_of(seeds).map_or_else(usage, |seeds| simulate(&seeds)),
        ["--coverage", seeds] => seeds_of(seeds).map_or_else(usage, |seeds| cover(&seeds)),
        ["--history", seed] => seed.parse().map_or_else(|_| usage(), print_history),
        ["--defects"] => defects(),
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    eprintln!("expected `--seeds A..B`, `--coverage A..B`, `--history SEED` or `--defects`");
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
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let seed = usize::try_from(place).ok().and_then(|place| all.get(place));
                    let Some(seed) = seed else { return };
                    let outcome = run(*seed, Options::default());
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
    let broken = broken.into_inner();
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

fn report(seed: u64, outcome: &Outcome) {
    let mut text = String::new();
    for violation in &outcome.violations {
        text.push_str(&format!("seed {seed}: {violation}\n"));
    }
    print!("{text}");
}

#[cfg(feature = "defects")]
fn defects() -> ExitCode {
    use miptech_chat_session::defect::ALL;
    use miptech_chat_simulator::hunt;

    let next = AtomicU64::new(0);
    let escaped = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    let defect = usize::try_from(place).ok().and_then(|place| ALL.get(place));
                    let Some(defect) = defect else { return };
                    match hunt(*defect, 0..HUNTED) {
                        Some((seed, invariant)) => {
                            println!("{defect:?}: found by {invariant} with seed {seed}")
                        }
                        None => {
                            escaped.fetch_add(1, Ordering::Relaxed);
                            println!("{defect:?}: ESCAPED {HUNTED} seeds");
                        }
                    }
                }
            });
        }
    });
    if escaped.into_inner() == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(feature = "defects")]
const HUNTED: u64 = 2000;

#[cfg(not(feature = "defects"))]
fn defects() -> ExitCode {
    eprintln!("built without the feature `defects`");
    ExitCode::FAILURE
}
