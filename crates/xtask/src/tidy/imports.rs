//! The walls between the rooms of the widget: which module may import what.

use crate::tidy::source::{Language, Source};
use crate::tidy::tree::{Finding, Tree};

/// One room of `src/` and what it must not know.
struct Room {
    name: &'static str,
    rooms: &'static [&'static str],
    crates: &'static [&'static str],
}

const ROOMS: [Room; 3] = [
    Room {
        name: "ui",
        rooms: &["browser", "driver", "embed"],
        crates: &["miptech_chat_protocol"],
    },
    Room {
        name: "browser",
        rooms: &["driver", "ui", "embed"],
        crates: &["leptos"],
    },
    Room {
        name: "driver",
        rooms: &["embed", "ui"],
        crates: &["leptos", "miptech_chat_protocol", "web_sys"],
    },
];

/// Checks every `use` and every path in `src/`.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.under("src/", &["rs"]) {
        let modules = modules_of(path);
        let room = modules.first().copied().unwrap_or_default();
        let source = Source::new(text, Language::Rust);
        if let Some(walls) = ROOMS.iter().find(|known| known.name == room) {
            for (line, target) in rooms_used(&source, modules.len()) {
                if walls.rooms.contains(&target.as_str()) {
                    findings.push(Finding::new(
                        path,
                        line,
                        format!("{room} must not import crate::{target}"),
                    ));
                }
            }
            for name in walls.crates {
                findings.extend(crate_uses(path, &source, name, room));
            }
        }
    }
    findings
}

fn crate_uses(path: &str, source: &Source, name: &str, room: &str) -> Vec<Finding> {
    let uses = source.paths_from(name);
    uses.iter()
        .map(|used| Finding::new(path, used.line, format!("{room} must not import {name}")))
        .collect()
}

/// The modules a file stands for: `src/ui/panel.rs` is `ui::panel`, `src/lib.rs` is the root.
fn modules_of(path: &str) -> Vec<&str> {
    let inside = path
        .strip_prefix("src/")
        .and_then(|rest| rest.strip_suffix(".rs"))
        .unwrap_or(path);
    if inside == "lib" {
        Vec::new()
    } else {
        inside.split('/').collect()
    }
}

/// The rooms a file reaches, by `crate::` or by climbing to the root with `super::`.
fn rooms_used(source: &Source, depth: usize) -> Vec<(usize, String)> {
    let from_root = source.paths_from("crate").into_iter().map(|used| (used, 1));
    let climbing = source.paths_from("super").into_iter().filter_map(|used| {
        let climbed = used
            .segments
            .iter()
            .take_while(|segment| *segment == "super")
            .count();
        (climbed == depth).then_some((used, climbed))
    });
    from_root
        .chain(climbing)
        .filter_map(|(used, skip)| Some((used.line, used.segments.get(skip)?.clone())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        check(&Tree::of(&[(path, text)]))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_ui_knows_no_browser_driver_or_embed() {
        for room in ["browser", "driver", "embed"] {
            let found = findings(
                "src/ui/panel.rs",
                &format!("//! Doc.\nuse crate::{room}::Thing;\n"),
            );
            assert_eq!(
                found,
                [format!("src/ui/panel.rs:2: ui must not import crate::{room}")]
            );
        }
    }

    #[test]
    fn the_ui_knows_no_protocol() {
        assert_eq!(
            findings("src/ui.rs", "use miptech_chat_protocol::Frame;").len(),
            1
        );
    }

    #[test]
    fn the_browser_knows_no_driver_ui_embed_or_leptos() {
        for used in [
            "crate::driver",
            "crate::ui::App",
            "crate::embed::Handle",
            "leptos::prelude::*",
        ] {
            assert_eq!(
                findings("src/browser/socket.rs", &format!("use {used};")).len(),
                1,
                "{used}"
            );
        }
    }

    #[test]
    fn the_driver_knows_no_leptos_embed_or_dom() {
        for used in ["leptos", "crate::embed::Handle", "web_sys::Element"] {
            assert_eq!(
                findings("src/driver.rs", &format!("use {used};")).len(),
                1,
                "{used}"
            );
        }
    }

    #[test]
    fn groups_bare_paths_and_climbing_are_no_way_around() {
        assert_eq!(
            findings(
                "src/ui/panel.rs",
                "use crate::{ui::model, browser::{storage, clock}};"
            )
            .len(),
            2
        );
        assert_eq!(
            findings("src/ui/panel.rs", "let x = crate::browser::now();").len(),
            1
        );
        assert_eq!(
            findings("src/ui/panel.rs", "use super::super::browser::clock;").len(),
            1
        );
        assert_eq!(findings("src/ui.rs", "use super::driver;").len(), 1);
    }

    #[test]
    fn what_is_allowed_passes() {
        assert!(
            findings(
                "src/ui/panel.rs",
                "use crate::ui::model; use super::browser; use leptos::view;"
            )
            .is_empty()
        );
        assert!(
            findings(
                "src/driver.rs",
                "use crate::browser::socket; use miptech_chat_session::Session;"
            )
            .is_empty()
        );
        assert!(findings("src/embed.rs", "use crate::{browser, driver, ui};").is_empty());
    }

    #[test]
    fn a_path_in_a_comment_passes() {
        assert!(
            findings(
                "src/ui.rs",
                "//! Never crate::browser::x.\n/// Nor crate::driver.\n"
            )
            .is_empty()
        );
    }
}
