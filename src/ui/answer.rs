//! An answer's nodes: finished blocks are appended once and never touched again, only the open end is redrawn.
//!
//! Nodes are made by name from a closed list. Nothing in an answer becomes markup, an attribute of its own
//! choosing, or a request.

use leptos::{ev, prelude::*};
use miptech_chat_markdown::{Alignment, Block, Document as Markdown, Inline, Item};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Node};

use super::{
    clipboard,
    context::Ui,
    element::{ElementRef, el, follow},
    later::{self, Part, is_there},
    link::{LINK_REL, safe_link},
    live::Live,
    model::Answer,
    strings::Strings,
};

pub(super) fn answer(ui: &Ui, answer: Live<Answer>) -> AnyView {
    let strings = ui.strings();
    let place = ElementRef::default();
    let painter = StoredValue::new_local(Painter::default());
    let is_there = is_there(Part::Answers);
    follow(move || {
        let Some(element) = place.get() else { return };
        answer.with(|answer| {
            if is_there() {
                painter.update_value(|painter| later::answers::paint(painter, &element, answer, strings));
            } else {
                element.set_text_content(Some(&answer.text));
            }
        });
    });
    el("div")
        .class("answer")
        .set("dir", "auto")
        .at(place)
        .on("click", move |event| copy_code(&event, strings))
        .view()
}

/// The words of an answer without its marks, as a screen reader should say them.
pub(super) fn spoken(text: &str) -> String {
    let mut markdown = Markdown::new();
    markdown.push(text);
    markdown.finish();
    markdown.plain_text()
}

/// What of an answer stands on the page.
#[derive(Default)]
pub(super) struct Painter {
    generation: Option<u32>,
    /// Whether what was drawn is what the end of the answer made of it.
    is_final: bool,
    settled: usize,
    tail: Vec<Element>,
}

impl Painter {
    pub(super) fn paint(&mut self, place: &HtmlElement, answer: &Answer, strings: &'static Strings) {
        let Some(document) = place.owner_document() else {
            return;
        };
        if self.generation != Some(answer.generation) {
            place.set_text_content(None);
            *self = Self {
                generation: Some(answer.generation),
                ..Self::default()
            };
        }
        self.tail.drain(..).for_each(|element| element.remove());
        let pen = Pen { document, strings };
        answer.read(|markdown| {
            // What the whole answer defines may have changed what stood already.
            if markdown.is_revised() && !self.is_final {
                place.set_text_content(None);
                self.settled = 0;
                self.is_final = true;
            }
            for block in markdown.settled().iter().skip(self.settled) {
                pen.block(place, block);
            }
            self.settled = markdown.settled().len();
            for block in markdown.tail() {
                self.tail.extend(pen.block(place, block));
            }
        });
    }
}

/// Makes nodes. Depth is bounded by the parser, so recursion is too.
struct Pen {
    document: Document,
    strings: &'static Strings,
}

impl Pen {
    fn block(&self, place: &Node, block: &Block) -> Option<Element> {
        match block {
            Block::Code { language, text } => self.code(place, language.as_deref(), text),
            Block::Heading { level, content } => {
                // An answer sits below the panel's own heading; its levels are looks, not landmarks of the page.
                let heading = self.add(place, if *level <= 2 { "h3" } else { "h4" })?;
                self.inlines(&heading, content);
                Some(heading)
            }
            Block::List { start, tight, items } => self.list(place, *start, *tight, items),
            Block::Paragraph(content) => {
                let paragraph = self.add(place, "p")?;
                self.inlines(&paragraph, content);
                Some(paragraph)
            }
            Block::Quote(blocks) => {
                let quote = self.add(place, "blockquote")?;
                blocks.iter().for_each(|block| drop(self.block(&quote, block)));
                Some(quote)
            }
            Block::Rule => self.add(place, "hr"),
            Block::Table {
                alignments,
                header,
                rows,
            } => self.table(place, alignments, header, rows),
        }
    }

    fn code(&self, place: &Node, language: Option<&str>, text: &str) -> Option<Element> {
        let frame = self.add(place, "div")?;
        set(&frame, "class", "code");
        let head = self.add(&frame, "div")?;
        set(&head, "class", "code-head");
        let label = self.add(&head, "span")?;
        label.set_text_content(Some(
            &language.unwrap_or_default().chars().take(24).collect::<String>(),
        ));
        let pre = self.add(&frame, "pre")?;
        set(&pre, "tabindex", "0");
        set(&pre, "dir", "ltr");
        self.add(&pre, "code")?.set_text_content(Some(text));
        if !clipboard::is_there() {
            return Some(frame);
        }
        let copy = self.add(&head, "button")?;
        set(&copy, "type", "button");
        set(&copy, "class", "text-button copy");
        copy.set_text_content(Some(self.strings.code_copy));
        Some(frame)
    }

    fn list(&self, place: &Node, start: Option<u64>, tight: bool, items: &[Item]) -> Option<Element> {
        let list = self.add(place, if start.is_some() { "ol" } else { "ul" })?;
        if let Some(start) = start.filter(|start| *start != 1) {
            set(&list, "start", &start.to_string());
        }
        for item in items {
            let line = self.add(&list, "li")?;
            if let Some(is_done) = item.task {
                set(&line, "class", "task");
                self.text(&line, if is_done { "☑ " } else { "☐ " });
            }
            for block in &item.blocks {
                match block {
                    Block::Paragraph(content) if tight => self.inlines(&line, content),
                    Block::Code { .. }
                    | Block::Heading { .. }
                    | Block::List { .. }
                    | Block::Paragraph(_)
                    | Block::Quote(_)
                    | Block::Rule
                    | Block::Table { .. } => drop(self.block(&line, block)),
                }
            }
        }
        Some(list)
    }

    fn table(
        &self,
        place: &Node,
        alignments: &[Alignment],
        header: &[Vec<Inline>],
        rows: &[Vec<Vec<Inline>>],
    ) -> Option<Element> {
        let frame = self.add(place, "div")?;
        set(&frame, "class", "table");
        set(&frame, "tabindex", "0");
        let table = self.add(&frame, "table")?;
        let head = self.add(&table, "thead")?;
        let head = self.add(&head, "tr")?;
        self.cells(&head, "th", alignments, header);
        let body = self.add(&table, "tbody")?;
        for row in rows {
            let line = self.add(&body, "tr")?;
            self.cells(&line, "td", alignments, row);
        }
        Some(frame)
    }

    fn cells(&self, line: &Element, name: &str, alignments: &[Alignment], cells: &[Vec<Inline>]) {
        for (alignment, content) in alignments.iter().zip(cells) {
            let Some(cell) = self.add(line, name) else { return };
            match alignment {
                Alignment::Center => set(&cell, "class", "center"),
                Alignment::Right => set(&cell, "class", "right"),
                Alignment::Left | Alignment::None => {}
            }
            self.inlines(&cell, content);
        }
    }

    fn inlines(&self, place: &Node, content: &[Inline]) {
        for inline in content {
            // A node the browser refuses is left out; the rest of the answer stands.
            let _refused = self.inline(place, inline);
        }
    }

    fn inline(&self, place: &Node, inline: &Inline) -> Option<()> {
        match inline {
            Inline::Code(text) => self.add(place, "code")?.set_text_content(Some(text)),
            Inline::Emphasis(content) => self.styled(place, "em", content)?,
            Inline::Image { src, alt } => self.image(place, src, alt)?,
            Inline::LineBreak => drop(self.add(place, "br")?),
            Inline::Link { href, content } => self.link(place, href, content)?,
            Inline::SoftBreak => self.text(place, "\n"),
            Inline::Strikethrough(content) => self.styled(place, "s", content)?,
            Inline::Strong(content) => self.styled(place, "strong", content)?,
            Inline::Text(text) => self.text(place, text),
        }
        Some(())
    }

    fn styled(&self, place: &Node, name: &str, content: &[Inline]) -> Option<()> {
        let element = self.add(place, name)?;
        self.inlines(&element, content);
        Some(())
    }

    fn link(&self, place: &Node, href: &str, content: &[Inline]) -> Option<()> {
        let Some(link) = safe_link(href) else {
            self.inlines(place, content);
            return Some(());
        };
        let anchor = self.add(place, "a")?;
        set(&anchor, "href", &link.href);
        set(&anchor, "target", "_blank");
        set(&anchor, "rel", LINK_REL);
        set(&anchor, "referrerpolicy", "no-referrer");
        self.inlines(&anchor, content);
        Some(())
    }

    /// A picture of an answer is never loaded by itself: only where it would come from is said.
    fn image(&self, place: &Node, src: &str, alt: &str) -> Option<()> {
        let chip = self.add(place, "span")?;
        set(&chip, "class", "image");
        let host = safe_link(src).map(|link| link.host).unwrap_or_default();
        self.text(&chip, &format!("{} {host}: {alt}", self.strings.image));
        Some(())
    }

    fn add(&self, place: &Node, name: &str) -> Option<Element> {
        let element = self.document.create_element(name).ok()?;
        place.append_child(&element).ok()?;
        Some(element)
    }

    fn text(&self, place: &Node, text: &str) {
        let _detached_meanwhile = place.append_child(&self.document.create_text_node(text));
    }
}

fn set(element: &Element, name: &str, value: &str) {
    // Names are ours and always valid, so the browser has nothing to refuse.
    let _always_set = element.set_attribute(name, value);
}

/// Copies the code beside the button that was pressed; what is copied is what is shown.
fn copy_code(event: &ev::Event, strings: &'static Strings) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = target.and_then(|target| target.closest("button.copy").ok().flatten()) else {
        return;
    };
    let code = button
        .closest(".code")
        .ok()
        .flatten()
        .and_then(|frame| frame.query_selector("pre").ok().flatten());
    if let Some(text) = code.and_then(|code| code.text_content()) {
        clipboard::copy(Some(button.into()), &text, strings);
    }
}
