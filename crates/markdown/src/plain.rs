//! Running text without its marks: what is read, and what is said aloud.

use crate::tree::Inline;

/// Appends the words of running text.
pub fn words(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Code(text) | Inline::Text(text) => out.push_str(text),
            Inline::Emphasis(inner)
            | Inline::Link { content: inner, .. }
            | Inline::Strikethrough(inner)
            | Inline::Strong(inner) => words(inner, out),
            Inline::Image { alt, .. } => out.push_str(alt),
            Inline::LineBreak | Inline::SoftBreak => out.push(' '),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, parse};

    #[test]
    fn marks_are_no_words() {
        let blocks =
            parse("Some **bold** and `code`,\na [~~link~~](https://e.x/) and ![a *picture*](https://e.x/p).");
        let [Block::Paragraph(content)] = blocks.as_slice() else {
            unreachable!("one paragraph")
        };
        let mut out = String::new();
        words(content, &mut out);
        assert_eq!(out, "Some bold and code, a link and a picture.");
    }
}
