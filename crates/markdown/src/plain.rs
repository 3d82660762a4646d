//! An answer without its marks: what is said aloud.

use crate::tree::{Block, Inline};

/// Appends the words of the blocks, a line for each paragraph, heading, item, row or code block.
pub(crate) fn blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Code { text, .. } => out.push_str(text),
            Block::Heading { content, .. } | Block::Paragraph(content) => inlines(content, out),
            Block::List { items, .. } => items.iter().for_each(|item| self::blocks(&item.blocks, out)),
            Block::Quote(inner) => self::blocks(inner, out),
            Block::Rule => {}
            Block::Table { header, rows, .. } => {
                for row in std::iter::once(header).chain(rows) {
                    for cell in row {
                        inlines(cell, out);
                        out.push_str(", ");
                    }
                }
            }
        }
        out.push('\n');
    }
}

fn inlines(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Code(text) | Inline::Text(text) => out.push_str(text),
            Inline::Emphasis(inner) | Inline::Strikethrough(inner) | Inline::Strong(inner) => {
                inlines(inner, out)
            }
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::LineBreak | Inline::SoftBreak => out.push(' '),
            Inline::Link { content, .. } => inlines(content, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Document;

    #[test]
    fn marks_are_not_spoken() {
        let mut document = Document::new();
        document.push("# Title\n\nSome **bold** and `code`, a [link](https://e.x/).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nlet x\n```");
        document.finish();
        let spoken = document.plain_text();
        let words: Vec<_> = spoken.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(
            words,
            [
                "Title",
                "Some bold and code, a link.",
                "one",
                "two",
                "a, b, 1, 2, ",
                "let x"
            ]
        );
    }
}
