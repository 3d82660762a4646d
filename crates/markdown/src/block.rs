//! Line by line from text to blocks: which containers a line continues, what it begins, what it adds to.
//!
//! Follows the two phases of the CommonMark appendix. The parser takes whole lines and never looks back, so a
//! block it has closed is final. Only [`Parser::speculate`] makes it treat the last line as unfinished; that
//! is for a clone that is thrown away.
//!
//! Open blocks are a stack of containers (a list and its item are two) and one leaf, which belongs to the
//! innermost container. The stack never grows beyond twice `MAX_DEPTH`; deeper markers are text.

use crate::{
    budget::{Budget, MAX_DEPTH},
    bytes,
    sanitize::{self, Place},
    tree::{Alignment, Block, Item, Row},
};

mod close;
mod line;
mod start;
mod table;

pub(crate) use start::marker;

use line::Line;
use start::{Above, Fence, Marker, Start};

/// Whether more text may follow the one at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Ending {
    /// The text is complete.
    #[default]
    Final,
    /// The text ends where the answer has arrived so far.
    Open,
}

/// The open blocks, and the closed ones that nobody has taken yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    closed: Vec<Block>,
    stack: Vec<Container>,
    leaf: Leaf,
    /// Set by a blank line until the next one with text: containers from this depth on saw it between their
    /// children. A quote's own blank line says nothing about the list around the quote.
    blank_from: Option<usize>,
    ending: Ending,
    budget: Budget,
}

#[derive(Clone, Debug)]
enum Container {
    Item {
        indent: usize,
        task: Option<bool>,
        blocks: Vec<Block>,
    },
    List {
        byte: u8,
        start: Option<u64>,
        tight: bool,
        items: Vec<Item>,
    },
    Quote {
        blocks: Vec<Block>,
    },
}

#[derive(Clone, Debug, Default)]
enum Leaf {
    Fence {
        fence: Fence,
        language: String,
        text: String,
    },
    /// `text` may end in blank lines that are not part of the code unless more code follows.
    Indented {
        text: String,
    },
    /// The rest of the answer after the node cap; stays open to the end.
    Literal {
        text: String,
    },
    #[default]
    None,
    Paragraph {
        text: String,
    },
    Table {
        alignments: Vec<Alignment>,
        header: Row,
        rows: Vec<Row>,
    },
}

impl Parser {
    /// Takes the next line, without its line end.
    pub(crate) fn line(&mut self, text: &str) {
        #[cfg(test)]
        crate::document::work::count(text.len());
        if let Leaf::Literal { text: rest } = &mut self.leaf {
            rest.push('\n');
            rest.push_str(text);
            return;
        }
        let mut line = Line::new(text);
        if self.budget.is_spent() && !self.in_fence() && !line.is_blank() {
            self.close_to(0);
            self.budget.truncate();
            self.leaf = Leaf::Literal {
                text: text.to_owned(),
            };
            return;
        }
        let matched = self.match_containers(&mut line);
        if matched < self.stack.len() || !self.continue_leaf(&mut line) {
            self.open_blocks(line, matched);
        }
    }

    /// From here on the end of the text is the end of what has arrived.
    pub(crate) fn speculate(&mut self) {
        self.ending = Ending::Open;
    }

    /// Closes everything and tells whether a cap was reached.
    pub(crate) fn close(&mut self) -> bool {
        self.close_leaf(self.ending);
        self.close_to(0);
        self.budget.is_truncated()
    }

    /// Takes out the top-level blocks that are closed.
    pub(crate) fn take_closed(&mut self) -> Vec<Block> {
        std::mem::take(&mut self.closed)
    }

    pub(crate) fn in_fence(&self) -> bool {
        matches!(self.leaf, Leaf::Fence { .. })
    }

    /// Takes the markers of the containers the line continues and counts those containers.
    fn match_containers(&self, line: &mut Line<'_>) -> usize {
        let mut matched = 0;
        for container in &self.stack {
            match container {
                Container::Item { indent, blocks, .. } => {
                    if line.is_blank() {
                        // An item may begin with one blank line, its marker's, but not with two.
                        let innermost = matched + 1 == self.stack.len();
                        if blocks.is_empty() && innermost && matches!(self.leaf, Leaf::None) {
                            break;
                        }
                    } else if line.indent() < *indent {
                        break;
                    }
                    line.skip_columns(*indent);
                }
                Container::List { .. } => {}
                Container::Quote { .. } => {
                    if line.indent() > 3 || !line.rest().starts_with('>') {
                        break;
                    }
                    line.skip_marker(1);
                    line.skip_columns(1);
                }
            }
            matched += 1;
        }
        matched
    }

    /// Gives the line to the open leaf if that takes lines as they come.
    fn continue_leaf(&mut self, line: &mut Line<'_>) -> bool {
        match &mut self.leaf {
            Leaf::Fence { fence, text, .. } => {
                if fence.is_closed_by(line) {
                    self.close_leaf(Ending::Final);
                } else {
                    line.skip_columns(fence.indent);
                    push_code(text, line);
                }
                true
            }
            Leaf::Indented { text } => {
                let blank = line.is_blank();
                if line.indent() < 4 && !blank {
                    return false;
                }
                line.skip_columns(4);
                push_code(text, line);
                self.blank_from = None;
                if blank {
                    self.note_blank(self.stack.len());
                }
                true
            }
            Leaf::Table { .. } => {
                if line.is_blank() || start::detect(line, Above::Nothing, self.is_nestable()).is_some() {
                    return false;
                }
                self.table_row(line.rest())
            }
            Leaf::Literal { .. } | Leaf::None | Leaf::Paragraph { .. } => false,
        }
    }

    /// Opens what begins on the line and gives it the rest.
    fn open_blocks(&mut self, mut line: Line<'_>, mut matched: usize) {
        let mut fresh = false;
        loop {
            let above = match &self.leaf {
                Leaf::Paragraph { .. } if matched == self.stack.len() => Above::Paragraph,
                Leaf::Paragraph { .. } => Above::Lazy,
                Leaf::Fence { .. }
                | Leaf::Indented { .. }
                | Leaf::Literal { .. }
                | Leaf::None
                | Leaf::Table { .. } => Above::Nothing,
            };
            let nestable = self.depth(matched) < MAX_DEPTH;
            let Some(start) = start::detect(&line, above, nestable) else {
                break;
            };
            if let Start::Setext { level } = start {
                self.close_heading(level);
                return;
            }
            self.close_to(matched);
            let marker = if let Start::Item(marker) = &start {
                Some(marker)
            } else {
                None
            };
            self.begin_child(marker);
            fresh = true;
            match start {
                Start::Fence(fence) => {
                    let language = start::language(&fence, line.rest());
                    self.leaf = Leaf::Fence {
                        fence,
                        language,
                        text: String::new(),
                    };
                    return;
                }
                Start::Heading { level } => {
                    self.heading(level, atx_content(line.rest(), level), self.ending);
                    return;
                }
                Start::Indented => {
                    line.skip_columns(4);
                    let mut text = String::new();
                    push_code(&mut text, &line);
                    self.leaf = Leaf::Indented { text };
                    return;
                }
                Start::Item(marker) => self.open_item(marker, &mut line),
                Start::Quote => {
                    line.skip_marker(1);
                    line.skip_columns(1);
                    self.budget.spend(1);
                    self.stack.push(Container::Quote { blocks: Vec::new() });
                }
                Start::Rule => {
                    self.add(Block::Rule);
                    return;
                }
                // Handled above, before anything was closed.
                Start::Setext { .. } => return,
            }
            matched = self.stack.len();
        }
        if line.is_blank() {
            self.close_to(matched);
            if !fresh {
                self.note_blank(matched);
            }
            return;
        }
        self.add_text(line.rest(), matched);
    }

    /// Adds a line of running text: to the open paragraph, even from outside its containers, or as a new one.
    fn add_text(&mut self, rest: &str, matched: usize) {
        if matched == self.stack.len() && self.begin_table(rest) {
            return;
        }
        if let Leaf::Paragraph { text } = &mut self.leaf {
            text.push('\n');
            text.push_str(rest);
            return;
        }
        self.close_to(matched);
        self.begin_child(None);
        let mut rest = rest;
        if let Some(Container::Item { task, blocks, .. }) = self.stack.last_mut()
            && blocks.is_empty()
            && let Some((ticked, content)) = task_marker(rest)
        {
            *task = Some(ticked);
            rest = content;
        }
        self.leaf = Leaf::Paragraph {
            text: rest.to_owned(),
        };
    }

    /// Notes a blank line seen by the first `matched` containers.
    fn note_blank(&mut self, matched: usize) {
        let quote = self
            .stack
            .iter()
            .take(matched)
            .rposition(|container| matches!(container, Container::Quote { .. }));
        let from = quote.map_or(0, |at| at + 1);
        self.blank_from = Some(self.blank_from.map_or(from, |earlier| earlier.min(from)));
    }

    /// Prepares the innermost container for one more child: an item with this marker, or any other block.
    fn begin_child(&mut self, marker: Option<&Marker>) {
        if let Some(Container::List { byte, .. }) = self.stack.last()
            && marker.is_none_or(|marker| marker.byte != *byte)
        {
            self.close_container();
        }
        let Some(from) = self.blank_from.take() else {
            return;
        };
        // A blank line between two items, or between two children of one item, makes the list loose.
        let innermost = self.stack.len();
        if innermost > from {
            for container in self.stack.iter_mut().rev().take(2) {
                match container {
                    Container::Item { .. } => {}
                    Container::List { tight, .. } => {
                        *tight = false;
                        return;
                    }
                    Container::Quote { .. } => return,
                }
            }
        }
    }

    fn open_item(&mut self, marker: Marker, line: &mut Line<'_>) {
        if !matches!(self.stack.last(), Some(Container::List { .. })) {
            self.budget.spend(1);
            self.stack.push(Container::List {
                byte: marker.byte,
                start: marker.start,
                tight: true,
                items: Vec::new(),
            });
        }
        let before = line.indent() + marker.width;
        line.skip_marker(marker.width);
        let gap = line.indent();
        // Five columns and more are one column and an indented code block.
        let gap = if line.is_blank() || gap > 4 { 1 } else { gap };
        line.skip_columns(gap);
        self.budget.spend(1);
        self.stack.push(Container::Item {
            indent: before + gap,
            task: None,
            blocks: Vec::new(),
        });
    }

    fn is_nestable(&self) -> bool {
        self.depth(self.stack.len()) < MAX_DEPTH
    }

    /// How many of the first `containers` count as a level; a list and its item are one.
    fn depth(&self, containers: usize) -> usize {
        self.stack
            .iter()
            .take(containers)
            .filter(|container| !matches!(container, Container::List { .. }))
            .count()
    }
}

/// A code line ends with a line feed until the block is closed, so that an empty line can be told from none.
fn push_code(text: &mut String, line: &Line<'_>) {
    let mut verbatim = String::new();
    line.push_verbatim(&mut verbatim);
    text.push_str(&sanitize::clean(&verbatim, Place::Code));
    text.push('\n');
}

/// The text of a `#` heading without the marks at both ends.
fn atx_content(rest: &str, level: u8) -> &str {
    let content = bytes::from(rest, usize::from(level)).trim_ascii();
    let open = content.trim_end_matches('#');
    if open.is_empty() || open.ends_with([' ', '\t']) {
        open.trim_ascii_end()
    } else {
        content
    }
}

/// Splits the box off a task item's text.
fn task_marker(rest: &str) -> Option<(bool, &str)> {
    let ticked = match bytes::between(rest, 0, 3) {
        "[ ]" => false,
        "[x]" | "[X]" => true,
        _ => return None,
    };
    let content = bytes::from(rest, 3);
    let text = content.trim_ascii();
    (content.starts_with([' ', '\t']) && !text.is_empty())
        .then_some((ticked, bytes::from(content, 1).trim_ascii_start()))
}
