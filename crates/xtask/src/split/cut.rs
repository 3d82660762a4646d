//! One module for each part. The first keeps memory, tables and globals; the later ones import them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};
use walrus::ir::{self, Instr, Value, VisitorMut};
use walrus::{
    ConstExpr, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, GlobalKind, ImportedFunction,
    LocalFunction, Module, ModuleConfig, TableId, TypeId,
};

use super::{FIRST, LATER, Plan, data, table};

/// The modules of `optimised`, the first part first. It must still have its names.
///
/// A later part imports what it uses of part `n` from a module that is called by the number `n`.
///
/// # Errors
/// The module is not what wasm-bindgen and wasm-opt make: more than one table of functions, data without an address.
pub(crate) fn cut(optimised: &[u8], plan: &Plan) -> Result<Vec<Vec<u8>>> {
    (FIRST..=LATER.len())
        .map(|part| {
            // Ids are good for one reading only; the same bytes give the same layout.
            let mut module = read(optimised)?;
            Layout::of(&module, plan)?.keep(&mut module, part, plan)?;
            Ok(module.emit_wasm())
        })
        .collect()
}

fn read(wasm: &[u8]) -> Result<Module> {
    ModuleConfig::new()
        .generate_name_section(false)
        .generate_producers_section(false)
        .parse(wasm)
}

/// What of the whole module goes where.
struct Layout {
    /// The part of every function that has a body.
    parts: BTreeMap<FunctionId, usize>,
    table: TableId,
    /// The functions of the table by their place in it.
    slots: BTreeMap<u32, FunctionId>,
    /// The places of the gates.
    gates: BTreeMap<FunctionId, u32>,
    /// What the functions of one part call of another, with the name it is exported by.
    shared: BTreeMap<FunctionId, String>,
    table_size: u32,
}

impl Layout {
    fn of(module: &Module, plan: &Plan) -> Result<Self> {
        let table = table::of(module)?;
        let mut slots = table::slots(module)?;
        let calls: BTreeMap<FunctionId, BTreeSet<FunctionId>> = module
            .funcs
            .iter_local()
            .map(|(id, function)| (id, callees(function)))
            .collect();
        let named = |id| module.funcs.get(id).name.as_deref();
        let is_gate = |id| named(id).is_some_and(|name| plan.gates.contains(name));
        let mut parts = parts(module, plan, &slots);
        // What the optimiser made of several functions belongs to the earliest of them, and so does what that calls.
        let mut is_settled = false;
        while !is_settled {
            is_settled = true;
            for (caller, callees) in &calls {
                let Some(part) = parts.get(caller).copied() else {
                    continue;
                };
                for callee in callees.iter().filter(|callee| !is_gate(**callee)) {
                    if let Some(theirs) = parts.get_mut(callee).filter(|theirs| **theirs > part) {
                        *theirs = part;
                        is_settled = false;
                    }
                }
            }
        }
        let size = u32::try_from(module.tables.get(table).initial)?;
        let mut table_size = size;
        let mut gates = BTreeMap::new();
        for (id, part) in parts.iter().filter(|(id, _)| is_gate(**id)) {
            if *part == FIRST {
                bail!(
                    "a gate leads to nothing that comes later: {}",
                    named(*id).unwrap_or_default()
                );
            }
            let known = slots
                .iter()
                .find(|(_, function)| *function == id)
                .map(|(slot, _)| *slot);
            let slot = known.unwrap_or_else(|| {
                slots.insert(table_size, *id);
                table_size += 1;
                table_size - 1
            });
            gates.insert(*id, slot);
        }
        if gates.len() < plan.gates.len() {
            bail!("the optimiser took {} gates away", plan.gates.len() - gates.len());
        }
        Ok(Self {
            shared: shared(&calls, &parts),
            parts,
            table,
            slots,
            gates,
            table_size,
        })
    }

    /// Leaves of a whole module what belongs to `part`.
    fn keep(&self, module: &mut Module, part: usize, plan: &Plan) -> Result<()> {
        let table = module.tables.get_mut(self.table);
        table.initial = self.table_size.into();
        table.maximum = table.maximum.map(|maximum| maximum.max(self.table_size.into()));
        self.call_through_gates(module, part);
        if part == FIRST {
            for (id, name) in self.shared.iter().filter(|(id, _)| self.is_of(part, **id)) {
                module.exports.add(name, *id);
            }
            share(module);
        } else {
            self.import_the_rest(module, part);
        }
        self.keep_slots(module, part);
        data::keep(module, part, plan)?;
        walrus::passes::gc::run(module);
        Ok(())
    }

    fn is_of(&self, part: usize, id: FunctionId) -> bool {
        self.parts.get(&id) == Some(&part)
    }

    /// Calls into a part that comes later go through the table.
    fn call_through_gates(&self, module: &mut Module, part: usize) {
        let types: BTreeMap<FunctionId, TypeId> = self
            .gates
            .keys()
            .map(|id| (*id, module.funcs.get(*id).ty()))
            .collect();
        let later = self
            .gates
            .iter()
            .filter(|(id, _)| self.parts.get(id).is_some_and(|of| *of > part));
        let mut rerouting = Rerouting {
            table: self.table,
            gates: later
                .filter_map(|(id, slot)| Some((*id, (*slot, *types.get(id)?))))
                .collect(),
        };
        for (id, function) in module.funcs.iter_local_mut() {
            if self.is_of(part, id) {
                let entry = function.entry_block();
                ir::dfs_pre_order_mut(&mut rerouting, function, entry);
            }
        }
    }

    /// Turns everything of an earlier part into an import, and exports what a later one uses of this.
    fn import_the_rest(&self, module: &mut Module, part: usize) {
        share(module);
        let exports: Vec<_> = module
            .exports
            .iter()
            .map(|export| (export.id(), export.name.clone(), export.item))
            .collect();
        for (export, name, item) in exports {
            module.exports.delete(export);
            match item {
                ExportItem::Memory(id) => {
                    let import = module.imports.add(OWNER, &name, id);
                    module.memories.get_mut(id).import = Some(import);
                }
                ExportItem::Table(id) => {
                    let import = module.imports.add(OWNER, &name, id);
                    module.tables.get_mut(id).import = Some(import);
                }
                ExportItem::Global(id) => {
                    let import = module.imports.add(OWNER, &name, id);
                    module.globals.get_mut(id).kind = GlobalKind::Import(import);
                }
                ExportItem::Function(_) | ExportItem::Tag(_) => {}
            }
        }
        module.start = None;
        for (id, name) in &self.shared {
            match self.parts.get(id) {
                Some(theirs) if *theirs < part => {
                    let ty = module.funcs.get(*id).ty();
                    let import = module.imports.add(&theirs.to_string(), name, *id);
                    module.funcs.get_mut(*id).kind = FunctionKind::Import(ImportedFunction { import, ty });
                }
                Some(theirs) if *theirs == part => drop(module.exports.add(name, *id)),
                Some(_) | None => {}
            }
        }
    }

    /// Fills the places of the table that belong to `part`.
    fn keep_slots(&self, module: &mut Module, part: usize) {
        let former: Vec<_> = module.elements.iter().map(|element| element.id()).collect();
        former.into_iter().for_each(|id| module.elements.delete(id));
        module.tables.get_mut(self.table).elem_segments.clear();
        let mut runs: Vec<(u32, Vec<FunctionId>)> = Vec::new();
        for (slot, id) in &self.slots {
            // What JavaScript lends has no body and is there from the start.
            if self.parts.get(id).copied().unwrap_or(FIRST) != part {
                continue;
            }
            match runs.last_mut() {
                Some((start, run)) if run.len() == (*slot - *start) as usize => run.push(*id),
                _ => runs.push((*slot, vec![*id])),
            }
        }
        for (start, run) in runs {
            let kind = ElementKind::Active {
                table: self.table,
                offset: ConstExpr::Value(Value::I32(start.cast_signed())),
            };
            let id = module.elements.add(kind, ElementItems::Functions(run));
            module.tables.get_mut(self.table).elem_segments.insert(id);
        }
    }
}

/// The part of every function with a body: as planned, the first for what JavaScript or the table may enter, and the last
/// for what the optimiser made, until its callers say otherwise.
fn parts(module: &Module, plan: &Plan, slots: &BTreeMap<u32, FunctionId>) -> BTreeMap<FunctionId, usize> {
    let exported: BTreeSet<FunctionId> = module
        .exports
        .iter()
        .filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id),
            ExportItem::Global(_) | ExportItem::Memory(_) | ExportItem::Table(_) | ExportItem::Tag(_) => None,
        })
        .chain(module.start)
        .collect();
    let mut parts: BTreeMap<FunctionId, usize> = module
        .funcs
        .iter_local()
        .map(|(id, _)| {
            let name = module.funcs.get(id).name.as_ref();
            let planned = name.and_then(|name| plan.parts.get(name)).copied();
            let is_entered = exported.contains(&id);
            (
                id,
                if is_entered {
                    FIRST
                } else {
                    planned.unwrap_or(LATER.len())
                },
            )
        })
        .collect();
    for (slot, id) in slots {
        let planned = plan.slots.get(slot).copied().unwrap_or(FIRST);
        if let Some(part) = parts.get_mut(id) {
            *part = planned.min(*part);
        }
    }
    parts
}

/// What is called across parts, under short names in the order of ids.
fn shared(
    calls: &BTreeMap<FunctionId, BTreeSet<FunctionId>>,
    parts: &BTreeMap<FunctionId, usize>,
) -> BTreeMap<FunctionId, String> {
    let mut across = BTreeSet::new();
    for (caller, callees) in calls {
        let crossing = callees
            .iter()
            .filter(|callee| match (parts.get(caller), parts.get(*callee)) {
                (Some(from), Some(to)) => to < from,
                (Some(_) | None, None) | (None, Some(_)) => false,
            });
        across.extend(crossing.copied());
    }
    across
        .into_iter()
        .enumerate()
        .map(|(index, id)| (id, short(index)))
        .collect()
}

/// A name of letters and digits that begins with a digit, as no name of wasm-bindgen's does.
fn short(index: usize) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut name = String::new();
    let mut rest = index;
    for base in [10].into_iter().chain(std::iter::repeat(LETTERS.len())) {
        name.extend(LETTERS.get(rest % base).map(|letter| char::from(*letter)));
        rest /= base;
        if rest == 0 {
            break;
        }
    }
    name
}

/// Exports what every part needs and JavaScript does not know yet.
fn share(module: &mut Module) {
    let known: BTreeSet<String> = module.exports.iter().map(|export| export.name.clone()).collect();
    let items: Vec<ExportItem> = module.exports.iter().map(|export| export.item).collect();
    let is_known = |wanted: &ExportItem| items.iter().any(|item| is_same(item, wanted));
    let globals = module
        .globals
        .iter()
        .map(|global| ExportItem::Global(global.id()));
    let tables = module.tables.iter().map(|table| ExportItem::Table(table.id()));
    let memories = module
        .memories
        .iter()
        .map(|memory| ExportItem::Memory(memory.id()));
    let missing: Vec<ExportItem> = globals
        .chain(tables)
        .chain(memories)
        .filter(|item| !is_known(item))
        .collect();
    for (index, item) in missing.into_iter().enumerate() {
        let name = format!("-{index}");
        debug_assert!(!known.contains(&name), "wasm-bindgen names nothing so");
        module.exports.add(&name, item);
    }
}

fn is_same(one: &ExportItem, other: &ExportItem) -> bool {
    match (one, other) {
        (ExportItem::Function(one), ExportItem::Function(other)) => one == other,
        (ExportItem::Global(one), ExportItem::Global(other)) => one == other,
        (ExportItem::Memory(one), ExportItem::Memory(other)) => one == other,
        (ExportItem::Table(one), ExportItem::Table(other)) => one == other,
        _ => false,
    }
}

/// The functions a body names.
pub(super) fn callees(function: &LocalFunction) -> BTreeSet<FunctionId> {
    struct Names(BTreeSet<FunctionId>);
    impl<'a> ir::Visitor<'a> for Names {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.insert(*function);
        }
    }
    let mut names = Names(BTreeSet::new());
    ir::dfs_in_order(&mut names, function, function.entry_block());
    names.0
}

/// Puts an indirect call in the place of every call of a gate.
struct Rerouting {
    table: TableId,
    gates: BTreeMap<FunctionId, (u32, TypeId)>,
}

impl VisitorMut for Rerouting {
    fn start_instr_seq_mut(&mut self, sequence: &mut ir::InstrSeq) {
        let is_gate =
            |instr: &Instr| matches!(instr, Instr::Call(call) if self.gates.contains_key(&call.func));
        if !sequence.instrs.iter().any(|(instr, _)| is_gate(instr)) {
            return;
        }
        for (instr, at) in std::mem::take(&mut sequence.instrs) {
            let gate = if let Instr::Call(call) = &instr {
                self.gates.get(&call.func)
            } else {
                None
            };
            match gate {
                Some((slot, ty)) => {
                    let place = Value::I32(slot.cast_signed());
                    sequence
                        .instrs
                        .push((Instr::Const(ir::Const { value: place }), at));
                    let call = ir::CallIndirect {
                        ty: *ty,
                        table: self.table,
                    };
                    sequence.instrs.push((Instr::CallIndirect(call), at));
                }
                None => sequence.instrs.push((instr, at)),
            }
        }
    }
}

/// The module the first part is imported as.
const OWNER: &str = "0";

#[cfg(test)]
mod tests;
