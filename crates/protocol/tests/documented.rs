//! `docs/PROTOCOL.md` against the code: every table of it that a program can read.

#![cfg(not(target_arch = "wasm32"))]

#[path = "documented/closes.rs"]
mod closes;
#[path = "documented/errors.rs"]
mod errors;
#[path = "documented/profiles.rs"]
mod profiles;
#[path = "documented/statuses.rs"]
mod statuses;

use std::{fs, path::Path};

/// The rows of the one table of `docs/PROTOCOL.md` with this head.
fn table<const N: usize>(head: [&str; N]) -> Vec<[String; N]> {
    let text = text_of("../../docs/PROTOCOL.md");
    let mut lines = text.lines().skip_while(|line| row(line) != head);
    assert!(lines.next().is_some(), "no table of {head:?}");
    let rows = lines.skip(1).take_while(|line| line.starts_with('|'));
    rows.map(|line| {
        let cells: Vec<String> = row(line).into_iter().map(str::to_owned).collect();
        <[String; N]>::try_from(cells).unwrap_or_else(|cells| panic!("{N} cells: {cells:?}"))
    })
    .collect()
}

/// The cells of a line.
fn row(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

/// A file, by its path from this crate.
fn text_of(path: &str) -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()))
}
