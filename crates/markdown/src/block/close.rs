//! Closing blocks: what a leaf has collected becomes nodes, and a container hands its children upwards.

use super::{Container, Ending, Leaf, Parser, table};
use crate::{
    budget::MAX_COLUMNS,
    bytes, inline,
    sanitize::{self, Place},
    tree::{Alignment, Block, Inline, Item},
};

impl Parser {
    /// Closes the leaf and the containers beyond the first `kept`.
    pub(super) fn close_to(&mut self, kept: usize) {
        self.close_leaf(Ending::Final);
        while self.stack.len() > kept {
            self.close_container();
        }
    }

    pub(super) fn close_leaf(&mut self, ending: Ending) {
        match std::mem::take(&mut self.leaf) {
            Leaf::Fence { language, text, .. } => {
                let language = sanitize::clean(&inline::unescape(&language), Place::Prose);
                let language = (!language.is_empty()).then_some(language);
                self.add(Block::Code {
                    language,
                    text: without_line_end(text),
                });
            }
            Leaf::Indented { text } => {
                let code = text.trim_end_matches([' ', '\t', '\n']);
                // Only blank lines are cut; the last line keeps its own white space.
                let end = code.len() + bytes::from(&text, code.len()).find('\n').unwrap_or_default();
                self.add(Block::Code {
                    language: None,
                    text: bytes::between(&text, 0, end).to_owned(),
                });
            }
            Leaf::Literal { text } => {
                let rest = sanitize::clean(text.trim_ascii_end(), Place::Prose);
                if !rest.is_empty() {
                    self.add(Block::Paragraph(vec![Inline::Text(rest)]));
                }
            }
            Leaf::None => {}
            Leaf::Paragraph { text } => self.close_paragraph(&text, ending),
            Leaf::Table {
                alignments,
                header,
                rows,
            } => self.push(Block::Table {
                alignments,
                header,
                rows,
            }),
        }
    }

    /// Closes a paragraph. Where the text is still arriving, a last line that begins with a bar is taken for
    /// a table's header, because showing its bars first would only make them vanish again.
    fn close_paragraph(&mut self, text: &str, ending: Ending) {
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", text));
        if ending == Ending::Open && last.starts_with('|') {
            let columns = table::cells(last, MAX_COLUMNS + 1).len();
            if (1..=MAX_COLUMNS).contains(&columns) {
                self.paragraph(before, Ending::Final);
                self.budget.spend(1);
                let header = self.row(last, columns, ending);
                self.push(Block::Table {
                    alignments: vec![Alignment::None; columns],
                    header,
                    rows: Vec::new(),
                });
                return;
            }
        }
        self.paragraph(text, ending);
    }

    /// Turns the open paragraph into a heading.
    pub(super) fn close_heading(&mut self, level: u8) {
        if let Leaf::Paragraph { text } = std::mem::take(&mut self.leaf) {
            self.heading(level, &text, Ending::Final);
        }
    }

    pub(super) fn paragraph(&mut self, text: &str, ending: Ending) {
        let content = inline::parse(text, self.depth(self.stack.len()), ending, &mut self.budget);
        if !content.is_empty() {
            self.add(Block::Paragraph(content));
        }
    }

    pub(super) fn heading(&mut self, level: u8, text: &str, ending: Ending) {
        let content = inline::parse(text, self.depth(self.stack.len()), ending, &mut self.budget);
        self.add(Block::Heading { level, content });
    }

    pub(super) fn close_container(&mut self) {
        match self.stack.pop() {
            Some(Container::Item { task, blocks, .. }) => {
                // An item is opened right after its list, so that is what is left on the stack's top.
                if let Some(Container::List { items, .. }) = self.stack.last_mut() {
                    items.push(Item { task, blocks });
                }
            }
            Some(Container::List {
                start, tight, items, ..
            }) => self.push(Block::List { start, tight, items }),
            Some(Container::Quote { blocks }) => self.push(Block::Quote(blocks)),
            None => {}
        }
    }

    /// Counts a block and adds it.
    pub(super) fn add(&mut self, block: Block) {
        self.budget.spend(1);
        self.push(block);
    }

    /// Adds a block, counted before, to the innermost container.
    fn push(&mut self, block: Block) {
        match self.stack.last_mut() {
            Some(Container::Item { blocks, .. } | Container::Quote { blocks }) => blocks.push(block),
            // `begin_child` has closed a list before anything but an item is added.
            Some(Container::List { .. }) | None => self.closed.push(block),
        }
    }
}

fn without_line_end(mut text: String) -> String {
    text.pop();
    text
}
