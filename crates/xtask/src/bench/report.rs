//! The tables of `cargo xtask bench`: goals and ratios first, then what they were made of.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Part, machine};
use crate::bundle;
use crate::workspace::Workspace;

mod goals;

/// What `crates/markdown/benches/throughput` prints; times in seconds.
#[derive(Debug, Deserialize)]
struct Native {
    answers: Vec<Reading>,
    worst: Vec<WorstCase>,
}

#[derive(Debug, Deserialize)]
struct Reading {
    characters: u32,
    bytes: f64,
    parse: f64,
    push: Vec<Pushed>,
}

#[derive(Debug, Deserialize)]
struct Pushed {
    chunk: u32,
    seconds: f64,
}

#[derive(Debug, Deserialize)]
struct WorstCase {
    name: String,
    parse: f64,
    push: f64,
}

/// What `www/bench/stream.bench.ts` leaves; times in milliseconds.
#[derive(Debug, Deserialize)]
struct Streams {
    chromium: String,
    results: Vec<Streamed>,
}

#[derive(Debug, Deserialize)]
struct Streamed {
    stream: String,
    throttle: u32,
    rounds: u32,
    ratios: Ratios,
    widget: Shown,
    markdown: Shown,
    plain: Shown,
}

#[derive(Debug, Deserialize)]
struct Ratios {
    markdown: f64,
    plain: f64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    total: f64,
    lag: f64,
    long_tasks: f64,
    longest_task: f64,
    dropped_frames: f64,
    worst_key: f64,
    reconnections: f64,
}

/// What `www/bench/opening.bench.ts` leaves; times in milliseconds.
#[derive(Debug, Deserialize)]
struct Openings {
    chromium: String,
    results: Vec<Opened>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opened {
    code: String,
    throttle: u32,
    rounds: u32,
    opening: f64,
    running: f64,
    longest_before: f64,
    longest_task: f64,
    worst_task: f64,
    /// What any task of any traced round took of the processor.
    busiest_task: f64,
    shift: f64,
}

/// What `www/bench/transcript.bench.ts` leaves; times in milliseconds.
#[derive(Debug, Deserialize)]
struct Transcripts {
    chromium: String,
    results: Vec<Held>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    stored: u32,
    held: u32,
    first_opening: f64,
    loading: f64,
    opening: f64,
    nodes: u32,
    elements: u32,
    heap_bytes: f64,
    wasm_bytes: f64,
}

/// All that was measured so far.
#[derive(Debug, Default)]
struct Measured {
    native: Option<Native>,
    openings: Option<Openings>,
    streams: Option<Streams>,
    transcripts: Option<Transcripts>,
}

impl Measured {
    const fn is_empty(&self) -> bool {
        self.native.is_none()
            && self.openings.is_none()
            && self.streams.is_none()
            && self.transcripts.is_none()
    }
}

/// Everything that was measured, as Markdown.
///
/// # Errors
/// Nothing was measured, or a file of results cannot be read.
pub(super) fn text(workspace: &Workspace) -> Result<String> {
    let measured = Measured {
        native: read(workspace, Part::Native)?,
        openings: read(workspace, Part::Opening)?,
        streams: read(workspace, Part::Stream)?,
        transcripts: read(workspace, Part::Transcript)?,
    };
    let mut text = conditions(workspace, &measured)?;
    text.push_str(&goals::table(&measured));
    if let Some(streams) = &measured.streams {
        text.push_str(&ratios(streams));
        text.push_str(&figures(streams));
    }
    text.push_str(&measured.openings.as_ref().map(openings).unwrap_or_default());
    text.push_str(&measured.transcripts.as_ref().map(transcripts).unwrap_or_default());
    text.push_str(&measured.native.as_ref().map(native).unwrap_or_default());
    Ok(text)
}

/// Puts tables in the place of those that stand between the two marks of a document.
pub(super) fn put_between_marks(document: &str, tables: &str) -> Result<String> {
    let missing = || anyhow!("expected the lines `{BEGIN}` and `{END}`");
    let (before, rest) = document.split_once(BEGIN).ok_or_else(missing)?;
    let (_, after) = rest.split_once(END).ok_or_else(missing)?;
    Ok(format!("{before}{BEGIN}\n\n{}\n\n{END}{after}", tables.trim()))
}

fn read<T: DeserializeOwned>(workspace: &Workspace, part: Part) -> Result<Option<T>> {
    let path = part.results(workspace);
    if !path.is_file() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let results =
        serde_json::from_str(&text).with_context(|| format!("{} is of another kind", path.display()))?;
    Ok(Some(results))
}

fn conditions(workspace: &Workspace, measured: &Measured) -> Result<String> {
    let streams = measured.streams.as_ref().map(|streams| &streams.chromium);
    let transcripts = measured
        .transcripts
        .as_ref()
        .map(|transcripts| &transcripts.chromium);
    let mut line = format!("Measured on {}", machine::describe());
    let openings = measured.openings.as_ref().map(|openings| &openings.chromium);
    if let Some(version) = streams.or(transcripts).or(openings) {
        let wasm = bundle::find(&workspace.dist(), ".wasm")?;
        let _ = write!(line, "; Chromium {version}, headless; the widget of `{wasm}`");
    }
    if measured.is_empty() {
        return Err(anyhow!("nothing was measured yet: run `cargo xtask bench`"));
    }
    Ok(line + ".\n")
}

fn ratios(streams: &Streams) -> String {
    let rows = streams.results.iter().map(|streamed| {
        let Ratios { markdown, plain } = streamed.ratios;
        vec![
            streamed.stream.clone(),
            cpu(streamed.throttle),
            format!("{markdown:.2}"),
            format!("{plain:.2}"),
            streamed.rounds.to_string(),
        ]
    });
    let heads = ["Stream", "CPU", "÷ Markdown control", "÷ plain control", "Rounds"];
    section("Streams: total time of the widget", &heads, 2, rows)
}

fn figures(streams: &Streams) -> String {
    let rows = streams.results.iter().flat_map(|streamed| {
        let pages = [
            ("widget", &streamed.widget),
            ("Markdown control", &streamed.markdown),
            ("plain control", &streamed.plain),
        ];
        pages.map(|(page, shown)| {
            vec![
                streamed.stream.clone(),
                cpu(streamed.throttle),
                page.to_owned(),
                ms(shown.total),
                ms(shown.lag),
                format!("{:.0}", shown.dropped_frames),
                format!("{:.0}", shown.long_tasks),
                task(shown.longest_task),
                key_delay(shown.worst_key),
                format!("{:.0}", shown.reconnections),
            ]
        })
    });
    let heads = [
        "Stream",
        "CPU",
        "Page",
        "Total",
        "Lag",
        "Dropped frames",
        "Long tasks",
        "Longest",
        "Worst input delay",
        "Reconnections",
    ];
    section("Streams: what each page did", &heads, 3, rows)
}

fn openings(openings: &Openings) -> String {
    let rows = openings.results.iter().map(|opened| {
        vec![
            opened.code.clone(),
            cpu(opened.throttle),
            ms(opened.opening),
            ms(opened.running),
            task(opened.longest_before),
            task(opened.longest_task),
            task(opened.worst_task),
            ms(opened.busiest_task),
            format!("{:.3}", opened.shift),
            opened.rounds.to_string(),
        ]
    });
    let heads = [
        "Code",
        "CPU",
        "Opening",
        "Code runs",
        "Longest task before",
        "Longest task from the click on",
        "Worst task of any round",
        "Most processor time of a task of any round",
        "Layout shift",
        "Rounds",
    ];
    section("The first opening", &heads, 2, rows)
}

fn transcripts(transcripts: &Transcripts) -> String {
    let rows = transcripts.results.iter().map(|held| {
        vec![
            held.stored.to_string(),
            held.held.to_string(),
            ms(held.first_opening),
            ms(held.loading),
            ms(held.opening),
            held.nodes.to_string(),
            held.elements.to_string(),
            mebibytes(held.heap_bytes),
            mebibytes(held.wasm_bytes),
        ]
    });
    let heads = [
        "Messages stored",
        "Held by the page",
        "First opening",
        "All loaded",
        "Opening",
        "Nodes",
        "Elements",
        "JS heap",
        "Wasm memory",
    ];
    section("Long conversations", &heads, 0, rows)
}

fn native(native: &Native) -> String {
    let chunks = native
        .answers
        .first()
        .into_iter()
        .flat_map(|reading| &reading.push);
    let mut heads = vec!["Answer".to_owned(), "Whole".to_owned()];
    heads.extend(chunks.map(|pushed| format!("In pieces of {}", pushed.chunk)));
    let rows = native.answers.iter().map(|reading| {
        let rate = |seconds: f64| format!("{:.1} MB/s", reading.bytes / seconds / 1e6);
        let mut row = vec![format!("{} characters", reading.characters), rate(reading.parse)];
        row.extend(reading.push.iter().map(|pushed| rate(pushed.seconds)));
        row
    });
    let heads: Vec<&str> = heads.iter().map(String::as_str).collect();
    let mut text = section("Reading Markdown, without a browser", &heads, 1, rows);

    let mut worst: Vec<_> = native.worst.iter().collect();
    worst.sort_by(|one, other| other.parse.max(other.push).total_cmp(&one.parse.max(one.push)));
    let rows = worst.iter().take(WORST_SHOWN).map(|case| {
        let parse = format!("{:.2} ms", case.parse * 1e3);
        vec![case.name.clone(), parse, format!("{:.2} ms", case.push * 1e3)]
    });
    let title = format!(
        "The worst {WORST_SHOWN} of {} worst cases, 64 KiB each",
        native.worst.len()
    );
    text.push_str(&section(
        &title,
        &["Text", "Whole", "One more piece at its end"],
        1,
        rows,
    ));
    text
}

/// A heading and a table, of whose columns the first are words and the others numbers.
fn section(title: &str, heads: &[&str], words: usize, rows: impl Iterator<Item = Vec<String>>) -> String {
    let rule: Vec<_> = (0..heads.len())
        .map(|column| if column < words { "---" } else { "---:" })
        .collect();
    let mut text = format!(
        "\n### {title}\n\n| {} |\n|{}|\n",
        heads.join(" | "),
        rule.join("|")
    );
    for row in rows {
        text.push_str(&format!("| {} |\n", row.join(" | ")));
    }
    text
}

fn cpu(throttle: u32) -> String {
    match throttle {
        1 => "as it is".to_owned(),
        times => format!("{times}× slower"),
    }
}

fn ms(milliseconds: f64) -> String {
    format!("{milliseconds:.0} ms")
}

/// The length of a task, which the browser tells from 50 ms on.
fn task(milliseconds: f64) -> String {
    at_least(50.0, milliseconds)
}

/// The delay of a key, which the browser tells from 16 ms on.
fn key_delay(milliseconds: f64) -> String {
    at_least(16.0, milliseconds)
}

fn at_least(threshold: f64, milliseconds: f64) -> String {
    if milliseconds < threshold {
        return format!("< {}", ms(threshold));
    }
    ms(milliseconds)
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / 1024.0 / 1024.0)
}

/// How many of the worst cases are shown; the others are better.
const WORST_SHOWN: usize = 8;

const BEGIN: &str = "<!-- cargo xtask bench --write begins here -->";
const END: &str = "<!-- cargo xtask bench --write ends here -->";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_take_the_place_of_tables() {
        let document = format!("# Title\n\n{BEGIN}\n\nold\n\n{END}\n\nEnd.\n");
        let expected = format!("# Title\n\n{BEGIN}\n\nnew\n\n{END}\n\nEnd.\n");
        assert_eq!(put_between_marks(&document, "\nnew\n").unwrap(), expected);
        assert_eq!(put_between_marks(&expected, "new").unwrap(), expected);
        assert!(put_between_marks("# Title\n", "new").is_err());
    }

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [vec!["a".to_owned(), "1 ms".to_owned()]].into_iter();
        let expected = "\n### T\n\n| Page | Total |\n|---|---:|\n| a | 1 ms |\n";
        assert_eq!(section("T", &["Page", "Total"], 1, rows), expected);
    }
}
