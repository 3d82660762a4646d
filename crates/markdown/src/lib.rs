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
//! # Drawing it
//!
//! Whoever draws the tree redraws only what [`Document::fixed`] does not count, so that the cost of a piece does
//! not follow the length of the answer. Once, at the end, [`Document::is_revised`] may ask for all of it. What did
//! not fit under the caps is offered as [`Document::rest`].
//!
//! # Map
//!
//! ```text
//! document     the streaming door: hands whole lines to `block`, keeps settled and tail apart
//! block        line by line: containers, leaves, tight and loose lists
//!   line       a line's cursor; tabs count as columns
//!   start      which block, if any, begins here
//!   table      splitting rows, reading the delimiter row
//!   close      paragraphs become nodes, without the definitions at their start
//!   spine      the tree, and the way to what is open in it
//! inline       inside a paragraph: one pass over the text, giving flat pieces
//!   code       code spans
//!   definition link reference definitions
//!   delimiter  pairing of * _ ~~ runs
//!   link       inline links, angle and bare autolinks
//!   entity     character references and backslash escapes
//!   build      flat pieces → nested nodes, under the cap on depth
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
//! CommonMark 0.31.2 as its own examples have it (`tests/specification.rs` lists the few exceptions), and of GFM
//! strikethrough (`~~` only), tables, task items and bare `http(s)://` links.
//!
//! Left out on purpose: HTML and footnotes, which are text, and titles, which are read and not shown. A link that
//! stands before its definition is text until the answer is complete.

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
pub use plain::words;
pub use sanitize::literal;
pub use tree::{Alignment, Block, Inline, Item, Row};
