//! What pages told their sessions, told again to others: the same changes follow, and nothing anybody said is in between.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that fails may panic")]

use miptech_chat_simulator::{
    Options,
    replay::{ReplayError, Trace, replay},
    run,
};

fn traces(seed: u64) -> Vec<Trace> {
    let options = Options {
        traces: true,
        ..Options::default()
    };
    run(seed, options).traces
}

#[test]
fn a_trace_replayed_changes_what_it_changed() {
    let mut lines = 0;
    for seed in 0..8 {
        for (page, trace) in traces(seed).into_iter().enumerate() {
            lines += trace.lines.len();
            let replayed = replay(&trace.to_string()).unwrap();
            let replayed: Vec<String> = replayed.into_iter().map(|(_, change)| change).collect();
            // A page that crashed heard no more of what its session still had to tell.
            let first = replayed
                .iter()
                .zip(&trace.changes)
                .position(|(one, other)| one != other);
            assert_eq!(first, None, "page {page} of seed {seed}");
            assert!(
                replayed.len() >= trace.changes.len(),
                "page {page} of seed {seed}"
            );
            for line in &trace.lines {
                for word in ["what about it", "long long", "secret-password", "half a thought"] {
                    assert!(!line.contains(word), "{line}");
                }
            }
        }
    }
    assert!(lines > 1000, "{lines}");
}

#[test]
fn what_is_no_trace_is_refused() {
    assert!(matches!(replay("nonsense"), Err(ReplayError::NoTrace(_))));
    assert!(matches!(replay("{}"), Err(ReplayError::NoTrace(_))));
    assert!(matches!(replay(r#"{"lines":[]}"#), Err(ReplayError::NoBeginning)));
    assert!(matches!(
        replay(r#"{"lines":[["0","0","start"]]}"#),
        Err(ReplayError::NoBeginning)
    ));
    for line in [r#"["0","0","dance"]"#, r#"["0","0","send"]"#, "[]"] {
        let mut trace = traces(1).remove(0);
        trace.lines.truncate(1);
        trace.lines.push(line.to_owned());
        assert!(
            matches!(replay(&trace.to_string()), Err(ReplayError::Unreadable(2))),
            "{line}"
        );
    }
}
