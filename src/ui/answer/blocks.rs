//! What each node of an answer becomes on the page.
//!
//! Elements are made by name from a closed list. Nothing in an answer becomes markup, an attribute of its own choosing,
//! or a request. Depth is bounded by the parser, so recursion is too.

use miptech_chat_markdown::{Alignment, Block, Inline, Item, words};
use web_sys::Element;

use super::{
    LANGUAGE_CHARS, cites,
    pen::{Kind, Pen},
};
use crate::ui::{clipboard, context::Ui, element::set, link};

/// Draws blocks and what is in them.
pub(super) struct Brush<'a> {
    ui: &'a Ui,
    has_clipboard: bool,
}

/// Where running text stands.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Link,
    Prose,
}

impl<'a> Brush<'a> {
    pub(super) fn new(ui: &'a Ui) -> Self {
        Self {
            ui,
            has_clipboard: clipboard::is_there(),
        }
    }

    pub(super) fn blocks(&self, pen: &mut Pen<'_>, blocks: &[Block]) {
        for block in blocks {
            self.block(pen, block);
        }
    }

    pub(super) fn block(&self, pen: &mut Pen<'_>, block: &Block) {
        match block {
            Block::Code { language, text } => self.code(pen, language.as_deref().unwrap_or_default(), text),
            Block::Heading { level, content } => {
                // An answer sits below the panel's own heading; its levels are looks, not landmarks of the page.
                self.styled(pen, if *level <= 2 { "h3" } else { "h4" }, content, Within::Prose);
            }
            Block::List { start, tight, items } => self.list(pen, *start, *tight, items),
            Block::Paragraph(content) => self.styled(pen, "p", content, Within::Prose),
            Block::Quote(blocks) => plain(pen, "blockquote", &mut |pen| self.blocks(pen, blocks)),
            Block::Rule => plain(pen, "hr", &mut |_| ()),
            Block::Table {
                alignments,
                header,
                rows,
            } => self.table(pen, alignments, header, rows),
        }
    }

    fn code(&self, pen: &mut Pen<'_>, language: &str, text: &str) {
        let label: String = language.chars().take(LANGUAGE_CHARS).collect();
        framed(pen, Kind("div", "code"), &mut |pen| {
            framed(pen, Kind("div", "code-head"), &mut |pen| {
                plain(pen, "span", &mut |pen| pen.text(&label));
                if self.has_clipboard {
                    let dress = |button: &Element| set(button, "type", "button");
                    pen.element(Kind("button", "text-button copy"), "", &dress, &mut |pen| {
                        pen.text(self.ui.strings().code_copy());
                    });
                }
            });
            let dress = |pre: &Element| {
                set(pre, "tabindex", "0");
                set(pre, "dir", "ltr");
            };
            pen.element(Kind("pre", ""), "", &dress, &mut |pen| {
                plain(pen, "code", &mut |pen| pen.text(text));
            });
        });
    }

    fn list(&self, pen: &mut Pen<'_>, start: Option<u64>, tight: bool, items: &[Item]) {
        let name = if start.is_some() { "ol" } else { "ul" };
        let start = start
            .filter(|start| *start != 1)
            .map_or_else(String::new, |start| start.to_string());
        let dress = |list: &Element| {
            if !start.is_empty() {
                set(list, "start", &start);
            }
        };
        pen.element(Kind(name, ""), &start, &dress, &mut |pen| {
            for item in items {
                self.item(pen, tight, item);
            }
        });
    }

    fn item(&self, pen: &mut Pen<'_>, tight: bool, item: &Item) {
        let class = if item.task.is_some() { "task" } else { "" };
        framed(pen, Kind("li", class), &mut |pen| {
            if let Some(is_done) = item.task {
                pen.text(if is_done { "☑ " } else { "☐ " });
            }
            for block in &item.blocks {
                match block {
                    Block::Paragraph(content) if tight => self.inlines(pen, content, Within::Prose),
                    Block::Code { .. }
                    | Block::Heading { .. }
                    | Block::List { .. }
                    | Block::Paragraph(_)
                    | Block::Quote(_)
                    | Block::Rule
                    | Block::Table { .. } => self.block(pen, block),
                }
            }
        });
    }

    fn table(
        &self,
        pen: &mut Pen<'_>,
        alignments: &[Alignment],
        header: &[Vec<Inline>],
        rows: &[Vec<Vec<Inline>>],
    ) {
        let dress = |frame: &Element| set(frame, "tabindex", "0");
        pen.element(Kind("div", "table"), "", &dress, &mut |pen| {
            plain(pen, "table", &mut |pen| {
                plain(pen, "thead", &mut |pen| self.line(pen, "th", alignments, header));
                plain(pen, "tbody", &mut |pen| {
                    for row in rows {
                        self.line(pen, "td", alignments, row);
                    }
                });
            });
        });
    }

    fn line(&self, pen: &mut Pen<'_>, cell: &'static str, alignments: &[Alignment], cells: &[Vec<Inline>]) {
        plain(pen, "tr", &mut |pen| {
            for (alignment, content) in alignments.iter().zip(cells) {
                let class = match alignment {
                    Alignment::Center => "center",
                    Alignment::Right => "right",
                    Alignment::Left | Alignment::None => "",
                };
                framed(pen, Kind(cell, class), &mut |pen| {
                    self.inlines(pen, content, Within::Prose);
                });
            }
        });
    }

    fn inlines(&self, pen: &mut Pen<'_>, content: &[Inline], within: Within) {
        for inline in content {
            match inline {
                Inline::Code(text) => plain(pen, "code", &mut |pen| pen.text(text)),
                Inline::Emphasis(content) => self.styled(pen, "em", content, within),
                Inline::Image { src, alt } => self.image(pen, src, alt, within),
                Inline::LineBreak => plain(pen, "br", &mut |_| ()),
                Inline::Link { href, content } => self.link(pen, href, content),
                Inline::SoftBreak => pen.text("\n"),
                Inline::Strikethrough(content) => self.styled(pen, "s", content, within),
                Inline::Strong(content) => self.styled(pen, "strong", content, within),
                Inline::Text(text) if within == Within::Prose => cites::text(pen, text),
                Inline::Text(text) => pen.text(text),
            }
        }
    }

    fn styled(&self, pen: &mut Pen<'_>, name: &'static str, content: &[Inline], within: Within) {
        plain(pen, name, &mut |pen| self.inlines(pen, content, within));
    }

    /// What the address and the words say together decides what stands beside them, so both make the link another one.
    fn link(&self, pen: &mut Pen<'_>, href: &str, content: &[Inline]) {
        let mut detail = href.to_owned();
        detail.push('\n');
        words(content, &mut detail);
        let dress = |anchor: &Element| {
            let words = detail.get(href.len() + 1..).unwrap_or_default();
            if let Some(link) = link::judge(&self.ui.options.links, href, words) {
                dress_link(anchor, &link);
            }
        };
        pen.element(Kind("a", ""), &detail, &dress, &mut |pen| {
            self.inlines(pen, content, Within::Link);
        });
    }

    /// A picture of an answer is never loaded by itself. A tap loads it from where the site says so; of any other only
    /// its address is told.
    fn image(&self, pen: &mut Pen<'_>, src: &str, alt: &str, within: Within) {
        let strings = self.ui.strings();
        let host = link::safe_link(src).map(|link| link.host).unwrap_or_default();
        let is_allowed = within == Within::Prose && link::is_one_of(&self.ui.options.image_hosts, &host);
        let mut chip = strings.image().to_owned();
        if !host.is_empty() {
            chip.push(' ');
            chip.push_str(strings.image_from());
            chip.push(' ');
            chip.push_str(&host);
        }
        if !is_allowed {
            chip.push_str(strings.image_blocked());
        }
        if !alt.is_empty() {
            chip.push_str(": ");
            chip.push_str(alt);
        }
        let kind = if is_allowed {
            Kind("button", "image")
        } else {
            Kind("span", "image")
        };
        let dress = |element: &Element| {
            if is_allowed {
                set(element, "type", "button");
                set(element, "data-src", src);
                set(element, "data-alt", alt);
            }
        };
        // The words name the description too, and it is part of a new one's attributes.
        let detail = [src, "\n", &chip].concat();
        pen.element(kind, &detail, &dress, &mut |pen| pen.text(&chip));
    }
}

fn dress_link(anchor: &Element, link: &link::Judged) {
    if link.is_followed {
        link::lead_out(anchor, &link.href);
    }
    if let Some(host) = &link.beside {
        set(anchor, "data-host", host);
    }
    if link.asks {
        set(anchor, "data-asks", &link.target);
    }
}

/// An element of this name and nothing else about it.
fn plain(pen: &mut Pen<'_>, name: &'static str, fill: &mut dyn FnMut(&mut Pen<'_>)) {
    framed(pen, Kind(name, ""), fill);
}

#[inline(never)]
fn framed(pen: &mut Pen<'_>, kind: Kind, fill: &mut dyn FnMut(&mut Pen<'_>)) {
    pen.element(kind, "", &|_| (), fill);
}
