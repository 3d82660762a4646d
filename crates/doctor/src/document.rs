//! `docs/TROUBLESHOOTING.md` from the table.

use std::fmt::Write as _;

use miptech_chat_protocol::error::ErrorCode;

use crate::table::{Check, Examiner, State, checks};

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
    by_code(&mut text);
    text
}

/// Every error code, with an anchor that `ChatError.help` links to.
fn by_code(text: &mut String) {
    text.push_str("\n## By error code\n\n| Code | What it says | Checks |\n|---|---|---|\n");
    for code in ErrorCode::ALL {
        let name = code.as_str();
        let names = |check: &&Check| {
            let mut findings = check.findings.iter();
            findings.any(|finding| finding.codes.iter().any(|known| known == name))
        };
        let found: Vec<String> = checks()
            .iter()
            .filter(names)
            .map(|check| format!("[{}](#{})", check.title, check.id))
            .collect();
        let found = if found.is_empty() {
            "–".to_owned()
        } else {
            found.join(", ")
        };
        // Writing into a text cannot fail.
        let _always = writeln!(
            text,
            "| <a id=\"{name}\"></a>`{name}` | {} | {found} |",
            code.help()
        );
    }
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

An error of the widget ends its `help` with a link into the table of codes at the end.

This document is generated from `crates/doctor/checks.json`, the table the command speaks from.
Texts in braces stand for what was seen.
";
