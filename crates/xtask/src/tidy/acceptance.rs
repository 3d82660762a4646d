//! The acceptance table of `docs/PROTOCOL.md`: every row of the product brief names the tests that show it.
//!
//! A test is named `path::name` when it is Rust, and `path › title` when it is Playwright's. Whether it shows what the
//! row asks for is for a reader to judge; that it exists and is run is checked here.

use crate::tidy::source::{Language, Source};
use crate::tidy::tree::{Finding, Tree};

const DOCUMENT: &str = "docs/PROTOCOL.md";

/// The head of the table, without its outer bars.
const HEAD: [&str; 3] = ["Brief", "Requirement", "Tests"];

/// How many rows the brief has; one that is lost would not be missed otherwise.
const ROWS: usize = 55;

/// Checks the table and every test it names.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(text) = tree.text(DOCUMENT) else {
        return Vec::new();
    };
    let mut lines = text
        .lines()
        .enumerate()
        .skip_while(|(_, line)| cells(line) != HEAD);
    let Some((head, _)) = lines.next() else {
        let message = format!("there is no acceptance table with the head {HEAD:?}");
        return vec![Finding::new(DOCUMENT, 0, message)];
    };
    let rows: Vec<_> = lines
        .skip(1)
        .take_while(|(_, line)| line.starts_with('|'))
        .collect();
    let mut findings: Vec<_> = rows
        .iter()
        .flat_map(|(index, line)| {
            check_row(tree, line)
                .map(|message| (index + 1, message))
                .collect::<Vec<_>>()
        })
        .map(|(line, message)| Finding::new(DOCUMENT, line, message))
        .collect();
    if rows.len() != ROWS {
        let message = format!("the brief has {ROWS} rows, the table has {}", rows.len());
        findings.push(Finding::new(DOCUMENT, head + 1, message));
    }
    findings
}

/// What is wrong with one row.
fn check_row<'a>(tree: &'a Tree, line: &'a str) -> impl Iterator<Item = String> + 'a {
    let cells = cells(line);
    let (row, tests) = match cells.as_slice() {
        [brief, requirement, tests] => (format!("{brief}: {requirement}"), Some(*tests)),
        _ => (line.to_owned(), None),
    };
    let pieces: Vec<&str> = tests.unwrap_or_default().split('`').collect();
    // Every second piece stands between two backticks; between the names there is nothing but commas.
    let is_list = pieces.len() % 2 == 1
        && pieces
            .iter()
            .step_by(2)
            .all(|between| between.trim_matches([',', ' ']).is_empty());
    let mut wrong = Vec::new();
    if tests.is_none() {
        wrong.push("a row has three cells".to_owned());
    } else if pieces.len() < 3 {
        wrong.push("no test shows it".to_owned());
    } else if !is_list {
        wrong.push(
            "it is not shown in full: every test stands between backticks, and nothing else in the cell"
                .to_owned(),
        );
    }
    let named = pieces.into_iter().skip(1).step_by(2);
    wrong.extend(named.filter_map(|test| missing(tree, test)));
    wrong.into_iter().map(move |message| format!("{row}: {message}"))
}

/// Why a named test is none.
fn missing(tree: &Tree, test: &str) -> Option<String> {
    let (path, is_there): (_, fn(&str, &str) -> bool) = match (test.split_once(" › "), test.split_once("::"))
    {
        (Some(parts), _) => (parts, has_playwright_test),
        (None, Some(parts)) => (parts, has_rust_test),
        (None, None) => return Some(format!("`{test}` is neither `path::name` nor `path › title`")),
    };
    let (path, name) = path;
    match tree.text(path) {
        None => Some(format!("there is no file `{path}`")),
        Some(text) if is_there(text, name) => None,
        Some(_) => Some(format!("there is no test `{name}` in `{path}`")),
    }
}

/// Whether the text has a function of this name with an attribute that makes it a test.
fn has_rust_test(text: &str, name: &str) -> bool {
    let source = Source::new(text, Language::Rust);
    let heads = ["fn ", "async fn "].map(|head| format!("{head}{name}("));
    let mut is_test = false;
    for (_, line) in source.code_lines() {
        let line = line.trim();
        if line.starts_with("#[") {
            is_test |= ["#[test]", "#[tokio::test", "#[wasm_bindgen_test"]
                .iter()
                .any(|attribute| line.starts_with(attribute));
        } else if is_test && heads.iter().any(|head| line.starts_with(head)) {
            return true;
        } else if !line.is_empty() {
            is_test = false;
        }
    }
    false
}

/// Whether the text calls `test` with this title; one that is skipped is called otherwise.
fn has_playwright_test(text: &str, title: &str) -> bool {
    let source = Source::new(text, Language::Script);
    ['\'', '"', '`'].iter().any(|quote| {
        let call = format!("test({quote}{title}{quote},");
        source
            .code_lines()
            .any(|(_, line)| line.trim_start().starts_with(&call))
    })
}

fn cells(line: &str) -> Vec<&str> {
    line.trim_matches('|').split('|').map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUST: &str = "//! Doc.\n#[test]\nfn it_works() {}\n\n#[tokio::test]\n#[expect(lint)]\n\
        async fn it_waits() {}\n\nfn helper() {}\n// #[test]\nfn commented() {}\n";
    const SCRIPT: &str = "test('it opens', async () => {})\n  test(`ends by ${signal}`, async () => {})\n\
        test.skip('not today', async () => {})\n// test('gone', async () => {})\n";

    /// The findings of a table whose first row holds these tests.
    fn found(tests: &str) -> Vec<String> {
        let sound = "| x | y | `a/b.rs::it_works` |\n".repeat(ROWS - 1);
        let table = format!(
            "# Protocol\n\n| Brief | Requirement | Tests |\n|---|---|---|\n| 1.1 | health | {tests} |\n{sound}\nEnd.\n"
        );
        let tree = Tree::of(&[(DOCUMENT, &table), ("a/b.rs", RUST), ("e2e/c.spec.ts", SCRIPT)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn named_tests_that_exist_are_enough() {
        for tests in [
            "`a/b.rs::it_works`",
            "`a/b.rs::it_waits`, `e2e/c.spec.ts › it opens`",
            "`e2e/c.spec.ts › ends by ${signal}`",
        ] {
            assert_eq!(found(tests), [""; 0], "{tests}");
        }
    }

    #[test]
    fn a_test_that_does_not_exist_is_found() {
        for tests in [
            "`a/b.rs::it_work`",
            "`a/b.rs::helper`",
            "`a/b.rs::commented`",
            "`a/none.rs::it_works`",
            "`a/b.rs`",
            "`e2e/c.spec.ts › it`",
            "`e2e/c.spec.ts › not today`",
            "`e2e/c.spec.ts › gone`",
            "`a/b.rs::it_works`, `a/b.rs::it_works_not`",
        ] {
            let found = found(tests);
            assert_eq!(found.len(), 1, "{tests}: {found:?}");
            assert!(
                found[0].starts_with("docs/PROTOCOL.md:5: 1.1: health: "),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_row_without_a_test_is_found() {
        for tests in [
            "",
            "TODO",
            "see there",
            "TODO, `a/b.rs::it_works`",
            "`a/b.rs::it_works",
        ] {
            assert_eq!(found(tests).len(), 1, "{tests}");
        }
    }

    #[test]
    fn a_table_that_lost_a_row_is_found() {
        let rows = "| x | y | `a/b.rs::it_works` |\n".repeat(ROWS - 1);
        let table = format!("| Brief | Requirement | Tests |\n|---|---|---|\n{rows}");
        let tree = Tree::of(&[(DOCUMENT, &table), ("a/b.rs", RUST)]);
        assert_eq!(check(&tree).len(), 1);
        assert_eq!(check(&Tree::of(&[(DOCUMENT, "# Protocol\n")])).len(), 1);
    }
}
