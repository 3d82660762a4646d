//! The streaming door: takes an answer in pieces, keeps what is settled apart from what may still change.
//!
//! ```text
//!            whole lines                  blocks that are closed
//!   push ──▶ block::Parser (each line once) ──▶ settled
//!               │ clone
//!               ▼
//!            + the unfinished last line, closed speculatively ──▶ tail
//! ```
//!
//! The parser sees whole lines only, each exactly once and in order, whatever the pieces were; that is why
//! chunking cannot change the outcome. A top-level block it has closed can never change again.
//!
//! The cost of a push follows the open top-level block: its clone, and the inline pass over the open
//! paragraph. Paragraphs inside an open list were parsed when they were closed and are only cloned. Should
//! long lists ever make that visible, the closed items can be shared behind an `Arc` instead.

use crate::{block::Parser, bytes, plain, speculate, tree::Block};

/// An answer that is still arriving.
#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
    /// Where the first line begins that the parser has not seen.
    line: usize,
    /// How far line ends have been looked for.
    scanned: usize,
    parser: Parser,
    settled: Vec<Block>,
    tail: Vec<Block>,
    truncated: bool,
    finished: bool,
}

impl Document {
    /// An empty answer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text. After [`finish`](Self::finish) there is no more text and this does nothing.
    pub fn push(&mut self, delta: &str) {
        if self.finished {
            return;
        }
        self.text.push_str(delta);
        self.take_lines();
        let mut open = self.parser.clone();
        open.speculate();
        let last_line = bytes::from(&self.text, self.line);
        if !speculate::is_undecided(last_line, open.in_fence()) {
            open.line(last_line);
        }
        self.truncated = open.close();
        self.tail = open.take_closed();
        #[cfg(test)]
        work::count(last_line.len() + work::weight(&self.tail));
    }

    /// Ends the answer: everything is settled, nothing speculative remains.
    pub fn finish(&mut self) {
        if self.finished {
            return;
        }
        self.finished = true;
        self.take_lines();
        let last_line = bytes::from(&self.text, self.line);
        if !last_line.is_empty() {
            self.parser.line(last_line);
        }
        self.truncated = self.parser.close();
        self.settled.append(&mut self.parser.take_closed());
        self.tail = Vec::new();
    }

    /// The blocks that cannot change any more; only ever appended to.
    pub fn settled(&self) -> &[Block] {
        &self.settled
    }

    /// The open end, closed as if the answer stopped in a sensible place; replaced by every push.
    pub fn tail(&self) -> &[Block] {
        &self.tail
    }

    /// Everything pushed so far, as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The words without the marks, as a screen reader should say them.
    pub fn plain_text(&self) -> String {
        let mut out = String::new();
        plain::blocks(self.settled(), &mut out);
        plain::blocks(self.tail(), &mut out);
        out
    }

    /// Whether a cap was reached, so that some of the answer is shown plainer than it was written.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// Hands every complete line to the parser and keeps what that settles.
    fn take_lines(&mut self) {
        while let Some(end) = self
            .text
            .as_bytes()
            .iter()
            .skip(self.scanned)
            .position(|byte| matches!(byte, b'\n' | b'\r'))
        {
            let end = self.scanned + end;
            let after_return = end == self.line && end > 0 && bytes::byte(&self.text, end - 1) == b'\r';
            // The line feed of a CR LF pair, which may arrive in a later piece, ends no line of its own.
            if !(after_return && bytes::byte(&self.text, end) == b'\n') {
                self.parser.line(bytes::between(&self.text, self.line, end));
            }
            self.line = end + 1;
            self.scanned = self.line;
        }
        self.scanned = self.text.len();
        self.settled.append(&mut self.parser.take_closed());
    }
}

/// Reads a whole answer at once.
pub fn parse(text: &str) -> Vec<Block> {
    let mut document = Document::new();
    document.text.push_str(text);
    document.finish();
    document.settled
}

/// Counts the bytes that parsing touches, so that tests can bound the work and need no clock.
#[cfg(test)]
pub(crate) mod work {
    use std::cell::Cell;

    use crate::tree::{Block, Inline};

    thread_local! {
        static BYTES: Cell<usize> = const { Cell::new(0) };
    }

    pub(crate) fn count(bytes: usize) {
        BYTES.set(BYTES.get() + bytes);
    }

    pub(super) fn take() -> usize {
        BYTES.replace(0)
    }

    /// What cloning these blocks costs.
    pub(super) fn weight(blocks: &[Block]) -> usize {
        blocks.iter().map(block).sum()
    }

    fn block(block: &Block) -> usize {
        1 + match block {
            Block::Code { text, .. } => text.len(),
            Block::Heading { content, .. } | Block::Paragraph(content) => inlines(content),
            Block::List { items, .. } => items.iter().map(|item| 1 + weight(&item.blocks)).sum(),
            Block::Quote(blocks) => weight(blocks),
            Block::Rule => 0,
            Block::Table { header, rows, .. } => rows
                .iter()
                .chain([header])
                .flatten()
                .map(|cell| inlines(cell))
                .sum(),
        }
    }

    fn inlines(content: &[Inline]) -> usize {
        content.iter().map(inline).sum()
    }

    fn inline(inline: &Inline) -> usize {
        1 + match inline {
            Inline::Code(text) | Inline::Text(text) => text.len(),
            Inline::Emphasis(content) | Inline::Strikethrough(content) | Inline::Strong(content) => {
                inlines(content)
            }
            Inline::Image { src, alt } => src.len() + alt.len(),
            Inline::LineBreak | Inline::SoftBreak => 0,
            Inline::Link { href, content } => href.len() + inlines(content),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of an ordinary answer; about 400 bytes.
    const SECTION: &str = "## A heading\n\nA paragraph with **bold**, *italic* and `code`, and a\n\
        [link](https://example.com/page) that goes on for a while, as they do.\n\n\
        - one item\n- another one with `code`\n- and a third\n\n```rust\nfn main() {\n    println!(\"hello\");\n}\n```\n\n\
        | name | value |\n|------|------:|\n| one  | 1     |\n| two  | 2     |\n\n";

    #[test]
    fn a_push_costs_nothing_for_what_is_settled() {
        let small = cost(&SECTION.repeat(10));
        let large = cost(&SECTION.repeat(40));
        assert!(
            large < small * 5,
            "four times the text costs {large} instead of {small}"
        );
        assert!(large < 40 * SECTION.len() * 200, "{large}");
    }

    #[test]
    fn a_line_is_read_once_however_it_arrives() {
        let answer = SECTION.repeat(10);
        work::take();
        parse(&answer);
        assert!(work::take() < answer.len() * 3);
    }

    /// The work of pushing a text character by character.
    fn cost(answer: &str) -> usize {
        work::take();
        let mut document = Document::new();
        for character in answer.chars() {
            document.push(character.encode_utf8(&mut [0; 4]));
        }
        document.finish();
        assert_eq!(document.settled(), parse(answer));
        work::take()
    }
}
