//! The caps on what one answer may become, and what has been used of them.
//!
//! *Source* of the numbers: the markdown row of the size limits in the fault contract; the depth comes from
//! measured worst cases, the rest is chosen.

/// Containers around a node: quotes, list items, emphasis, strong, strikethrough, links.
pub const MAX_DEPTH: usize = 32;

/// Blocks, items, cells and inline nodes of one answer.
pub const MAX_NODES: usize = 5_000;

/// Links of one answer; later ones are shown as their text.
pub const MAX_LINKS: usize = 200;

/// Columns of a table; a wider one is shown as text.
pub const MAX_COLUMNS: usize = 20;

/// Rows of a table below its header; further ones are shown as text.
pub const MAX_ROWS: usize = 200;

/// Nodes kept back so that the line during which the budget runs out can still be represented.
///
/// One line opens at most 2 × `MAX_DEPTH` containers and a leaf, or 20 cells with one text each; after a line
/// of code there may be one more.
const RESERVE: usize = 192;

/// What an answer has used so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Budget {
    nodes: usize,
    links: usize,
    truncated: bool,
}

impl Budget {
    /// Counts nodes that are in the tree.
    pub(crate) fn spend(&mut self, nodes: usize) {
        self.nodes += nodes;
    }

    /// Counts a link, or refuses it.
    pub(crate) fn spend_link(&mut self) -> bool {
        if self.links < MAX_LINKS {
            self.links += 1;
            return true;
        }
        self.truncated = true;
        false
    }

    /// Notes that something is shown plainer than it was written.
    pub(crate) fn truncate(&mut self) {
        self.truncated = true;
    }

    /// Gives up what is left, after one paragraph alone would have needed more.
    pub(crate) fn exhaust(&mut self) {
        self.nodes = self.nodes.max(MAX_NODES - RESERVE);
        self.truncated = true;
    }

    /// How many nodes a paragraph may still add.
    pub(crate) fn room(&self) -> usize {
        (MAX_NODES - RESERVE).saturating_sub(self.nodes)
    }

    pub(crate) fn is_spent(&self) -> bool {
        self.room() == 0
    }

    pub(crate) fn is_truncated(&self) -> bool {
        self.truncated
    }
}
