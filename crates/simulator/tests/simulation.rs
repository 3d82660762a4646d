//! What every other finding of the simulator rests on: a seed is a run, and what failed once is run again.

use miptech_chat_simulator::{Coverage, Fault, Happening, Options, Plan, failing_seeds, run};

#[test]
fn a_seed_is_a_run_byte_for_byte() {
    for seed in 0..8 {
        let [first, second] = [(); 2].map(|()| run(seed, Options::default()).history.to_string());
        assert!(!first.is_empty());
        assert_eq!(first, second, "seed {seed}");
    }
}

/// What left, what was applied, and what every screen showed of it, in order.
fn conversation(seed: u64, change: fn(&mut Plan)) -> Vec<String> {
    let records = run(
        seed,
        Options {
            change: Some(change),
            ..Options::default()
        },
    )
    .history
    .records;
    let is_said = |what: &Happening| {
        matches!(
            what,
            Happening::Added { .. }
                | Happening::AnswerText { .. }
                | Happening::Handed { .. }
                | Happening::Shown { .. }
                | Happening::SrvApplied { .. }
        )
    };
    let said = records.iter().filter(|record| is_said(&record.what));
    said.map(ToString::to_string).collect()
}

#[test]
fn a_seed_is_the_same_run_under_any_clock() {
    // A filled storage refuses by the byte, and what is stored holds times of different lengths.
    let sane = |plan: &mut Plan| {
        plan.faults.retain(|fault| *fault != Fault::Quota);
        plan.manners.has_absurd_clock = false;
    };
    let absurd = |plan: &mut Plan| {
        plan.faults.retain(|fault| *fault != Fault::Quota);
        plan.manners.has_absurd_clock = true;
    };
    let elsewhere = |plan: &mut Plan| {
        plan.faults.retain(|fault| *fault != Fault::Quota);
        plan.manners.has_absurd_clock = false;
        plan.wall_ms += 11 * 3_600_000;
    };
    for seed in 0..4 {
        let said = conversation(seed, sane);
        assert!(said.len() > 20, "seed {seed} says next to nothing");
        assert!(
            said == conversation(seed, absurd),
            "seed {seed}: the platform's clock matters"
        );
        assert!(
            said == conversation(seed, elsewhere),
            "seed {seed}: the browser's clock matters"
        );
    }
}

#[test]
fn seeds_that_failed_once_keep_every_promise() {
    for seed in failing_seeds() {
        let outcome = run(seed, Options::default());
        assert!(
            outcome.violations.is_empty(),
            "seed {seed}: {:?}",
            outcome.violations
        );
    }
}

#[test]
fn conversations_happen() {
    let mut coverage = Coverage::default();
    (0..20).for_each(|seed| coverage.add(&run(seed, Options::default()).history));
    for thing in [
        "SrvApplied",
        "Shown complete",
        "Shown interrupted",
        "Gone Crashed",
        "Page Returned",
        "Cleared",
        "Fault Outage",
        "Fault Forget",
        "Fault AtLock",
    ] {
        assert!(coverage.count_of(thing) > 0, "{thing} never happened");
    }
}
