//! Walks over a tree and collects what a promise is about.

#![allow(dead_code, reason = "each test uses a part of it")]

use miptech_chat_markdown::{Block, Inline, MAX_DEPTH};

/// What a tree is made of.
#[derive(Debug, Default)]
pub(crate) struct Census {
    pub(crate) nodes: usize,
    pub(crate) depth: usize,
    pub(crate) links: Vec<String>,
    pub(crate) images: Vec<String>,
    /// All prose, in order.
    pub(crate) prose: String,
    pub(crate) code: String,
}

pub(crate) fn census(blocks: &[Block]) -> Census {
    let mut census = Census::default();
    census.blocks(blocks, 0);
    census
}

pub(crate) fn links(blocks: &[Block]) -> Vec<String> {
    census(blocks).links
}

/// Panics if a link leads anywhere but to the listed schemes, or an image to anything but the web.
pub(crate) fn check_links(blocks: &[Block]) {
    let census = census(blocks);
    for href in &census.links {
        let scheme = href.split(':').next().unwrap_or_default().to_ascii_lowercase();
        assert!(
            ["https", "http", "mailto", "tel"].contains(&scheme.as_str()),
            "{href:?}"
        );
        assert!(
            !href
                .chars()
                .any(|character| character.is_control() || character.is_whitespace()),
            "{href:?}"
        );
    }
    for src in &census.images {
        let src = src.to_ascii_lowercase();
        assert!(
            src.is_empty() || src.starts_with("https://") || src.starts_with("http://"),
            "{src:?}"
        );
    }
    assert!(census.depth <= MAX_DEPTH);
}

impl Census {
    fn blocks(&mut self, blocks: &[Block], depth: usize) {
        self.depth = self.depth.max(depth);
        for block in blocks {
            self.nodes += 1;
            match block {
                Block::Code { text, .. } => self.code.push_str(text),
                Block::Heading { content, .. } | Block::Paragraph(content) => self.inlines(content, depth),
                Block::List { items, .. } => {
                    for item in items {
                        self.nodes += 1;
                        self.blocks(&item.blocks, depth + 1);
                    }
                }
                Block::Quote(blocks) => self.blocks(blocks, depth + 1),
                Block::Rule => {}
                Block::Table { header, rows, .. } => {
                    for cell in rows.iter().chain([header]).flatten() {
                        self.nodes += 1;
                        self.inlines(cell, depth);
                    }
                }
            }
        }
    }

    fn inlines(&mut self, content: &[Inline], depth: usize) {
        self.depth = self.depth.max(depth);
        for inline in content {
            self.nodes += 1;
            match inline {
                Inline::Code(text) => self.code.push_str(text),
                Inline::Emphasis(content) | Inline::Strikethrough(content) | Inline::Strong(content) => {
                    self.inlines(content, depth + 1);
                }
                Inline::Image { src, alt } => {
                    self.images.push(src.clone());
                    self.prose.push_str(alt);
                }
                Inline::LineBreak | Inline::SoftBreak => self.prose.push('\n'),
                Inline::Link { href, content } => {
                    assert!(!content.is_empty(), "a link nobody can see");
                    self.links.push(href.clone());
                    self.inlines(content, depth + 1);
                }
                Inline::Text(text) => {
                    assert!(!text.is_empty(), "an empty text");
                    self.prose.push_str(text);
                }
            }
        }
    }
}
