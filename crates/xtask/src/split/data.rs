//! Which bytes of memory come with which part.

use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result, bail};
use walrus::ir::Value;
use walrus::{ConstExpr, DataKind, Module};

use super::{FIRST, Plan};

/// Leaves the data of `part`: the plan says which addresses belong to a later one.
pub(super) fn keep(module: &mut Module, part: usize, plan: &Plan) -> Result<()> {
    let memory = module
        .memories
        .iter()
        .next()
        .context("the module has no memory")?
        .id();
    let mut bytes: BTreeMap<u32, u8> = BTreeMap::new();
    let mut former = Vec::new();
    for data in module.data.iter() {
        let start = match &data.kind {
            DataKind::Active {
                offset: ConstExpr::Value(Value::I32(start)),
                ..
            } => start.cast_unsigned(),
            DataKind::Active { .. } | DataKind::Passive => bail!("a data segment has no plain address"),
        };
        bytes.extend((start..).zip(data.value.iter().copied()));
        former.push((data.id(), start, data.value.len()));
    }
    let whole: Vec<Range<u32>> = former
        .iter()
        .map(|(_, start, length)| Ok(*start..*start + u32::try_from(*length)?))
        .collect::<Result<_>>()?;
    for (id, ..) in former {
        module.data.delete(id);
    }
    module.memories.get_mut(memory).data_segments.clear();
    let kept: Vec<Range<u32>> = if part == FIRST {
        whole
            .iter()
            .flat_map(|range| without(range, &plan.data))
            .collect()
    } else {
        let own = plan.data.iter().filter(|(_, of)| *of == part);
        own.flat_map(|(range, _)| whole.iter().filter_map(move |segment| common(range, segment)))
            .collect()
    };
    for range in kept {
        let value: Vec<u8> = bytes.range(range.clone()).map(|(_, byte)| *byte).collect();
        let kind = DataKind::Active {
            memory,
            offset: ConstExpr::Value(Value::I32(range.start.cast_signed())),
        };
        let id = module.data.add(kind, value);
        module.memories.get_mut(memory).data_segments.insert(id);
    }
    Ok(())
}

/// What is left of a range when the later parts took theirs.
fn without(range: &Range<u32>, taken: &[(Range<u32>, usize)]) -> Vec<Range<u32>> {
    let mut rest = Vec::new();
    let mut start = range.start;
    for taken in taken.iter().filter_map(|(taken, _)| common(taken, range)) {
        rest.push(start..taken.start);
        start = taken.end;
    }
    rest.push(start..range.end);
    rest.retain(|range| !range.is_empty());
    rest
}

fn common(one: &Range<u32>, other: &Range<u32>) -> Option<Range<u32>> {
    let both = one.start.max(other.start)..one.end.min(other.end);
    (!both.is_empty()).then_some(both)
}
