//! `docs/INTEGRATION.md` against the public types: every option and every event has a row, and every row is whole.

use crate::sources::{Words, between, source};

#[test]
fn every_option_has_a_row() {
    let declared: Words = members("ChatOptions")
        .into_iter()
        .filter_map(|member| Some(member.strip_suffix('?')?.to_owned()))
        .collect();
    assert!(declared.len() > 30, "{declared:?}");
    // A row may be of one field, as `limits.outbox` is.
    let rows: Words = rows("Options")
        .into_iter()
        .filter_map(|name| Some(name.split('.').next()?.to_owned()))
        .collect();
    assert_eq!(rows, declared);
}

#[test]
fn every_event_has_a_row() {
    let declared = members("ChatEvents");
    assert!(declared.len() > 15, "{declared:?}");
    assert_eq!(rows("Events"), declared);
}

#[test]
fn every_row_has_the_cells_of_its_head() {
    let mut cells = 0;
    for line in document().lines() {
        // What stands in code may be a stroke too.
        let strokes = line
            .split('`')
            .step_by(2)
            .map(|text| text.matches('|').count())
            .sum();
        let is_row = line.starts_with('|');
        assert!(!is_row || cells == 0 || cells == strokes, "{line}");
        cells = if is_row { strokes } else { 0 };
    }
}

/// The names of an interface's own members, a question mark behind those that may be left out.
fn members(interface: &str) -> Words {
    let types = source("src/embed/types.d.ts");
    between(&types, &format!("export interface {interface} {{"), "\n}\n")
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once(": "))
        .map(|(name, _)| name.trim_matches('\''))
        .filter(|name| name.starts_with(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

/// What the first cells of a section's table name.
fn rows(heading: &str) -> Words {
    between(&document(), &format!("\n## {heading}\n"), "\n## ")
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once(" |"))
        .flat_map(|(cell, _)| cell.split(['`', ',', ' ']))
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn document() -> String {
    source("docs/INTEGRATION.md")
}
