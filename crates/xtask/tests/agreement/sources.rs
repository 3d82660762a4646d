//! Reading the files of the project as text.

use std::{collections::BTreeSet, fs};

pub(crate) type Words = BTreeSet<String>;

pub(crate) fn source(path: &str) -> String {
    let place = format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&place).unwrap_or_else(|error| panic!("{place}: {error}"))
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no `{start}`"));
    rest.split_once(end).map_or(rest, |(inside, _)| inside)
}
