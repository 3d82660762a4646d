//! Words that must not stand in some folders: sinks of text as HTML, leaks, clocks, and the platform's path.

use crate::tidy::source::{Language, Source, has_word_start};
use crate::tidy::tree::{Finding, Tree, has_extension};

/// A folder, the files meant, and what must not stand in them.
struct Ban {
    folder: &'static str,
    language: Language,
    words: &'static [(&'static str, &'static str)],
}

const HTML: &str = "text is never parsed as HTML: build nodes instead";
const LEAK: &str = "a forgotten closure outlives the widget: keep it in the struct that owns the listener";
const EVALUATES: &str = "the Content-Security-Policy forbids evaluating text";
const CLOCK: &str = "time comes in as a parameter";
const ORDER: &str = "order is behaviour: use a BTreeMap or a Vec";

const BANS: [Ban; 5] = [
    Ban {
        folder: "src/",
        language: Language::Rust,
        words: &[
            (
                "view!",
                "`view!` writes nested markup as HTML: use the builder syntax",
            ),
            ("inner_html", HTML),
            ("set_inner_html", HTML),
            ("innerHTML", HTML),
            ("outer_html", HTML),
            ("set_outer_html", HTML),
            ("outerHTML", HTML),
            ("insert_adjacent_html", HTML),
            ("insertAdjacentHTML", HTML),
            ("Closure::forget", LEAK),
            (".forget()", LEAK),
            (
                "Instant::now",
                "ask crate::browser for the time, the standard clock panics here",
            ),
        ],
    },
    Ban {
        folder: "www/src/",
        language: Language::Script,
        words: &[
            ("innerHTML", HTML),
            ("outerHTML", HTML),
            ("insertAdjacentHTML", HTML),
            ("document.write", HTML),
            ("eval(", EVALUATES),
            ("new Function", EVALUATES),
        ],
    },
    Ban {
        folder: "crates/session/src/",
        language: Language::Rust,
        words: &[("HashMap", ORDER)],
    },
    Ban {
        folder: "crates/protocol/src/",
        language: Language::Rust,
        words: &[("HashMap", ORDER)],
    },
    // One seed is one run, byte for byte.
    Ban {
        folder: "crates/simulator/src/",
        language: Language::Rust,
        words: &[("HashMap", ORDER), ("HashSet", ORDER)],
    },
];

/// The beginning of every path of the platform, and the one file that may know it.
const PLATFORM_PATH: &str = concat!("/api", "/v1");
const ENDPOINT: &str = "crates/protocol/src/endpoint.rs";

/// What ends in the download.
const DOWNLOADED: [&str; 5] = [
    "src/",
    "crates/markdown/src/",
    "crates/protocol/src/",
    "crates/session/src/",
    "crates/window/src/",
];
/// The example exports a function for `purity` to call, which counts as unsafe.
const MAY_BE_UNSAFE: [&str; 3] = [
    "crates/allocator/src/lib.rs",
    "crates/one-thread/src/lib.rs",
    "crates/session/examples/purity.rs",
];
/// In two parts, so that this very line is no finding.
const UNSAFE_LINT: &str = concat!("unsafe", "_code");
const UNSAFE: &str = "`unsafe` is for the crates `allocator` and `one-thread` only";

const PRINTS: &str = "no `{:?}` here: the released build prints nothing for it";

const SCRIPTS: [&str; 4] = ["ts", "tsx", "mjs", "js"];

/// Checks the table of banned words; comments may mention them.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for ban in &BANS {
        for (path, text) in tree.under(ban.folder, extensions(ban.language)) {
            let source = Source::new(text, ban.language);
            for (number, line) in source.code_lines() {
                let stands = |word: &str| {
                    if word.starts_with('.') {
                        line.contains(word)
                    } else {
                        has_word_start(line, word)
                    }
                };
                let found = ban.words.iter().filter(|(word, _)| stands(word));
                findings.extend(
                    found.map(|(word, reason)| {
                        Finding::new(path, number, format!("no `{word}` here: {reason}"))
                    }),
                );
            }
        }
    }
    findings
}

/// The session core and the world it is simulated in read no clock of the standard library; `Duration` is no clock.
/// The programs of the simulator may: they tell a person how long they took.
pub(super) fn clocks(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let core = tree.under("crates/session/", &["rs"]);
    let simulated = tree.under("crates/simulator/", &["rs"]);
    let is_pure = |path: &str| !path.starts_with("crates/simulator/src/bin/");
    for (path, text) in core.chain(simulated).filter(|(path, _)| is_pure(path)) {
        for used in Source::new(text, Language::Rust).paths_from("std") {
            let mut segments = used.segments.iter().skip(1).map(String::as_str);
            if segments.next() == Some("time") && segments.next() != Some("Duration") {
                let message = format!("no `{}` here: {CLOCK}", used.segments.join("::"));
                findings.push(Finding::new(path, used.line, message));
            }
        }
    }
    findings
}

/// One place knows the platform's paths; tests and comments may name them.
pub(super) fn paths_of_the_platform(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in ["src/", "crates/session/src/", "crates/protocol/src/", "www/src/"] {
        for (path, text) in tree.under(folder, &["rs", "ts", "tsx", "mjs", "js"]) {
            if path == ENDPOINT || is_test_file(path) {
                continue;
            }
            let language = if has_extension(path, &["rs"]) {
                Language::Rust
            } else {
                Language::Script
            };
            let source = Source::new(text, language).without_tests();
            let lines = source
                .code_lines()
                .filter(|(_, line)| line.contains(PLATFORM_PATH));
            let message = format!("`{PLATFORM_PATH}` is written in {ENDPOINT} only");
            findings.extend(lines.map(|(number, _)| Finding::new(path, number, message.clone())));
        }
    }
    findings
}

/// Two crates may lift the lint against `unsafe`; a third would do it unseen.
pub(super) fn lifted_lints(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = tree
        .all()
        .filter(|(path, _)| has_extension(path, &["rs"]) && !MAY_BE_UNSAFE.contains(path));
    for (path, text) in files {
        let source = Source::new(text, Language::Rust).without_tests();
        let lines = source.code_lines().filter(|(_, line)| line.contains(UNSAFE_LINT));
        findings.extend(lines.map(|(number, _)| Finding::new(path, number, UNSAFE.to_owned())));
    }
    findings
}

/// What a visitor runs prints nothing by `Debug`: the released build leaves its output out
/// (`docs/decisions/0012-standard-library-from-source.md`).
pub(super) fn printed_values(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for folder in DOWNLOADED {
        for (path, text) in tree.under(folder, &["rs"]) {
            if is_test_file(path) {
                continue;
            }
            let source = Source::new(text, Language::Rust).without_tests();
            let lines = source
                .code_lines()
                .filter(|(_, line)| line.contains(":?}") || line.contains(":#?}"));
            findings.extend(lines.map(|(number, _)| Finding::new(path, number, PRINTS.to_owned())));
        }
    }
    findings
}

fn extensions(language: Language) -> &'static [&'static str] {
    match language {
        Language::Rust => &["rs"],
        Language::Script => &SCRIPTS,
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains(".test.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn banned(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    fn clock_findings(text: &str) -> usize {
        clocks(&Tree::of(&[("crates/session/src/lifecycle.rs", text)])).len()
    }

    fn clock_findings_in(path: &str) -> usize {
        clocks(&Tree::of(&[(path, "use std::time::Instant;")])).len()
    }

    fn platform_findings(path: &str, text: &str) -> usize {
        paths_of_the_platform(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn the_view_macro_is_found() {
        assert_eq!(banned("src/ui.rs", "view! { <p/> }"), 1);
        assert_eq!(banned("src/ui.rs", "leptos::view! { <p/> }"), 1);
        assert_eq!(banned("src/ui.rs", "review!()"), 0);
    }

    #[test]
    fn values_printed_by_debug_are_found_outside_tests() {
        let findings = |path, text| printed_values(&Tree::of(&[(path, text)])).len();
        let printing = "fn f(x: u8) -> String {\n    format!(\"{x:?}\")\n}\n";
        assert_eq!(findings("crates/session/src/outbox.rs", printing), 1);
        assert_eq!(findings("src/driver.rs", "format!(\"{x:#?}\")"), 1);
        assert_eq!(findings("src/driver.rs", "format!(\"{x}\")"), 0);
        assert_eq!(findings("crates/xtask/src/main.rs", printing), 0);
        assert_eq!(findings("crates/protocol/src/decode/tests.rs", printing), 0);
        let tested = format!("#[cfg(test)]\nmod tests {{\n    {printing}}}\n");
        assert_eq!(findings("crates/session/src/outbox.rs", &tested), 0);
    }

    #[test]
    fn html_sinks_are_found() {
        for text in [
            "div().inner_html(text)",
            "element.set_inner_html(text)",
            "Reflect::set(&e, &\"innerHTML\".into(), &v)",
            "element.set_outer_html(text)",
            "\"outerHTML\"",
            "element.insert_adjacent_html(a, b)",
            "\"insertAdjacentHTML\"",
        ] {
            assert_eq!(banned("src/ui/bubble.rs", text), 1, "{text}");
        }
    }

    #[test]
    fn forgotten_closures_are_found() {
        assert_eq!(banned("src/browser/page.rs", "closure.forget();"), 1);
        assert_eq!(banned("src/browser/page.rs", "Closure::forget(closure);"), 1);
    }

    #[test]
    fn the_standard_clock_is_found_in_the_widget() {
        assert_eq!(banned("src/driver.rs", "let now = Instant::now();"), 1);
    }

    #[test]
    fn hash_maps_are_found_in_the_pure_crates() {
        assert_eq!(
            banned("crates/session/src/inbox.rs", "use std::collections::HashMap;"),
            1
        );
        assert_eq!(banned("crates/protocol/src/frame.rs", "HashMap::new()"), 1);
        assert_eq!(banned("crates/simulator/src/world.rs", "HashSet::new()"), 1);
        assert_eq!(banned("crates/reference-server/src/main.rs", "HashMap::new()"), 0);
    }

    #[test]
    fn scripts_neither_parse_html_nor_evaluate_text() {
        for text in [
            "root.innerHTML = text",
            "root.outerHTML = text",
            "root.insertAdjacentHTML('beforeend', text)",
            "document.write(text)",
            "eval(text)",
            "new Function(text)",
        ] {
            assert_eq!(banned("www/src/loader.ts", text), 1, "{text}");
        }
        assert_eq!(banned("www/src/loader.ts", "const medieval = retrieval(1)"), 0);
    }

    #[test]
    fn a_comment_may_mention_a_banned_word() {
        assert_eq!(
            banned("src/ui.rs", "//! Never innerHTML.\nfn f() {} // nor .forget()\n"),
            0
        );
    }

    #[test]
    fn standard_clocks_are_found_in_the_session() {
        assert_eq!(clock_findings("use std::time::Instant;"), 1);
        assert_eq!(clock_findings("use std::{fmt, time::{Duration, SystemTime}};"), 1);
        assert_eq!(clock_findings("std::time::Instant::now()"), 1);
        assert_eq!(clock_findings("use std::time;"), 1);
        assert_eq!(clock_findings("use std::time::*;"), 1);
        assert_eq!(
            clock_findings("use std::time::Duration; // std::time::Instant"),
            0
        );
    }

    #[test]
    fn standard_clocks_are_found_in_the_simulated_world_and_not_in_its_programs() {
        assert_eq!(clock_findings_in("crates/simulator/src/fleet.rs"), 1);
        assert_eq!(clock_findings_in("crates/simulator/tests/fleet.rs"), 1);
        assert_eq!(clock_findings_in("crates/simulator/src/bin/fleet.rs"), 0);
        assert_eq!(clock_findings_in("crates/reference-server/src/main.rs"), 0);
    }

    #[test]
    fn the_platforms_path_outside_its_file_is_found() {
        let text = format!("const CHAT: &str = \"{PLATFORM_PATH}/chat\";");
        for path in [
            "src/driver.rs",
            "crates/session/src/a.rs",
            "crates/protocol/src/body.rs",
            "www/src/a.ts",
        ] {
            assert_eq!(platform_findings(path, &text), 1, "{path}");
        }
    }

    #[test]
    fn the_platforms_path_is_free_in_its_file_in_tests_and_in_comments() {
        let text = format!("\"{PLATFORM_PATH}\"");
        assert_eq!(platform_findings(ENDPOINT, &text), 0);
        assert_eq!(platform_findings("crates/protocol/src/body/tests.rs", &text), 0);
        assert_eq!(
            platform_findings(
                "src/a.rs",
                &format!("#[cfg(test)]\nmod tests {{ const A: &str = {text}; }}")
            ),
            0
        );
        assert_eq!(platform_findings("src/a.rs", &format!("// {text}\n")), 0);
        assert_eq!(platform_findings("crates/reference-server/src/a.rs", &text), 0);
    }

    #[test]
    fn only_two_crates_lift_the_lint_against_unsafe() {
        let text = "#![expect(unsafe_code, reason = \"x\")]";
        let findings = |path| lifted_lints(&Tree::of(&[(path, text)])).len();
        assert_eq!(findings("src/ui/app.rs"), 1);
        assert_eq!(findings("crates/allocator/src/lib.rs"), 0);
    }
}
