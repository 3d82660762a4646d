//! Closing blocks. Containers and code stand in the tree already; what a paragraph has collected becomes nodes.

use super::{Ending, Leaf, Parser, table};
use crate::{
    budget::MAX_COLUMNS,
    inline::{self, definition},
    tree::{Alignment, Block, Inline},
};

impl Parser {
    /// Closes the leaf and the containers beyond the first `kept`.
    pub(super) fn close_to(&mut self, kept: usize) {
        self.close_leaf(Ending::Final);
        self.open.stack.truncate(kept);
    }

    pub(super) fn close_leaf(&mut self, ending: Ending) {
        match std::mem::take(&mut self.open.leaf) {
            Leaf::Fence { .. } | Leaf::Indented { .. } | Leaf::None | Leaf::Table { .. } => {}
            Leaf::Paragraph { text } => self.close_paragraph(text, ending),
        }
    }

    /// Closes a paragraph. Where the text is still arriving, a last line that begins with a bar is taken for
    /// a table's header, because showing its bars first would only make them vanish again.
    fn close_paragraph(&mut self, text: String, ending: Ending) {
        let (before, last) = text.rsplit_once('\n').unwrap_or(("", &text));
        if ending == Ending::Open && last.starts_with('|') {
            let columns = table::cells(last, MAX_COLUMNS + 1).len();
            if (1..=MAX_COLUMNS).contains(&columns) {
                self.paragraph(before.to_owned(), Ending::Final);
                let header = self.row(last, columns, ending);
                self.add(Block::Table {
                    alignments: vec![Alignment::None; columns],
                    header,
                    rows: Vec::new(),
                });
                return;
            }
        }
        self.paragraph(text, ending);
    }

    /// Turns the open paragraph into a heading, or closes it and tells that nothing of it is left to be one.
    pub(super) fn close_heading(&mut self, level: u8) -> bool {
        let Leaf::Paragraph { text } = std::mem::take(&mut self.open.leaf) else {
            return false;
        };
        let text = self.without_definitions(text, Ending::Final);
        if text.is_empty() {
            return false;
        }
        self.heading(level, &text, Ending::Final);
        true
    }

    pub(super) fn paragraph(&mut self, text: String, ending: Ending) {
        let text = self.without_definitions(text, ending);
        let content = self.inlines(&text, ending);
        if !content.is_empty() {
            self.add(Block::Paragraph(content));
        }
    }

    pub(super) fn heading(&mut self, level: u8, text: &str, ending: Ending) {
        let content = self.inlines(text, ending);
        self.add(Block::Heading { level, content });
    }

    pub(super) fn inlines(&mut self, text: &str, ending: Ending) -> Vec<Inline> {
        let depth = self.depth(self.open.stack.len());
        inline::parse(text, depth, ending, &mut self.open.budget, &mut self.definitions)
    }

    /// Counts a block and adds it.
    pub(super) fn add(&mut self, block: Block) {
        self.open.budget.spend(1);
        self.push(block);
    }

    /// What is left of a paragraph after the definitions at its start.
    fn without_definitions(&mut self, mut text: String, ending: Ending) -> String {
        if !text.starts_with('[') {
            return text;
        }
        if ending == Ending::Final {
            text.push('\n');
        }
        // A definition counts from the moment its block is certain to be closed.
        let found = (self.open.ending == Ending::Final).then_some(&mut self.definitions);
        definition::strip(&text, ending, found).to_owned()
    }
}
