//! The bindings to `neighbours.js`, which says what each does.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/tests/browser/neighbours.js")]
extern "C" {
    #[wasm_bindgen(js_name = tokenSource)]
    pub(crate) fn token_source(how: &str, value: &JsValue) -> Function;
    pub(crate) fn questions() -> Vec<String>;
    #[wasm_bindgen(js_name = answerQuestion)]
    pub(crate) fn answer_question(index: u32, value: &JsValue);
    #[wasm_bindgen(js_name = factsThatThrow)]
    pub(crate) fn facts_that_throw() -> Function;
    pub(crate) fn giving(value: &JsValue) -> Function;
    pub(crate) fn thorny() -> JsValue;
    #[wasm_bindgen(js_name = otherTabWrites)]
    pub(crate) fn other_tab_writes(key: &str, value: Option<&str>);
    #[wasm_bindgen(js_name = otherTabClears)]
    pub(crate) fn other_tab_clears();
    #[wasm_bindgen(js_name = joinChannel)]
    pub(crate) fn join_channel(name: &str);
    #[wasm_bindgen(js_name = channelHeard)]
    pub(crate) fn channel_heard() -> Vec<String>;
    #[wasm_bindgen(js_name = channelSays)]
    pub(crate) fn channel_says(message: &str);
    #[wasm_bindgen(js_name = forbidChannels)]
    pub(crate) fn forbid_channels();
    #[wasm_bindgen(js_name = refuseChannels)]
    pub(crate) fn refuse_channels();
    #[wasm_bindgen(js_name = holdLock)]
    pub(crate) fn hold_lock(name: &str) -> Promise;
    #[wasm_bindgen(js_name = freeLock)]
    pub(crate) fn free_lock();
    #[wasm_bindgen(js_name = lockUse)]
    pub(crate) fn lock_use(name: &str) -> Promise;
    #[wasm_bindgen(js_name = forbidLocks)]
    pub(crate) fn forbid_locks();
    #[wasm_bindgen(js_name = refuseLocks)]
    pub(crate) fn refuse_locks();
}
