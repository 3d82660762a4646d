//! The chat widget: everything that exists only in a browser.
//!
//! | room | for | must never |
//! |---|---|---|
//! | `embed` | the one door JavaScript may open: options, handle, host element | hold product behaviour |
//! | `driver` | the corridor between session and browser | decide, or touch the page |
//! | `browser` | fetch, socket, storage, clocks, timer, entropy | decide, or know a frame |
//! | `ui` | Leptos views over one model | know tokens, URLs, the driver or the browser room |
//!
//! The conversation itself lives in `miptech-chat-session`, the wire in `miptech-chat-protocol`,
//! answer text in `miptech-chat-markdown`. `docs/ARCHITECTURE.md` draws the way of a message through them.

#[cfg(target_arch = "wasm32")]
use miptech_chat_allocator::{Allocator, OwnMemory};

mod browser;
mod driver;
mod embed;
mod ui;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: Allocator<OwnMemory> = Allocator::new(OwnMemory);

pub use self::embed::{ChatHandle, call, came, mount, prepare_for_js, version};
