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
            lines += trace.told.lines.len();
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
            for line in &trace.told.lines {
                for word in ["what about it", "long long", "secret-password", "half a thought"] {
                    assert!(!line.contains(word), "{line}");
                }
            }
        }
    }
    assert!(lines > 1000, "{lines}");
}

/// Exported by a page whose platform was killed and came back, with the changes the page had seen.
#[test]
fn a_trace_of_a_browser_changes_what_its_page_saw() {
    let text = include_str!("traces/dropped.json");
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    let seen = file["changes"].as_array().unwrap().iter().flat_map(|change| {
        let times = usize::try_from(change["times"].as_u64().unwrap()).unwrap();
        std::iter::repeat_n(change["what"].as_str().unwrap(), times)
    });
    let replayed = replay(text).unwrap();
    let replayed: Vec<String> = replayed.iter().filter_map(|(_, change)| told(change)).collect();
    assert_eq!(replayed, seen.filter_map(told).collect::<Vec<_>>());
    for line in [
        "connection reconnecting",
        "error socket/dropped",
        "answer complete",
    ] {
        assert!(
            replayed.iter().any(|change| change == line),
            "{line}: {replayed:?}"
        );
    }
}

/// What both a page and a replay tell of, in the words of the page.
fn told(change: &str) -> Option<String> {
    if change == "message is Complete" {
        return Some("answer complete".to_owned());
    }
    let words: Vec<&str> = change.split([' ', ',']).take(2).collect();
    let is_shared = matches!(words[..], ["connection" | "error", _] | ["answer", "complete"])
        || change == "conversation begun";
    is_shared.then(|| words.join(" "))
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
        trace.told.lines.truncate(1);
        trace.told.lines.push(line.to_owned());
        assert!(
            matches!(replay(&trace.to_string()), Err(ReplayError::Unreadable(2))),
            "{line}"
        );
    }
}
