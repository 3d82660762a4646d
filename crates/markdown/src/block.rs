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
    inline::Definitions,
    sanitize::{self, Place},
    tree::Block,
};

mod close;
mod line;
mod spine;
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

/// The tree, and what of it is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parser {
    blocks: Vec<Block>,
    definitions: Definitions,
    open: Open,
    /// What is open without the speculative end that stands in the tree.
    certain: Option<Open>,
}

/// The open blocks and what has been used of the budget; small, because every push copies it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Open {
    /// The top-level blocks.
    count: usize,
    stack: Vec<Container>,
    leaf: Leaf,
    /// Set by a blank line until the next one with text: containers from this depth on saw it between their
    /// children. A quote's own blank line says nothing about the list around the quote.
    blank_from: Option<usize>,
    ending: Ending,
    budget: Budget,
}

#[derive(Clone, Debug)]
struct Container {
    /// How many children it has in the tree.
    children: usize,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Item { indent: usize, task: Option<bool> },
    List { byte: u8, tight: bool },
    Quote,
}

/// The open leaf. Code and tables grow in the tree, where `length` and `rows` tell how far they are certain.
#[derive(Clone, Debug, Default)]
enum Leaf {
    Fence {
        fence: Fence,
        length: usize,
        is_empty: bool,
    },
    /// `blank` is the blank lines that are not part of the code unless more code follows.
    Indented {
        length: usize,
        blank: String,
    },
    #[default]
    None,
    Paragraph {
        text: String,
    },
    Table {
        columns: usize,
        rows: usize,
    },
}

impl Parser {
    /// Takes the next line, without its line end.
    pub(crate) fn line(&mut self, text: &str) {
        bytes::touched(text.len());
        let mut line = Line::new(text);
        let matched = self.match_containers(&mut line);
        if matched < self.open.stack.len() || !self.continue_leaf(&mut line) {
            self.open_blocks(line, matched);
        }
    }

    /// Shows the unfinished last line, or nothing of it, and closes what is open, until [`resume`](Self::resume).
    pub(crate) fn speculate(&mut self, last_line: &str) {
        bytes::touched(self.open.weight());
        self.certain = Some(self.open.clone());
        self.open.ending = Ending::Open;
        if !last_line.is_empty() {
            self.line(last_line);
        }
        self.close();
    }

    /// Takes back the speculative end.
    pub(crate) fn resume(&mut self) {
        if let Some(certain) = self.certain.take() {
            self.open = certain;
            // Not only at the next line: nothing that is not certain may be taken for settled.
            self.innermost();
        }
    }

    /// Closes everything.
    pub(crate) fn close(&mut self) {
        self.close_leaf(self.open.ending);
        self.open.stack.clear();
    }

    /// Everything read so far.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    pub(crate) fn into_blocks(self) -> Vec<Block> {
        self.blocks
    }

    /// What is open, without a speculative end.
    pub(crate) fn certain(&self) -> &Open {
        self.certain.as_ref().unwrap_or(&self.open)
    }

    pub(crate) fn is_truncated(&self) -> bool {
        self.open.budget.is_truncated()
    }

    /// Whether the caps leave no room for this line. Code goes on, it is one node however long it gets.
    pub(crate) fn refuses(&self, line: &str) -> bool {
        self.open.budget.is_spent() && !self.in_fence() && !line.trim_ascii().is_empty()
    }

    /// A parser that knows all definitions from the beginning, if that would make a difference.
    pub(crate) fn for_another_reading(&mut self) -> Option<Self> {
        self.definitions.is_late().then(|| Self {
            definitions: std::mem::take(&mut self.definitions).for_another_reading(),
            ..Self::default()
        })
    }

    pub(crate) fn in_fence(&self) -> bool {
        matches!(self.open.leaf, Leaf::Fence { .. })
    }

    /// Takes the markers of the containers the line continues and counts those containers.
    fn match_containers(&self, line: &mut Line<'_>) -> usize {
        let mut matched = 0;
        for container in &self.open.stack {
            match &container.kind {
                Kind::Item { indent, .. } => {
                    if line.is_blank() {
                        // An item may begin with one blank line, its marker's, but not with two.
                        let innermost = matched + 1 == self.open.stack.len();
                        if container.children == 0 && innermost && matches!(self.open.leaf, Leaf::None) {
                            break;
                        }
                    } else if line.indent() < *indent {
                        break;
                    }
                    line.skip_columns(*indent);
                }
                Kind::List { .. } => {}
                Kind::Quote => {
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
        match &mut self.open.leaf {
            Leaf::Fence { fence, is_empty, .. } => {
                if fence.is_closed_by(line) {
                    self.close_leaf(Ending::Final);
                    return true;
                }
                line.skip_columns(fence.indent);
                let mut code = String::from(if *is_empty { "" } else { "\n" });
                *is_empty = false;
                push_code(&mut code, line);
                self.push_code(&code);
                true
            }
            Leaf::Indented { blank, .. } => {
                let is_blank = line.is_blank();
                if line.indent() < 4 && !is_blank {
                    return false;
                }
                line.skip_columns(4);
                blank.push('\n');
                push_code(blank, line);
                self.open.blank_from = None;
                if is_blank {
                    self.note_blank(self.open.stack.len());
                } else {
                    let code = std::mem::take(blank);
                    self.push_code(&code);
                }
                true
            }
            Leaf::Table { .. } => {
                if line.is_blank() || start::detect(line, Above::Nothing, self.is_nestable()).is_some() {
                    return false;
                }
                self.table_row(line.rest())
            }
            Leaf::None | Leaf::Paragraph { .. } => false,
        }
    }

    /// Opens what begins on the line and gives it the rest.
    fn open_blocks(&mut self, mut line: Line<'_>, mut matched: usize) {
        let mut fresh = false;
        loop {
            let above = match &self.open.leaf {
                Leaf::Paragraph { .. } if matched == self.open.stack.len() => Above::Paragraph,
                Leaf::Paragraph { .. } => Above::Lazy,
                Leaf::Fence { .. } | Leaf::Indented { .. } | Leaf::None | Leaf::Table { .. } => {
                    Above::Nothing
                }
            };
            let nestable = self.depth(matched) < MAX_DEPTH;
            let Some(start) = start::detect(&line, above, nestable) else {
                break;
            };
            if let Start::Setext { level } = start {
                if self.close_heading(level) {
                    return;
                }
                // The paragraph was nothing but definitions, so this line underlines nothing.
                continue;
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
                    self.add(Block::Code {
                        language,
                        text: String::new(),
                    });
                    self.open.leaf = Leaf::Fence {
                        fence,
                        length: 0,
                        is_empty: true,
                    };
                    return;
                }
                Start::Heading { level } => {
                    self.heading(level, atx_content(line.rest(), level), self.open.ending);
                    return;
                }
                Start::Indented => {
                    line.skip_columns(4);
                    let mut code = String::new();
                    push_code(&mut code, &line);
                    self.add(Block::Code {
                        language: None,
                        text: String::new(),
                    });
                    self.open.leaf = Leaf::Indented {
                        length: 0,
                        blank: String::new(),
                    };
                    self.push_code(&code);
                    return;
                }
                Start::Item(marker) => self.open_item(marker, &mut line),
                Start::Quote => {
                    line.skip_marker(1);
                    line.skip_columns(1);
                    self.add(Block::Quote(Vec::new()));
                    self.enter(Kind::Quote);
                }
                Start::Rule => {
                    self.add(Block::Rule);
                    return;
                }
                // Handled above, before anything was closed.
                Start::Setext { .. } => return,
            }
            matched = self.open.stack.len();
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
        if matched == self.open.stack.len() && self.begin_table(rest) {
            return;
        }
        if let Leaf::Paragraph { text } = &mut self.open.leaf {
            text.push('\n');
            text.push_str(rest);
            return;
        }
        self.close_to(matched);
        self.begin_child(None);
        let mut rest = rest;
        if let Some(Container {
            children: 0,
            kind: Kind::Item { task, .. },
        }) = self.open.stack.last_mut()
            && let Some((ticked, content)) = task_marker(rest)
        {
            *task = Some(ticked);
            rest = content;
            // As with what makes a list loose.
            self.innermost();
        }
        self.open.leaf = Leaf::Paragraph {
            text: rest.to_owned(),
        };
    }

    /// Notes a blank line seen by the first `matched` containers.
    fn note_blank(&mut self, matched: usize) {
        let quote = self
            .open
            .stack
            .iter()
            .take(matched)
            .rposition(|container| matches!(container.kind, Kind::Quote));
        let from = quote.map_or(0, |at| at + 1);
        self.open.blank_from = Some(self.open.blank_from.map_or(from, |earlier| earlier.min(from)));
    }

    /// Prepares the innermost container for one more child: an item with this marker, or any other block.
    fn begin_child(&mut self, marker: Option<&Marker>) {
        if let Some(Kind::List { byte, .. }) = self.open.stack.last().map(|container| &container.kind)
            && marker.is_none_or(|marker| marker.byte != *byte)
        {
            self.open.stack.pop();
        }
        let Some(from) = self.open.blank_from.take() else {
            return;
        };
        // A blank line between two items, or between two children of one item, makes the list loose.
        let innermost = self.open.stack.len();
        if innermost > from {
            for container in self.open.stack.iter_mut().rev().take(2) {
                match &mut container.kind {
                    Kind::Item { .. } => {}
                    Kind::List { tight, .. } => {
                        *tight = false;
                        // Into the tree at once: what follows may be a definition, which adds nothing there.
                        self.innermost();
                        return;
                    }
                    Kind::Quote => return,
                }
            }
        }
    }

    fn open_item(&mut self, marker: Marker, line: &mut Line<'_>) {
        let in_list = self
            .open
            .stack
            .last()
            .is_some_and(|container| matches!(container.kind, Kind::List { .. }));
        if !in_list {
            self.add(Block::List {
                start: marker.start,
                tight: true,
                items: Vec::new(),
            });
            self.enter(Kind::List {
                byte: marker.byte,
                tight: true,
            });
        }
        let before = line.indent() + marker.width;
        line.skip_marker(marker.width);
        let gap = line.indent();
        // Five columns and more are one column and an indented code block.
        let gap = if line.is_blank() || gap > 4 { 1 } else { gap };
        line.skip_columns(gap);
        self.open.budget.spend(1);
        self.push_item();
        self.enter(Kind::Item {
            indent: before + gap,
            task: None,
        });
    }

    /// Opens the container that was added last.
    fn enter(&mut self, kind: Kind) {
        self.open.stack.push(Container { children: 0, kind });
    }

    /// Adds to the open code block.
    fn push_code(&mut self, code: &str) {
        let Some(Block::Code { text, .. }) = self.leaf_block() else {
            return;
        };
        bytes::touched(code.len());
        text.push_str(code);
        let grown = text.len();
        if let Leaf::Fence { length, .. } | Leaf::Indented { length, .. } = &mut self.open.leaf {
            *length = grown;
        }
    }

    fn is_nestable(&self) -> bool {
        self.depth(self.open.stack.len()) < MAX_DEPTH
    }

    /// How many of the first `containers` count as a level; a list and its item are one.
    fn depth(&self, containers: usize) -> usize {
        self.open
            .stack
            .iter()
            .take(containers)
            .filter(|container| !matches!(container.kind, Kind::List { .. }))
            .count()
    }
}

fn push_code(text: &mut String, line: &Line<'_>) {
    let mut verbatim = String::new();
    line.push_verbatim(&mut verbatim);
    text.push_str(&sanitize::clean(&verbatim, Place::Code));
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
