//! What is aimed at, beside what was measured.

use super::{Measured, Shown, Streamed, ms, section};

/// How much longer than the Markdown control the widget may take for a fast stream.
const MOST_TIMES_CONTROL: f64 = 1.3;
/// Of a stream at a pace.
const MOST_DROPPED_FRAMES: f64 = 5.0;
/// In milliseconds, as everything below.
const MOST_LAG: f64 = 50.0;
const MOST_KEY_DELAY: f64 = 50.0;
const MOST_KEY_DELAY_THROTTLED: f64 = 100.0;
const LONGEST_TASK: f64 = 50.0;
const LONGEST_OPENING: f64 = 300.0;
const MOST_NODES: f64 = 600.0;
const LONGEST_WORST_CASE: f64 = 50.0;

/// A goal is always a number that is not to be exceeded.
struct Goal {
    what: String,
    most: f64,
    measured: f64,
    print: fn(f64) -> String,
}

/// All goals there are measurements for.
pub(super) fn table(measured: &Measured) -> String {
    let mut goals = Vec::new();
    let streams = measured.streams.iter().flat_map(|streams| &streams.results);
    streams.for_each(|streamed| of_stream(streamed, &mut goals));
    let longest = measured
        .transcripts
        .iter()
        .flat_map(|transcripts| transcripts.results.last());
    for held in longest {
        let what = |what: &str| format!("{} messages: {what}", held.stored);
        goals.push(Goal::new(what("opening"), LONGEST_OPENING, held.opening, ms));
        goals.push(Goal::new(what("nodes"), MOST_NODES, f64::from(held.nodes), count));
    }
    if let Some(native) = &measured.native {
        let worst = native
            .worst
            .iter()
            .map(|case| case.parse * 1e3)
            .fold(0.0, f64::max);
        let what = "worst case of 64 KiB, read whole".to_owned();
        goals.push(Goal::new(what, LONGEST_WORST_CASE, worst, ms));
    }
    let rows = goals.iter().map(|goal| {
        let is_met = if goal.measured <= goal.most {
            "yes"
        } else {
            "**no**"
        };
        let print = goal.print;
        vec![
            goal.what.clone(),
            print(goal.most),
            print(goal.measured),
            is_met.to_owned(),
        ]
    });
    section("Goals", &["What", "At most", "Measured", "Met"], 1, rows)
}

fn of_stream(streamed: &Streamed, goals: &mut Vec<Goal>) {
    let Streamed {
        stream,
        throttle,
        widget,
        ..
    } = streamed;
    let what = |what: &str| match throttle {
        1 => format!("{stream}: {what}"),
        times => format!("{stream}, CPU {times}× slower: {what}"),
    };
    let is_at_a_pace = stream.contains("/s");
    if *throttle > 1 {
        if is_at_a_pace {
            goals.push(Goal::new(
                what("worst input delay"),
                MOST_KEY_DELAY_THROTTLED,
                widget.worst_key,
                ms,
            ));
        }
        return;
    }
    if is_at_a_pace {
        let Shown {
            dropped_frames,
            lag,
            worst_key,
            ..
        } = *widget;
        goals.push(Goal::new(
            what("dropped frames"),
            MOST_DROPPED_FRAMES,
            dropped_frames,
            count,
        ));
        goals.push(Goal::new(what("lag after the last piece"), MOST_LAG, lag, ms));
        goals.push(Goal::new(
            what("worst input delay"),
            MOST_KEY_DELAY,
            worst_key,
            ms,
        ));
    } else {
        let ratio = |times| format!("{times:.2}×");
        let name = what("total, in times of the Markdown control");
        goals.push(Goal::new(
            name,
            MOST_TIMES_CONTROL,
            streamed.ratios.markdown,
            ratio,
        ));
    }
    goals.push(Goal::new(
        what("longest task"),
        LONGEST_TASK,
        widget.longest_task,
        ms,
    ));
}

impl Goal {
    fn new(what: String, most: f64, measured: f64, print: fn(f64) -> String) -> Self {
        Self {
            what,
            most,
            measured,
            print,
        }
    }
}

fn count(number: f64) -> String {
    format!("{number:.0}")
}

#[cfg(test)]
mod tests {
    use super::super::{Held, Measured, Transcripts};
    use super::table;

    #[test]
    fn what_is_over_its_goal_is_not_met() {
        let held = Held {
            stored: 10_002,
            held: 10_002,
            first_opening: 10.0,
            loading: 10.0,
            opening: 300.0,
            nodes: 601,
            elements: 400,
            heap_bytes: 1.0,
            wasm_bytes: 1.0,
        };
        let measured = Measured {
            transcripts: Some(Transcripts {
                chromium: String::new(),
                results: vec![held],
            }),
            ..Measured::default()
        };
        let table = table(&measured);
        assert!(
            table.contains("| 10002 messages: opening | 300 ms | 300 ms | yes |"),
            "{table}"
        );
        assert!(
            table.contains("| 10002 messages: nodes | 600 | 601 | **no** |"),
            "{table}"
        );
    }
}
