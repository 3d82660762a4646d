//! A small fleet keeps the promises the large one is measured for (`faults.md` section 2, promises 6 and 8).

use miptech_chat_simulator::fleet::{Scenario, Target, run, targets};

/// Small enough for a debug build; the ratios of promises 6 and 8 have settled by then.
const CLIENTS: u64 = 2000;

fn missed(scenario: Scenario) -> Vec<Target> {
    let tally = run(scenario, CLIENTS, 2);
    let targets = targets(scenario, CLIENTS, &tally);
    targets.into_iter().filter(|target| !target.is_met()).collect()
}

#[test]
fn a_fleet_comes_back_from_a_restart_quickly_and_spread() {
    let missed = missed(Scenario::Restart);
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_fleet_comes_back_from_a_minute_without_a_stampede() {
    let missed = missed(Scenario::MinuteOutage);
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_fleet_stays_spread_through_ten_minutes_at_the_cap() {
    let missed = missed(Scenario::TenMinuteOutage);
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn a_fleet_is_the_same_on_any_number_of_threads() {
    let of = |threads| format!("{:?}", run(Scenario::MinuteOutage, 50, threads));
    assert_eq!(of(1), of(3));
}
