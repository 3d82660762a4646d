//! Nothing, in the place of the crate `wasm-streams`.
//!
//! Leptos brings its server functions along, and they bring `wasm-streams`. The widget calls no server function, but the
//! classes that crate exports to JavaScript are roots of the link, so every visitor would download them. Here stands
//! the part of its surface that `server_fn` names, and none of it does anything; `[patch.crates-io]` in the workspace's
//! manifest puts it in place.

use futures_util::{Stream, stream};
use wasm_bindgen::{JsCast, JsValue};

/// A stream that is never read.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes the browser's stream.
    #[must_use]
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// No stream at all: what it should have carried is dropped.
    #[must_use]
    pub fn from_stream(_source: impl Stream<Item = Result<JsValue, JsValue>>) -> Self {
        Self(JsValue::UNDEFINED.unchecked_into())
    }

    /// Gives the browser's stream back.
    #[must_use]
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// A stream without items.
    pub fn into_stream(self) -> impl Stream<Item = Result<JsValue, JsValue>> {
        stream::empty()
    }
}
