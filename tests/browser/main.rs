//! The widget in a real browser, through the one door JavaScript has: one module for each promise.
//!
//! No server runs here. `page.js` holds every call to the platform, so that nothing depends on a network, and
//! counts what a widget starts; `neighbours.js` plays the page's own code and other tabs. Run with `cargo xtask test browser`.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "clippy knows `#[test]` but not `#[wasm_bindgen_test]`, and tests may fail loudly"
)]

mod accounts;
mod any_value;
mod breaking;
mod calling;
mod companions;
mod drafting;
mod drawing;
mod events;
mod feet;
mod keeping;
mod keys;
mod languages;
mod leaving;
mod lifecycle;
mod naming;
mod neighbours;
mod news;
mod opening;
mod options;
mod page;
mod platform;
mod refusing;
mod rig;
mod scrolling;
mod sending;
mod signing_in;
mod snapshots;
mod storing;
mod tabs;
mod tokens;
mod trouble;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
