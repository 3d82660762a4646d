//! Answer text of a chat → an append-only tree of allow-listed nodes, while the text is still arriving.
//!
//! Nothing here may panic on any text, recurse deeper than the caps below, or hand out a link whose scheme
//! is not on the allow-list. Raw HTML is text. The crate has no dependencies because it is downloaded by
//! every visitor.
//!
//! ```
//! use miptech_chat_markdown::{Block, Document, Inline};
//!
//! let mut document = Document::new();
//! document.push("Hello **wor");
//! let bold = Inline::Strong(vec![Inline::Text("wor".into())]);
//! assert_eq!(document.tail(), [Block::Paragraph(vec![Inline::Text("Hello ".into()), bold])]);
//! document.push("ld**\n\nNext");
//! assert_eq!(document.settled().len(), 1);
//! document.finish();
//! assert_eq!(document.settled().len(), 2);
//! ```
//!
//! # Map
//!
//! ```text
//! document     the streaming door: hands whole lines to `block`, keeps settled and tail apart
//! block        line by line: containers, leaves, tight and loose lists
//!   line       a line's cursor; tabs count as columns
//!   start      which block, if any, begins here
//!   table      splitting rows, reading the delimiter row
//!   close      closed leaves and containers become nodes
//! inline       inside a paragraph: one pass over the text, giving flat pieces
//!   code       code spans
//!   delimiter  pairing of * _ ~~ runs
//!   link       inline links, angle and bare autolinks
//!   entity     character references and backslash escapes
//!   build      flat pieces → nested nodes, under the caps
//! speculate    what the open end shows before it is decided
//! sanitize     characters that may not reach the page
//! link_policy  addresses that may be clicked
//! budget       the caps
//! plain        the words without the marks
//! bytes        reading text by offset without panics
//! tree         the nodes
//! ```
//!
//! # What is read
//!
//! CommonMark's paragraphs, headings (both kinds), emphasis, code, lists, quotes, rules, inline links and
//! images, autolinks, hard breaks, escapes; GFM's strikethrough (`~~` only), tables, task items and bare
//! `http(s)://` links.
//!
//! Left out on purpose: HTML (text), footnotes (text), and reference links. An answer's definitions come
//! last, when the blocks that use them are settled; swallowing a definition would then hide its address
//! from the visitor, so it stays readable text and its bare address is a link.

mod block;
mod budget;
mod bytes;
mod document;
mod inline;
mod link_policy;
mod plain;
mod sanitize;
mod speculate;
mod tree;

pub use budget::{MAX_COLUMNS, MAX_DEPTH, MAX_LINKS, MAX_NODES, MAX_ROWS};
pub use document::{Document, parse};
pub use tree::{Alignment, Block, Inline, Item, Row};
