//! Why does the chat not work? Asks a platform what a page would ask it, in the same order, and names the check that fails,
//! its cause and what mends it.
//!
//! | room | for |
//! |---|---|
//! | [`table`] | every check and everything it can find, with words: `checks.json` |
//! | [`examine`] | the examination, from the options to the joined chat |
//! | [`report`] | what came of it, for people and for programs |
//! | [`document`] | `docs/TROUBLESHOOTING.md`, from the same table |
//!
//! What is sent, where to and what the answers mean, `miptech-chat-protocol` says, as in the widget.

pub mod document;
mod examination;
mod http;
mod joining;
mod permission;
pub mod report;
pub mod table;

pub use examination::{Question, examine};
