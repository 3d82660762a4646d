//! Hostile answers, numbered as in the fault catalogue (M1 and so on).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/outline.rs"]
mod outline;
#[path = "support/walk.rs"]
mod walk;

use miptech_chat_markdown::{Block, Document, MAX_COLUMNS, MAX_LINKS, MAX_NODES, MAX_ROWS, parse};
use walk::census;

/// The promises that hold at every moment.
fn check(document: &Document) {
    for blocks in [document.settled(), document.tail()] {
        walk::check_links(blocks);
    }
    let nodes = census(document.settled()).nodes + census(document.tail()).nodes;
    assert!(nodes <= MAX_NODES, "{nodes} nodes");
}

/// Pushes an answer in pieces of three sizes, looking after each piece, and compares with reading it at once.
fn every_prefix(answer: &str) {
    let expected = parse(answer);
    for size in [1, 7, 64] {
        let mut document = Document::new();
        let characters: Vec<char> = answer.chars().collect();
        for piece in characters.chunks(size) {
            document.push(&piece.iter().collect::<String>());
            check(&document);
        }
        document.finish();
        check(&document);
        assert_eq!(document.settled(), expected, "{answer:?}");
    }
}

/// Reads a long answer in two halves, so that both the tail and the end are built, and drops it.
fn at_once(answer: &str) -> Document {
    let mut document = Document::new();
    let half = answer.len() / 2;
    let half = (0..=half).rev().find(|at| answer.is_char_boundary(*at)).unwrap();
    document.push(&answer[..half]);
    check(&document);
    document.push(&answer[half..]);
    check(&document);
    document.finish();
    check(&document);
    document
}

#[test]
fn m1_markup_is_literal_text() {
    for markup in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)>",
        "<iframe srcdoc=\"<b>\">",
        "<style>a{}</style>",
        "<template><b></template>",
        "<!-- comment -->",
        "<![CDATA[x]]>",
        "<?php x ?>",
        "<input value=1>",
        "<a href=\"javascript:x\">y</a>",
    ] {
        every_prefix(markup);
        assert_eq!(census(&parse(markup)).prose, markup);
        let literal = format!("a {markup} b");
        every_prefix(&literal);
        assert_eq!(census(&parse(&literal)).prose, literal);
    }
}

#[test]
fn m2_no_other_scheme_is_a_link() {
    for address in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java&#9;script:alert(1)",
        "java&#10;script:alert(1)",
        "&#1;javascript:alert(1)",
        "javascript&colon;alert(1)",
        "javascript&#58;alert(1)",
        "java\\script:alert(1)",
        "java\u{200b}script:alert(1)",
        "java\0script:alert(1)",
        "%6aavascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,AA",
        "file:///etc/passwd",
        "blob:https://e.x/1",
        "intent://x",
        "custom:x",
        "//e.x",
        "/x",
        "#x",
        "?x",
        "x",
        "https:e.x",
        "https:///e.x",
        "https:\\\\e.x",
        "https://a@e.x",
        "https://a:b@e.x",
        "https://a&#64;e.x",
        "https://a\\@e.x",
        "view-source:https://e.x",
        "ftp://e.x",
        "feed:https://e.x",
        "\u{202e}javascript:x",
        "about:blank",
        "ws://e.x",
        "HTTPS:javascript:x",
    ] {
        for answer in [
            format!("[t]({address})"),
            format!("[t](<{address}>)"),
            format!("<{address}>"),
            format!("[t]({address} \"u\") v"),
            address.to_owned(),
        ] {
            every_prefix(&answer);
            assert!(walk::links(&parse(&answer)).is_empty(), "{answer:?}");
        }
        assert_eq!(
            outline::outline(&parse(&format!("[t](<{address}>)"))),
            r#"(p "t")"#,
            "{address:?}"
        );
        every_prefix(&format!("![t]({address}) [![t]({address})](https://e.x)"));
    }
}

#[test]
fn m7_text_cannot_reorder_its_surroundings() {
    let answer = "a\u{202e}b\u{2066}c\u{202a} [d\u{202d}](https://e.x/\u{202e}f) &#x202e;g `h\u{202e}`\n\n    i\u{2067}";
    every_prefix(answer);
    let blocks = parse(answer);
    let census = census(&blocks);
    assert_eq!(census.prose, "abc d g ");
    assert_eq!(census.code, "h\u{fffd}i\u{fffd}");
    assert_eq!(census.links, ["https://e.x/f"]);
}

#[test]
fn m8_nothing_is_hidden() {
    let hidden: String = ('\u{e0020}'..'\u{e007e}').collect();
    let answer = format!(
        "a{hidden}\u{200b}b\u{feff}\u{2060} क्\u{200d}ष &#x200b;&#xe0041;`c{hidden}`\n\n# {hidden}\n\n{hidden}\n\n```{hidden}\n{hidden}\n```"
    );
    every_prefix(&answer);
    let census = census(&parse(&answer));
    assert_eq!(census.prose, "ab क्\u{200d}ष ");
    assert_eq!(census.code, "c");
    assert!(parse(&hidden).is_empty());
}

#[test]
fn m9_marks_do_not_pile_up() {
    let answer = format!("a{} b{}", "\u{301}".repeat(10_000), "&#x301;".repeat(1_000));
    let document = at_once(&answer);
    assert_eq!(
        census(document.settled())
            .prose
            .chars()
            .filter(|c| *c == '\u{301}')
            .count(),
        16
    );
}

#[test]
fn m11_depth_is_capped_and_the_rest_is_text() {
    for answer in [
        "> ".repeat(32_768),
        ">".repeat(65_536),
        format!("{}a", "> ".repeat(32_768)),
        "- ".repeat(43_000),
        format!("{}a", "- ".repeat(43_000)),
        format!("{}a", "1. ".repeat(20_000)),
        format!("{}a", "> - ".repeat(16_384)),
        "*a _b ".repeat(10_000) + &"_ *".repeat(10_000),
        "**a ".repeat(16_000) + &"b** ".repeat(16_000),
        "[".repeat(30_000) + &"](https://e.x)".repeat(3_000),
        "![".repeat(20_000) + &"](u)".repeat(5_000),
        (0..300)
            .map(|depth| format!("{}- a\n", "  ".repeat(depth)))
            .collect(),
        format!("{}\n", ">".repeat(200)).repeat(300),
        "~~a *b ".repeat(9_000),
        "_a **b ".repeat(9_000),
    ] {
        drop(at_once(&answer).clone());
    }
    let deep = format!("{}**a**", "> ".repeat(40));
    assert_eq!(
        census(&parse(&deep)).prose,
        format!("{}**a**", "> ".repeat(8)).replace("**a**", "a")
    );
}

/// CommonMark's own list, at 64 KiB each. A quadratic reader takes minutes here.
#[test]
fn m12_pathological_text_is_read_in_linear_time() {
    let backticks: String = (1..360)
        .map(|length| format!("e{}", "`".repeat(length)))
        .collect();
    for (pattern, times) in [
        ("*a _a ", 11_000),
        ("*a_ ", 16_000),
        ("a**b", 16_000),
        ("a_ ", 21_000),
        ("_a ", 21_000),
        ("a]", 32_000),
        ("[a", 32_000),
        ("[a](b", 13_000),
        ("[a](<b", 11_000),
        ("[a](b \"", 9_000),
        ("[a](b '", 9_000),
        ("[a](b (", 9_000),
        ("a[](", 16_000),
        ("![[]()", 10_000),
        ("*a **a *a ", 6_000),
        ("\\", 65_536),
        ("&", 65_536),
        ("&a", 32_000),
        ("&a;", 21_000),
        ("<", 65_536),
        ("<a", 32_000),
        ("<a:", 21_000),
        ("<a@", 21_000),
        ("`", 65_536),
        ("`a``", 16_000),
        ("http://", 9_000),
        (" http://a", 7_000),
        ("(https://a@", 6_000),
        ("*https://a)", 6_000),
        ("|", 65_536),
        ("|a", 32_000),
        ("|\n", 32_000),
        ("a|\n-|\n", 10_000),
        ("- a\n", 16_000),
        ("-\n", 32_000),
        ("> a\n", 16_000),
        ("\n", 65_536),
        ("\r", 65_536),
        ("a\n", 32_000),
        ("# a\n", 16_000),
        ("***\n", 16_000),
        ("```\n", 16_000),
        ("``` a\n", 11_000),
        ("    a\n", 11_000),
        ("\t", 65_536),
        (" ", 65_536),
        ("a  \n", 16_000),
        ("x\u{301}", 21_000),
        ("!", 65_536),
        ("![", 32_000),
        ("~~", 32_000),
        ("~~a", 21_000),
        ("a***", 16_000),
        ("**x _y* ", 8_000),
        ("[](https://a)", 5_000),
        ("1. a\n", 13_000),
        ("*\u{a0}_", 16_000),
        ("a**b\u{2014}", 9_000),
        ("[a](https://e.x \"t\\", 3_500),
        ("\\[a](", 13_000),
        ("hhttps://", 7_000),
        ("=\n", 32_000),
    ] {
        at_once(&pattern.repeat(times));
    }
    at_once(&backticks);
    at_once(&format!("{}{}", "a**".repeat(10_000), "b_".repeat(10_000)));
    at_once(&format!("https://a{}", ")".repeat(65_000)));
    at_once(&format!("https://a{}", "&a;".repeat(21_000)));
    at_once(&format!(
        "|{}\n|{}\n{}",
        "a|".repeat(20),
        "-|".repeat(20),
        "|b".repeat(30_000)
    ));
}

#[test]
fn m14_sizes_are_capped() {
    let links = at_once(&format!("{}\n\nb", "[a](https://e.x) ".repeat(10_000)));
    assert!(links.is_truncated());
    assert_eq!(links.rest(), "b");
    let prose = census(links.settled()).prose;
    assert!(prose.starts_with("a a a ") && prose.contains("a a [a](https://e.x) [a](https://e.x)"));
    assert_eq!(prose.matches("[a](https://e.x)").count(), 10_000 - MAX_LINKS);
    let bare = at_once(&"https://e.x ".repeat(300));
    assert_eq!(census(bare.settled()).links.len(), MAX_LINKS);
    assert_eq!(census(bare.settled()).prose.matches("https://e.x").count(), 300);
    let styles = at_once(&"*a* ".repeat(10_000));
    assert!(styles.is_truncated());
    assert!(census(styles.settled()).prose.ends_with("*a* *a*"));
    let links = at_once(&"[a](https://e.x)\n\n".repeat(1_000));
    assert_eq!(census(links.settled()).links.len(), MAX_LINKS);
    assert!(links.is_truncated());

    let nodes = at_once(&"- *a* b\n".repeat(5_000));
    assert!(nodes.is_truncated());
    assert_eq!(nodes.settled().len(), 1);
    let Block::List { items, .. } = &nodes.settled()[0] else {
        panic!("one list")
    };
    assert_eq!(nodes.rest(), "- *a* b\n".repeat(5_000 - items.len()));
    assert!(items.len() > 900, "{}", items.len());

    let rows = at_once(&format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(500)));
    assert!(rows.is_truncated());
    assert!(matches!(&rows.settled()[0], Block::Table { rows, .. } if rows.len() == MAX_ROWS));

    let wide = at_once(&format!(
        "{}|\n{}|\n",
        "|a".repeat(MAX_COLUMNS + 1),
        "|-".repeat(MAX_COLUMNS + 1)
    ));
    assert!(wide.is_truncated());
    assert!(matches!(&wide.settled()[0], Block::Paragraph(_)));

    let cells = at_once(&format!(
        "{}|\n{}|\n{}",
        "|a".repeat(20),
        "|-".repeat(20),
        format!("{}|\n", "|*b*".repeat(20)).repeat(250)
    ));
    assert!(cells.is_truncated());

    let line = at_once(&"word ".repeat(200_000));
    assert_eq!(census(line.settled()).nodes, 2);
    let ordinary = at_once("a *b* [c](https://e.x)\n\n- d");
    assert!(!ordinary.is_truncated());
    assert_eq!(ordinary.rest(), "");
}

#[test]
fn m14_the_rest_grows_and_the_tree_does_not() {
    let mut document = Document::new();
    let mut full = None;
    for _ in 0..1_500 {
        document.push("a *b* c\n\n");
        check(&document);
        if !document.rest().is_empty() {
            let shown = [document.settled(), document.tail()].concat();
            assert_eq!(full.get_or_insert_with(|| shown.clone()), &shown);
        }
    }
    document.push("end");
    assert!(document.rest().ends_with("c\n\nend"));
    document.finish();
    assert_eq!(full.as_deref(), Some(document.settled()));
    let shown = document.settled().len();
    assert_eq!(
        document.rest(),
        format!("{}end", "a *b* c\n\n".repeat(1_500 - shown))
    );
    assert_eq!(miptech_chat_markdown::literal("a\u{202e}\u{200b}b"), "a\u{fffd}b");
}

#[test]
fn m18_control_characters_are_replaced() {
    let answer = "a\0b\u{ffff}c\rd\u{1b}[31me\u{85}f &#0;&#27; `\0`\n\n```\n\u{7}\n```\r\n\u{fdd0}";
    every_prefix(answer);
    let census = census(&parse(answer));
    assert_eq!(
        census.prose,
        "a\u{fffd}b\u{fffd}c\nd\u{fffd}[31me\u{fffd}f \u{fffd}\u{fffd} \u{fffd}"
    );
    assert_eq!(census.code, "\u{fffd}\u{fffd}");
}

#[test]
fn m19_references_are_decoded_once() {
    assert_eq!(
        census(&parse("&amp;lt;b&amp;gt; &amp;amp;amp;")).prose,
        "&lt;b&gt; &amp;amp;"
    );
    at_once(&"&#x1F4A9;".repeat(100_000));
}
