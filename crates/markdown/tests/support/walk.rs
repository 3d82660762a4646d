//! Walks over a tree and collects what a promise is about.

#![allow(dead_code, reason = "each test uses a part of it")]

use miptech_chat_markdown::{Block, Document, Inline, MAX_DEPTH, MAX_LINKS, MAX_NODES, parse};

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

/// Panics if a text is not harmless at each of its prefixes, or ends as another tree when it comes in pieces.
pub(crate) fn check_cuts(text: &str) {
    let whole = parse(text);
    let characters: Vec<char> = text.chars().collect();
    for size in [1, 7, 64] {
        let mut document = Document::new();
        for piece in characters.chunks(size) {
            document.push(&piece.iter().collect::<String>());
            check_links(document.settled());
            check_links(document.tail());
        }
        document.finish();
        check_links(document.settled());
        assert_eq!(document.settled(), whole, "in pieces of {size}");
    }
}

/// Panics if a link leads anywhere but to the listed schemes and a plain host, an image to anything but the web,
/// if something that is shown cannot be seen, or if a cap does not hold.
pub(crate) fn check_links(blocks: &[Block]) {
    let census = census(blocks);
    for href in &census.links {
        let (scheme, rest) = href.split_once(':').unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => check_host(rest),
            "mailto" | "tel" => assert!(!rest.is_empty(), "{href:?}"),
            _ => panic!("{href:?}"),
        }
        assert!(
            !href
                .chars()
                .any(|character| character.is_control() || character.is_whitespace() || is_hidden(character)),
            "{href:?}"
        );
    }
    for src in &census.images {
        match src.split_once(':') {
            Some(("http" | "https" | "HTTP" | "HTTPS", rest)) => check_host(rest),
            _ => assert_eq!(src, ""),
        }
    }
    for shown in [&census.prose, &census.code] {
        check_text(shown);
    }
    assert!(census.depth <= MAX_DEPTH);
    assert!(census.nodes <= MAX_NODES);
    assert!(census.links.len() <= MAX_LINKS);
}

fn check_host(rest: &str) {
    let after = rest.strip_prefix("//").unwrap_or_else(|| panic!("{rest:?}"));
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    assert!(!host.is_empty(), "{rest:?}");
    let odd = host.find(|character: char| {
        character.is_ascii() && !character.is_ascii_alphanumeric() && !"-._:[]".contains(character)
    });
    assert_eq!(odd, None, "{rest:?}");
}

/// Panics if a part of the text cannot be seen, reorders it, or piles up.
fn check_text(text: &str) {
    let mut before = 'a';
    let mut marks = 0;
    for character in text.chars() {
        assert!(!is_hidden(character), "{character:?} in {text:?}");
        assert!(
            !character.is_control() || matches!(character, '\t' | '\n'),
            "{character:?} in {text:?}"
        );
        if matches!(character, '\u{200c}' | '\u{200d}') {
            assert!(
                !before.is_ascii() && !matches!(before, '\u{200c}' | '\u{200d}'),
                "a joiner in {text:?}"
            );
        }
        let is_mark =
            matches!(character, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{20d0}'..='\u{20ff}');
        marks = if is_mark { marks + 1 } else { 0 };
        assert!(marks <= 8, "marks in {text:?}");
        before = character;
    }
}

/// Characters without a look of their own; the joiners are judged by what stands before them.
fn is_hidden(character: char) -> bool {
    matches!(u32::from(character),
        0xad | 0x34f | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180b..=0x180f | 0x200b | 0x200e | 0x200f
            | 0x202a..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x1bca0..=0x1bca3
            | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff)
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
