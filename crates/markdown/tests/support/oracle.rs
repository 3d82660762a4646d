//! Runs pulldown-cmark and writes its event stream like `outline` writes our trees.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the oracle's enums have variants for what is not enabled"
)]

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag};

use crate::outline::{node, quoted};

/// One open element of the oracle's event stream.
#[derive(Default)]
struct Open {
    name: String,
    children: Vec<String>,
    /// Text not yet written, because the oracle splits text where it likes.
    text: Option<String>,
    is_item: bool,
    /// In a tight item the oracle gives the paragraph's content without the paragraph.
    bare: Vec<String>,
    is_code: bool,
    image: Option<String>,
}

impl Open {
    fn flush(&mut self) {
        if let Some(text) = self.text.take() {
            self.inline(quoted(&text));
        }
    }

    fn inline(&mut self, written: String) {
        if self.is_item {
            self.bare.push(written)
        } else {
            self.children.push(written)
        }
    }

    fn end_bare(&mut self) {
        self.flush();
        if !self.bare.is_empty() {
            let paragraph = node("p", &std::mem::take(&mut self.bare));
            self.children.push(paragraph);
        }
    }
}

/// What pulldown-cmark makes of a text, written like our own trees.
pub(crate) fn oracle(text: &str) -> String {
    let options = Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS;
    let mut stack = vec![Open::default()];
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(tag) => start(&mut stack, tag),
            Event::End(_) => end(&mut stack),
            Event::Html(html) | Event::InlineHtml(html) => {
                leaf(&mut stack, node("html", &[quoted(&html)]), &html);
            }
            Event::Text(text) => {
                let top = stack.last_mut().unwrap();
                top.text.get_or_insert_default().push_str(&text);
            }
            Event::Code(code) => leaf(&mut stack, node("c", &[quoted(&code)]), &code),
            Event::SoftBreak => leaf(&mut stack, "~".into(), " "),
            Event::HardBreak => leaf(&mut stack, "/".into(), " "),
            Event::Rule => {
                let top = stack.last_mut().unwrap();
                top.end_bare();
                top.children.push("(rule)".into());
            }
            Event::TaskListMarker(done) => {
                let item = stack.iter_mut().rev().find(|open| open.is_item).unwrap();
                item.name = if done { "li [x]".into() } else { "li [ ]".into() };
            }
            other => panic!("not enabled: {other:?}"),
        }
    }
    let mut root = stack.pop().unwrap();
    root.flush();
    root.children.join(" ")
}

fn leaf(stack: &mut [Open], written: String, plain: &str) {
    let top = stack.last_mut().unwrap();
    if top.image.is_some() {
        top.text.get_or_insert_default().push_str(plain);
        return;
    }
    top.flush();
    top.inline(written);
}

fn start(stack: &mut Vec<Open>, tag: Tag<'_>) {
    let mut open = Open::default();
    let mut inline = false;
    open.name = match tag {
        Tag::Paragraph => {
            // A list is loose if one of its items holds a real paragraph.
            let count = stack.len();
            if stack.last().unwrap().is_item && !stack[count - 2].name.ends_with("loose") {
                stack[count - 2].name.push_str(" loose");
            }
            "p".into()
        }
        Tag::Heading { level, .. } => match level {
            HeadingLevel::H1 => "h1",
            HeadingLevel::H2 => "h2",
            HeadingLevel::H3 => "h3",
            HeadingLevel::H4 => "h4",
            HeadingLevel::H5 => "h5",
            HeadingLevel::H6 => "h6",
        }
        .into(),
        Tag::BlockQuote(_) => "quote".into(),
        Tag::CodeBlock(kind) => {
            open.is_code = true;
            let language = match &kind {
                CodeBlockKind::Fenced(language) => language.split_whitespace().next().unwrap_or_default(),
                CodeBlockKind::Indented => "",
            };
            format!("code {}", if language.is_empty() { "-" } else { language })
        }
        Tag::HtmlBlock => "html".into(),
        Tag::List(None) => "ul".into(),
        Tag::List(Some(start)) => format!("ol {start}"),
        Tag::Item => {
            open.is_item = true;
            "li".into()
        }
        Tag::Table(alignments) => {
            let columns: String = alignments
                .iter()
                .map(|alignment| match alignment {
                    Alignment::Center => 'c',
                    Alignment::Left => 'l',
                    Alignment::None => '-',
                    Alignment::Right => 'r',
                })
                .collect();
            format!("table {columns}")
        }
        Tag::TableHead | Tag::TableRow => "tr".into(),
        Tag::TableCell => "td".into(),
        Tag::Emphasis => {
            inline = true;
            "em".into()
        }
        Tag::Strong => {
            inline = true;
            "strong".into()
        }
        Tag::Strikethrough => {
            inline = true;
            "del".into()
        }
        Tag::Link {
            dest_url, link_type, ..
        } => {
            inline = true;
            let mail = link_type == pulldown_cmark::LinkType::Email;
            format!(
                "a {}{}",
                if mail { "mailto:" } else { "" },
                dest_url.replace(' ', "%20")
            )
        }
        Tag::Image { dest_url, .. } => {
            inline = true;
            open.image = Some(dest_url.to_string());
            "img".into()
        }
        other => panic!("not enabled: {other:?}"),
    };
    let top = stack.last_mut().unwrap();
    if inline {
        top.flush()
    } else {
        top.end_bare()
    }
    // Everything inside an image is its description.
    if let (true, Some(_)) = (inline, &top.image) {
        open.image.get_or_insert_default();
        open.text = Some(top.text.take().unwrap_or_default());
    }
    stack.push(open);
}

fn end(stack: &mut Vec<Open>) {
    let mut open = stack.pop().unwrap();
    let top = stack.last_mut().unwrap();
    if let (Some(_), Some(_)) = (&open.image, &top.image) {
        top.children.clear();
        top.text.get_or_insert_default().push_str(&plain(&open));
        return;
    }
    if let Some(src) = &open.image {
        let alt = plain(&open);
        top.flush();
        top.inline(node("img", &[quoted(src), quoted(&alt)]));
        return;
    }
    if open.is_code {
        let text = open.text.take().unwrap_or_default();
        open.children
            .push(quoted(text.strip_suffix('\n').unwrap_or(&text)));
    }
    open.end_bare();
    let written = node(&open.name, &open.children);
    let is_inline = open.name.starts_with("a ") || matches!(open.name.as_str(), "em" | "strong" | "del");
    if is_inline {
        top.inline(written)
    } else {
        top.children.push(written)
    }
}

/// The description collected inside an image.
fn plain(open: &Open) -> String {
    open.text.clone().unwrap_or_default()
}
