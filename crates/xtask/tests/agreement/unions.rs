//! The strings of the Rust enums are those of the TypeScript unions, and no event has a name that no type knows.

use crate::sources::{Words, between, source};

/// What stands between pairs of this quote.
fn quoted(text: &str, quote: char) -> Words {
    text.split(quote).skip(1).step_by(2).map(str::to_owned).collect()
}

/// The texts an enum gives in its `as_str`, one for each variant.
fn of_rust(path: &str, name: &str) -> Words {
    let text = source(path);
    let block = between(&text, &format!("impl {name} {{"), "\n}\n");
    let texts = quoted(between(block, "as_str(self)", "\n    }\n"), '"');
    let declared = between(&text, &format!("pub enum {name} {{\n"), "\n}\n");
    let variants = declared.lines().filter(|line| {
        let name = line.trim().trim_end_matches(',');
        name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric)
    });
    assert_eq!(variants.count(), texts.len(), "{name} in {path}");
    texts
}

fn types() -> String {
    source("src/embed/types.d.ts")
}

/// The members of a union: of a type's own, or of a field.
fn of_types(start: &str, end: &str) -> Words {
    quoted(between(&types(), start, end), '\'')
}

fn and(mut words: Words, more: &str) -> Words {
    assert!(words.insert(more.to_owned()), "{more} is in Rust now");
    words
}

#[test]
fn codes_and_stages_are_the_same() {
    let codes = of_types("export type ChatErrorCode =", "\n\n");
    assert_eq!(of_rust("crates/protocol/src/error.rs", "ErrorCode"), codes);
    let stages = of_types("  stage: ", "\n");
    // Loading is over when Rust begins.
    assert_eq!(
        and(of_rust("crates/protocol/src/error.rs", "Stage"), "load"),
        stages
    );
}

#[test]
fn states_are_the_same() {
    let statuses = of_types("export type MessageStatus =", "\n\n");
    assert_eq!(of_rust("crates/session/src/entry.rs", "Status"), statuses);
    let states = of_types("export type ConnectionState =", "\n\n");
    // Where the code cannot run there is no Rust to say so.
    let connection = of_rust("crates/session/src/phase.rs", "Connection");
    assert_eq!(and(connection, "fallback"), states);
    let auth = of_types("export type AuthState =", "\n");
    assert_eq!(of_rust("crates/session/src/auth.rs", "AuthState"), auth);
    let authors = of_types("  author: ", "\n");
    assert_eq!(of_rust("crates/protocol/src/decode.rs", "Author"), authors);
    let reasons = of_types("  reason: 'initial'", "\n");
    let told = of_rust("crates/session/src/output.rs", "TokenReason");
    // The first of them stands before what was cut off.
    assert_eq!(and(reasons, "initial"), told);
    let profiles = of_types("  profile?: 'auto'", "\n");
    assert_eq!(of_rust("crates/protocol/src/profile.rs", "Profile"), profiles);
}

#[test]
fn every_option_of_the_types_is_one_the_widget_knows() {
    let types = types();
    let declared: Words = between(&types, "export interface ChatOptions {", "\n}\n")
        .lines()
        .filter_map(|line| line.strip_prefix("  ")?.split_once("?: "))
        .filter(|(name, _)| !name.starts_with(char::is_whitespace))
        .map(|(name, _)| name.to_owned())
        .collect();
    let checks = source("www/src/checks.ts");
    let known: Words = between(&checks, "const KNOWN =\n  '", "'")
        .split(' ')
        .map(str::to_owned)
        .collect();
    assert!(known.len() > 30, "{known:?}");
    assert_eq!(declared, known);
}

#[test]
fn every_event_told_has_a_type() {
    let types = types();
    let events = between(&types, "export interface ChatEvents {", "\n}\n");
    let known: Words = events
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| Some(line.split_once(": ")?.0.trim().trim_matches('\'').to_owned()))
        .collect();
    let rust = source("src/embed/events.rs");
    let mut told: Words = ["tell(", "later("]
        .iter()
        .flat_map(|call| rust.split(call).skip(1))
        .filter_map(|rest| Some(rest.trim_start().strip_prefix('"')?.split_once('"')?.0.to_owned()))
        .collect();
    for path in ["www/src/widget.ts", "www/src/engine.ts"] {
        let text = source(path);
        let calls = text.split("dispatch(").skip(1);
        told.extend(calls.filter_map(|rest| Some(rest.split_once(", '")?.1.split_once('\'')?.0.to_owned())));
    }
    assert!(told.len() > 15, "{told:?}");
    assert!(told.is_subset(&known), "{:?}", told.difference(&known));
}
