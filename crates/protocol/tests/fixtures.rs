//! The contract's fixtures (`platform.md` section 18): one file for each of its rows, and what that file is read as.
//!
//! Further files hold the spellings its sections 5 to 12 name without a row of their own.

#![cfg(not(target_arch = "wasm32"))]

#[path = "fixtures/bodies.rs"]
mod bodies;
#[path = "fixtures/frames.rs"]
mod frames;
#[path = "fixtures/sent.rs"]
mod sent;
#[path = "fixtures/spellings.rs"]
mod spellings;

use std::{fs, path::PathBuf};

#[test]
fn every_row_has_a_file_and_every_file_a_row() {
    check_folder("", &["bodies", "frames", "sent"].map(str::to_owned));
    check_folder("bodies", &files(bodies::rows()));
    check_folder("frames", &files(frames::rows()));
    check_folder("sent", &files(sent::rows()));
}

fn check_folder(folder: &str, expected: &[String]) {
    let entries = fs::read_dir(place(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    let mut found: Vec<String> = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(found, expected, "fixtures/{folder}");
}

fn files<T>(rows: Vec<(&str, T)>) -> Vec<String> {
    rows.into_iter().map(|(name, _)| format!("{name}.json")).collect()
}

/// The text of one fixture.
fn fixture(folder: &str, name: &str) -> String {
    let place = place(folder).join(format!("{name}.json"));
    fs::read_to_string(&place).unwrap_or_else(|error| panic!("{}: {error}", place.display()))
}

fn place(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(folder)
}
