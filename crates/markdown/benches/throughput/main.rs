//! How fast answers are read, whole and in pieces, and what the worst texts cost. Prints one JSON object.
//!
//! A loop of its own instead of a bench library: `cargo xtask bench` puts these numbers into one table with those of
//! the browser, and criterion and divan draw tables of their own that would have to be taken apart again.
//! Medians of many rounds are all that is needed of them.

mod worst_cases;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use miptech_chat_markdown::{Document, parse};
use serde_json::{Value, json};

fn main() {
    let answers: Vec<_> = [8_000, 64_000].into_iter().map(answer).collect();
    let worst: Vec<_> = worst_cases::all().iter().map(worst_case).collect();
    println!("{}", json!({"answers": answers, "worst": worst}));
}

/// An ordinary answer of so many characters.
fn answer(length: usize) -> Value {
    let text: String = SAMPLE.chars().cycle().take(length).collect();
    let whole = median(|| timed(|| parse(black_box(&text))));
    let pushed = CHUNKS.map(|size| {
        let pieces = pieces(&text, size);
        let took = median(|| timed(|| push(black_box(&pieces))));
        json!({"chunk": size, "seconds": took.as_secs_f64()})
    });
    json!({"characters": length, "bytes": text.len(), "parse": whole.as_secs_f64(), "push": pushed})
}

/// A bad text: read whole, and one more piece when all of it is there already.
fn worst_case((name, text): &(&str, String)) -> Value {
    let whole = median(|| timed(|| parse(black_box(text))));
    let mut before = Document::new();
    before.push(text);
    let push = median(|| {
        let mut document = before.clone();
        timed(|| {
            document.push(black_box("word"));
            document
        })
    });
    json!({"name": name, "bytes": text.len(), "parse": whole.as_secs_f64(), "push": push.as_secs_f64()})
}

fn push(pieces: &[&str]) -> Document {
    let mut document = Document::new();
    for piece in pieces {
        document.push(piece);
    }
    document.finish();
    document
}

/// Cuts into pieces of so many characters.
fn pieces(text: &str, size: usize) -> Vec<&str> {
    let mut cuts: Vec<_> = text
        .char_indices()
        .step_by(size)
        .map(|(index, _)| index)
        .collect();
    cuts.push(text.len());
    cuts.windows(2)
        .filter_map(|ends| match ends {
            [from, to] => text.get(*from..*to),
            _ => None,
        })
        .collect()
}

/// How long something takes; what it makes is dropped after the watch was stopped.
fn timed<T>(act: impl FnOnce() -> T) -> Duration {
    let begun = Instant::now();
    let made = black_box(act());
    let took = begun.elapsed();
    drop(made);
    took
}

/// The median of rounds that fill half a second, eleven at least.
fn median(mut round: impl FnMut() -> Duration) -> Duration {
    let begun = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < 11 || begun.elapsed() < Duration::from_millis(500) {
        rounds.push(round());
    }
    rounds.sort_unstable();
    rounds.get(rounds.len() / 2).copied().unwrap_or_default()
}

/// The pieces' lengths in characters: one, what a model streams, and what a proxy makes of it.
const CHUNKS: [usize; 5] = [1, 4, 7, 64, 1024];

/// What the reference server's prepared answers are made of.
const SAMPLE: &str = include_str!("../../../reference-server/src/answer/prepared.md");
