//! What every other finding of the simulator rests on: a seed is a run, and what failed once is run again.

use miptech_chat_simulator::{Coverage, Options, failing_seeds, run};

#[test]
fn a_seed_is_a_run_byte_for_byte() {
    for seed in 0..8 {
        let [first, second] = [(); 2].map(|()| run(seed, Options::default()).history.to_string());
        assert!(!first.is_empty());
        assert_eq!(first, second, "seed {seed}");
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
    ] {
        assert!(coverage.count_of(thing) > 0, "{thing} never happened");
    }
}
