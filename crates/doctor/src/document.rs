//! `docs/TROUBLESHOOTING.md` from the table.

use std::fmt::Write as _;

use crate::table::{Examiner, State, checks};

/// The whole document.
#[must_use]
pub fn troubleshooting() -> String {
    let mut text = INTRODUCTION.to_owned();
    for check in checks().iter().filter(|check| !check.findings.is_empty()) {
        let only = match check.only {
            Some(Examiner::Page) => ", which only the widget's own report has",
            None => "",
        };
        // Writing into a text cannot fail.
        let _always = write!(
            text,
            "\n## {}\n\n<a id=\"{}\"></a>\nThe check `{}`{only}.\n\n| Found | What is seen | Cause | Fix | Error codes |\n|---|---|---|---|---|\n",
            check.title, check.id, check.id
        );
        for finding in &check.findings {
            let codes: Vec<String> = finding.codes.iter().map(|code| format!("`{code}`")).collect();
            let codes = if codes.is_empty() {
                "–".to_owned()
            } else {
                codes.join(", ")
            };
            let warns = if finding.state == State::Warn {
                ", a warning"
            } else {
                ""
            };
            let _always = writeln!(
                text,
                "| `{}`{warns} | {} | {} | {} | {codes} |",
                finding.id, finding.symptom, finding.cause, finding.fix
            );
        }
    }
    text
}

const INTRODUCTION: &str = "\
# Troubleshooting

Why does the chat not work?
One command asks the platform what a page would ask it, in the same order, and names the check that fails:

```sh
cargo run -p doctor -- https://api.example.com --tenant miptech-company --origin https://www.example.com
```

`--token-file F` asks with a token, `--json` prints the report for programs; it ends with 1 where a check fails.
It makes one chat under an id of its own, joins it, and erases it where the platform lets it.
What depends on the browser, its policy, its storage or an extension, it cannot see: for that the widget has `diagnose()`.

This document is generated from `crates/doctor/checks.json`, the table the command speaks from.
Texts in braces stand for what was seen.
";
