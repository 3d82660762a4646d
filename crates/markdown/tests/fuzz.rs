//! Fuzz targets: whole answers, answers in pieces, and every prefix, on bytes of any kind and on the marks that
//! mean something.
//!
//! As part of `cargo test` each runs random inputs for a second; `cargo xtask test fuzz` runs them for a minute in
//! all. A longer run needs no other toolchain:
//! `BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test -p miptech-chat-markdown --release --test fuzz`.
//! With `cargo-bolero` and a nightly toolchain the same targets run under a coverage-guided engine:
//! `cargo +nightly bolero test -p miptech-chat-markdown --test fuzz reading_is_total`.

#![cfg(not(target_arch = "wasm32"))]

#[path = "support/fixed.rs"]
mod fixed;
#[path = "support/fragments.rs"]
mod fragments;
#[path = "support/walk.rs"]
mod walk;

use bolero::check;
use fixed::Fixed;
use fragments::FRAGMENTS;
use miptech_chat_markdown::{Document, literal, parse};

#[test]
fn reading_is_total() {
    check!().for_each(|bytes: &[u8]| {
        for answer in [String::from_utf8_lossy(bytes).into_owned(), marks(bytes)] {
            let mut document = Document::new();
            document.push(&answer);
            walk::check_links(document.settled());
            walk::check_links(document.tail());
            document.finish();
            walk::check_links(document.settled());
            assert_eq!(document.settled(), parse(&answer));
            assert_eq!(literal(&literal(&answer)), literal(&answer));
        }
    });
}

#[test]
fn pieces_do_not_change_the_outcome() {
    check!().for_each(|bytes: &[u8]| {
        let (cuts, rest) = bytes.split_at(bytes.len().min(4));
        let answer = marks(rest);
        let mut document = Document::new();
        let mut pieces = answer.chars();
        let mut fixed = Fixed::default();
        for cut in cuts.iter().chain([&7]).cycle() {
            let piece: String = pieces.by_ref().take(usize::from(cut % 16) + 1).collect();
            if piece.is_empty() {
                break;
            }
            document.push(&piece);
            fixed.check(&document);
        }
        document.finish();
        assert_eq!(document.settled(), parse(&answer));
    });
}

#[test]
fn every_prefix_is_harmless() {
    check!().for_each(|bytes: &[u8]| {
        let mut document = Document::new();
        for character in marks(bytes).chars() {
            document.push(character.encode_utf8(&mut [0; 4]));
            walk::check_links(document.settled());
            walk::check_links(document.tail());
        }
    });
}

/// An answer of the pieces these bytes choose, so that constructs meet far more often than in random text.
fn marks(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| FRAGMENTS[usize::from(*byte) % FRAGMENTS.len()])
        .collect()
}
