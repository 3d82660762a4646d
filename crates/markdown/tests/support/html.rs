//! Writes a tree as the specification writes HTML, and brings the specification's HTML under the URL policy.
//!
//! Both sides become lists of tokens: white space beside a block's tag says nothing and is left out.

use miptech_chat_markdown::{Block, Inline};

/// The tokens of a tree, joined so that a difference can be read.
pub(crate) fn of_tree(blocks: &[Block]) -> String {
    let mut html = String::new();
    write_blocks(blocks, false, &mut html);
    tidied(&html)
}

/// The tokens of the specification's HTML after the URL policy: links elsewhere are their text, pictures
/// elsewhere have no address, and titles are not shown.
pub(crate) fn of_specification(html: &str) -> String {
    let mut out = String::new();
    let mut kept = Vec::new();
    for token in tokens(html) {
        if let Some(attributes) = token.strip_prefix("<a ") {
            let href = attribute(attributes, "href");
            kept.push(is_allowed(&href, &["http", "https", "mailto", "tel"]));
            if kept.last() == Some(&true) {
                out.push_str(&format!("<a href=\"{href}\">"));
            }
        } else if token == "</a>" {
            if kept.pop() == Some(true) {
                out.push_str(token);
            }
        } else if let Some(attributes) = token.strip_prefix("<img ") {
            let src = attribute(attributes, "src");
            let src = if is_allowed(&src, &["http", "https"]) {
                src
            } else {
                String::new()
            };
            out.push_str(&format!(
                "<img src=\"{src}\" alt=\"{}\">",
                attribute(attributes, "alt")
            ));
        } else {
            out.push_str(token);
        }
    }
    tidied(&out)
}

/// The text of a tree without its nodes.
pub(crate) fn text_of_tree(blocks: &[Block]) -> String {
    let html = of_tree(blocks);
    let texts: String = tokens(&html)
        .into_iter()
        .filter(|token| !token.starts_with('<'))
        .collect();
    texts
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Whether a visitor may click it, said again and differently from how the crate says it.
fn is_allowed(address: &str, schemes: &[&str]) -> bool {
    let Some((scheme, rest)) = address.split_once(':') else {
        return false;
    };
    let scheme = scheme.to_ascii_lowercase();
    let is_web = scheme.starts_with("http");
    let host = rest
        .trim_start_matches("//")
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    schemes.contains(&scheme.as_str())
        && !rest.is_empty()
        && (!is_web || rest.starts_with("//") && !host.is_empty() && !host.contains(['@', '\\', '%', '`']))
}

fn attribute(attributes: &str, name: &str) -> String {
    let marker = format!("{name}=\"");
    let Some((_, value)) = attributes.split_once(&marker) else {
        return String::new();
    };
    value.split('"').next().unwrap_or_default().to_owned()
}

/// Tags and the texts between them.
fn tokens(html: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let end = if rest.starts_with('<') {
            rest.find('>').map_or(rest.len(), |at| at + 1)
        } else {
            rest.find('<').unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        tokens.push(token);
        rest = after;
    }
    tokens
}

fn tidied(html: &str) -> String {
    let tokens = tokens(html);
    let is_block = |at: Option<usize>| {
        let name = at.and_then(|at| tokens.get(at)).map_or("<p>", |token| *token);
        let name = name.trim_start_matches("</").trim_start_matches('<');
        let name = name.split([' ', '>']).next().unwrap_or_default();
        matches!(
            name,
            "blockquote" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" | "li" | "ol" | "p" | "pre" | "ul"
        )
    };
    let mut out = String::new();
    let mut in_code = false;
    for (at, token) in tokens.iter().enumerate() {
        if token.starts_with('<') {
            in_code = token.starts_with("<code") && at > 0 && tokens.get(at - 1) == Some(&"<pre>");
            out.push_str(token);
        } else if in_code {
            // The line feed that ends the last line is not part of a code block's text.
            out.push_str(token.strip_suffix('\n').unwrap_or(token));
        } else {
            let mut text = *token;
            if is_block(at.checked_sub(1)) {
                text = text.trim_ascii_start();
            }
            if is_block(Some(at + 1)) {
                text = text.trim_ascii_end();
            }
            out.push_str(text);
        }
    }
    out
}

fn write_blocks(blocks: &[Block], in_tight: bool, out: &mut String) {
    for block in blocks {
        match block {
            Block::Code { language, text } => {
                let class = language
                    .as_ref()
                    .map(|language| format!(" class=\"language-{}\"", escaped(language)));
                out.push_str(&format!(
                    "<pre><code{}>{}\n</code></pre>",
                    class.unwrap_or_default(),
                    escaped(text)
                ));
            }
            Block::Heading { level, content } => {
                out.push_str(&format!("<h{level}>"));
                write_inlines(content, out);
                out.push_str(&format!("</h{level}>"));
            }
            Block::List { start, tight, items } => {
                let (name, start) = match start {
                    Some(1) => ("ol", String::new()),
                    Some(start) => ("ol", format!(" start=\"{start}\"")),
                    None => ("ul", String::new()),
                };
                out.push_str(&format!("<{name}{start}>"));
                for item in items {
                    out.push_str("<li>");
                    write_blocks(&item.blocks, *tight, out);
                    out.push_str("</li>");
                }
                out.push_str(&format!("</{name}>"));
            }
            Block::Paragraph(content) if in_tight => {
                write_inlines(content, out);
                out.push('\n');
            }
            Block::Paragraph(content) => {
                out.push_str("<p>");
                write_inlines(content, out);
                out.push_str("</p>");
            }
            Block::Quote(blocks) => {
                out.push_str("<blockquote>");
                write_blocks(blocks, false, out);
                out.push_str("</blockquote>");
            }
            Block::Rule => out.push_str("<hr />"),
            Block::Table { .. } => out.push_str("<table>"),
        }
    }
}

fn write_inlines(content: &[Inline], out: &mut String) {
    for inline in content {
        match inline {
            Inline::Code(text) => out.push_str(&format!("<code>{}</code>", escaped(text))),
            Inline::Emphasis(content) => write_styled("em", content, out),
            Inline::Image { src, alt } => {
                out.push_str(&format!(
                    "<img src=\"{}\" alt=\"{}\">",
                    encoded(src),
                    escaped(alt)
                ));
            }
            Inline::LineBreak => out.push_str("<br />\n"),
            Inline::Link { href, content } => {
                out.push_str(&format!("<a href=\"{}\">", encoded(href)));
                write_inlines(content, out);
                out.push_str("</a>");
            }
            Inline::SoftBreak => out.push('\n'),
            Inline::Strikethrough(content) => write_styled("del", content, out),
            Inline::Strong(content) => write_styled("strong", content, out),
            Inline::Text(text) => out.push_str(&escaped(text)),
        }
    }
}

fn write_styled(name: &str, content: &[Inline], out: &mut String) {
    out.push_str(&format!("<{name}>"));
    write_inlines(content, out);
    out.push_str(&format!("</{name}>"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// An address as the specification's own program writes it.
fn encoded(address: &str) -> String {
    let mut out = String::new();
    for byte in address.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ if b"-_.+!*(),%#@?=;:/~$'".contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
