//! The table of functions, which all parts share.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};
use walrus::ir::Value;
use walrus::{ConstExpr, ElementItems, ElementKind, FunctionId, Module, TableId};

/// The one table whose places hold functions.
pub(super) fn of(module: &Module) -> Result<TableId> {
    let tables: BTreeSet<TableId> = module
        .elements
        .iter()
        .filter_map(|element| match &element.kind {
            ElementKind::Active { table, .. } => Some(*table),
            ElementKind::Declared | ElementKind::Passive => None,
        })
        .collect();
    match (tables.first(), tables.len()) {
        (Some(table), 1) => Ok(*table),
        _ => bail!("the module has {} tables of functions, and not one", tables.len()),
    }
}

/// What stands in the table of functions.
pub(super) fn slots(module: &Module) -> Result<BTreeMap<u32, FunctionId>> {
    let mut slots = BTreeMap::new();
    for element in module.elements.iter() {
        let start = match &element.kind {
            ElementKind::Active {
                offset: ConstExpr::Value(Value::I32(start)),
                ..
            } => start.cast_unsigned(),
            ElementKind::Active { .. } => bail!("a segment of the table has no plain place"),
            // Says only that a function's address is taken somewhere.
            ElementKind::Declared => continue,
            ElementKind::Passive => bail!("a segment of the table is passive"),
        };
        match &element.items {
            ElementItems::Functions(ids) => slots.extend((start..).zip(ids.iter().copied())),
            ElementItems::Expressions(_, items) => {
                for (slot, item) in (start..).zip(items) {
                    if let ConstExpr::RefFunc(id) = item {
                        slots.insert(slot, *id);
                    } else {
                        ensure!(
                            matches!(item, ConstExpr::RefNull(_)),
                            "a place of the table holds no function"
                        );
                    }
                }
            }
        }
    }
    Ok(slots)
}
