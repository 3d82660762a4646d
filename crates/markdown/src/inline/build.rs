//! Flat pieces → nested nodes, under the caps on depth, links and nodes.

use super::{Piece, delimiter::Run, delimiter::Style};
use crate::{
    budget::MAX_DEPTH,
    bytes::between,
    sanitize::{self, Place},
    tree::Inline,
};

/// A node that is open, with the children of the one around it; `None` if it is too deep, so that its content
/// goes to the node around it.
type Level = Option<(Kind, Vec<Inline>)>;

enum Kind {
    /// With what had been seen before it.
    Link(String, usize),
    Style(Style),
}

struct Builder {
    levels: Vec<Level>,
    /// How many more levels may be nested.
    depth: usize,
    in_link: bool,
    children: Vec<Inline>,
    /// Text that is not a node yet, so that neighbouring pieces become one.
    text: String,
    nodes: usize,
    /// Nodes that show something other than white space.
    seen: usize,
}

/// Nests the pieces of `source` and counts the nodes they become.
pub(super) fn nest(source: &str, pieces: &[Piece], runs: &[Run], depth: usize) -> (Vec<Inline>, usize) {
    let mut builder = Builder {
        levels: Vec::new(),
        depth: MAX_DEPTH.saturating_sub(depth),
        in_link: false,
        children: Vec::new(),
        text: String::new(),
        nodes: 0,
        seen: 0,
    };
    for piece in pieces {
        builder.take(source, piece, runs);
    }
    // Everything that was opened has been closed: runs close in pairs, links by the scanner.
    builder.flush();
    (builder.children, builder.nodes)
}

/// The plain text of an image's description.
pub(super) fn plain(source: &str, pieces: &[Piece], runs: &[Run]) -> String {
    let mut text = String::new();
    for piece in pieces {
        match piece {
            Piece::Char(character) => text.push(*character),
            Piece::Close | Piece::Open(_) => {}
            Piece::Code(code) => text.push_str(code),
            Piece::Image { alt, .. } => text.push_str(alt),
            Piece::LineBreak | Piece::SoftBreak => text.push(' '),
            Piece::Run(number) => {
                if let Some(run) = runs.get(*number) {
                    run.push_left(&mut text);
                }
            }
            Piece::Text(start, end) => text.push_str(between(source, *start, *end)),
        }
    }
    text
}

impl Builder {
    fn take(&mut self, source: &str, piece: &Piece, runs: &[Run]) {
        match piece {
            Piece::Char(character) => self.text.push(*character),
            Piece::Close => self.close(),
            Piece::Code(code) => self.add(Inline::Code(sanitize::clean(code, Place::Code))),
            Piece::Image { src, alt } => {
                self.add(Inline::Image {
                    src: src.clone(),
                    alt: sanitize::clean(alt, Place::Prose),
                });
            }
            Piece::LineBreak => self.add(Inline::LineBreak),
            Piece::Open(href) => self.open_link(href),
            Piece::Run(number) => {
                let Some(run) = runs.get(*number) else { return };
                for _ in run.closed() {
                    self.close();
                }
                run.push_left(&mut self.text);
                for style in run.opened().iter().rev() {
                    self.open(Kind::Style(*style));
                }
            }
            Piece::SoftBreak => self.add(Inline::SoftBreak),
            Piece::Text(start, end) => self.text.push_str(between(source, *start, *end)),
        }
    }

    fn open_link(&mut self, href: &str) {
        if self.in_link || self.depth == 0 {
            self.levels.push(None);
            return;
        }
        self.in_link = true;
        // Its own text is still to come, what stands before it is not.
        self.flush();
        self.open(Kind::Link(href.to_owned(), self.seen));
    }

    fn open(&mut self, kind: Kind) {
        if self.depth == 0 {
            self.levels.push(None);
            return;
        }
        self.flush();
        self.depth -= 1;
        let around = std::mem::take(&mut self.children);
        self.levels.push(Some((kind, around)));
    }

    fn close(&mut self) {
        let Some(Some((kind, around))) = self.levels.pop() else {
            return;
        };
        self.flush();
        self.depth += 1;
        let content = std::mem::replace(&mut self.children, around);
        let mut is_seen = !content.is_empty();
        if let Kind::Link(_, seen) = kind {
            self.in_link = false;
            is_seen = self.seen > seen;
        }
        // A link nobody can see is a link nobody should click.
        if !is_seen {
            return;
        }
        self.push(match kind {
            Kind::Link(href, _) => Inline::Link { href, content },
            Kind::Style(Style::Emphasis) => Inline::Emphasis(content),
            Kind::Style(Style::Strikethrough) => Inline::Strikethrough(content),
            Kind::Style(Style::Strong) => Inline::Strong(content),
        });
    }

    /// Makes a node of the text collected so far.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        let text = sanitize::clean(&self.text, Place::Prose);
        self.text.clear();
        // The empty Braille cell is no white space, yet nothing is to be seen of it.
        self.seen += usize::from(
            !text
                .trim_matches(|end: char| end.is_whitespace() || end == '\u{2800}')
                .is_empty(),
        );
        if text.is_empty() {
            return;
        }
        // Two texts meet where a node between them turned out to be empty.
        if let Some(Inline::Text(before)) = self.children.last_mut() {
            before.push_str(&text);
        } else {
            self.push(Inline::Text(text));
        }
    }

    fn add(&mut self, node: Inline) {
        self.flush();
        self.seen += usize::from(!matches!(node, Inline::LineBreak | Inline::SoftBreak));
        self.push(node);
    }

    fn push(&mut self, node: Inline) {
        self.nodes += 1;
        self.children.push(node);
    }
}
