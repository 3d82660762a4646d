//! Whatever the pieces an answer comes in, the outcome is the same, and what is settled stays.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/fixed.rs"]
mod fixed;
#[path = "support/fragments.rs"]
mod fragments;
#[path = "support/walk.rs"]
mod walk;

use fixed::Fixed;
use fragments::FRAGMENTS;
use miptech_chat_markdown::{Document, parse};
use proptest::prelude::*;

fn answers() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40).prop_map(|fragments| fragments.concat()),
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pieces_do_not_change_the_outcome(answer in answers(), cuts in prop::collection::vec(1_usize..8, 1..20)) {
        let expected = parse(&answer);
        let mut document = Document::new();
        let mut rest = answer.as_str();
        let mut fixed = Fixed::default();
        for cut in cuts.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let end = rest.char_indices().nth(*cut).map_or(rest.len(), |(at, _)| at);
            let before = document.settled().to_vec();
            document.push(&rest[..end]);
            prop_assert!(document.settled().starts_with(&before), "a settled block changed");
            walk::check_links(document.settled());
            walk::check_links(document.tail());
            fixed.check(&document);
            rest = &rest[end..];
        }
        let before = document.settled().to_vec();
        document.finish();
        let kept = document.settled().starts_with(&before);
        prop_assert!(kept || document.is_revised(), "a settled block changed at the end");
        prop_assert!(document.tail().is_empty());
        prop_assert_eq!(document.text(), answer.as_str());
        prop_assert_eq!(document.settled(), expected.as_slice());
    }

    #[test]
    fn whole_lines_show_what_they_will_be(answer in "([a-z]{1,5}( |\n|\n\n)){0,20}") {
        let mut document = Document::new();
        document.push(&answer);
        document.push("\n\n");
        prop_assert!(document.tail().is_empty());
        let expected = parse(&answer);
        prop_assert_eq!(document.settled(), expected.as_slice());
    }

    #[test]
    fn no_link_is_clickable_before_its_address_is_complete(host in "[a-z]{3,8}", text in "[a-z]{1,5}") {
        let address = format!("https://{host}.example/path");
        for answer in [format!("x [{text}]({address} \"t\") y"), format!("- <{address}> z"), format!("# a {address} b"), format!("> **{address} b**")] {
            let mut document = Document::new();
            for character in answer.chars() {
                document.push(character.encode_utf8(&mut [0; 4]));
                for found in walk::links(document.tail()) {
                    prop_assert_eq!(&found, &address);
                }
            }
            document.finish();
            prop_assert_eq!(walk::links(document.settled()), vec![address.clone()]);
        }
    }
}

#[test]
fn finished_blocks_settle_at_once() {
    let mut document = Document::new();
    for (piece, settled) in [
        ("a\n", 0),
        ("\n", 1),
        ("# b", 1),
        ("\n", 2),
        ("```\nc\n\nd\n", 2),
        ("```", 2),
        ("\n", 3),
        ("- e\n\n", 3),
        ("- f\n\n", 3),
        ("g", 3),
        ("\n", 4),
        ("\n", 5),
    ] {
        document.push(piece);
        assert_eq!(document.settled().len(), settled, "after {piece:?}");
    }
    document.finish();
    document.push("ignored");
    assert_eq!(document.settled().len(), 5);
    assert!(!document.text().ends_with("ignored"));
}

/// A definition adds nothing to the tree; what its line says of the list around it counts all the same.
#[test]
fn a_definition_in_an_item_leaves_its_mark_on_the_list() {
    for answer in ["- |\n\n  [a]:y\n\n", "- [x] [a]: y\n\nb"] {
        let mut document = Document::new();
        document.push(answer);
        document.finish();
        assert_eq!(document.settled(), parse(answer), "{answer:?}");
    }
}

#[test]
fn a_link_before_its_definition_is_found_at_the_end() {
    let mut document = Document::new();
    document.push("[a] and [b][c]\n\n");
    assert_eq!(walk::links(document.settled()), Vec::<String>::new());
    document.push("[a]: https://e.x/a\n\n[a] [c]\n\n[c]: https://e.x/c\n[a]: https://e.x/other\n\n[c]");
    assert_eq!(walk::links(document.settled()), ["https://e.x/a"]);
    assert!(!document.is_revised());
    document.finish();
    assert!(document.is_revised());
    let [a, c] = ["https://e.x/a", "https://e.x/c"];
    assert_eq!(walk::links(document.settled()), [a, c, a, c, c]);
    assert_eq!(document.settled(), parse(document.text()));
}

#[test]
fn an_answer_is_revised_only_if_that_changes_it() {
    for answer in [
        "[a]: https://e.x\n\n[a]",
        "[b]\n\n[a]: https://e.x\n\n[a]",
        "[a]\n\n[b]",
    ] {
        let mut document = Document::new();
        document.push(answer);
        document.finish();
        assert!(!document.is_revised(), "{answer:?}");
    }
}
