//! Prints what a fleet does to a platform that goes away and comes back: `cargo xtask fleet`.

use std::{env, process::ExitCode, thread};

use miptech_chat_simulator::fleet::{self, Bound, Scenario, Tally, Target};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let clients = match arguments.as_slice() {
        [] => Some(CLIENTS),
        [flag, number] if flag == "--clients" => number.parse().ok().filter(|clients| *clients > 0),
        _ => None,
    };
    let Some(clients) = clients else {
        eprintln!("expected nothing or `--clients NUMBER`");
        return ExitCode::FAILURE;
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let mut missed = 0;
    for scenario in Scenario::ALL {
        let tally = fleet::run(scenario, clients, threads);
        let targets = fleet::targets(scenario, clients, &tally);
        print(scenario, clients, &tally, &targets);
        missed += targets.iter().filter(|target| !target.is_met()).count();
    }
    println!("{missed} targets missed");
    if missed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

const CLIENTS: u64 = 100_000;

fn print(scenario: Scenario, clients: u64, tally: &Tally, targets: &[Target]) {
    println!("{}: {clients} clients are cut at one instant", scenario.name());
    for target in targets {
        let (side, bound) = match target.bound {
            Bound::Most(most) => ("at most", most),
            Bound::Least(least) => ("at least", least),
        };
        let verdict = if target.is_met() { "kept" } else { "MISSED" };
        println!(
            "  {:<36}{:>8.2}  {side:>8} {bound:<6}{verdict}",
            target.name, target.value
        );
    }
    // Nobody promised anything about these.
    for (name, value) in [
        ("live again, median (s)", tally.recovery(50.0)),
        ("attempts of a client, median", tally.attempts(50.0)),
        ("attempts of a client, most", tally.attempts(100.0)),
        ("REST calls, peak (% of clients/s)", tally.call_peak()),
    ] {
        println!("  {name:<36}{value:>8.2}");
    }
    println!();
}
