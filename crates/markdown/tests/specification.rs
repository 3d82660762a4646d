//! The 652 examples of CommonMark 0.31.2: text and structure are the specification's, whole and at every prefix.

#[path = "support/examples.rs"]
mod examples;
#[path = "support/html.rs"]
mod html;
#[path = "support/walk.rs"]
mod walk;

use examples::{Example, examples};
use miptech_chat_markdown::{Document, parse};
use pulldown_cmark::{Event, Parser};

/// The examples whose outcome differs on purpose: the number, our outcome, the reason.
///
/// What holds everywhere is no deviation of an example: a link elsewhere than to `http`, `https`, `mailto` and
/// `tel` is its text, a picture has a web address or none, titles are not shown, HTML is text.
const DEVIATIONS: &[(usize, &str, &str)] = &[
    (
        25,
        "<p>\u{a0} &amp; © &amp;AElig; &amp;Dcaron;\n¾ &amp;HilbertSpace; &amp;DifferentialD;\n\
         &amp;ClockwiseContourIntegral; &amp;ngE;</p>",
        "rare names of characters stay as they are written; the table of all weighs more than the parser",
    ),
    (
        484,
        "",
        "a link without content is no link, and a paragraph without content is none",
    ),
    (487, "", "as 484"),
    (
        608,
        "<p>&lt; <a href=\"https://foo.bar\">https://foo.bar</a> &gt;</p>",
        "a bare address is a link, as in GFM",
    ),
    (
        611,
        "<p><a href=\"https://example.com\">https://example.com</a></p>",
        "as 608",
    ),
];

#[test]
fn examples_read_as_the_specification_says() {
    let mut failures = Vec::new();
    let mut compared = 0;
    for example in examples().iter().filter(|example| !is_raw(example)) {
        compared += 1;
        let ours = html::of_tree(&parse(&example.text));
        let theirs = html::of_specification(&example.html);
        let deviation = DEVIATIONS.iter().find(|(number, ..)| *number == example.number);
        if let Some((number, listed, reason)) = deviation {
            assert_ne!(ours, theirs, "{number} is no deviation any more ({reason})");
            assert_eq!(ours, *listed, "{number}");
        } else if ours != theirs {
            failures.push(format!(
                "{}: {:?}\n  ours   {ours:?}\n  theirs {theirs:?}",
                example.number, example.text
            ));
        }
    }
    assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n"));
    assert_eq!(compared, 580);
}

/// Examples in which something beside the HTML takes letters away, with our outcome.
const RAW: &[(usize, &str)] = &[
    (31, "<p>&lt;a href=&quot;öö.html&quot;&gt;</p>"),
    (
        161,
        "<p>&lt;div&gt;&lt;/div&gt;</p><pre><code class=\"language-c\">int x = 33;</code></pre>",
    ),
    (524, "<p>foo &lt;bar attr=&quot;&quot;&gt;</p>"),
    (536, "<p>foo &lt;bar attr=&quot;&quot;&gt;</p>"),
    (630, "<p>foo &lt;a href=&quot;ö&quot;&gt;</p>"),
];

/// An example with raw HTML shows it as it is written: every letter, digit and `<` of the text, in order.
#[test]
fn raw_html_is_literal_text() {
    let mut compared = 0;
    for example in examples().iter().filter(|example| is_raw(example)) {
        compared += 1;
        let blocks = parse(&example.text);
        match RAW.iter().find(|(number, _)| *number == example.number) {
            Some((number, listed)) => assert_eq!(html::of_tree(&blocks), *listed, "{number}"),
            None => assert_eq!(
                spelled(&html::text_of_tree(&blocks)),
                spelled(&example.text),
                "{}",
                example.number
            ),
        }
    }
    assert_eq!(compared, 72);
}

/// Examples in which a mark is shown and then taken back: a star inside a word is taken for a multiplication,
/// a fence for one although it is code already, and an escaped mark ends a run.
const FLASHES: [usize; 5] = [134, 356, 429, 440, 452];

#[test]
fn no_link_is_shown_early_and_no_mark_is_taken_back() {
    for example in &examples() {
        let links = walk::links(&parse(&example.text));
        let mut document = Document::new();
        let mut marks = 0;
        let mut is_calm = true;
        for character in example.text.chars() {
            document.push(character.encode_utf8(&mut [0; 4]));
            let shown = [document.settled(), document.tail()].concat();
            for link in walk::links(&shown) {
                assert!(links.contains(&link), "{}: {link}", example.number);
            }
            let text = html::text_of_tree(&shown);
            let before = std::mem::replace(
                &mut marks,
                text.matches(|mark: char| mark.is_ascii_punctuation()).count(),
            );
            is_calm &= marks >= before;
        }
        assert_eq!(is_calm, !FLASHES.contains(&example.number), "{}", example.number);
    }
}

#[test]
fn every_prefix_is_safe_and_every_cut_ends_the_same() {
    for example in &examples() {
        println!("{}", example.number);
        walk::check_cuts(&example.text);
    }
}

/// Whether the specification passes a part of the example on as HTML.
fn is_raw(example: &Example) -> bool {
    Parser::new(&example.text).any(|event| matches!(event, Event::Html(_) | Event::InlineHtml(_)))
}

fn spelled(text: &str) -> String {
    text.chars()
        .filter(|character| character.is_alphanumeric() || *character == '<')
        .collect()
}
