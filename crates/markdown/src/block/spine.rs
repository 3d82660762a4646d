//! The tree and its open end. The open containers are the last child of one another, so the way to what
//! is open is found again with every line instead of being kept; it is no longer than twice `MAX_DEPTH`.
//!
//! What the parser knows about the open blocks ([`Open`]) says how many children each of them has. Putting an
//! earlier `Open` back and walking the way cuts off everything that came later: that is how a speculative end
//! is undone at a cost of its own size.

use super::{Container, Kind, Leaf, Open, Parser};
use crate::{
    bytes,
    tree::{Block, Item},
};

/// The children of an open container.
pub(super) enum Children<'a> {
    Blocks(&'a mut Vec<Block>),
    Items(&'a mut Vec<Item>),
}

impl Parser {
    /// The children of the innermost container, once the tree agrees with what is open.
    pub(super) fn innermost(&mut self) -> Option<Children<'_>> {
        bytes::touched(self.open.stack.len());
        self.blocks.truncate(self.open.count);
        let mut children = Children::Blocks(&mut self.blocks);
        for container in &self.open.stack {
            children = children.into_last(container)?;
        }
        if let Children::Blocks(blocks) = &mut children {
            match (&self.open.leaf, blocks.last_mut()) {
                (
                    Leaf::Fence { length, .. } | Leaf::Indented { length, .. },
                    Some(Block::Code { text, .. }),
                ) => {
                    text.truncate(*length);
                }
                (Leaf::Table { rows, .. }, Some(Block::Table { rows: shown, .. })) => shown.truncate(*rows),
                _ => {}
            }
        }
        Some(children)
    }

    /// Adds a block, counted before, to the innermost container.
    pub(super) fn push(&mut self, block: Block) {
        // `begin_child` has closed a list before anything but an item is added.
        if let Some(Children::Blocks(blocks)) = self.innermost() {
            blocks.push(block);
            self.count_child();
        }
    }

    pub(super) fn push_item(&mut self) {
        if let Some(Children::Items(items)) = self.innermost() {
            items.push(Item {
                task: None,
                blocks: Vec::new(),
            });
            self.count_child();
        }
    }

    /// The open leaf in the tree, if it is one that grows there.
    pub(super) fn leaf_block(&mut self) -> Option<&mut Block> {
        match self.innermost()? {
            Children::Blocks(blocks) => blocks.last_mut(),
            Children::Items(_) => None,
        }
    }

    fn count_child(&mut self) {
        match self.open.stack.last_mut() {
            Some(container) => container.children += 1,
            None => self.open.count += 1,
        }
    }
}

impl Open {
    /// How much there is to copy with every push.
    pub(super) fn weight(&self) -> usize {
        let leaf = match &self.leaf {
            Leaf::Indented { blank: text, .. } | Leaf::Paragraph { text } => text.len(),
            Leaf::Fence { .. } | Leaf::None | Leaf::Table { .. } => 1,
        };
        self.stack.len() + leaf
    }

    /// How many top-level blocks are final.
    pub(crate) fn settled(&self) -> usize {
        let in_tree = !matches!(self.leaf, Leaf::None | Leaf::Paragraph { .. });
        self.count
            .saturating_sub(usize::from(in_tree || !self.stack.is_empty()))
    }

    /// How much of the tree is final; see [`Document::fixed`](crate::Document::fixed).
    pub(crate) fn fixed(&self) -> Vec<usize> {
        let leaf = match &self.leaf {
            Leaf::Fence { length, .. } | Leaf::Indented { length, .. } => Some(*length),
            Leaf::None | Leaf::Paragraph { .. } => None,
            Leaf::Table { rows, .. } => Some(*rows),
        };
        let mut fixed = vec![self.count];
        fixed.extend(self.stack.iter().map(|container| container.children));
        let open = self.stack.len() + usize::from(leaf.is_some());
        // The last child of each of the first `open` levels is open itself.
        fixed
            .iter_mut()
            .take(open)
            .for_each(|children| *children = children.saturating_sub(1));
        fixed.extend(leaf);
        fixed
    }
}

impl<'a> Children<'a> {
    /// Goes into the open container that is the last of these, and makes it agree with what is known of it.
    fn into_last(self, container: &Container) -> Option<Self> {
        match self {
            Self::Blocks(blocks) => match (blocks.last_mut()?, &container.kind) {
                (
                    Block::List {
                        tight: shown, items, ..
                    },
                    Kind::List { tight, .. },
                ) => {
                    *shown = *tight;
                    items.truncate(container.children);
                    Some(Self::Items(items))
                }
                (Block::Quote(inner), Kind::Quote) => {
                    inner.truncate(container.children);
                    Some(Self::Blocks(inner))
                }
                _ => None,
            },
            Self::Items(items) => match (items.last_mut()?, &container.kind) {
                (item, Kind::Item { task, .. }) => {
                    item.task = *task;
                    item.blocks.truncate(container.children);
                    Some(Self::Blocks(&mut item.blocks))
                }
                (_, Kind::List { .. } | Kind::Quote) => None,
            },
        }
    }
}
