//! Answers made to deceive, from `corpus/payloads.json`: harmless whole, at every prefix and in every place.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/walk.rs"]
mod walk;

use miptech_chat_markdown::{Document, parse};
use serde_json::Value;

fn payloads() -> Vec<(String, String)> {
    let corpus: Vec<Value> = serde_json::from_str(include_str!("corpus/payloads.json")).unwrap();
    let text = |payload: &Value, key| payload[key].as_str().unwrap().to_owned();
    corpus
        .iter()
        .map(|payload| (text(payload, "name"), text(payload, "text")))
        .collect()
}

#[test]
fn there_are_enough_of_them_and_each_has_a_name_of_its_own() {
    let mut names: Vec<String> = payloads().into_iter().map(|(name, _)| name).collect();
    assert!(names.len() >= 500, "{}", names.len());
    names.sort();
    names.dedup();
    assert_eq!(names.len(), payloads().len());
}

#[test]
fn every_prefix_is_harmless_and_every_cut_ends_the_same() {
    for (name, text) in payloads() {
        println!("{name}");
        walk::check_cuts(&text);
    }
}

#[test]
fn a_payload_is_harmless_in_every_place() {
    for (name, text) in payloads() {
        println!("{name}");
        for (before, after) in [
            ("a ", " b"),
            ("- ", ""),
            ("> ", ""),
            ("# ", ""),
            ("**", "**"),
            ("[", "](https://e.example)"),
            ("[a](", ")"),
            ("![", "](https://e.example/i.png)"),
            ("[a]\n\n[a]: ", "\n"),
            ("|", "|\n|-|\n|c|"),
            ("|c|\n|-|\n|", "|"),
            ("```", "\n```"),
            ("`", "`"),
            ("<", ">"),
            ("https://", ""),
            ("https://e.example/", ""),
            ("<https://e.example/", ">"),
            ("&#x41;", ""),
        ] {
            let answer = format!("{before}{text}{after}");
            walk::check_links(&parse(&answer));
            let mut document = Document::new();
            document.push(&answer);
            walk::check_links(document.settled());
            walk::check_links(document.tail());
        }
    }
}

/// Addresses of a scheme that is refused never become a link, in whatever form they come.
#[test]
fn no_refused_scheme_is_a_link() {
    let mut compared = 0;
    for (name, text) in payloads() {
        if name.starts_with("scheme") {
            compared += 1;
            assert_eq!(walk::links(&parse(&text)), Vec::<String>::new(), "{name}");
        }
    }
    assert!(compared > 150, "{compared}");
}
