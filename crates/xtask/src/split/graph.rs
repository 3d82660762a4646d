//! Who leads to whom in a linked module: functions and the data they name, as the linker's relocations tell.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail, ensure};
use wasmparser::{
    Data, DataKind, ExternalKind, KnownCustom, Linking, Name, NameSectionReader, Operator, Parser, Payload,
    RelocationEntry, RelocationType, SymbolInfo, TypeRef,
};

/// A function by its index, or a piece of data by its place among the pieces.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Node {
    Function(u32),
    Data(usize),
}

/// The functions and data of a module and what each of them names.
#[derive(Debug, Default)]
pub(super) struct Graph {
    names: BTreeMap<u32, String>,
    /// Addresses of every piece of data, in order.
    data: Vec<Range<u32>>,
    leads_to: BTreeMap<Node, BTreeSet<Node>>,
    /// The functions the module exports. wasm-bindgen renames them, and asks some what they are and drops them.
    exports: BTreeSet<u32>,
}

/// The sections of a module as far as relocations speak of them.
#[derive(Default)]
struct Sections<'a> {
    imports: u32,
    /// Where each body lies, in bytes from the beginning of the code section.
    bodies: Vec<Range<usize>>,
    /// Where each data segment lies in its section, and its address in memory.
    segments: Vec<(Range<usize>, u32)>,
    symbols: Vec<SymbolInfo<'a>>,
    in_code: Vec<RelocationEntry>,
    in_data: Vec<RelocationEntry>,
}

impl Graph {
    pub(super) fn read(wasm: &[u8]) -> Result<Self> {
        let mut graph = Self::default();
        let sections = graph.sections(wasm)?;
        ensure!(
            !sections.in_code.is_empty(),
            "the linked module has no relocations: it must be linked with --emit-relocs"
        );
        // Strings that end alike share their bytes, so pieces may overlap.
        let pieces: BTreeSet<(u32, u32)> = sections
            .symbols
            .iter()
            .filter_map(|symbol| sections.address(symbol))
            .map(|range| (range.start, range.end))
            .collect();
        graph.data = pieces.into_iter().map(|(start, end)| start..end).collect();
        for entry in &sections.in_code {
            let at = usize::try_from(entry.offset)?;
            let body = sections.bodies.partition_point(|body| body.end <= at);
            let from = Node::Function(sections.imports + u32::try_from(body)?);
            graph.lead(from, &sections, entry);
        }
        for entry in &sections.in_data {
            let at = usize::try_from(entry.offset)?;
            let (range, start) = sections
                .segments
                .iter()
                .find(|(range, _)| range.contains(&at))
                .context("a relocation lies in no segment")?;
            let address = start + u32::try_from(at - range.start)?;
            let around: Vec<usize> = graph.pieces_at(address).collect();
            ensure!(!around.is_empty(), "a relocation lies in no piece of data");
            for piece in around {
                graph.lead(Node::Data(piece), &sections, entry);
            }
        }
        Ok(graph)
    }

    /// Every function of the module itself, with its mangled name.
    pub(super) fn functions(&self) -> impl Iterator<Item = (u32, &str)> {
        self.names.iter().map(|(index, name)| (*index, name.as_str()))
    }

    /// Whether the linked module exports a function.
    pub(super) fn is_exported(&self, index: u32) -> bool {
        self.exports.contains(&index)
    }

    /// Goes wherever `roots` lead, through every node `enters` lets in.
    pub(super) fn walk(&self, roots: Vec<Node>, mut enters: impl FnMut(Node) -> bool) {
        let mut open = roots;
        while let Some(node) = open.pop() {
            if enters(node) {
                open.extend(self.leads_to.get(&node).into_iter().flatten());
            }
        }
    }

    /// Addresses that belong to a later part, by the earliest part that reads them; neighbours are one range.
    pub(super) fn data_of(&self, part: impl Fn(Node) -> Option<usize>) -> Vec<(Range<u32>, usize)> {
        let mut owners: BTreeMap<u32, usize> = BTreeMap::new();
        for (index, range) in self.data.iter().enumerate() {
            let Some(part) = part(Node::Data(index)) else {
                continue;
            };
            for address in range.clone() {
                let owner = owners.entry(address).or_insert(part);
                *owner = part.min(*owner);
            }
        }
        let mut ranges: Vec<(Range<u32>, usize)> = Vec::new();
        for (address, part) in owners {
            match ranges.last_mut() {
                // What lies between two pieces is padding.
                Some((range, owner)) if *owner == part && address - range.end < PADDING => {
                    range.end = address + 1
                }
                _ => ranges.push((address..address + 1, part)),
            }
        }
        ranges.retain(|(range, part)| *part > 0 && range.end - range.start >= WORTH_MOVING);
        ranges
    }

    fn lead(&mut self, from: Node, sections: &Sections<'_>, entry: &RelocationEntry) {
        let to: Vec<Node> = match sections.symbol(entry) {
            Some(SymbolInfo::Func { index, .. }) => vec![Node::Function(*index)],
            Some(symbol @ SymbolInfo::Data { .. }) => {
                let range = sections.address(symbol);
                let place = range.and_then(|range| self.data.iter().position(|known| *known == range));
                place.map(Node::Data).into_iter().collect()
            }
            _ => Vec::new(),
        };
        self.leads_to.entry(from).or_default().extend(to);
    }

    fn pieces_at(&self, address: u32) -> impl Iterator<Item = usize> {
        let pieces = self.data.iter().enumerate();
        pieces
            .filter(move |(_, range)| range.contains(&address))
            .map(|(index, _)| index)
    }

    fn sections<'a>(&mut self, wasm: &'a [u8]) -> Result<Sections<'a>> {
        let mut sections = Sections::default();
        let (mut code, mut index) = (0, 0);
        // By the number of a section, whether relocations of it are of code.
        let mut is_code = BTreeMap::new();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::ImportSection(imports) = &payload {
                for import in imports.clone().into_imports() {
                    sections.imports += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            } else if let Payload::ExportSection(exports) = &payload {
                for export in exports.clone() {
                    let export = export?;
                    if export.kind == ExternalKind::Func && !export.name.starts_with(DESCRIPTIONS) {
                        self.exports.insert(export.index);
                    }
                }
            } else if let Payload::CodeSectionStart { range, .. } = &payload {
                code = range.start;
                is_code.insert(index, true);
            } else if let Payload::CodeSectionEntry(body) = &payload {
                let range = body.range();
                sections.bodies.push(range.start - code..range.end - code);
            } else if let Payload::DataSection(segments) = &payload {
                is_code.insert(index, false);
                for segment in segments.clone() {
                    sections.segments.push(placed(&segment?, segments.range().start)?);
                }
            } else if let Payload::CustomSection(section) = &payload {
                let section = section.as_known();
                if let KnownCustom::Linking(linking) = section {
                    for part in linking.subsections() {
                        if let Linking::SymbolTable(symbols) = part? {
                            sections.symbols = symbols.into_iter().collect::<Result<_, _>>()?;
                        }
                    }
                } else if let KnownCustom::Reloc(relocations) = section {
                    let entries = relocations.entries().into_iter().collect::<Result<_, _>>()?;
                    match is_code.get(&relocations.section_index()) {
                        Some(true) => sections.in_code = entries,
                        Some(false) => sections.in_data = entries,
                        None => {}
                    }
                } else if let KnownCustom::Name(names) = section {
                    self.name(names)?;
                }
            }
            index += u32::from(payload.as_section().is_some());
        }
        self.names.retain(|index, _| *index >= sections.imports);
        Ok(sections)
    }

    fn name(&mut self, names: NameSectionReader<'_>) -> Result<()> {
        for part in names {
            if let Name::Function(names) = part? {
                for naming in names {
                    let naming = naming?;
                    self.names.insert(naming.index, naming.name.to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Where a segment's bytes lie, from the beginning of their section, and their address.
fn placed(segment: &Data<'_>, section: usize) -> Result<(Range<usize>, u32)> {
    let DataKind::Active { offset_expr, .. } = &segment.kind else {
        bail!("a data segment is passive");
    };
    let Operator::I32Const { value } = offset_expr.get_operators_reader().read()? else {
        bail!("a data segment has no plain address");
    };
    let end = segment.range.end - section;
    Ok((end - segment.data.len()..end, value.cast_unsigned()))
}

impl<'a> Sections<'a> {
    /// The function or data a relocation speaks of.
    fn symbol(&self, entry: &RelocationEntry) -> Option<&SymbolInfo<'a>> {
        let speaks_of_types = matches!(entry.ty, RelocationType::TypeIndexLeb);
        let place = usize::try_from(entry.index).ok()?;
        self.symbols.get(place).filter(|_| !speaks_of_types)
    }

    /// Where a piece of data lies in memory; nothing for what is not data of this module, or empty.
    fn address(&self, symbol: &SymbolInfo<'_>) -> Option<Range<u32>> {
        let SymbolInfo::Data {
            symbol: Some(defined),
            ..
        } = symbol
        else {
            return None;
        };
        let (_, start) = self.segments.get(usize::try_from(defined.index).ok()?)?;
        let start = start + defined.offset;
        (defined.size > 0).then(|| start..start + defined.size)
    }
}

/// How the functions are called that tell wasm-bindgen of a type.
const DESCRIPTIONS: &str = "__wbindgen_describe_";

/// How far two pieces may lie apart and still be neighbours: the widest alignment is 16.
const PADDING: u32 = 16;

/// From how many bytes on a range pays for the segment it becomes, there and in the part it is taken from.
const WORTH_MOVING: u32 = 16;
