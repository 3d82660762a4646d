//! Writes a tree as one compact line, so that a test is one line of input and one of output.
//!
//! `~` is a soft break and `/` a hard one.

use miptech_chat_markdown::{Alignment, Block, Inline, Row};

pub(crate) fn outline(blocks: &[Block]) -> String {
    let written: Vec<String> = blocks.iter().map(block).collect();
    written.join(" ")
}

pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}

pub(crate) fn node(name: &str, children: &[String]) -> String {
    if children.is_empty() {
        format!("({name})")
    } else {
        format!("({name} {})", children.join(" "))
    }
}

fn block(block: &Block) -> String {
    match block {
        Block::Code { language, text } => node(
            "code",
            &[language.clone().unwrap_or_else(|| "-".into()), quoted(text)],
        ),
        Block::Heading { level, content } => node(&format!("h{level}"), &inlines(content)),
        Block::List { start, tight, items } => {
            let paragraphs = items
                .iter()
                .any(|item| item.blocks.iter().any(|b| matches!(b, Block::Paragraph(_))));
            let mut name = start.map_or_else(|| "ul".to_owned(), |start| format!("ol {start}"));
            if !tight && paragraphs {
                name.push_str(" loose");
            }
            let items: Vec<String> = items
                .iter()
                .map(|item| {
                    let name = match item.task {
                        None => "li",
                        Some(false) => "li [ ]",
                        Some(true) => "li [x]",
                    };
                    node(name, &item.blocks.iter().map(self::block).collect::<Vec<_>>())
                })
                .collect();
            node(&name, &items)
        }
        Block::Paragraph(content) => node("p", &inlines(content)),
        Block::Quote(blocks) => node("quote", &blocks.iter().map(self::block).collect::<Vec<_>>()),
        Block::Rule => "(rule)".into(),
        Block::Table {
            alignments,
            header,
            rows,
        } => {
            let columns: String = alignments
                .iter()
                .map(|alignment| match alignment {
                    Alignment::Center => 'c',
                    Alignment::Left => 'l',
                    Alignment::None => '-',
                    Alignment::Right => 'r',
                })
                .collect();
            let mut children = vec![row(header)];
            children.extend(rows.iter().map(row));
            node(&format!("table {columns}"), &children)
        }
    }
}

fn row(row: &Row) -> String {
    node(
        "tr",
        &row.iter()
            .map(|cell| node("td", &inlines(cell)))
            .collect::<Vec<_>>(),
    )
}

fn inlines(content: &[Inline]) -> Vec<String> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> String {
    match inline {
        Inline::Code(text) => node("c", &[quoted(text)]),
        Inline::Emphasis(content) => node("em", &inlines(content)),
        Inline::Image { src, alt } => node("img", &[quoted(src), quoted(alt)]),
        Inline::LineBreak => "/".into(),
        Inline::Link { href, content } => node(&format!("a {href}"), &inlines(content)),
        Inline::SoftBreak => "~".into(),
        Inline::Strikethrough(content) => node("del", &inlines(content)),
        Inline::Strong(content) => node("strong", &inlines(content)),
        Inline::Text(text) => quoted(text),
    }
}
