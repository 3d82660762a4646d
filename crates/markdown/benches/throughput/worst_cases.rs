//! Texts on which careless readers take quadratic time or worse: cmark's own list
//! (`test/pathological_tests.py`), each 64 KiB long, and what that list cannot know of tables and bare links.

/// The length of every text, in bytes.
pub(super) const LENGTH: usize = 64 * 1024;

/// Every text under its name.
pub(super) fn all() -> Vec<(&'static str, String)> {
    let half = LENGTH / 2;
    let mut all = vec![
        (
            "nested strong emphasis",
            format!("{}b{}", filled("*a **a ", half), filled(" a** a*", half)),
        ),
        ("closers without openers", full("a_ ")),
        ("openers without closers", full("_a ")),
        ("link closers without openers", full("a]")),
        ("link openers without closers", full("[a")),
        ("mismatched openers and closers", full("*a_ ")),
        (
            "openers and closers, multiples of three",
            format!("a**b{}", full("c* ")),
        ),
        ("link openers and emphasis closers", full("[ a_")),
        ("`[ (](` repeated", full("[ (](")),
        ("`![[]()` repeated", full("![[]()")),
        ("`**x [a*b**c*](d)` repeated", full("**x [a*b**c*](d)")),
        (
            "nested brackets",
            format!("{}a{}", filled("[", half), filled("]", half)),
        ),
        ("nested quotes", format!("{}a", full("> "))),
        (
            "nested lists",
            (0..)
                .map(|depth| format!("{}* a\n", "  ".repeat(depth)))
                .collect_up_to(LENGTH),
        ),
        (
            "runs of backticks, each longer",
            (1..)
                .map(|run| format!("e{}", "`".repeat(run)))
                .collect_up_to(LENGTH),
        ),
        ("unclosed links with angles", full("[a](<b")),
        ("unclosed links", full("[a](b")),
        ("unclosed comments", format!("</{}", full("<!--"))),
        ("unclosed declarations", full("a <!A ")),
        ("unclosed instructions", full("a <?A ")),
        (
            "blank lines in nested lists",
            format!("{}x{}", filled("- ", half), filled("\n", half)),
        ),
        (
            "blank lines in nested lists in a quote",
            format!("> {}x\n{}", filled("- ", half), filled(">\n", half)),
        ),
        (
            "emphasis in nested quotes",
            format!("{}{}", filled(">", half), filled("a*", half)),
        ),
        (
            "many definitions",
            (1..)
                .map(|number| format!("[{number}]: u\n"))
                .collect_up_to(LENGTH),
        ),
        ("zero characters", full("abc\0de ")),
        ("bare addresses", full("http://")),
        (
            "a bare address with many brackets",
            format!("https://a{}", full(")")),
        ),
        ("rows that are no table", full("a|\n-|\n")),
        (
            "a table with one endless row",
            format!("|{}\n|{}\n{}", "a|".repeat(20), "-|".repeat(20), full("|b")),
        ),
        ("one paragraph without an end", full("word *and* `code` ")),
        ("one list without an end", full("- word *and* `code`\n")),
    ];
    for (_, text) in &mut all {
        text.truncate(LENGTH);
    }
    all
}

fn full(pattern: &str) -> String {
    filled(pattern, LENGTH)
}

fn filled(pattern: &str, length: usize) -> String {
    pattern.chars().cycle().take(length).collect()
}

/// Takes as many pieces as a length holds.
trait CollectUpTo {
    fn collect_up_to(self, length: usize) -> String;
}

impl<I: Iterator<Item = String>> CollectUpTo for I {
    fn collect_up_to(self, length: usize) -> String {
        let mut text = String::new();
        for piece in self {
            if text.len() >= length {
                break;
            }
            text.push_str(&piece);
        }
        text
    }
}
