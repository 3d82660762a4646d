//! What is aimed at, beside what was measured.

use super::{Measured, Opened, Shown, Streamed, key_delay, ms, section, task};

/// How much longer than the Markdown control the widget may take for a fast stream.
const MOST_TIMES_CONTROL: f64 = 1.3;
/// Of a stream at a pace.
const MOST_DROPPED_FRAMES: f64 = 5.0;
/// In milliseconds, as everything below.
const MOST_LAG: f64 = 50.0;
const MOST_KEY_DELAY: f64 = 50.0;
const MOST_KEY_DELAY_THROTTLED: f64 = 100.0;
const LONGEST_TASK: f64 = 50.0;
const LONGEST_FIRST_OPENING: f64 = 100.0;
const MOST_SHIFT: f64 = 0.0;
const LONGEST_OPENING: f64 = 300.0;
const MOST_NODES: f64 = 600.0;
const LONGEST_WORST_CASE: f64 = 50.0;

/// A goal is always a number that is not to be exceeded.
struct Goal {
    what: String,
    most: f64,
    measured: f64,
    /// The same of the Markdown control: what the machine and the browser did, whatever the page.
    control: Option<f64>,
    print: fn(f64) -> String,
}

/// All goals there are measurements for.
pub(super) fn table(measured: &Measured) -> String {
    let streams = measured.streams.iter().flat_map(|streams| &streams.results);
    let mut goals: Vec<Goal> = streams.flat_map(of_stream).collect();
    let openings = measured.openings.iter().flat_map(|all| &all.results);
    goals.extend(
        openings
            .filter(|opened| opened.throttle == 1)
            .flat_map(of_opening),
    );
    let longest = measured.transcripts.iter().flat_map(|all| all.results.last());
    for held in longest {
        let what = |what: &str| format!("{} messages: {what}", held.stored);
        goals.push(Goal::new(what("opening"), LONGEST_OPENING, held.opening, ms));
        goals.push(Goal::new(what("nodes"), MOST_NODES, f64::from(held.nodes), count));
    }
    if let Some(native) = &measured.native {
        let worst = native.worst.iter().map(|case| case.parse * 1e3);
        let what = "worst text of 64 KiB, read whole".to_owned();
        goals.push(Goal::new(what, LONGEST_WORST_CASE, worst.fold(0.0, f64::max), ms));
    }
    let heads = ["What", "At most", "Measured", "Met", "Markdown control"];
    section("Goals", &heads, 1, goals.iter().map(Goal::row))
}

fn of_stream(streamed: &Streamed) -> Vec<Goal> {
    let name = |what: &str| match streamed.throttle {
        1 => format!("{}: {what}", streamed.stream),
        times => format!("{}, CPU {times}× slower: {what}", streamed.stream),
    };
    let goal = |what, most, print, of: fn(&Shown) -> f64| {
        let goal = Goal::new(name(what), most, of(&streamed.widget), print);
        goal.beside(of(&streamed.markdown))
    };
    let worst_key = |most| goal("worst input delay", most, key_delay, |shown| shown.worst_key);
    let longest_task = || goal("longest task", LONGEST_TASK, task, |shown| shown.longest_task);
    let is_at_a_pace = streamed.stream.contains("/s");
    match (is_at_a_pace, streamed.throttle) {
        (true, 1) => vec![
            goal("dropped frames", MOST_DROPPED_FRAMES, count, |shown| {
                shown.dropped_frames
            }),
            goal("lag after the last piece", MOST_LAG, ms, |shown| shown.lag),
            worst_key(MOST_KEY_DELAY),
            longest_task(),
        ],
        (true, _) => vec![worst_key(MOST_KEY_DELAY_THROTTLED)],
        (false, 1) => {
            let what = name("total, in times of the Markdown control");
            let ratio = |times| format!("{times:.2}×");
            let total = Goal::new(what, MOST_TIMES_CONTROL, streamed.ratios.markdown, ratio);
            vec![total.beside(1.0), longest_task()]
        }
        (false, _) => Vec::new(),
    }
}

fn of_opening(opened: &Opened) -> [Goal; 5] {
    let name = |what: &str| format!("the first opening, code {}: {what}", opened.code);
    [
        Goal::new(name("time"), LONGEST_FIRST_OPENING, opened.opening, ms),
        Goal::new(
            name("longest task before"),
            LONGEST_TASK,
            opened.longest_before,
            task,
        ),
        Goal::new(
            name("longest task from the click on"),
            LONGEST_TASK,
            opened.longest_task,
            task,
        ),
        Goal::new(
            name("processor time of a task, any round"),
            LONGEST_TASK,
            opened.busiest_task,
            ms,
        ),
        Goal::new(name("layout shift"), MOST_SHIFT, opened.shift, |shift| {
            format!("{shift:.3}")
        }),
    ]
}

impl Goal {
    fn new(what: String, most: f64, measured: f64, print: fn(f64) -> String) -> Self {
        Self {
            what,
            most,
            measured,
            control: None,
            print,
        }
    }

    fn beside(self, control: f64) -> Self {
        Self {
            control: Some(control),
            ..self
        }
    }

    fn row(&self) -> Vec<String> {
        let is_met = if self.measured <= self.most {
            "yes"
        } else {
            "**no**"
        };
        let control = self.control.map_or_else(|| "–".to_owned(), self.print);
        vec![
            self.what.clone(),
            (self.print)(self.most),
            (self.print)(self.measured),
            is_met.to_owned(),
            control,
        ]
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
            table.contains("| 10002 messages: opening | 300 ms | 300 ms | yes | – |"),
            "{table}"
        );
        assert!(
            table.contains("| 10002 messages: nodes | 600 | 601 | **no** | – |"),
            "{table}"
        );
    }
}
