//! Each construct as a line of input and a line of outcome.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/outline.rs"]
mod outline;

use miptech_chat_markdown::{Document, parse};
use outline::outline;

fn check(input: &str, expected: &str) {
    assert_eq!(outline(&parse(input)), expected, "{input:?}");
}

/// What is shown while no more than `input` has arrived.
fn check_open(input: &str, expected: &str) {
    let mut document = Document::new();
    document.push(input);
    let shown: Vec<_> = document
        .settled()
        .iter()
        .chain(document.tail())
        .cloned()
        .collect();
    assert_eq!(outline(&shown), expected, "{input:?}");
}

#[test]
fn running_text() {
    check("", "");
    check(" \n\t\n", "");
    check("a  \nb\\\nc\nd", r#"(p "a" / "b" / "c" ~ "d")"#);
    check("***a** b*", r#"(p (em (strong "a") " b"))"#);
    check("~~a~~ ~b~ ~~~c~~~", r#"(p (del "a") " ~b~ ~~~c~~~")"#);
    check("``a`b`` `` ` ``", r#"(p (c "a`b") " " (c "`"))"#);
    check(r"\*a\* &amp;lt; &euro;&hellip;", r#"(p "*a* &lt; €…")"#);
    check("<script>alert(1)</script>", r#"(p "<script>alert(1)</script>")"#);
    check("a[^1]\n\n[^1]: b", r#"(p "a[^1]") (p "[^1]: b")"#);
}

#[test]
fn links_and_images() {
    check(
        "[a *b*](https://e.x \"t\")",
        r#"(p (a https://e.x "a " (em "b")))"#,
    );
    check(
        "[a](//e.x) [b](/c) [d](https://u@e.x) [f](data:g)",
        r#"(p "a b d f")"#,
    );
    check(
        "<https://e.x> <a@e.x>",
        r#"(p (a https://e.x "https://e.x") " " (a mailto:a@e.x "a@e.x"))"#,
    );
    check(
        "See https://e.x/a_(b)). Or",
        r#"(p "See " (a https://e.x/a_(b) "https://e.x/a_(b)") "). Or")"#,
    );
    check("**https://e.x**", r#"(p (strong (a https://e.x "https://e.x")))"#);
    check(
        "xhttps://e.x https:// http://.a ftp://e.x www.e.x",
        r#"(p "xhttps://e.x https:// http://.a ftp://e.x www.e.x")"#,
    );
    check("https://a@e.x", r#"(p "https://a@e.x")"#);
    check(
        "[https://e.x](https://e.y)",
        r#"(p (a https://e.y "https://e.x"))"#,
    );
    check(
        "siehe https://e.x/ä。",
        "(p \"siehe \" (a https://e.x/ä \"https://e.x/ä\") \"。\")",
    );
    check(
        "![a *b* `c`](https://e.x/i)",
        r#"(p (img "https://e.x/i" "a b c"))"#,
    );
    check(
        "![a](//e.x/i) ![](https://e.x/i)",
        r#"(p (img "" "a") " " (img "https://e.x/i" ""))"#,
    );
    check(
        "[![a](https://e.x/i)](https://e.y)",
        r#"(p (a https://e.y (img "https://e.x/i" "a")))"#,
    );
}

#[test]
fn blocks() {
    check("# a #\n## b\nc\n===", r#"(h1 "a") (h2 "b") (h1 "c")"#);
    check(
        "```rust ignore\n  a\n\n```\nb",
        "(code rust \"  a\\n\") (p \"b\")",
    );
    check("    a\n\n      b\n\nc", "(code - \"a\\n\\n  b\") (p \"c\")");
    check("> a\nb\n> > c", r#"(quote (p "a" ~ "b") (quote (p "c")))"#);
    check("a\n\n---\n\nb", r#"(p "a") (rule) (p "b")"#);
    check(
        "- a\n  1. b\n     c\n\n  2. d\n- e",
        r#"(ul (li (p "a") (ol 1 loose (li (p "b" ~ "c")) (li (p "d")))) (li (p "e")))"#,
    );
    check(
        "- [ ] a\n- [x] b\n- c",
        r#"(ul (li [ ] (p "a")) (li [x] (p "b")) (li (p "c")))"#,
    );
    check(
        "p\n\n|a|b|\n|:-|-:|\n|`c`|\nd",
        r#"(p "p") (table lr (tr (td "a") (td "b")) (tr (td (c "c")) (td)) (tr (td "d") (td)))"#,
    );
    check("a\rb\r\rc", r#"(p "a" ~ "b") (p "c")"#);
    check("a\r\n\r\nb\r\n", r#"(p "a") (p "b")"#);
}

#[test]
fn an_open_marker_is_shown_as_what_it_will_be() {
    check_open("a **b", r#"(p "a " (strong "b"))"#);
    check_open("a **b*", r#"(p "a " (strong "b"))"#);
    check_open("a **b *c", r#"(p "a " (strong "b " (em "c")))"#);
    check_open("***a", r#"(p (em (strong "a")))"#);
    check_open("a `b c", r#"(p "a " (c "b c"))"#);
    check_open("a ``b`", r#"(p "a " (c "b"))"#);
    check_open("~~a", r#"(p (del "a"))"#);
    check_open("**a\nb", r#"(p (strong "a" ~ "b"))"#);
    check_open("# a **b", r#"(h1 "a " (strong "b"))"#);
    check_open("> - a **b", r#"(quote (ul (li (p "a " (strong "b")))))"#);
    check_open("5*3 is", r#"(p "5*3 is")"#);
    check_open("```rust\nfn", "(code rust \"fn\")");
    check_open("**a\n\nb", r#"(p "**a") (p "b")"#);
}

#[test]
fn an_undecided_end_is_held_back() {
    for marker in [
        "*",
        "**",
        "***",
        "_",
        "`",
        "``",
        "```",
        "```rust",
        "~~~",
        "~~",
        "-",
        "- ",
        "+",
        "1",
        "1.",
        "1. ",
        "#",
        "###",
        "# ",
        "|",
        "|-",
        "|--|",
        ">",
        "> ",
        "- *",
        "> -",
        "- [",
        "- [ ]",
        "---",
        "===",
        "\\",
        "&",
        "&am",
        "&#x1",
        "!",
        "[",
        "![",
        "![a",
        "![a](htt",
        "<",
        "<http",
        "<https://e.x",
        "  ",
        "> 1.",
        "- #",
    ] {
        check_open(&format!("a\n\n{marker}"), r#"(p "a")"#);
    }
    check_open("a\n-", r#"(p "a")"#);
    check_open("a\n==", r#"(p "a")"#);
    check_open("a&am", r#"(p "a")"#);
    check_open("AT&T", r#"(p "AT&T")"#);
    check_open("a!", r#"(p "a")"#);
    check_open(r"a\*", r#"(p "a*")"#);
    check_open("- a\n- ", r#"(ul (li (p "a")))"#);
    check_open("1. a\n2", r#"(ol 1 (li (p "a")))"#);
    check_open("```\na\n``", "(code - \"a\")");
    check_open("```\na\n```", "(code - \"a\")");
}

#[test]
fn an_unfinished_link_is_its_text() {
    for unfinished in [
        "a [b",
        "a [b]",
        "a [b](",
        "a [b](htt",
        "a [b](https://e.x",
        "a [b](https://e.x \"ti",
        "a [b](<https://e",
    ] {
        check_open(unfinished, r#"(p "a b")"#);
    }
    check_open("a [b](https://e.x)", r#"(p "a " (a https://e.x "b"))"#);
    check_open("a [**b", r#"(p "a " (strong "b"))"#);
    check_open("a [b] c", r#"(p "a [b] c")"#);
    check_open("a ![b](https://e.x", r#"(p "a ")"#);
    check_open("a https://e.x/b", r#"(p "a https://e.x/b")"#);
    check_open(
        "a https://e.x/b ",
        r#"(p "a " (a https://e.x/b "https://e.x/b") " ")"#,
    );
    check_open("a https://e.x/b.", r#"(p "a https://e.x/b.")"#);
    check_open(
        "a https://e.x/b\nc",
        r#"(p "a " (a https://e.x/b "https://e.x/b") ~ "c")"#,
    );
    check_open("# https://e.x", r#"(h1 "https://e.x")"#);
    check_open(
        "|a|\n|-|\n|https://e.x",
        r#"(table - (tr (td "a")) (tr (td "https://e.x")))"#,
    );
}

#[test]
fn a_table_is_a_table_from_its_first_cell_on() {
    check_open("|a", r#"(table - (tr (td "a")))"#);
    check_open(
        "p\n| a | **b",
        r#"(p "p") (table -- (tr (td "a") (td (strong "b"))))"#,
    );
    check_open("|a|b|\n|-", r#"(table -- (tr (td "a") (td "b")))"#);
    check_open(
        "|a|b|\n|-|-|\n|c",
        r#"(table -- (tr (td "a") (td "b")) (tr (td "c") (td)))"#,
    );
    check("|a|b|\nc", r#"(p "|a|b|" ~ "c")"#);
}
