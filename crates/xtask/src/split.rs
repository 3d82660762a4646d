//! Which code comes first and which later: one wasm becomes one file for each part of the widget.
//!
//! Any room of the widget may have a module `later` with a module for each part in it: what only the functions in there lead
//! to is fetched after the widget stands. Who leads to whom is read from the relocations of the linker ([`graph`]), and the optimised
//! module is cut accordingly ([`mod@cut`]). The parts share memory, table and globals, so a call across costs what an
//! indirect call costs.
//!
//! A gate must not be entered before its part is there: its place in the table is empty, and an empty place is a trap.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Result, bail};
use walrus::{ExportItem, FunctionKind, Module};

use self::graph::{Graph, Node};

mod cut;
mod data;
mod graph;
mod table;

pub(crate) use self::cut::cut;

/// The parts that come later, in the order they are fetched in: a later one may use an earlier one.
pub(crate) const LATER: [&str; 3] = ["answers", "rest", "trace"];

/// The part that is there from the start.
const FIRST: usize = 0;

/// What belongs where: 0 is the part that is there from the start, the others follow in the order of [`LATER`].
#[derive(Debug)]
pub(crate) struct Plan {
    /// The part of every function of the linked module, by its mangled name.
    parts: BTreeMap<String, usize>,
    /// The functions through which a part is entered.
    gates: BTreeSet<String>,
    /// Addresses of what only a later part reads.
    data: Vec<(Range<u32>, usize)>,
    /// The part of every place in the table of functions. The optimiser makes one function of two that are alike, and what
    /// then stands in the place of the earlier one may have the name of the later.
    slots: BTreeMap<u32, usize>,
}

impl Plan {
    /// Reads `linked`, a module with the relocations of its linker, and `bound`, what wasm-bindgen made of it.
    ///
    /// # Errors
    /// The module has no relocations, or a part has no gates.
    pub(crate) fn of(linked: &[u8], bound: &Module) -> Result<Self> {
        let graph = Graph::read(linked)?;
        let entered = entered(bound);
        let gates: BTreeMap<u32, usize> = graph
            .functions()
            .filter_map(|(index, name)| Some((index, gate_part(name)?)))
            .collect();
        for (index, name) in LATER.iter().enumerate() {
            if !gates.values().any(|part| *part == index + 1) {
                bail!(
                    "nothing leads to the part `{name}`: the linked module has no function of `later::{name}`"
                );
            }
        }
        let mut reached: BTreeMap<Node, usize> = BTreeMap::new();
        for part in FIRST..=LATER.len() {
            let roots: Vec<Node> = if part == FIRST {
                let entered = graph
                    .functions()
                    .filter(|(index, name)| graph.is_exported(*index) || entered.contains(*name));
                entered.map(|(index, _)| Node::Function(index)).collect()
            } else {
                let own = gates.iter().filter(|(_, of)| **of == part);
                own.map(|(index, _)| Node::Function(*index)).collect()
            };
            graph.walk(roots, |node| {
                let gate = match node {
                    Node::Function(index) => gates.get(&index).copied(),
                    Node::Data(_) => None,
                };
                let is_next = gate.is_none_or(|gate| gate <= part) && !reached.contains_key(&node);
                if is_next {
                    reached.insert(node, part);
                }
                is_next
            });
        }
        let part = |node| reached.get(&node).copied();
        let parts: BTreeMap<String, usize> = graph
            .functions()
            .filter_map(|(index, name)| Some((name.to_owned(), part(Node::Function(index))?)))
            .collect();
        let part_of = |id| {
            let name = bound.funcs.get(id).name.as_ref();
            name.and_then(|name| parts.get(name)).copied().unwrap_or(FIRST)
        };
        let slots = table::slots(bound)?;
        Ok(Self {
            slots: slots.into_iter().map(|(slot, id)| (slot, part_of(id))).collect(),
            parts,
            data: graph.data_of(part),
            gates: graph
                .functions()
                .filter(|(index, _)| gates.contains_key(index))
                .map(|(_, name)| name.to_owned())
                .collect(),
        })
    }

    /// What must stay a function of its own, whatever the optimiser thinks.
    pub(crate) fn gates(&self) -> impl Iterator<Item = &str> {
        self.gates.iter().map(String::as_str)
    }
}

/// The functions JavaScript enters a bound module by, and what these call: wasm-bindgen puts functions of its own before some.
fn entered(module: &Module) -> BTreeSet<String> {
    let mut entered = BTreeSet::new();
    for export in module.exports.iter() {
        if let ExportItem::Function(id) = export.item {
            let inner = match &module.funcs.get(id).kind {
                FunctionKind::Local(function) => cut::callees(function),
                FunctionKind::Import(_) | FunctionKind::Uninitialized(_) => BTreeSet::new(),
            };
            let names = inner
                .into_iter()
                .chain([id])
                .filter_map(|id| module.funcs.get(id).name.clone());
            entered.extend(names);
        }
    }
    entered
}

/// The part a gate leads to, for the mangled name of one.
fn gate_part(mangled: &str) -> Option<usize> {
    let name = format!("{:#}", rustc_demangle::try_demangle(mangled).ok()?);
    let is_path = name
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'));
    let mut path = name.rsplit("::").skip(1);
    let part = path.next()?;
    let is_gate = is_path && path.next() == Some("later") && name.starts_with("miptech_chat");
    let place = LATER.iter().position(|known| *known == part)?;
    is_gate.then_some(place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_a_plain_function_of_a_part() {
        let of = |path: &str| gate_part(&format!("_RNvNtNtNtCs4fqI2P2rA04_12miptech_chat2ui{path}"));
        assert_eq!(of("5later7answers4draw"), Some(1));
        assert_eq!(of("5later4rest4form"), Some(2));
        assert_eq!(of("5later5trace5begin"), Some(3));
        assert_eq!(of("5later5never4form"), None);
        assert_eq!(of("5early4rest4form"), None);
        assert_eq!(
            gate_part("_RNCNvNtNtNtCs4fqI2P2rA04_12miptech_chat2ui5later4rest4form0B7_"),
            None
        );
        assert_eq!(gate_part("memcpy"), None);
    }
}
