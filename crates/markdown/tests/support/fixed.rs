//! Watches over what a document calls final: it has to be there again, unchanged, after every push.

use miptech_chat_markdown::{Block, Document};

/// The tree as it was after the last push, and how much of it was final.
#[derive(Default)]
pub(crate) struct Fixed {
    path: Vec<usize>,
    blocks: Vec<Block>,
}

impl Fixed {
    /// Panics if something has changed that was final after the last push.
    pub(crate) fn check(&mut self, document: &Document) {
        let blocks = [document.settled(), document.tail()].concat();
        compare(&self.path, &self.blocks, &blocks);
        self.path = document.fixed();
        assert_eq!(self.path.first(), Some(&document.settled().len()));
        self.blocks = blocks;
    }
}

fn compare(path: &[usize], before: &[Block], after: &[Block]) {
    let Some((kept, path)) = path.split_first() else {
        return;
    };
    assert_eq!(before[..*kept], after[..*kept]);
    let Some((inner, deeper)) = path.split_first() else {
        return;
    };
    match (&before[*kept], &after[*kept]) {
        (
            Block::Code { language, text },
            Block::Code {
                language: other,
                text: grown,
            },
        ) => {
            assert_eq!(language, other);
            assert_eq!(text[..*inner], grown[..*inner]);
        }
        (
            Block::List { start, items, .. },
            Block::List {
                start: other,
                items: grown,
                ..
            },
        ) => {
            assert_eq!(start, other);
            assert_eq!(items[..*inner], grown[..*inner]);
            if !deeper.is_empty() {
                compare(deeper, &items[*inner].blocks, &grown[*inner].blocks);
            }
        }
        (Block::Quote(blocks), Block::Quote(grown)) => compare(path, blocks, grown),
        (
            Block::Table { header, rows, .. },
            Block::Table {
                header: other,
                rows: grown,
                ..
            },
        ) => {
            assert_eq!(header, other);
            assert_eq!(rows[..*inner], grown[..*inner]);
        }
        (before, after) => panic!("{before:?} became {after:?}"),
    }
}
