//! A small module, cut.

use walrus::{DataKind, FunctionBuilder, RefType, ValType};

use super::*;

/// `entry` calls the gate, the gate calls `deep` and `common`, `entry` calls `common` too; `deep` stands in the table.
fn module() -> Vec<u8> {
    let mut module = Module::with_config(ModuleConfig::new());
    let memory = module.memories.add_local(false, false, 1, None, None);
    let table = module.tables.add_local(false, 2, Some(2), RefType::FUNCREF);
    let stack = module
        .globals
        .add_local(ValType::I32, true, false, ConstExpr::Value(Value::I32(1024)));
    let mut function = |name: &str, calls: &[FunctionId]| {
        let mut builder = FunctionBuilder::new(&mut module.types, &[], &[]);
        let mut body = builder.name(name.to_owned()).func_body();
        body.global_get(stack).drop();
        for call in calls {
            body.call(*call);
        }
        builder.finish(Vec::new(), &mut module.funcs)
    };
    let common = function("common", &[]);
    let deep = function("deep", &[]);
    let gate = function("gate", &[deep, common]);
    let entry = function("entry", &[gate, common]);
    module.exports.add("entry", entry);
    module.exports.add("memory", memory);
    for (start, value) in [(16, b"first".to_vec()), (32, b"0123456789".to_vec())] {
        let offset = ConstExpr::Value(Value::I32(start));
        let data = module.data.add(DataKind::Active { memory, offset }, value);
        module.memories.get_mut(memory).data_segments.insert(data);
    }
    let kind = ElementKind::Active {
        table,
        offset: ConstExpr::Value(Value::I32(1)),
    };
    let element = module.elements.add(kind, ElementItems::Functions(vec![deep]));
    module.tables.get_mut(table).elem_segments.insert(element);
    module.emit_wasm()
}

fn plan() -> Plan {
    let parts = [("common", 0), ("deep", 1), ("entry", 0), ("gate", 1)];
    Plan {
        parts: parts.map(|(name, part)| (name.to_owned(), part)).into(),
        gates: ["gate".to_owned()].into(),
        data: vec![(34..40, 1)],
        slots: [(1, 1)].into(),
    }
}

fn data(module: &Module) -> Vec<(i32, Vec<u8>)> {
    let starts = module.data.iter().map(|data| match data.kind {
        DataKind::Active {
            offset: ConstExpr::Value(Value::I32(start)),
            ..
        } => (start, data.value.clone()),
        DataKind::Active { .. } | DataKind::Passive => unreachable!(),
    });
    starts.collect()
}

#[test]
fn every_part_is_a_module_that_holds_its_own_and_imports_the_rest() {
    let parts = cut(&module(), &plan()).unwrap();
    assert_eq!(parts.len(), 1 + LATER.len());
    let [first, second, third] = [&parts[0], &parts[1], &parts[2]].map(|part| read(part).unwrap());

    assert_eq!(first.funcs.iter_local().count(), 2);
    assert_eq!(first.imports.iter().count(), 0);
    assert_eq!(
        data(&first),
        [
            (16, b"first".to_vec()),
            (32, b"01".to_vec()),
            (40, b"89".to_vec())
        ]
    );
    let entry = first.exports.get_func("entry").unwrap();
    let FunctionKind::Local(entry) = &first.funcs.get(entry).kind else {
        unreachable!()
    };
    assert_eq!(callees(entry).len(), 1, "the gate is called through the table");

    assert_eq!(second.funcs.iter_local().count(), 2);
    let imports: BTreeSet<_> = second
        .imports
        .iter()
        .map(|import| import.module.as_str())
        .collect();
    assert_eq!(imports, BTreeSet::from(["0"]));
    assert_eq!(data(&second), [(34, b"234567".to_vec())]);
    let filled = table::slots(&second).unwrap();
    assert_eq!(
        filled.keys().copied().collect::<Vec<_>>(),
        [1, 2],
        "deep in its place, the gate behind it"
    );

    assert_eq!(third.funcs.iter_local().count(), 0);
}

#[test]
fn what_the_optimiser_made_goes_where_its_earliest_caller_is() {
    let mut plan = plan();
    plan.parts.remove("common");
    let first = read(&cut(&module(), &plan).unwrap()[0]).unwrap();
    assert_eq!(first.funcs.iter_local().count(), 2);
}

#[test]
fn what_stands_for_an_earlier_function_in_the_table_is_there_from_the_start() {
    let mut plan = plan();
    plan.slots = [(1, 0)].into();
    let parts = cut(&module(), &plan).unwrap();
    let [first, second] = [&parts[0], &parts[1]].map(|part| read(part).unwrap());
    assert_eq!(table::slots(&first).unwrap().into_keys().collect::<Vec<_>>(), [1]);
    assert_eq!(
        table::slots(&second).unwrap().into_keys().collect::<Vec<_>>(),
        [2]
    );
}

#[test]
fn a_gate_that_was_inlined_is_an_error() {
    let mut plan = plan();
    plan.gates.insert("gone".to_owned());
    assert!(
        cut(&module(), &plan)
            .unwrap_err()
            .to_string()
            .contains("gates away")
    );
}

#[test]
fn short_names_are_all_different_and_begin_with_a_digit() {
    let names: BTreeSet<String> = (0..2000).map(short).collect();
    assert_eq!(names.len(), 2000);
    assert!(names.iter().all(|name| name.as_bytes()[0].is_ascii_digit()));
}
