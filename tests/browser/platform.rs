//! The bindings to `platform.js`, which says what each does.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/browser/platform.js")]
extern "C" {
    pub(crate) fn begin(capabilities: &str);
    #[wasm_bindgen(js_name = keepSilent)]
    pub(crate) fn keep_silent();
    #[wasm_bindgen(js_name = openSockets)]
    pub(crate) fn open_sockets() -> usize;
    pub(crate) fn sent() -> Vec<String>;
    pub(crate) fn says(frame: &str);
    pub(crate) fn breaks();
}
