//! The walls between crates: which crate may depend on what.
//!
//! Only what ends up in a build counts; development dependencies are free.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::tidy::tree::{Finding, Tree};

/// What a crate may depend on.
#[derive(Clone, Copy)]
enum Allowed {
    /// These and nothing else.
    Only(&'static [&'static str]),
    /// Of our crates only these, of others any.
    OfOurs(&'static [&'static str]),
}

const ALLOCATOR: &str = "miptech-chat-allocator";
const MARKDOWN: &str = "miptech-chat-markdown";
const ONE_THREAD: &str = "send_wrapper";
const PROTOCOL: &str = "miptech-chat-protocol";
const SESSION: &str = "miptech-chat-session";
const SIMULATOR: &str = "miptech-chat-simulator";
const WINDOW: &str = "miptech-chat-window";

const WALLS: [(&str, Allowed); 12] = [
    (
        "miptech-chat",
        Allowed::OfOurs(&[ALLOCATOR, MARKDOWN, SESSION, WINDOW, ONE_THREAD]),
    ),
    (ALLOCATOR, Allowed::Only(&[])),
    (MARKDOWN, Allowed::Only(&[])),
    (PROTOCOL, Allowed::Only(&[])),
    (SESSION, Allowed::Only(&[PROTOCOL, "thiserror"])),
    (ONE_THREAD, Allowed::Only(&["futures-core"])),
    ("doctor", Allowed::OfOurs(&[PROTOCOL])),
    ("reference-server", Allowed::OfOurs(&[PROTOCOL])),
    (SIMULATOR, Allowed::Only(&[PROTOCOL, SESSION, "serde_json"])),
    (WINDOW, Allowed::Only(&[])),
    ("wasm-streams", Allowed::OfOurs(&[])),
    ("xtask", Allowed::OfOurs(&[])),
];

/// Checks every manifest against the table.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    for (path, text) in tree.all().filter(|(path, _)| is_manifest(path)) {
        match toml::from_str::<Table>(text) {
            Ok(manifest) => manifests.push((path, manifest)),
            Err(error) => findings.push(Finding::new(
                path,
                0,
                format!("not a manifest: {}", error.message()),
            )),
        }
    }
    let ours: BTreeSet<&str> = manifests
        .iter()
        .filter_map(|(_, manifest)| name_of(manifest))
        .collect();
    let shared = manifests
        .iter()
        .find_map(|(_, manifest)| manifest.get("workspace")?.get("dependencies"));
    for (path, manifest) in &manifests {
        let Some(name) = name_of(manifest) else {
            continue;
        };
        let Some((_, allowed)) = WALLS.iter().find(|(known, _)| *known == name) else {
            let message = format!("{name} has no entry in the table of allowed dependencies of tidy");
            findings.push(Finding::new(path, 0, message));
            continue;
        };
        for dependency in dependencies(manifest, shared) {
            if !permits(*allowed, &dependency, &ours) {
                findings.push(Finding::new(
                    path,
                    0,
                    format!("{name} must not depend on {dependency}"),
                ));
            }
        }
    }
    findings
}

fn is_manifest(path: &str) -> bool {
    let inside = path.strip_prefix("crates/").and_then(|rest| rest.split_once('/'));
    path == "Cargo.toml" || inside.is_some_and(|(_, rest)| rest == "Cargo.toml")
}

fn name_of(manifest: &Table) -> Option<&str> {
    manifest.get("package")?.get("name")?.as_str()
}

fn permits(allowed: Allowed, dependency: &str, ours: &BTreeSet<&str>) -> bool {
    match allowed {
        Allowed::Only(names) => names.contains(&dependency),
        Allowed::OfOurs(names) => names.contains(&dependency) || !ours.contains(dependency),
    }
}

/// The packages of all dependency tables, also of those for one target.
fn dependencies(manifest: &Table, shared: Option<&Value>) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let for_targets = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let tables = std::iter::once(manifest).chain(for_targets);
    tables
        .flat_map(|table| [table.get("dependencies"), table.get("build-dependencies")])
        .flatten()
        .filter_map(Value::as_table)
        .flat_map(|table| table.iter().map(|(key, value)| package(key, value, shared)))
        .collect()
}

/// The package behind a dependency, which may be renamed here or in the workspace.
fn package(key: &str, value: &Value, shared: Option<&Value>) -> String {
    let renamed = |value: &Value| value.get("package")?.as_str().map(str::to_owned);
    let in_workspace = || shared?.get(key).and_then(renamed);
    renamed(value)
        .or_else(in_workspace)
        .unwrap_or_else(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The findings for one crate with these dependencies, beside the real crates.
    fn findings(name: &str, tables: &str) -> Vec<String> {
        let others = WALLS.iter().filter(|(other, _)| *other != name);
        let mut files: Vec<_> = others
            .map(|(other, _)| {
                (
                    format!("crates/{other}/Cargo.toml"),
                    format!("[package]\nname = \"{other}\"\n"),
                )
            })
            .collect();
        files.push((
            format!("crates/{name}/Cargo.toml"),
            format!("[package]\nname = \"{name}\"\n{tables}"),
        ));
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        check(&Tree::of(&files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_the_table_allows_passes() {
        assert!(
            findings(
                SESSION,
                "[dependencies]\nmiptech-chat-protocol.workspace = true\nthiserror.workspace = true"
            )
            .is_empty()
        );
        assert!(
            findings(
                "miptech-chat",
                "[dependencies]\nleptos = \"0.8\"\nmiptech-chat-session.workspace = true"
            )
            .is_empty()
        );
        assert!(
            findings(
                "reference-server",
                "[dependencies]\naxum = \"0.8\"\nmiptech-chat-protocol.workspace = true"
            )
            .is_empty()
        );
    }

    #[test]
    fn the_core_takes_nothing_from_outside() {
        let found = findings(SESSION, "[dependencies]\nrand = \"0.9\"");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].ends_with("miptech-chat-session must not depend on rand"),
            "{found:?}"
        );
    }

    #[test]
    fn markdown_takes_nothing_at_all() {
        assert_eq!(findings(MARKDOWN, "[dependencies]\nserde = \"1\"").len(), 1);
    }

    #[test]
    fn the_protocol_knows_no_other_crate_of_ours() {
        assert_eq!(
            findings(PROTOCOL, "[dependencies]\nmiptech-chat-session.workspace = true").len(),
            1
        );
    }

    #[test]
    fn the_widget_does_not_know_the_server_or_the_tasks() {
        let tables = "[dependencies]\nreference-server = { path = \"x\" }\nxtask = { path = \"y\" }";
        assert_eq!(findings("miptech-chat", tables).len(), 2);
    }

    #[test]
    fn the_server_shares_only_the_protocol() {
        assert_eq!(
            findings(
                "reference-server",
                "[dependencies]\nmiptech-chat-session.workspace = true"
            )
            .len(),
            1
        );
    }

    #[test]
    fn the_simulator_knows_the_session_and_the_wire_and_nothing_with_a_clock() {
        let tables = "[dependencies]\nserde_json.workspace = true\nmiptech-chat-protocol.workspace = true\n\
                      miptech-chat-session.workspace = true";
        assert!(findings(SIMULATOR, tables).is_empty());
        for other in ["rand", "tokio", "reference-server", "miptech-chat"] {
            let tables = format!("[dependencies]\n{other} = \"1\"");
            assert_eq!(findings(SIMULATOR, &tables).len(), 1, "{other}");
        }
    }

    #[test]
    fn nobody_but_the_developer_gets_the_simulator() {
        for room in ["miptech-chat", SESSION, PROTOCOL, "reference-server", "xtask"] {
            let tables = format!("[dependencies]\n{SIMULATOR}.workspace = true");
            assert_eq!(findings(room, &tables).len(), 1, "{room}");
        }
    }

    #[test]
    fn the_tasks_know_none_of_ours() {
        assert_eq!(
            findings("xtask", "[dependencies]\nmiptech-chat-protocol.workspace = true").len(),
            1
        );
    }

    #[test]
    fn development_dependencies_are_free() {
        assert!(findings(SESSION, "[dev-dependencies]\nproptest = \"1\"").is_empty());
    }

    #[test]
    fn renaming_target_tables_and_build_scripts_are_no_way_around() {
        assert_eq!(
            findings(
                SESSION,
                "[dependencies]\nserde = { package = \"rand\", version = \"1\" }"
            )
            .len(),
            1
        );
        assert_eq!(
            findings(SESSION, "[target.'cfg(unix)'.dependencies]\nlibc = \"0.2\"").len(),
            1
        );
        assert_eq!(findings(SESSION, "[build-dependencies]\ncc = \"1\"").len(), 1);
    }

    #[test]
    fn a_crate_without_an_entry_is_found() {
        assert_eq!(findings("helpers", "").len(), 1);
    }
}
