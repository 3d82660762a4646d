//! Rules about whole files: their first line, length and name, the changelog, and paths of one machine.

use crate::tidy::tree::{Finding, Tree, has_extension};

/// The length at which a file is two files.
const LONGEST: usize = 600;

/// Beginnings of absolute paths that exist on one machine only. In two pieces, since this file is checked.
const MACHINE_FOLDERS: [&str; 3] = [
    concat!("/", "root/"),
    concat!("/", "work/"),
    concat!("/", "home/"),
];

/// Every module begins with a `//!` line.
pub(super) fn module_docs(tree: &Tree) -> Vec<Finding> {
    let rust = tree
        .all()
        .filter(|(path, _)| has_extension(path, &["rs"]) && is_module(path));
    rust.filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| {
            Finding::new(
                path,
                1,
                "a module begins with a `//!` line that says what it is for",
            )
        })
        .collect()
}

/// No source file is longer than [`LONGEST`] lines.
pub(super) fn lengths(tree: &Tree) -> Vec<Finding> {
    let sources = tree
        .all()
        .filter(|(path, _)| has_extension(path, &["rs", "ts", "tsx", "mjs", "js", "css"]));
    sources
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(path, lines)| Finding::new(path, 0, format!("{lines} lines: a file ends at {LONGEST}")))
        .collect()
}

/// A module `foo` is `foo.rs`, beside its folder.
pub(super) fn module_files(tree: &Tree) -> Vec<Finding> {
    let files = tree
        .all()
        .filter(|(path, _)| *path == "mod.rs" || path.ends_with("/mod.rs"));
    files
        .map(|(path, _)| Finding::new(path, 0, "write `foo.rs` beside `foo/`, never `mod.rs`"))
        .collect()
}

/// There is a changelog with a place for the next change.
pub(super) fn changelog(tree: &Tree) -> Vec<Finding> {
    const PATH: &str = "CHANGELOG.md";
    match tree.text(PATH) {
        None => vec![Finding::new(PATH, 0, "there is no changelog")],
        Some(text) if !text.lines().any(|line| line.trim_end() == "## Unreleased") => {
            vec![Finding::new(PATH, 0, "there is no heading `## Unreleased`")]
        }
        Some(_) => Vec::new(),
    }
}

/// No file names a folder of the machine it was written on.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.all() {
        for (index, line) in text.lines().enumerate() {
            for folder in MACHINE_FOLDERS {
                if line
                    .match_indices(folder)
                    .any(|(at, _)| is_absolute(line.split_at(at).0))
                {
                    let message =
                        format!("an absolute path below `{folder}` means something on one machine only");
                    findings.push(Finding::new(path, index + 1, message));
                }
            }
        }
    }
    findings
}

fn is_module(path: &str) -> bool {
    if path.starts_with("src/") || path.starts_with("tests/") {
        return true;
    }
    let inside = path.strip_prefix("crates/").and_then(|rest| rest.split_once('/'));
    inside.is_some_and(|(_, rest)| rest.starts_with("src/") || rest.starts_with("tests/"))
}

/// Whether a slash after this text begins an absolute path, rather than going on with a URL or another path.
fn is_absolute(before: &str) -> bool {
    if before.ends_with("file://") {
        return true;
    }
    let goes_on =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '~' | '}' | '$' | '*' | '%');
    !before.ends_with(goes_on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(findings: &[Finding]) -> Vec<String> {
        findings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_module_without_a_doc_line_is_found() {
        let tree = Tree::of(&[
            ("src/ui.rs", "//! Fine.\n"),
            ("src/ui/panel.rs", "use std::fmt;\n"),
            ("tests/browser/main.rs", "\n//! Late.\n"),
            ("crates/session/src/inbox.rs", "// Not a doc.\n"),
            ("crates/session/examples/purity.rs", "fn main() {}\n"),
        ]);
        let paths: Vec<_> = messages(&module_docs(&tree));
        assert_eq!(paths.len(), 3, "{paths:?}");
        assert!(
            paths[0].starts_with("crates/session/src/inbox.rs:1:"),
            "{paths:?}"
        );
    }

    #[test]
    fn a_file_of_more_than_600_lines_is_found() {
        let tree = Tree::of(&[
            ("src/a.rs", &"x\n".repeat(600)),
            ("src/ui/chat.css", &"x\n".repeat(601)),
            ("docs/long.md", &"x\n".repeat(900)),
        ]);
        assert_eq!(
            messages(&lengths(&tree)),
            ["src/ui/chat.css: 601 lines: a file ends at 600"]
        );
    }

    #[test]
    fn a_mod_rs_is_found() {
        let tree = Tree::of(&[("src/ui/mod.rs", ""), ("src/ui/amod.rs", "")]);
        assert_eq!(module_files(&tree).len(), 1);
    }

    #[test]
    fn a_missing_changelog_is_found() {
        assert_eq!(changelog(&Tree::of(&[])).len(), 1);
    }

    #[test]
    fn a_changelog_without_its_heading_is_found() {
        assert_eq!(
            changelog(&Tree::of(&[("CHANGELOG.md", "# Changelog\n## 1.0\n")])).len(),
            1
        );
        assert!(changelog(&Tree::of(&[("CHANGELOG.md", "# Changelog\n\n## Unreleased\n")])).is_empty());
    }

    #[test]
    fn a_path_of_one_machine_is_found() {
        for folder in MACHINE_FOLDERS {
            for text in [
                format!("see {folder}x"),
                format!("\"{folder}x\""),
                format!("file://{folder}x"),
            ] {
                let tree = Tree::of(&[("README.md", &text)]);
                assert_eq!(machine_paths(&tree).len(), 1, "{text}");
            }
        }
    }

    #[test]
    fn a_part_of_another_path_is_no_machine_path() {
        for folder in MACHINE_FOLDERS {
            for text in [
                format!("https://a.example{folder}"),
                format!("../..{folder}"),
                format!("target{folder}"),
            ] {
                let tree = Tree::of(&[("README.md", &text)]);
                assert!(machine_paths(&tree).is_empty(), "{text}");
            }
        }
    }
}
